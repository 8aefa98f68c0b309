"""What is told of documents that are added: on the command line or in a table, TSV or CSV.

The columns are documented in docs/similarity.md. A table is untrusted: nothing in it is executed or
printed, and its size is limited. It is refused as a whole if one row is wrong, because facts decide
which document is the source and whose it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.intake.names import LeavesFolderError, safe_parts
from pipeline.similarity.corpus.errors import CorpusTableError
from pipeline.similarity.nouns import Author, Document, DocumentKind

_MAX_BYTES = 64 * 2**20
_MAX_FIELD = 500
_YEARS = range(1900, 2101)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,79}")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SEVERAL = re.compile(r"\s*[;；|]\s*")
# Our name of a column, and what else a table may call it.
_COLUMNS = {
    "file": ("file", "文件", "文件名"),
    "id": ("id", "编号"),
    "title": ("title", "题名", "标题", "篇名"),
    "authors": ("authors", "author", "作者", "姓名"),
    "units": ("units", "unit", "单位", "作者单位"),
    "id_numbers": ("id_numbers", "id_number", "身份证号"),
    "year": ("year", "年份", "年度"),
    "date": ("date", "submitted", "日期", "提交日期", "发表日期"),
    "source": ("source", "来源", "刊名"),
    "kind": ("kind", "类别", "类型"),
    "round": ("round", "批次", "评审批次"),
}
_KINDS = {
    DocumentKind.PAPER: ("paper", "论文"),
    DocumentKind.SUMMARY: ("summary", "总结", "工作总结"),
    DocumentKind.TEACHING_DESIGN: ("teaching_design", "教学设计", "教案"),
    DocumentKind.REFERENCE: ("reference", "文献", "参考文献"),
    DocumentKind.EXEMPT: ("exempt", "不计", "法规", "课程标准", "课标", "政策"),
}


class BadFactError(ValueError):
    """A fact cannot be what it is given as; the message is the Chinese name of the fact."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of a document; None where nothing is.

    Attributes:
        id: Id within the corpus; None lets :meth:`document` make one.
        title: Title as printed.
        authors: Names, in order.
        units: Unit of each author; a single one is everybody's.
        id_numbers: Identity number of each author, empty where unknown. Never stored.
        year: Year.
        submitted: ISO date.
        source: Journal, review round, collection.
        kind: What it is; None is a paper.
        round: Review round.
    """

    id: str | None = None
    title: str | None = field(default=None, repr=False)
    authors: tuple[str, ...] = field(default=(), repr=False)
    units: tuple[str, ...] = field(default=(), repr=False)
    id_numbers: tuple[str, ...] = field(default=(), repr=False)
    year: int | None = None
    submitted: str | None = None
    source: str | None = None
    kind: DocumentKind | None = None
    round: str | None = None

    def over(self, other: Facts) -> Facts:
        """Return these facts, and another's where nothing is told here."""
        return Facts(
            **{
                name: getattr(self, name) or getattr(other, name)
                for name in Facts.__dataclass_fields__
            }
        )

    def document(self, sha256: str, digest: Callable[[str], str]) -> Document:
        """Return the document of a file.

        Without an id it gets one made from the file's bytes, the round and the authors: the same
        file by the same people for the same round is the same document, and the same file handed
        in by somebody else is another one.

        Args:
            sha256: Of the file's bytes.
            digest: Turns an identity number into its keyed digest.
        """
        count = max(len(self.authors), len(self.id_numbers), 1 if self.units else 0)
        units = self.units * count if len(self.units) == 1 else self.units
        authors = tuple(
            Author(
                name=_nth(self.authors, n),
                unit=_nth(units, n),
                id_digest=digest(number) if (number := _nth(self.id_numbers, n)) else None,
            )
            for n in range(count)
        )
        return Document(
            id=self.id or self._made_id(sha256),
            title=self.title,
            authors=authors,
            year=self.year,
            submitted=self.submitted,
            source=self.source,
            kind=self.kind or DocumentKind.PAPER,
            round=self.round,
        )

    def _made_id(self, sha256: str) -> str:
        parts = (sha256, self.round or "", *self.authors, "", *self.units)
        whole = "\0".join(parts).encode("utf-8", "surrogatepass")
        return f"d{hashlib.sha256(whole).hexdigest()[:20]}"


def parse_facts(row: Mapping[str, str]) -> Facts:
    """Read facts from texts by our names of the columns, missing ones being empty.

    Raises:
        BadFactError: One of them cannot be what it is given as.
    """
    said = {name: row.get(name, "").strip() for name in _COLUMNS}
    if said["id"] and not _ID.fullmatch(said["id"]):
        raise BadFactError("编号")
    authors, units = _several(said["authors"]), _several(said["units"])
    numbers = _several(said["id_numbers"])
    if len(units) > 1 and len(units) != len(authors):
        raise BadFactError("单位个数")
    if len(numbers) > max(1, len(authors)):
        raise BadFactError("身份证号个数")
    return Facts(
        id=said["id"] or None,
        title=said["title"] or None,
        authors=authors,
        units=units,
        id_numbers=numbers,
        year=_year(said["year"]),
        submitted=_date(said["date"]),
        source=said["source"] or None,
        kind=_kind(said["kind"]),
        round=said["round"] or None,
    )


def read_table(path: Path) -> dict[str, Facts]:
    """Read a table of documents: facts by the file's path relative to its folder.

    Args:
        path: UTF-8 or GB 18030, tab-separated without quoting or comma-separated with; its first
            line names the columns.

    Raises:
        CorpusTableError: It is no such table, or a row is wrong.
    """
    try:
        size = path.stat().st_size
        untrusted_bytes = path.read_bytes() if size <= _MAX_BYTES else b""
    except OSError:
        raise CorpusTableError(path.name, why="文件不存在或读不出来") from None
    if size > _MAX_BYTES:
        raise CorpusTableError(path.name, why=f"文件超过 {_MAX_BYTES // 2**20} MB")
    found: dict[str, Facts] = {}
    identifiers: set[str] = set()
    for number, row in _rows(_decoded(untrusted_bytes, path.name), path.name):
        try:
            file = "/".join(safe_parts(row["file"].strip()))
            facts = parse_facts(row)
        except LeavesFolderError:
            raise CorpusTableError(path.name, why=f"第 {number} 行的文件名不能用") from None
        except BadFactError as bad:
            raise CorpusTableError(path.name, why=f"第 {number} 行的{bad}不对") from None
        if file in found or (facts.id and facts.id in identifiers):
            raise CorpusTableError(path.name, why=f"第 {number} 行的文件或编号与前面重复")
        found[file] = facts
        identifiers |= {facts.id} if facts.id else set()
    return found


def _rows(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its number, by our names of its columns."""
    tabs = "\t" in text.partition("\n")[0]
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
    )
    try:
        header = [cell.strip().casefold() for cell in next(rows, [])]
        places = {
            ours: header.index(also)
            for ours, names in _COLUMNS.items()
            for also in reversed(names)
            if also in header
        }
        if "file" not in places:
            raise CorpusTableError(name, why="第一行缺少列 file")
        for number, row in enumerate(rows, 2):
            if any(cell.strip() for cell in row):
                yield (
                    number,
                    {
                        ours: row[place][:_MAX_FIELD] if place < len(row) else ""
                        for ours, place in places.items()
                    },
                )
    except csv.Error:
        raise CorpusTableError(name, why="有一行不符合 CSV 格式") from None


def _decoded(untrusted_bytes: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = untrusted_bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise CorpusTableError(name, why="不是 UTF-8 或 GB 18030 文本")


def _several(text: str) -> tuple[str, ...]:
    return tuple(_SEVERAL.split(text)) if text else ()


def _nth(values: tuple[str, ...], n: int) -> str | None:
    return (values[n] or None) if n < len(values) else None


def _year(text: str) -> int | None:
    if not text:
        return None
    plain = text.removesuffix("年")
    if not plain.isdecimal() or int(plain) not in _YEARS:
        raise BadFactError("年份")
    return int(plain)


def _date(text: str) -> str | None:
    if not text:
        return None
    told = _DATE.fullmatch(text)
    try:
        return date(*map(int, told.groups())).isoformat() if told else _no_date()
    except ValueError:
        raise BadFactError("日期") from None


def _no_date() -> str:
    raise BadFactError("日期")


def _kind(text: str) -> DocumentKind | None:
    if not text:
        return None
    for kind, names in _KINDS.items():
        if text.casefold() in names:
            return kind
    raise BadFactError("类别")
