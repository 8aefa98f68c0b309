from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from fixtures.papers.journals import make_registry
from fixtures.papers.nouns import Truth
from fixtures.papers.packages import make_package
from fixtures.papers.store import write_pages
from fixtures.reports.make import make_report
from fixtures.reports.subject import Subject
from models import weights_dir
from pipeline.intake import open_source
from pipeline.publication.examination import ReadFile, read_publication
from pipeline.publication.registry import Registry
from pipeline.publication.registry_import import open_registry
from pipeline.reading import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    folder = weights_dir()
    for model in ("PP-OCRv6_small_det", "PP-OCRv6_small_rec"):
        if not (folder / model / "inference.onnx").is_file():
            pytest.skip("the reading models are not fetched: run `mangping models fetch`")
    return Reader(folder, threads=1)


@pytest.fixture(scope="session")
def package(
    reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Truth, ReadFile, Registry, Path]:
    """Make and read a good paper; its report and another paper's lie in the same folder."""
    folder = tmp_path_factory.mktemp("package")
    journals = make_registry(random.Random(1))
    journals.write(folder / "registry.tsv")
    rng = random.Random(6)
    made = make_package(rng, journals, [])
    write_pages([page.sheet for page in made.pages], folder / "paper.pdf", "born-digital", rng)
    with open_source(folder / "paper.pdf") as source:
        read = read_publication(source, reader)
    assert made.plan is not None
    subject = Subject(
        title=made.plan.article.full_title,
        author=made.truth.applicant,
        unit="淮南市第二中学",
        paragraphs=made.plan.article.paragraphs,
        characters=made.characters,
        published=date(2024, 5, 10),
    )
    make_report(folder / "report.pdf", random.Random(5), subject, "", "cnki")
    other = Subject(
        "操场改造工程概算", "王建国", "某局", ("一",), made.characters, date(2025, 11, 1)
    )
    make_report(folder / "other.pdf", random.Random(5), other, "", "cnki")
    return made.truth, read, open_registry(folder / "registry.tsv"), folder
