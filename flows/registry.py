"""``mangping registry``: import a table of journals, look a journal up. Never imports Prefect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from dossiers.places import state_dir
from flows.errors import CommandLineError
from pipeline.publication.cn_numbers import cn_key
from pipeline.publication.numbers import typed_cn, typed_issn
from pipeline.publication.registry import Journal, Registry, RegistryAbout
from pipeline.publication.registry_import import (
    Imported,
    import_table,
    open_registry,
    seed_registry,
)

NOT_FOUND = 3


def registry_path() -> Path:
    """Return where the imported registry lies: in the user's private folder."""
    return state_dir() / "journals.sqlite"


def choose_registry(named: Path | None) -> Registry:
    """Open the registry that is named, else the imported one, else the shipped seed.

    Raises:
        UsageError: It is missing or damaged.
        RefusedInputError: A table was named that is none.
    """
    if named is not None:
        return open_registry(named)
    imported = registry_path()
    return Registry.open(imported) if imported.is_file() else seed_registry()


def import_registry(file: Path, into: Path | None) -> tuple[Path, RegistryAbout, Imported]:
    """Import a table of journals; return where it went, its version and what was in it.

    Raises:
        UsageError: The table is missing, or the registry cannot be written.
        RefusedInputError: The file is no table of journals.
    """
    place = into or registry_path()
    about, table = import_table(file, place)
    return place, about, table


def print_import(
    stream: TextIO, place: Path, about: RegistryAbout, table: Imported, *, as_json: bool
) -> int:
    """Print what was imported; return the exit code."""
    if as_json:
        answer = {
            "registry": about.model_dump(),
            "into": str(place),
            "no_title": table.no_title,
            "bad_cn": table.bad_cn,
            "bad_issn": table.bad_issn,
        }
        print(json.dumps(answer, ensure_ascii=False), file=stream)
        return 0
    print(f"期刊库第 {about.version} 版：{about.journals} 种期刊 → {place}", file=stream)
    left = {"没有刊名，略去": table.no_title, "CN 不成号，留空": table.bad_cn}
    left["ISSN 不成号，留空"] = table.bad_issn
    for what, count in left.items():
        if count:
            print(f"    {count} 行{what}。", file=stream)
    return 0


def lookup(
    registry: Registry, cn: str | None, issn: str | None, title: str | None
) -> list[dict[str, Any]]:
    """Return the journals that the numbers and the title lead to, each with what led to it.

    Raises:
        CommandLineError: Nothing was asked for.
        RegistryDamagedError: The registry cannot be read.
    """
    if not (cn or issn or title):
        raise CommandLineError("registry lookup", what="--cn、--issn、--title 至少写一个")
    found: list[tuple[Journal, str, int]] = []
    number = typed_cn(cn).value if cn else None
    if number:
        found += [(journal, "cn", 0) for journal in registry.by_cn(*cn_key(number))]
    number = typed_issn(issn).value if issn else None
    if number:
        found += [(journal, "issn", 0) for journal in registry.by_issn(number)]
    if title:
        found += [(m.journal, "title", m.edits) for m in registry.by_title(title)]
    answers: list[dict[str, Any]] = []
    seen: list[Journal] = []
    for journal, by, edits in found:
        if journal not in seen:
            seen.append(journal)
            answers.append({**journal.model_dump(mode="json"), "by": [], "edits": 0})
        answer = answers[seen.index(journal)]
        answer["by"].append(by)
        answer["edits"] = max(answer["edits"], edits)
    return answers


def print_lookup(
    stream: TextIO, about: RegistryAbout, answers: list[dict[str, Any]], *, as_json: bool
) -> int:
    """Print what was found; the exit code is 3 where nothing was."""
    if as_json:
        whole = {"registry": about.model_dump(), "journals": answers}
        print(json.dumps(whole, ensure_ascii=False), file=stream)
    else:
        for a in answers:
            numbers = f"CN {a['cn'] or '无'}，ISSN {a['issn'] or '无'}"
            ended = {"live": "", "ceased": "，已停刊", "merged": "，已合并"}[a["status"]]
            print(f"《{a['title']}》{numbers}，{a['frequency']}，{a['place']}{ended}", file=stream)
        if not answers:
            print("期刊库里没有；这不表示期刊不合法，请到国家新闻出版署网站查询。", file=stream)
    return 0 if answers else NOT_FOUND
