"""What goes into the check of an applicant's own masked copy, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Kind, Noun
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line

Pixels = NDArray[np.uint8]
Gray = NDArray[np.float32]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]
Corners = tuple[tuple[float, float], ...]


class Channel(StrEnum):
    """Where a leak is."""

    PIXELS = "pixels"
    SEE_THROUGH = "see-through"
    BLURRED = "blurred"
    TEXT_LAYER = "text-layer"
    UNDER_MASK = "under-mask"
    ANNOTATION = "annotation"
    FORM_FIELD = "form-field"
    METADATA = "metadata"
    ATTACHMENT = "attachment"
    REVISION = "revision"
    THUMBNAIL = "thumbnail"
    SCRIPT = "script"
    OBJECT = "object"
    FILE_NAME = "file-name"


class Surety(StrEnum):
    """How far the policy's finding on the original can be relied on.

    What is sure and left open is a leak; what is likely needs a person; what is weak only excuses a
    mask that lies there.
    """

    SURE = "sure"
    LIKELY = "likely"
    WEAK = "weak"


class PairVerdict(StrEnum):
    """How a pair ends."""

    PASS = "pass"
    LEAK = "leak"
    DIFFERS = "differs"
    PERSON = "person"


class Leak(Noun):
    """Something sensitive that the masked copy still carries.

    ``polygon`` is in pixels of the masked copy's stored page; page and polygon are None for what
    belongs to the whole file.
    """

    page: int | None
    kind: Kind
    polygon: Corners | None
    channel: Channel


class Difference(Noun):
    """A place outside the masks that is not the original's.

    ``polygon`` is in pixels of the masked copy's stored page; for a page that the copy lacks, page
    and polygon are the original's and ``missing`` is true.
    """

    page: int
    polygon: Corners
    missing: bool = False


class PairDoubt(Noun):
    """Why a person must look at a pair: a stable code, a page of the masked copy, one sentence."""

    code: str
    message: str
    page: int | None = None


class Origin(Noun):
    """A place of the original: page from 1, corners in fractions of its upright page."""

    page: int
    corners: Corners


class PairReport(Noun):
    """The whole answer about a pair.

    ``sizes`` are width and height of the copy's stored pages, ``turns`` the quarter turns clockwise
    that make them stand as the original's do. ``origins`` has for each leak, then each difference,
    where that is on the original, if the pages could be laid over each other.
    """

    verdict: PairVerdict
    rules: tuple[str, ...]
    leaks: tuple[Leak, ...]
    differences: tuple[Difference, ...]
    doubts: tuple[PairDoubt, ...]
    pages: int
    sizes: tuple[tuple[int, int], ...] = ()
    turns: tuple[int, ...] = ()
    origins: tuple[Origin | None, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the object that the command prints."""
        return {
            "verdict": self.verdict.value,
            "rules": list(self.rules),
            "leaks": [leak.model_dump(mode="json") for leak in self.leaks],
            "differences": [
                {"page": d.page, "polygon": [list(corner) for corner in d.polygon]}
                for d in self.differences
            ],
        }


@dataclass(frozen=True, slots=True)
class SensitivePlace:
    """A place of the original that the policy masks.

    Attributes:
        kind: What stands there.
        polygon: Where, on the original's upright page.
        text: What was read there; empty where nothing was. Private.
        cells: One box for each character, or none for ink that was not read.
        marks: What was read in each cell. Private.
        letters: Characters that the string sought consists of, if it is known: the finding may
            reach further than the string. Private.
        surety: Whether leaving it open is a leak.
    """

    kind: Kind
    polygon: Polygon
    text: str = field(default="", repr=False)
    cells: tuple[Polygon, ...] = ()
    marks: tuple[str, ...] = field(default=(), repr=False)
    letters: frozenset[str] = field(default=frozenset(), repr=False)
    surety: Surety = Surety.SURE


@dataclass(frozen=True, slots=True)
class OriginalPage:
    """A page of the original: upright pixels, what was read there, what must be hidden."""

    frame: Frame
    lines: tuple[Line, ...] = field(repr=False)
    places: tuple[SensitivePlace, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A leak or a difference with its two crops (RGB), for the report; None where there is none."""

    entry: Leak | Difference
    original: Pixels | None = field(repr=False, default=None)
    masked: Pixels | None = field(repr=False, default=None)
