"""What the commands print: one JSON object, or a few Chinese lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from pipeline.dossier import VerdictKind
from pipeline.errors import MangpingError
from pipeline.findings_file import DoubtEntry
from pipeline.outcome import (
    OWN_COPY_NAMES,
    PUBLICATION_NAMES,
    FileResult,
    Publication,
    Similarity,
)
from pipeline.versions import PROGRAM

SCHEMA = "mangping.result/1"

_VERDICTS = {
    VerdictKind.CLEAN: "通过",
    VerdictKind.PERSON: "需人工查看",
    VerdictKind.ERROR: "未处理",
}
_SHOWN = 3
_LOOK_FOR = "签名栏以外的签名、照片里横幅和校牌上的字不一定能认出，外发前请逐页查看。"


def file_json(
    result: FileResult, *, file: str | None = None, outputs: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return one file's part of the JSON object."""
    whole = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    whole["file"] = file or whole["file"]
    if result.verdict is not VerdictKind.ERROR:
        whole |= outputs or {}
    return whole


def print_json(
    stream: TextIO, command: str, exit_code: int, files: Sequence[Mapping[str, Any]], **more: Any
) -> None:
    """Print the one JSON object of a command that ran."""
    whole = {
        "schema": SCHEMA,
        "command": command,
        "program": PROGRAM,
        "exit_code": exit_code,
        "files": list(files),
        **more,
    }
    print(json.dumps(whole, ensure_ascii=False), file=stream)


def print_error_json(stream: TextIO, error: MangpingError) -> None:
    """Print the one JSON object of a command that could not run."""
    whole = {
        "schema": SCHEMA,
        "program": PROGRAM,
        "exit_code": error.exit_code,
        "files": [],
        "error": error.as_json(),
    }
    print(json.dumps(whole, ensure_ascii=False), file=stream)


def print_lines(
    stream: TextIO, results: Sequence[FileResult], names: Sequence[str], copies: Sequence[Path]
) -> None:
    """Print one line a file, its doubts or its error under it, and a line for all."""
    for result, name, copy in zip(results, names, copies, strict=True):
        if result.error is not None:
            print(f"✗ {name}：{_VERDICTS[result.verdict]}。{result.error.message}", file=stream)
            continue
        masks = sum(result.masks.values())
        mark = "✓" if result.verdict is VerdictKind.CLEAN else "!"
        line = f"{mark} {name}：{_VERDICTS[result.verdict]}，{result.pages} 页，{masks} 处打码"
        print(f"{line} → {copy}", file=stream)
        if result.own_copy is not None:
            print(f"    申报人自己的打码件：{OWN_COPY_NAMES[result.own_copy.verdict]}", file=stream)
        if result.publication is not None:
            _print_publication(stream, result.id, result.publication)
        if result.similarity is not None:
            _print_similarity(stream, result.similarity)
        _print_entries(stream, result.doubts)
        _print_entries(stream, result.notes)
    counts = {kind: sum(r.verdict is kind for r in results) for kind in VerdictKind}
    total = "，".join(f"{_VERDICTS[kind]} {n} 个" for kind, n in counts.items() if n)
    print(f"共 {len(results)} 个文件：{total or '无'}。", file=stream)
    if len(results) > counts[VerdictKind.ERROR]:
        print(_LOOK_FOR, file=stream)


def _print_publication(stream: TextIO, own: str, publication: Publication) -> None:
    print(f"    论文（著作）审查：{PUBLICATION_NAMES[publication.verdict]}", file=stream)
    if publication.error is not None:
        print(f"    {publication.error.message}", file=stream)
    for finding in publication.findings:
        where = f"第 {finding.page} 页：" if finding.page else ""
        if finding.attachment != own:
            where = f"查重报告 {finding.attachment} {where}"
        print(f"    {finding.rule}　{where}{finding.reason}", file=stream)


def _print_similarity(stream: TextIO, similarity: Similarity) -> None:
    if similarity.error is not None:
        print(f"    文字相似：没有比对。{similarity.error.message}", file=stream)
        return
    total = similarity.ratios["total"]
    share = f"{100 * total.numerator / max(1, total.denominator):.1f} %"
    counts = f"{total.numerator} ÷ {total.denominator} 字"
    print(f"    文字相似：总文字复制比 {share}（{counts}），供评审人参考", file=stream)


def _print_entries(stream: TextIO, entries: Sequence[DoubtEntry]) -> None:
    for entry in entries[:_SHOWN]:
        page = f"第 {entry.page} 页：" if entry.page else ""
        print(f"    {page}{entry.message}", file=stream)
    if len(entries) > _SHOWN:
        print(f"    还有 {len(entries) - _SHOWN} 处，见结果文件。", file=stream)
