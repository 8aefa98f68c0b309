"""A corpus that forgets, invents or depends on the order of adding accuses the wrong person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pipeline.similarity.corpus import Added, Corpus, store, writer
from pipeline.similarity.corpus.errors import (
    CorpusBusyError,
    CorpusDamagedError,
    CorpusMissingError,
    CorpusOutdatedError,
    EmptyTextError,
    NoSuchDocumentError,
    NoSuchSnapshotError,
)
from pipeline.similarity.fingerprints import Fingerprints, fingerprints
from pipeline.similarity.nouns import Author, Document, DocumentKind
from pipeline.similarity.text import normalise
from tests.pipeline.similarity.corpus.texts import text


def _prints(raw: str) -> Fingerprints:
    return fingerprints(normalise(raw))


def _found(corpus: Corpus, raw: str, at: str | None = None) -> list[tuple[str, int, list[int]]]:
    return [
        (c.document.id, c.score, c.source_places.tolist())
        for c in corpus.candidates(_prints(raw), 20, at=at)
    ]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.open(tmp_path / "corpus", create=True)


def test_a_copied_passage_leads_to_its_document_and_to_the_place_in_it(corpus: Corpus) -> None:
    with corpus.writing() as writing:
        for number in range(30):
            writing.add(Document(f"d{number}"), text(number))
    asked = text("new", 300) + text(7)[200:280] + text("more", 300)
    first = corpus.candidates(_prints(asked), 5)[0]
    assert first.document.id == "d7" and first.shared >= 10
    shifts = first.source_places - first.query_places
    assert set(shifts.tolist()) == {-100}
    assert set(first.source_places.tolist()) <= set(range(200, 280))


def test_equal_content_has_one_id_and_one_answer_in_whatever_order_it_came(tmp_path: Path) -> None:
    texts = {f"d{n}": text(n, 200) + text("shared", 60) for n in range(40)}
    one = Corpus.open(tmp_path / "one", create=True)
    other = Corpus.open(tmp_path / "other", create=True)
    with one.writing() as writing:
        for name, raw in texts.items():
            writing.add(Document(name), raw)
    other.add(Document("passing"), text("passing"))
    for name, raw in reversed(texts.items()):
        other.add(Document(name), raw)
    other.remove("passing")
    assert one.snapshot().id == other.snapshot().id
    asked = text(3, 200)[50:150] + text("shared", 60)
    assert _found(one, asked) == _found(other, asked) != []
    assert np.array_equal(one.rarity.counts, other.rarity.counts)
    assert one.rarity.length == other.rarity.length
    assert other.stats().segments < 10
    other.check()


def test_a_removed_document_is_gone_at_once_for_those_who_are_reading(tmp_path: Path) -> None:
    place = tmp_path / "corpus"
    author = Author(name="Somebody Unmistakable", unit="一中")
    with Corpus.open(place, create=True) as corpus, Corpus.open(place) as reader:
        corpus.add(Document("kept"), text("kept"))
        corpus.add(Document("gone", authors=(author,)), text("gone"))
        assert [name for name, *_ in _found(reader, text("gone"))] == ["gone"]
        held = any(b"Unmistakable" in f.read_bytes() for f in place.iterdir() if f.is_file())
        corpus.remove("gone")
        assert _found(reader, text("gone")) == []
        assert reader.rarity.documents == 1
        with pytest.raises(NoSuchDocumentError):
            reader.text("gone")
        with pytest.raises(NoSuchDocumentError):
            corpus.remove("gone")
        left = any(b"Unmistakable" in f.read_bytes() for f in place.iterdir() if f.is_file())
    assert held and not left


def test_adding_again_changes_nothing_and_a_correction_replaces(corpus: Corpus) -> None:
    assert corpus.add(Document("a", year=2023), text(1)) is Added.ADDED
    before = corpus.snapshot()
    assert corpus.add(Document("a", year=2023), text(1)) is Added.UNCHANGED
    assert corpus.snapshot() == before
    law = Document("a", year=2024, kind=DocumentKind.EXEMPT, authors=(Author("甲", "乙"),))
    assert corpus.add(law, text(1)) is Added.REPLACED
    assert corpus.documents() == (law,)
    assert len(_found(corpus, text(1))) == 1 and corpus.text("a") == text(1)


def test_a_report_can_be_made_again_as_of_its_snapshot(corpus: Corpus) -> None:
    shared = text("shared", 80)
    corpus.add(Document("old"), text(1) + shared)
    corpus.add(Document("leaves"), text(2))
    then = corpus.snapshot().id
    found, rarity = _found(corpus, shared), corpus.rarity
    corpus.add(Document("new"), text(3) + shared)
    assert [name for name, *_ in _found(corpus, shared)] == ["new", "old"]
    assert _found(corpus, shared, at=then) == found
    assert np.array_equal(corpus.rarity_at(then).counts, rarity.counts)
    corpus.remove("leaves")
    changes = corpus.changes(then)
    assert [d.id for d in changes.came] == ["new"] and changes.gone == ("leaves",)
    with pytest.raises(NoSuchSnapshotError):
        corpus.changes("0" * 32)


def test_a_passage_that_everybody_copied_is_still_found(corpus: Corpus) -> None:
    popular = text("popular", 400)
    with corpus.writing() as writing:
        for number in range(130):
            writing.add(Document(f"d{number:03d}"), text(number, 100) + popular)
    assert len(corpus.candidates(_prints(popular), 200)) == 130
    hidden = corpus.candidates(_prints(popular), 200, exclude=["d000", "d001"])
    assert len(hidden) == 128


def test_an_error_within_a_commit_leaves_all_as_it_was(corpus: Corpus) -> None:
    corpus.add(Document("kept"), text("kept"))
    before = corpus.snapshot()
    with pytest.raises(EmptyTextError), corpus.writing() as writing:
        writing.add(Document("new"), text("new"))
        writing.remove("kept")
        writing.add(Document("empty"), "。" * 500 + "短")
    assert corpus.snapshot() == before
    assert [d.id for d in corpus.documents()] == ["kept"]
    assert _found(corpus, text("new")) == []
    corpus.check()


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    place = tmp_path / "corpus"
    with Corpus.open(place, create=True) as corpus, Corpus.open(place) as other:
        with corpus.writing() as writing:
            writing.add(Document("a"), text("a"))
            assert other.documents() == ()
            with pytest.raises(CorpusBusyError), other.writing(wait_s=0):
                pass
        assert [d.id for d in other.documents()] == ["a"]


def test_large_and_small_commits_answer_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Corpus.open(tmp_path / "whole", create=True)
    cut = Corpus.open(tmp_path / "cut", create=True)
    monkeypatch.setattr(writer, "_FAN", 100)
    for corpus, spill in ((whole, 1 << 20), (cut, 500)):
        monkeypatch.setattr(writer, "_SPILL", spill)
        with corpus.writing() as writing:
            for number in range(20):
                writing.add(Document(f"d{number}"), text(number) + text("shared", 50))
            writing.remove("d5")
    assert cut.stats().segments > whole.stats().segments == 1
    assert whole.snapshot().id == cut.snapshot().id
    assert _found(whole, text(4) + text("shared", 50)) == _found(cut, text(4) + text("shared", 50))


def test_damage_is_said_and_not_searched_through(tmp_path: Path) -> None:
    place = tmp_path / "corpus"
    with pytest.raises(CorpusMissingError):
        Corpus.open(place)
    with Corpus.open(place, create=True) as corpus:
        corpus.add(Document("a"), text("a"))
        corpus.check()
    (segment,) = (place / "segments").iterdir()
    sound = segment.read_bytes()
    segment.write_bytes(sound[:-9] + bytes([sound[-9] ^ 1]) + sound[-8:])
    with Corpus.open(place) as corpus, pytest.raises(CorpusDamagedError):
        corpus.check()
    segment.write_bytes(sound[:100])
    with Corpus.open(place) as corpus, pytest.raises(CorpusDamagedError):
        corpus.candidates(_prints(text("a")), 5)
    (place / "catalogue.sqlite").write_bytes(b"no catalogue at all" * 100)
    with pytest.raises(CorpusDamagedError):
        Corpus.open(place)


def test_an_index_made_by_other_rules_is_not_asked_until_it_is_made_anew(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.add(Document("a"), text("a"))
    before, found = corpus.snapshot(), _found(corpus, text("a"))
    for module in (store, writer):
        monkeypatch.setattr(module, "index_parameters", lambda: "gram=6")
    with pytest.raises(CorpusOutdatedError):
        _found(corpus, text("a"))
    with pytest.raises(CorpusOutdatedError):
        corpus.add(Document("b"), text("b"))
    corpus.rebuild()
    corpus.check()
    assert _found(corpus, text("a")) == found and corpus.rarity.length == len(text("a"))
    assert corpus.snapshot().id != before.id


def test_who_reads_is_not_disturbed_by_who_writes_and_merges(tmp_path: Path) -> None:
    place = tmp_path / "corpus"
    with Corpus.open(place, create=True) as corpus, Corpus.open(place) as reader:
        corpus.add(Document("first"), text("first"))
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(
                lambda: [corpus.add(Document(f"d{n}"), text(n, 100)) for n in range(30)]
            )
            answers = []
            while not writing.done():
                answers.append([name for name, *_ in _found(reader, text("first"))])
            writing.result()
        assert answers and all(answer == ["first"] for answer in answers)
        assert [name for name, *_ in _found(reader, text(29, 100))] == ["d29"]
