"""Folders of texts compared all against all, in the format of the PAN text-alignment tasks.

Input are two folders of UTF-8 text files; output is one XML file for every pair that shares text:
``<document reference><feature name="detected-plagiarism" this_offset this_length source_reference
source_offset source_length/></document>``. Offsets count characters of the files as they are.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from pipeline.errors import RefusedInputError, UsageError
from pipeline.similarity.nouns import Passage
from pipeline.similarity.text import NormalText, normalise

_SUFFIX = ".txt"
_MB = 1024 * 1024
_MOST_FILES = 5000
_MOST_BYTES = 16 * _MB
_MOST_BYTES_TOGETHER = 512 * _MB


class TextFolderError(UsageError):
    """A folder of texts is missing, unreadable or without texts."""

    code = "text-folder"
    sentence = "“{subject}”不是文件夹，或里面没有能读的 .txt 文件；请检查路径和权限。"


class TextFolderTooLargeError(RefusedInputError):
    """A folder holds more texts than are compared at once."""

    code = "text-folder-too-large"
    sentence = "“{subject}”里的文本超过 {files} 个或合计超过 {megabytes} MB；请分批比对。"


class TextFileTooLargeError(RefusedInputError):
    """One text is too long."""

    code = "text-file-too-large"
    sentence = "“{subject}”超过 {megabytes} MB，没有比对；请拆开后再比。"


class NotUtf8Error(RefusedInputError):
    """A text is not UTF-8."""

    code = "not-utf8"
    sentence = "“{subject}”不是 UTF-8 编码的文本，没有比对；请转换编码后再试。"


class TextNameError(RefusedInputError):
    """A file's name cannot be written into the result, or two results would have one name."""

    code = "text-name"
    sentence = "“{subject}”的文件名不能写进结果，或会与另一对文件的结果重名；请改名后再试。"


class PairsOutputError(UsageError):
    """The results cannot be written."""

    code = "pairs-output"
    sentence = "无法把结果写到“{subject}”；请检查权限和磁盘空间，且不要用输入的文件夹。"


def read_texts(folder: Path) -> dict[str, NormalText]:
    """Read every ``.txt`` file that lies directly in a folder, by its name, in order of names.

    Raises:
        UsageError: There is no such folder, or no text in it.
        RefusedInputError: A file is too large, too many, not UTF-8 or of an impossible name.
    """
    texts: dict[str, NormalText] = {}
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
            if len(data) > _MOST_BYTES:
                raise TextFileTooLargeError(path.name, megabytes=_MOST_BYTES // _MB)
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise NotUtf8Error(path.name) from None
        except OSError:
            raise TextFolderError(path.name) from None
        texts[path.name] = normalise(text)
    return texts


def write_pairs(
    out: Path,
    found: Mapping[tuple[str, str], Sequence[Passage]],
    queries: Sequence[str],
    sources: Sequence[str],
) -> int:
    """Write one XML file a pair; files of pairs of these texts from an earlier run are replaced.

    Args:
        out: Folder; it is made if it is missing.
        found: The passages of each pair.
        queries: Names of all examined texts.
        sources: Names of all sources.

    Returns:
        Number of files written.

    Raises:
        UsageError: The folder cannot be written.
        RefusedInputError: Two pairs would have one file.
    """
    names: dict[str, tuple[str, str]] = {}
    for query in queries:
        for source in sources:
            name = _result_name(query, source)
            if names.setdefault(name, (query, source)) != (query, source):
                raise TextNameError(query)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, pair in names.items():
            if found.get(pair):
                _write(out / name, pan_xml(pair[0], pair[1], found[pair]))
            else:
                (out / name).unlink(missing_ok=True)
    except OSError:
        raise PairsOutputError(out.name) from None
    return sum(1 for passages in found.values() if passages)


def pan_xml(query: str, source: str, passages: Sequence[Passage]) -> str:
    """Render the passages of one pair."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<document reference={quoteattr(query)}>"]
    for passage in passages:
        own, there = passage.span, passage.source_span
        lines.append(
            f'<feature name="detected-plagiarism" this_offset="{own.start}" '
            f'this_length="{own.length}" source_reference={quoteattr(source)} '
            f'source_offset="{there.start}" source_length="{there.length}"/>'
        )
    return "\n".join([*lines, "</document>", ""])


def _files(folder: Path) -> Iterator[Path]:
    """The text files of a folder in order, after their names, numbers and sizes were checked."""
    try:
        entries = sorted(
            (entry for entry in os.scandir(folder) if entry.name.lower().endswith(_SUFFIX)),
            key=lambda entry: entry.name,
        )
        sizes = [entry.stat() for entry in entries]
    except OSError:
        raise TextFolderError(folder.name) from None
    files = [(e, s.st_size) for e, s in zip(entries, sizes, strict=True) if stat.S_ISREG(s.st_mode)]
    if not files:
        raise TextFolderError(folder.name)
    if len(files) > _MOST_FILES or sum(size for _, size in files) > _MOST_BYTES_TOGETHER:
        raise TextFolderTooLargeError(
            folder.name, files=_MOST_FILES, megabytes=_MOST_BYTES_TOGETHER // _MB
        )
    for entry, size in files:
        if not entry.name.isprintable():
            raise TextNameError(entry.name.encode("ascii", "backslashreplace").decode())
        if size > _MOST_BYTES:
            raise TextFileTooLargeError(entry.name, megabytes=_MOST_BYTES // _MB)
    yield from (Path(entry.path) for entry, _ in files)


def _result_name(query: str, source: str) -> str:
    return f"{query[: -len(_SUFFIX)]}-{source[: -len(_SUFFIX)]}.xml"


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".pairs-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
