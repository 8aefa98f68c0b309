"""``mangping similarity pairs``: two folders of texts, all against all. Never imports Prefect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from pipeline.similarity.compare import compare_all
from pipeline.similarity.pan import PairsOutputError, read_texts, write_pairs


def compare_folders(queries: Path, sources: Path, out: Path) -> dict[str, int]:
    """Compare every text of one folder with every text of another.

    Returns:
        How many texts were compared and what was found.

    Raises:
        UsageError: A folder is not usable.
        RefusedInputError: A text is not taken.
    """
    if out.exists() and any(
        out.samefile(folder) for folder in (queries, sources) if folder.exists()
    ):
        raise PairsOutputError(out.name)
    asked = read_texts(queries)
    held = read_texts(sources)
    found = compare_all(asked, held)
    pairs = write_pairs(out, found, list(asked), list(held))
    return {
        "suspicious": len(asked),
        "sources": len(held),
        "pairs": pairs,
        "passages": sum(len(passages) for passages in found.values()),
    }


def print_pairs(stream: TextIO, counts: dict[str, int], out: Path, *, as_json: bool) -> int:
    """Print what was found; return the exit code."""
    if as_json:
        print(json.dumps({**counts, "out": str(out)}, ensure_ascii=False), file=stream)
    else:
        print(
            f"{counts['suspicious']} 篇与 {counts['sources']} 篇逐一比对："
            f"{counts['pairs']} 对有相同文字，共 {counts['passages']} 处 → {out}",
            file=stream,
        )
    return 0
