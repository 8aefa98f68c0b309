from __future__ import annotations

import pytest

from pipeline.dossier import Applicant, VerdictKind
from pipeline.errors import RefusedInputError
from pipeline.outcome import FileResult, Publication, as_mangping_error, exit_code, safe_name

APPLICANT = Applicant.model_validate(
    {"name": ["李晓琳", "Li Xiaolin"], "unit": "淮南市第二中学", "phone": "13955412345"}
)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("李晓琳论文.pdf", "申报人论文.pdf"),
        ("李 晓 琳（淮南市第二中学）.pdf", "申报人（申报单位）.pdf"),
        ("lixiaolin-2024.pdf", "申报人-2024.pdf"),
        ("LI_XIAOLIN.pdf", "申报人.pdf"),
        ("１３９５５４１２３４５.jpg", "电话.jpg"),
        ("论文（终稿）.pdf", "论文（终稿）.pdf"),
    ],
)
def test_a_suggested_file_name_does_not_name_the_applicant(name: str, safe: str) -> None:
    assert safe_name(name, APPLICANT) == safe


def test_an_unforeseen_error_shows_its_place_and_none_of_the_documents_text() -> None:
    try:
        {}["李晓琳"]
    except KeyError as caught:
        shown = as_mangping_error(caught, "a.pdf")
    assert "KeyError" in str(shown) and "test_outcome.py" in str(shown)
    assert "李晓琳" not in str(shown)


def test_refused_input_beats_a_person_beats_clean() -> None:
    clean, person = (
        FileResult(id="a", file="a", verdict=kind)
        for kind in (VerdictKind.CLEAN, VerdictKind.PERSON)
    )
    assert exit_code([clean]) == 0
    assert exit_code([clean, person]) == 3
    assert exit_code([clean, person], [RefusedInputError("x")]) == 2


@pytest.mark.parametrize(
    ("verdict", "code"), [("accept", 0), ("person", 3), ("return", 3), ("error", 2)]
)
def test_a_returned_paper_is_not_passed_over_beside_a_clean_copy(verdict: str, code: int) -> None:
    paper = Publication.model_validate({"verdict": verdict})
    result = FileResult(id="a", file="a", verdict=VerdictKind.CLEAN, publication=paper)
    assert exit_code([result]) == code
