"""A power cut or a killed program must not cost an office its corpus."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.similarity.corpus import Corpus
from pipeline.similarity.fingerprints import fingerprints
from pipeline.similarity.nouns import Document
from pipeline.similarity.text import normalise
from tests.pipeline.similarity.corpus.texts import text

_CHILD = """
import sys, time
from pathlib import Path
from pipeline.similarity.corpus import Corpus, writer
from pipeline.similarity.nouns import Document
from tests.pipeline.similarity.corpus.texts import text

def wait(*_, **__):
    print("now", flush=True)
    time.sleep(60)

moment = sys.argv[2]
writer._SPILL = 400
if moment == "before the commit":
    writer.ContentSum.snapshot_id = wait
if moment == "while a segment is written":
    writer.write_segment.__globals__["os"].fsync = wait
if moment == "after the commit":
    writer.Path.unlink = wait
with Corpus.open(Path(sys.argv[1])).writing() as writing:
    writing.remove("old1")
    for number in range(20):
        writing.add(Document(f"new{number}"), text(f"new{number}"))
    if moment == "while adding":
        wait()
"""


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("while adding", True),
        ("while a segment is written", True),
        ("before the commit", True),
        ("after the commit", False),
    ],
)
def test_a_killed_writer_leaves_the_earlier_content_or_the_later_whole(
    tmp_path: Path, moment: str, kept: bool
) -> None:
    place = tmp_path / "corpus"
    with Corpus.open(place, create=True) as corpus:
        for number in range(3):
            corpus.add(Document(f"old{number}"), text(f"old{number}"))
        before = corpus.snapshot()
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(place), moment],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "now\n"
    child.send_signal(signal.SIGKILL)
    assert child.wait(timeout=30) == -signal.SIGKILL
    child.stdout.close()
    with Corpus.open(place) as corpus:
        corpus.check()
        names = [document.id for document in corpus.documents()]
        answers = {
            name: [c.document.id for c in corpus.candidates(fingerprints(normalise(text(name))), 3)]
            for name in ("old0", "old1", "new0", "new19")
        }
        if kept:
            assert corpus.snapshot() == before and names == ["old0", "old1", "old2"]
            assert answers == {"old0": ["old0"], "old1": ["old1"], "new0": [], "new19": []}
        else:
            assert len(names) == 22
            assert answers == {"old0": ["old0"], "old1": [], "new0": ["new0"], "new19": ["new19"]}
        strays = set((place / "segments").iterdir())
        corpus.add(Document("next"), text("next"))
        corpus.check()
        left = set((place / "segments").iterdir())
        assert len(left) == corpus.stats().segments
        assert strays - left
