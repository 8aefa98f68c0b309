"""The errors a caller can meet, one class a cause.

Every class has a stable ``code`` for JSON and turns its facts into one Chinese sentence that says
what happened, to which file, and what to do next. No sentence carries text read from a document.
"""

from __future__ import annotations

from typing import ClassVar


class MangpingError(Exception):
    """Base of everything this program refuses or fails at.

    Args:
        subject: The file or thing the error is about, as the user named it.
        **facts: Numbers and words that fill the sentence.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2
    sentence: ClassVar[str] = "处理“{subject}”时出错。"

    def __init__(self, subject: str = "", **facts: object) -> None:
        self.subject = subject
        self.facts = facts
        super().__init__(self.sentence.format(subject=subject, **facts))

    def as_json(self) -> dict[str, str]:
        """Return ``{"class", "code", "message"}`` for machine-readable output."""
        return {"class": type(self).__name__, "code": self.code, "message": str(self)}


class UsageError(MangpingError):
    """The command, the identity file or the dossier description is not usable."""

    code = "usage"


class RefusedInputError(MangpingError):
    """An uploaded file is refused before anything is made of it."""

    code = "refused"


class ModelError(MangpingError):
    """A model is missing, damaged or cannot be fetched."""

    code = "model"
