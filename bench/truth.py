"""The ground truth beside a generated dossier: every item, every character, in stored pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.geometry import Frame, Point

#: Pixels around a seal that its mask may reach into.
_SEAL_MARGIN = 6


class _Truth(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TrueChar(_Truth):
    """One drawn character and its outline in stored pixels."""

    text: str
    polygon: tuple[Point, ...]

    @property
    def inked(self) -> bool:
        """False for spaces; pictures such as seals have no text but ink."""
        return bool(self.text.strip()) or not self.text


class Item(_Truth):
    """Something on a page: what class it is, and whether it must be hidden, must stay, or may do.

    ``lines`` holds more than one entry where the item is broken over line ends. Seals have their
    outer edge as ``outline``, in stored pixels, and say whose they are (``owner``: school or
    authority), their ``colour`` and ``shape``, and whether the paper's edge has ``cut`` them.
    """

    id: str
    kind: str = Field(alias="class")
    must: str
    entity: str | None = None
    text: str = ""
    handwritten: bool = False
    lines: tuple[tuple[TrueChar, ...], ...] = ()
    outline: tuple[Point, ...] = ()
    owner: str = ""
    colour: str = ""
    shape: str = ""
    cut: bool = False
    watermark: bool = False

    def chars(self) -> Iterator[TrueChar]:
        """The characters that leave ink, in order."""
        return (char for line in self.lines for char in line if char.inked)


class TruePage(_Truth):
    """A page of a generated file; ``turn`` quarter turns clockwise make it upright.

    What lies under a seal that must be hidden cannot stay: those characters are taken out of the
    items that must stay, and counted in ``under_seals``.
    """

    page: int
    width: int
    height: int
    turn: int = 0
    template: str = ""
    gray: bool = False
    items: tuple[Item, ...] = ()
    under_seals: int = 0

    @model_validator(mode="before")
    @classmethod
    def _without_covered(cls, data: Any) -> Any:
        return without_covered(data) if isinstance(data, dict) else data

    @property
    def frame(self) -> Frame:
        """The upright grid, at stored resolution."""
        return Frame(self.page, self.width, self.height, self.turn)


class TrueFile(_Truth):
    """A generated file of a dossier; ``file`` is relative to the dossier's folder."""

    file: str
    kind: str = "other"
    quality: str = "clean"
    born_digital: bool = False
    pages: tuple[TruePage, ...] = ()

    @property
    def group(self) -> str:
        """What the tables split by: the quality of a scan, or ``digital``."""
        return "digital" if self.born_digital else self.quality


class Truth(_Truth):
    """The content of one ``truth.json``."""

    seed: int = 0
    applicant: dict[str, Any] = Field(default_factory=dict)
    files: tuple[TrueFile, ...] = ()


def without_covered(page: dict[str, Any]) -> dict[str, Any]:
    """Take out of a page's entry the must-stay characters that a hidden seal lies over."""
    entries = [entry for entry in page.get("items", ()) if isinstance(entry, dict)]
    seals = [
        np.asarray(e["outline"], np.float32)
        for e in entries
        if e.get("outline") and e.get("must") == "mask"
    ]
    if not seals:
        return page
    count, items = 0, []
    for entry in entries:
        if entry.get("must") == "stay":
            lines = [[c for c in line if not _covered(c, seals)] for line in entry["lines"]]
            lost = sum(map(len, entry["lines"])) - sum(map(len, lines))
            count += lost
            entry = {**entry, "lines": lines} if lost else entry
        items.append(entry)
    return {**page, "items": items, "under_seals": count}


def _covered(char: dict[str, Any], seals: list[NDArray[np.float32]]) -> bool:
    return any(
        cv2.pointPolygonTest(seal, (float(x), float(y)), True) > -_SEAL_MARGIN
        for seal in seals
        for x, y in char["polygon"]
    )


def load_truth(folder: Path) -> Truth:
    """Read ``truth.json`` of a generated dossier."""
    return Truth.model_validate_json((folder / "truth.json").read_bytes())


def dossiers(root: Path) -> list[Path]:
    """The generated dossiers under a folder, in order."""
    return sorted(path.parent for path in root.rglob("truth.json"))
