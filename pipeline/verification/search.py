"""All searches together: what of the applicant is readable in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.dossier import Applicant
from pipeline.verification.edges import EdgeForms
from pipeline.verification.given import GivenForms, find_given, given_forms
from pipeline.verification.latin import find_emails, find_pinyin, pinyin_forms
from pipeline.verification.names import NameForms, find_names, name_forms
from pipeline.verification.numbers import find_numbers, number_forms
from pipeline.verification.text import Run, Span, joined_runs
from pipeline.verification.units import find_units, short_forms, unit_names


@dataclass(frozen=True, slots=True)
class Wanted:
    """The applicant's strings, and what people gave beside them, prepared once for a file."""

    names: NameForms = field(repr=False)
    pinyin: tuple[str, ...] = field(repr=False)
    units: tuple[str, ...] = field(repr=False)
    shorts: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    given: GivenForms

    @classmethod
    def of(cls, applicant: Applicant, given: tuple[str, ...] = ()) -> Wanted:
        """Prepare an applicant's strings, and those that people want hidden everywhere."""
        units = unit_names(applicant.unit)
        shorts = dict.fromkeys(form for unit in units for form in short_forms(unit))
        return cls(
            name_forms(applicant.name),
            pinyin_forms(applicant.name),
            units,
            tuple(shorts),
            number_forms((*applicant.id_number, *applicant.phone)),
            applicant.email,
            given_forms(given),
        )

    @property
    def ends(self) -> EdgeForms:
        """What is looked for beside masks."""
        return EdgeForms(self.names.names, self.units)


def search_run(run: Run, wanted: Wanted) -> Iterator[Span]:
    """Yield all suspicions in one line or in two joined ones."""
    yield from find_names(run, wanted.names)
    yield from find_pinyin(run, wanted.pinyin)
    yield from find_units(run, wanted.units, wanted.shorts)
    yield from find_numbers(run, wanted.numbers)
    yield from find_given(run, wanted.given)
    if run.seam is None:
        yield from find_emails(run, wanted.emails)


def search_runs(runs: Sequence[Run], wanted: Wanted) -> Iterator[tuple[Run, Span]]:
    """Yield all suspicions on a page, over line ends too."""
    for run in (*runs, *joined_runs(runs)):
        for span in search_run(run, wanted):
            yield run, span


def plain_text_leaks(text: str, wanted: Wanted, strings: tuple[str, ...]) -> bool:
    """Whether a short plain text, such as a file name or a label, holds an applicant's string."""
    squeezed = "".join(c for c in text.lower() if c.isalnum())
    forms = (*strings, *wanted.shorts)
    exact = ("".join(c for c in f.lower() if c.isalnum()) for f in forms)
    latin = "".join(c for c in squeezed if c.isascii() and c.isalpha())
    return any(len(f) > 1 and f in squeezed for f in exact) or any(
        len(p) >= 6 and p in latin for p in wanted.pinyin
    )
