"""Tables of journals, TSV or CSV, into a registry.

The columns are documented in docs/registry.md. A table is untrusted: nothing in it is executed or
printed, and its size is limited.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from stdnum import issn as std_issn

from pipeline.publication.errors import RegistryFileError, RegistryMissingError
from pipeline.publication.number_text import half_width
from pipeline.publication.registry import (
    Journal,
    JournalStatus,
    Registry,
    RegistryAbout,
    is_registry,
    write_registry,
)

_MAX_BYTES = 64 * 2**20
_MAX_JOURNALS = 200_000
_MAX_FIELD = 2000
# Our name of a column, and what else a table may call it.
_COLUMNS = {
    "name": ("name", "title", "刊名", "期刊名称", "名称"),
    "former_names": ("former_names", "former", "曾用刊名", "曾用名"),
    "cn": ("cn", "国内刊号", "国内统一刊号", "国内统一连续出版物号", "cn号"),
    "issn": ("issn", "国际刊号", "国际标准刊号", "国际标准连续出版物号", "issn号"),
    "frequency": ("frequency", "出版周期", "刊期"),
    "place": ("place", "出版地"),
    "postal": ("postal", "邮发代号"),
    "status": ("status", "状态", "目前状态"),
    "ended": ("ended", "停刊年份", "终刊年份"),
    "flags": ("flags", "标记"),
}
_CN = re.compile(r"(?:CN)? *([0-9]{2}) *- *([0-9]{4})(?: */ *([A-Z][A-Z0-9]{0,2}))?", re.IGNORECASE)
_ISSN = re.compile(r"(?:ISSN)? *([0-9]{4}) *-? *([0-9]{3}[0-9X])", re.IGNORECASE)
_NAMES = re.compile(r"[;；|]")


class Imported(NamedTuple):
    """The journals of a table; rows without a title; numbers that were no CN or no ISSN."""

    journals: tuple[Journal, ...]
    sha256: str
    no_title: int
    bad_cn: int
    bad_issn: int


def read_table(path: Path) -> Imported:
    """Read a table of journals.

    Args:
        path: UTF-8 or GB 18030, tab-separated without quoting or comma-separated with; its first
            line names the columns.

    Raises:
        RegistryMissingError: There is no such file.
        RegistryFileError: It is no such table.
    """
    if not path.is_file():
        raise RegistryMissingError(path.name)
    if path.stat().st_size > _MAX_BYTES:
        raise RegistryFileError(path.name, why=f"文件超过 {_MAX_BYTES // 2**20} MB")
    try:
        untrusted_bytes = path.read_bytes()
    except OSError:
        raise RegistryFileError(path.name, why="文件读不出来") from None
    return parse_table(untrusted_bytes, path.name)


def parse_table(untrusted_bytes: bytes, name: str) -> Imported:
    """Read a table of journals from its bytes; see :func:`read_table`."""
    text = _decoded(untrusted_bytes, name)
    head, _, _ = text.partition("\n")
    tabs = "\t" in head
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
    )
    journals: list[Journal] = []
    no_title = bad_cn = bad_issn = 0
    for row in _records(rows, name):
        journal = _journal(row)
        if journal is None:
            no_title += 1
            continue
        bad_cn += bool(row.get("cn", "").strip()) and journal.cn is None
        bad_issn += bool(row.get("issn", "").strip()) and journal.issn is None
        journals.append(journal)
        if len(journals) > _MAX_JOURNALS:
            raise RegistryFileError(name, why=f"超过 {_MAX_JOURNALS} 行")
    if not journals:
        raise RegistryFileError(name, why="没有一行有刊名")
    sha256 = hashlib.sha256(untrusted_bytes).hexdigest()
    return Imported(tuple(journals), sha256, no_title, bad_cn, bad_issn)


def import_table(path: Path, into: Path) -> tuple[RegistryAbout, Imported]:
    """Read a table and write it as the registry ``into``, in the place of an earlier one.

    Raises:
        RegistryMissingError: There is no such table.
        RegistryFileError: It is no table of journals.
        RegistryWriteError: The registry cannot be written.
        RegistryDamagedError: Something else lies in the registry's place.
    """
    table = read_table(path)
    return write_registry(into, table.journals, table.sha256), table


def open_registry(path: Path) -> Registry:
    """Open a registry's file, or a table of journals for this once.

    Raises:
        RegistryMissingError: There is no such file.
        RegistryDamagedError: It is a SQLite file, but no registry.
        RegistryFileError: It is no table of journals.
    """
    if not path.is_file():
        raise RegistryMissingError(path.name)
    if is_registry(path):
        return Registry.open(path)
    table = read_table(path)
    return Registry.of(table.journals, sha256=table.sha256, name=path.name)


def seed_registry() -> Registry:
    """Return the few well-known education journals that are shipped."""
    seed = resources.files("pipeline.publication") / "data" / "journals_seed.tsv"
    table = parse_table(seed.read_bytes(), "journals_seed.tsv")
    return Registry.of(table.journals, sha256=table.sha256, name="journals_seed.tsv")


def _decoded(untrusted_bytes: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = untrusted_bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise RegistryFileError(name, why="不是 UTF-8 或 GB 18030 文本")


def _records(rows: Iterator[list[str]], name: str) -> Iterator[dict[str, str]]:
    """Yield each row by our names of its columns."""
    try:
        header = [cell.strip().casefold() for cell in next(rows, [])]
        places = {
            ours: header.index(also)
            for ours, names in _COLUMNS.items()
            for also in reversed(names)
            if also in header
        }
        missing = [c for c in ("name", "cn", "issn") if c not in places]
        if missing:
            raise RegistryFileError(name, why=f"第一行缺少列 {'、'.join(missing)}")
        for row in rows:
            if any(cell.strip() for cell in row):
                yield {
                    ours: row[place][:_MAX_FIELD] if place < len(row) else ""
                    for ours, place in places.items()
                }
    except csv.Error:
        raise RegistryFileError(name, why="有一行不符合 CSV 格式") from None


def _journal(row: Mapping[str, str]) -> Journal | None:
    """Return the journal of a row, None without a title; a number that is none is left out."""
    title = row["name"].strip()
    if not title:
        return None
    cn = _CN.fullmatch(half_width(row["cn"].strip()))
    issn = _ISSN.fullmatch(half_width(row["issn"].strip()))
    number = f"{issn[1]}-{issn[2].upper()}" if issn else ""
    letters = f"/{cn[3].upper()}" if cn and cn[3] else ""
    ended = re.search(r"(?:19|20)[0-9]{2}", row.get("ended", ""))
    return Journal(
        title=title,
        former_titles=tuple(
            name.strip() for name in _NAMES.split(row.get("former_names", "")) if name.strip()
        ),
        cn=f"{cn[1]}-{cn[2]}{letters}" if cn else None,
        issn=number if std_issn.is_valid(number) else None,
        frequency=row.get("frequency", "").strip(),
        place=row.get("place", "").strip(),
        postal=row.get("postal", "").strip(),
        status=_status(row, bool(ended)),
        ended=int(ended.group()) if ended else None,
        electronic="name_electronic" in row.get("flags", ""),
    )


def _status(row: Mapping[str, str], ended: bool) -> JournalStatus:
    said = row.get("status", "") + row.get("flags", "")
    if "合并" in said or "merged" in said:
        return JournalStatus.MERGED
    if ended or "停刊" in said or "ceased" in said:
        return JournalStatus.CEASED
    return JournalStatus.LIVE
