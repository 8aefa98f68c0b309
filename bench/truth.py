"""The ground truth beside a generated dossier: every item, every character, in stored pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline.geometry import Frame, Point


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

    ``lines`` holds more than one entry where the item is broken over line ends.
    """

    id: str
    kind: str = Field(alias="class")
    must: str
    entity: str | None = None
    text: str = ""
    handwritten: bool = False
    lines: tuple[tuple[TrueChar, ...], ...] = ()

    def chars(self) -> Iterator[TrueChar]:
        """The characters that leave ink, in order."""
        return (char for line in self.lines for char in line if char.inked)


class TruePage(_Truth):
    """A page of a generated file; ``turn`` quarter turns clockwise make it upright."""

    page: int
    width: int
    height: int
    turn: int = 0
    template: str = ""
    items: tuple[Item, ...] = ()

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


def load_truth(folder: Path) -> Truth:
    """Read ``truth.json`` of a generated dossier."""
    return Truth.model_validate_json((folder / "truth.json").read_bytes())


def dossiers(root: Path) -> list[Path]:
    """The generated dossiers under a folder, in order."""
    return sorted(path.parent for path in root.rglob("truth.json"))
