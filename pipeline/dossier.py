"""The nouns of the product: what is uploaded, what is found, what is hidden, what was decided.

All are frozen. Whatever identifies a person stays out of ``repr``, so that no log line, exception
or failing test can print it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.geometry import Polygon

#: The recogniser of what a person added; such a box is masked as it was drawn.
BY_PERSON = "person"


class Kind(StrEnum):
    """What a finding is about."""

    APPLICANT_NAME = "applicant_name"
    APPLICANT_UNIT = "applicant_unit"
    PERSON_NAME = "person_name"
    UNIT = "unit"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    HOLDER_NUMBER = "holder_number"
    SIGNATURE = "signature"
    CERTIFICATE_NUMBER = "certificate_number"
    PROJECT_NUMBER = "project_number"
    AUTHOR_NOTE = "author_note"
    ISSUING_AUTHORITY = "issuing_authority"
    PUBLICATION = "publication"
    PUBLIC_FIGURE = "public_figure"
    SEAL = "seal"
    FACE = "face"
    CODE = "code"


class Action(StrEnum):
    """What the policy does with a finding."""

    MASK = "mask"
    KEEP = "keep"


class Place(StrEnum):
    """Where on the page a finding stands; decides how wide its mask is drawn."""

    RUNNING = "running"
    CELL = "cell"
    SLOT = "slot"
    LINE_END = "line_end"


class VerdictKind(StrEnum):
    """How a file ends."""

    CLEAN = "clean"
    PERSON = "person"
    ERROR = "error"


def _as_tuple(value: Any) -> Any:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    return value


Strings = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    BeforeValidator(_as_tuple),
    Field(max_length=50),
]


class Noun(BaseModel):
    """Base of the frozen nouns; validation errors never repeat the value they refuse."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Applicant(Noun):
    """The applicant's own strings, as the application form gives them.

    The JSON keys are those of identity.json; each value is a string or a list of strings. All but
    ``name`` are optional. The first entry of a list is the preferred form.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True
    )

    name: Annotated[Strings, Field(min_length=1)]
    id_number: Strings = ()
    unit: Strings = ()
    phone: Strings = ()
    email: Strings = ()

    def __repr__(self) -> str:
        """Say how many strings are known, never which."""
        counts = {field: len(getattr(self, field)) for field in type(self).model_fields}
        return f"Applicant({counts})"

    __str__ = __repr__


class Attachment(Noun):
    """One uploaded file of a dossier. ``file`` is relative to the dossier's folder.

    ``report_of`` is the attachment that a similarity report is about, where somebody said so.
    """

    id: str = Field(min_length=1, max_length=80, pattern=r"^[\w.\-]+$")
    file: str = Field(min_length=1, max_length=1024)
    kind: str = Field(default="other", max_length=40)
    report_of: str | None = None


class Finding(Noun):
    """Something on a page that identifies somebody, or looks like it and stays.

    Attributes:
        id: Unique within its file, stable for equal input: ``p{page}-{number}``.
        page: Page number, from 1.
        kind: What it is.
        polygon: Where its ink is, on the upright page (see :mod:`pipeline.geometry`).
        entity: Key of the person, unit or number that all its mentions share inside a dossier.
            Private (it is made from the text): never written to logs or to findings.json.
        recogniser: Which component found it.
        rule: Which of the component's rules fired.
        score: How sure, 0 to 1.
        reason: One Chinese sentence for the reader of the report; carries no text of the page.
        place: Running text, table cell, form slot or line end.
        text: What was read. Private.
        line: Index of the line of the page's reading it lies on, or None for ink that was not read.
        start: First character of it on that line.
        end: One past its last character on that line.
        doubtful: A person must look, whatever the action.
    """

    id: str
    page: int
    kind: Kind
    polygon: Polygon
    entity: str = Field(default="", repr=False)
    recogniser: str
    rule: str
    score: float
    reason: str
    place: Place = Place.RUNNING
    text: str = Field(default="", repr=False)
    line: int | None = None
    start: int = 0
    end: int = 0
    doubtful: bool = False


class Decision(Noun):
    """What is done with one finding, under which label: by the policy, or by a person."""

    finding: Finding
    action: Action
    label: str = ""
    reason: str = ""
    by_person: bool = False


class Mask(Noun):
    """An opaque patch on a page, or the place of a watermark that is cleared.

    ``polygon`` is in the upright frame and has the page's stored resolution; ``label`` is what is
    written on it (the same person or school has the same label throughout a dossier);
    ``findings`` are the ids it hides. Where ``cleared``, the paper and the print of the place are
    painted anew, nothing is written on it, and the print stays legible.
    """

    page: int
    polygon: Polygon
    label: str
    kind: Kind
    findings: tuple[str, ...]
    cleared: bool = False


class Doubt(Noun):
    """One reason why a person must look: a stable code, the page if any, one Chinese sentence.

    ``rule`` is the id of the notice's rule that is broken, where it is one.
    """

    code: str
    message: str
    page: int | None = None
    polygon: Polygon | None = None
    rule: str | None = None


class Verdict(Noun):
    """How a file ends; anything but ``clean`` is released only by a person."""

    kind: VerdictKind
    doubts: tuple[Doubt, ...] = ()
