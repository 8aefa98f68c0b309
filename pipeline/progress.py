"""How far the work is, for whoever waits."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """The stages of a file, whose seconds are measured."""

    INTAKE = "intake"
    READING = "reading"
    DETECTION = "detection"
    MASKING = "masking"
    VERIFICATION = "verification"


class Progress(Protocol):
    """Is told of every page; may be called from several threads."""

    def opened(self, file_id: str, pages: int) -> None:
        """A file was opened and has so many pages."""

    def done(self, file_id: str, stage: Stage, page: int) -> None:
        """A stage is through with a page."""

    def closed(self, file_id: str) -> None:
        """Nothing more will happen to a file."""


class Silent:
    """Tells nobody."""

    def opened(self, file_id: str, pages: int) -> None:
        """Do nothing."""

    def done(self, file_id: str, stage: Stage, page: int) -> None:
        """Do nothing."""

    def closed(self, file_id: str) -> None:
        """Do nothing."""
