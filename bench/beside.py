"""``python -m bench.beside OURS.json THEIRS.json …``: the figures of several programs in one table.

Each file is what ``python -m bench --json`` wrote of the same set.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.table import table


def beside(figures: dict[str, dict[str, Any]]) -> str:
    """Return one Markdown table with a column for each program.

    Args:
        figures: What the bench wrote of each, by the program's name.
    """
    kinds = sorted({entry["class"] for one in figures.values() for entry in one["leaks"]})
    rows = [
        [f"leaked: {kind}", *(_leaked(one, kind) for one in figures.values())] for kind in kinds
    ]
    rows.append(["leaked: all text items", *(_leaked(one, None) for one in figures.values())])
    for sort in ("face", "code", "publication_code"):
        word = "kept" if sort == "publication_code" else "hidden"
        rows.append([f"{word}: {sort}", *(_pictures(one, sort) for one in figures.values())])
    rows.append(["leaked: schools' seals", *(_seals(one) for one in figures.values())])
    rows.append(["kept: text that must stay", *(_stayed(one) for one in figures.values())])
    rows.append(["pages without a leak", *(_pages(one) for one in figures.values())])
    rows.append(["seconds a page", *(_seconds(one) for one in figures.values())])
    return table("Side by side", ("figure", *figures), rows)


def _leaked(one: dict[str, Any], kind: str | None) -> str:
    chosen = [
        entry
        for entry in one["leaks"]
        if entry["axis"] == "quality" and kind in (None, entry["class"])
    ]
    items, leaked = sum(e["items"] for e in chosen), sum(e["leaked"] for e in chosen)
    return f"{leaked} of {items}" + (f" ({leaked / items:.1%})" if items else "")


def _pictures(one: dict[str, Any], sort: str) -> str:
    count = one["pictures"].get(f"{sort}/all")
    return f"{count['right']} of {count['items']}" if count else ""


def _seals(one: dict[str, Any]) -> str:
    count = one["seals"].get("all/all")
    return f"{count['leaked']} of {count['hide']}" if count else ""


def _stayed(one: dict[str, Any]) -> str:
    chosen = [entry for entry in one["stay"] if entry["axis"] == "quality"]
    chars, kept = sum(e["chars"] for e in chosen), sum(e["kept"] for e in chosen)
    return f"{kept / max(1, chars):.2%} of {chars}"


def _pages(one: dict[str, Any]) -> str:
    return f"{one['clean_pages']} of {one['pages']}"


def _seconds(one: dict[str, Any]) -> str:
    return f"{sum(one['seconds_per_page'].values()):.2f}"


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    print(beside({file.stem: json.loads(file.read_text()) for file in files}))
