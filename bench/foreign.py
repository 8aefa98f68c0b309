"""Other programs beside ours: hands them the pages of a set, and takes their copies to the judge.

``python -m bench.foreign SET PAGES`` writes every page upright as ``NNN/KKK/PPP.png`` (dossier,
file, page) with the applicant's ``NNN/identity.json``. A program's copies are ``NNN/KKK.pdf``, the
names that ``python -m bench --keep`` gives ours, and ``seconds.json`` beside them says what they
took; ``python -m bench --set SET --copies DIR`` judges them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image

from bench.pixels import source_pages, upright
from bench.records import STAGES, DossierRun, FileRun
from bench.truth import dossiers, load_truth


def export_pages(made: Path, out: Path) -> int:
    """Write the pages of a set as pictures, upright, at stored size; return how many."""
    count = 0
    for number, folder in enumerate(dossiers(made), 1):
        truth = load_truth(folder)
        target = out / f"{number:03}"
        for place, file in enumerate(truth.files, 1):
            (target / f"{place:03}").mkdir(parents=True, exist_ok=True)
            for page, stored in source_pages(folder / file.file, file):
                picture = Image.fromarray(upright(stored, page))
                picture.save(target / f"{place:03}" / f"{page.page:03}.png")
                count += 1
        (target / "identity.json").write_text(json.dumps(truth.applicant, ensure_ascii=False))
    return count


def foreign_runs(made: Path, copies: Path) -> list[DossierRun]:
    """Return the copies of another program as runs; all its time is counted as reading.

    A file without a copy counts as refused.
    """
    folders = dossiers(made)
    told = copies / "seconds.json"
    spent = json.loads(told.read_text())["seconds"] if told.exists() else 0.0
    runs = []
    for number, folder in enumerate(folders, 1):
        truth = load_truth(folder)
        files = []
        for place, entry in enumerate(truth.files, 1):
            copy = copies / f"{number:03}" / f"{place:03}.pdf"
            run = FileRun(f"{place:03}", entry.file, folder / entry.file, copy, verdict="foreign")
            if copy.exists():
                run.copy_bytes = copy.stat().st_size
            else:
                run.error = "no-copy"
            files.append(run)
        seconds = dict.fromkeys(STAGES, 0.0) | {"reading": spent / len(folders)}
        runs.append(DossierRun(folder, truth, files, seconds))
    return runs


if __name__ == "__main__":
    print(export_pages(Path(sys.argv[1]), Path(sys.argv[2])), "pages")
