"""A folder or a ZIP as a whole dossier."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from pipeline.dossier import Applicant, Attachment, Noun
from pipeline.errors import RefusedInputError
from pipeline.intake.archive import Unpacked, Unpacker, is_archive
from pipeline.intake.errors import (
    ArchiveAsPageError,
    DossierFileError,
    EmptyDossierError,
    FileTooBigError,
    MissingFileError,
    NotADossierError,
    TooManyMembersError,
    UnsafePathError,
)
from pipeline.intake.identity import parse_identity
from pipeline.intake.jsonfile import JsonFileError, read_json
from pipeline.intake.limits import MB, Limits
from pipeline.intake.names import LeavesFolderError, is_junk, natural_key, same_name, shown

DESCRIPTION = "dossier.json"
IDENTITY = "identity.json"


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One attachment: its noun and where its bytes are. ``attachment.file`` is for people.

    ``masked`` is the applicant's own masked copy, if there is one; ``masked_name`` is for people.
    """

    attachment: Attachment
    path: Path
    masked: Path | None = None
    masked_name: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened dossier.

    Attributes:
        name: What the user calls it.
        files: The attachments, in the description's order, else in natural order of their paths.
        errors: What was refused, one error a member; the files beside it stand.
        policy: Policy id of dossier.json, None without.
        applicant: Applicant of dossier.json, None without.
    """

    name: str
    files: tuple[BundleFile, ...]
    errors: tuple[RefusedInputError, ...] = ()
    policy: str | None = None
    applicant: Applicant | None = field(default=None, repr=False)


class _Entry(Noun):
    id: str | None = Field(default=None, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")
    file: str = Field(min_length=1, max_length=1024)
    masked: str | None = Field(default=None, min_length=1, max_length=1024)
    kind: str = Field(default="other", min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")
    report_of: str | None = Field(default=None, max_length=80)


class _Description(Noun):
    policy: str | None = Field(default=None, max_length=80)
    applicant: dict[str, Any] | None = Field(default=None, repr=False)
    attachments: tuple[_Entry, ...] = Field(min_length=1)


def open_bundle(path: Path, workdir: Path, *, limits: Limits | None = None) -> Bundle:
    """Open a folder or ZIP as a dossier.

    Args:
        path: The folder or ZIP.
        workdir: Folder of the caller's where archives are unpacked; the caller removes it when the
            files are no longer needed.
        limits: What is taken.

    Raises:
        RefusedInputError: The dossier as a whole is refused.
        UsageError: dossier.json is not of the documented shape.
    """
    limits = limits or Limits()
    name = shown(path.name or str(path))
    unpacker = Unpacker(workdir, limits)
    try:
        if path.is_dir():
            for file, relative in _walk(path, limits, unpacker.errors):
                unpacker.add(file, relative)
        elif path.is_file():
            _unpack_whole(path, name, unpacker)
        else:
            raise MissingFileError(name)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        raise MissingFileError(name) from None
    files = sorted(unpacker.files, key=lambda file: natural_key(file.shown))
    found = _find_description(files)
    if found is not None:
        return _described(name, found, files, unpacker, limits)
    files = [file for file in files if file.shown.rsplit("/", 1)[-1] != IDENTITY]
    if not files and not unpacker.errors:
        raise EmptyDossierError(name)
    attachments = (Attachment(id=f"a{n:02d}", file=f.shown) for n, f in enumerate(files, start=1))
    pairs = tuple(BundleFile(a, f.path) for a, f in zip(attachments, files, strict=True))
    return Bundle(name, pairs, tuple(unpacker.errors))


def _unpack_whole(path: Path, name: str, unpacker: Unpacker) -> None:
    size, limit = path.stat().st_size, unpacker.limits.unpacked_bytes
    if size > limit:
        raise FileTooBigError(name, actual=-(-size // MB), limit=limit // MB)
    if not is_archive(path):
        raise NotADossierError(name)
    unpacker.unpack(path, name, 1, prefix="")


def _walk(
    root: Path, limits: Limits, errors: list[RefusedInputError]
) -> Iterator[tuple[Path, str]]:
    """Yield the regular files of a folder with their shown relative paths; follow no link."""
    folders, seen = [root], 0
    while folders:
        for path in sorted(folders.pop().iterdir()):
            relative = path.relative_to(root)
            name = shown(relative.as_posix())
            if is_junk(relative.parts):
                continue
            seen += 1
            if seen > limits.members:
                raise TooManyMembersError(shown(root.name), limit=limits.members)
            if path.is_symlink():
                errors.append(UnsafePathError(name, what="是链接"))
            elif path.is_dir():
                folders.append(path)
            elif path.is_file():
                yield path, name


def _find_description(files: list[Unpacked]) -> Unpacked | None:
    """Return dossier.json at the top, or in the one folder that everything lies in."""
    by_name = {file.shown: file for file in files}
    if DESCRIPTION in by_name:
        return by_name[DESCRIPTION]
    tops = {file.shown.split("/", 1)[0] for file in files}
    return by_name.get(f"{tops.pop()}/{DESCRIPTION}") if len(tops) == 1 else None


def _described(
    name: str, found: Unpacked, files: list[Unpacked], unpacker: Unpacker, limits: Limits
) -> Bundle:
    description = _read_description(found, limits)
    applicant = None
    if description.applicant is not None:
        applicant = parse_identity(description.applicant, found.shown)
    base = found.shown[: -len(DESCRIPTION)]
    members = _Members(base, files, unpacker)
    taken = []
    ids = _ids(description, found.shown)
    for attachment_id, entry in zip(ids, description.attachments, strict=True):
        path = members.find(entry.file)
        masked = members.find(entry.masked) if entry.masked else None
        if path is not None:
            attachment = Attachment(
                id=attachment_id,
                file=shown(entry.file),
                kind=entry.kind,
                report_of=entry.report_of,
            )
            taken.append(BundleFile(attachment, path, masked, shown(entry.masked or "")))
    return Bundle(name, tuple(taken), tuple(members.errors), description.policy, applicant)


class _Members:
    """The files that a description may name; keeps an error for each that is not there."""

    def __init__(self, base: str, files: list[Unpacked], unpacker: Unpacker) -> None:
        self._base = base
        self._by_name = {same_name(file.shown): file for file in files}
        self._archives = {same_name(archive) for archive in unpacker.archives}
        self._refused = {unicodedata.normalize("NFC", e.subject) for e in unpacker.errors}
        self.errors = list(unpacker.errors)

    def find(self, name: str) -> Path | None:
        """Return where a file's bytes are."""
        shown_name = shown(name)
        try:
            wanted = same_name(self._base + same_name(name))
        except LeavesFolderError:
            self.errors.append(UnsafePathError(shown_name, what="的路径不合规"))
            return None
        if wanted in self._by_name:
            return self._by_name[wanted].path
        if wanted in self._archives:
            self.errors.append(ArchiveAsPageError(shown_name))
        elif wanted not in self._refused:  # else its own error already says what is wrong with it
            self.errors.append(MissingFileError(shown_name))
        return None


def _read_description(found: Unpacked, limits: Limits) -> _Description:
    try:
        return _Description.model_validate(read_json(found.path, limits.json_bytes))
    except JsonFileError as error:
        raise DossierFileError(found.shown, what=str(error)) from None
    except ValidationError as error:
        places = sorted({_place(e["loc"]) for e in error.errors()})
        what = f"{'、'.join(places[:5])} 不符合格式" if places[0] else "最外层应是一个对象"
        raise DossierFileError(found.shown, what=what) from None


def _place(location: tuple[int | str, ...]) -> str:
    """Name a place in dossier.json by our own words only: a stranger's key may be anything."""
    known = {*_Description.model_fields, *_Entry.model_fields}
    parts = (
        str(part + 1) if isinstance(part, int) else part if part in known else "多余的项"
        for part in location
    )
    return " ".join(parts)


def _ids(description: _Description, subject: str) -> list[str]:
    """Return an id for each attachment: the given one, else the next free of a01, a02 and so on."""
    given = [entry.id for entry in description.attachments if entry.id is not None]
    if len({one.casefold() for one in given}) < len(given):
        raise DossierFileError(subject, what="attachments 里有重复的 id")
    free = (f"a{n:02d}" for n in range(1, 2 * len(description.attachments) + 1))
    taken = {one.casefold() for one in given}
    unused = (one for one in free if one not in taken)
    ids = [entry.id or next(unused) for entry in description.attachments]
    if not {entry.report_of for entry in description.attachments} <= {None, *ids}:
        raise DossierFileError(subject, what="report_of 指的编号不在 attachments 里")
    return ids
