"""What a run leaves for the judge and the tables: files, verdicts, seconds by stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bench.truth import Truth
from pipeline.dossier import Decision
from pipeline.reading.lines import PageReading

#: In the order of a page's way.
STAGES = ("intake", "reading", "detection", "masking", "verification")


@dataclass
class FileRun:
    """What the stages made of one file; ``doubts`` and ``notes`` are (code, page) pairs.

    ``error`` is the code of the error that ended it, empty when there is a copy.
    """

    id: str
    file: str
    source: Path
    copy: Path
    verdict: str = "error"
    error: str = ""
    doubts: list[tuple[str, int | None]] = field(default_factory=list)
    notes: list[tuple[str, int | None]] = field(default_factory=list)
    readings: list[PageReading] = field(default_factory=list, repr=False)
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    copy_bytes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages were read."""
        return len(self.readings)

    @property
    def written(self) -> list[Path]:
        """What lies beside the copy and may be handed out with it."""
        return [path for path in (self.copy.with_suffix(".findings.json"),) if path.exists()]


@dataclass
class DossierRun:
    """What the stages made of one dossier; ``starting`` is what its detector took to load."""

    folder: Path
    truth: Truth
    files: list[FileRun]
    seconds: dict[str, float]
    starting: float = 0.0
