"""What ``mangping corpus`` prints: one JSON object, or a few Chinese lines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any, TextIO

from flows.corpus import Addition, Listing
from pipeline.similarity.corpus import Added, Snapshot, Stats
from pipeline.similarity.nouns import Document

_SOME_REFUSED = 2
_RESULTS = {Added.ADDED: "加入", Added.REPLACED: "替换", Added.UNCHANGED: "没有变化"}
_KINDS = {
    "paper": "论文",
    "summary": "工作总结",
    "teaching_design": "教学设计",
    "reference": "文献",
    "exempt": "不计（法规、课标、政策）",
}


def print_added(stream: TextIO, addition: Addition, *, as_json: bool) -> int:
    """Print what was added; the exit code is 2 where a file was refused."""
    code = _SOME_REFUSED if addition.errors else 0
    counts = Counter(result for _, _, result in addition.results)
    if as_json:
        answer = {
            "snapshot": _snapshot(addition.snapshot),
            "documents": [
                {"file": name, "id": identifier, "result": result}
                for name, identifier, result in addition.results
            ],
            "errors": [{"file": name, **error.as_json()} for name, error in addition.errors],
        }
        print(json.dumps(answer, ensure_ascii=False), file=stream)
        return code
    for name, identifier, result in addition.results:
        print(f"✓ {name}：{_RESULTS[result]} → {identifier}", file=stream)
    for name, error in addition.errors:
        print(f"✗ {name}：{error}", file=stream)
    told = [f"{_RESULTS[result]} {counts[result]} 篇" for result in Added if counts[result]]
    told += [f"未加入 {len(addition.errors)} 个"] if addition.errors else []
    print("，".join(told or ["没有文件"]) + "。", file=stream)
    if addition.snapshot is not None:
        print(_snapshot_line(addition.snapshot), file=stream)
    return code


def print_removed(
    stream: TextIO, identifiers: list[str], snapshot: Snapshot, *, as_json: bool
) -> int:
    """Print what was removed; return the exit code."""
    if as_json:
        answer = {"snapshot": _snapshot(snapshot), "removed": list(dict.fromkeys(identifiers))}
        print(json.dumps(answer, ensure_ascii=False), file=stream)
        return 0
    print(f"已移除 {len(set(identifiers))} 篇。", file=stream)
    print(_snapshot_line(snapshot), file=stream)
    return 0


def print_list(stream: TextIO, listing: Listing, *, as_json: bool) -> int:
    """Print documents; return the exit code."""
    if as_json:
        answer = {
            "snapshot": _snapshot(listing.snapshot),
            "documents": [asdict(document) for document in listing.documents],
            "gone": list(listing.gone),
        }
        print(json.dumps(answer, ensure_ascii=False), file=stream)
        return 0
    for document in listing.documents:
        print(_document_line(document), file=stream)
    for identifier in listing.gone:
        print(f"{identifier}　（快照之后已移除或替换）", file=stream)
    print(f"共 {len(listing.documents)} 篇。{_snapshot_line(listing.snapshot)}", file=stream)
    return 0


def print_stats(stream: TextIO, stats: Stats, snapshot: Snapshot, *, as_json: bool) -> int:
    """Print how large a corpus is; return the exit code."""
    if as_json:
        answer = {"snapshot": _snapshot(snapshot), **asdict(stats)}
        print(json.dumps(answer, ensure_ascii=False), file=stream)
        return 0
    print(f"{stats.documents} 篇，{stats.characters} 字", file=stream)
    for kind, count in stats.kinds.items():
        print(f"    {_KINDS[kind]}：{count} 篇", file=stream)
    size = (stats.index_bytes + stats.catalogue_bytes) / 2**20
    print(f"占 {size:.1f} MB，索引 {stats.segments} 段，{stats.postings} 条。", file=stream)
    print(_snapshot_line(snapshot), file=stream)
    return 0


def _document_line(document: Document) -> str:
    facts = [
        _KINDS[document.kind],
        f"《{document.title}》" if document.title else "",
        "、".join(author.name for author in document.authors if author.name),
        document.authors[0].unit or "" if document.authors else "",
        document.submitted or (f"{document.year} 年" if document.year else ""),
        document.source or "",
        document.round or "",
    ]
    return "　".join([document.id, *filter(None, facts)])


def _snapshot(snapshot: Snapshot | None) -> dict[str, Any] | None:
    return asdict(snapshot) if snapshot is not None else None


def _snapshot_line(snapshot: Snapshot) -> str:
    return f"快照 {snapshot.id}（{snapshot.documents} 篇）"
