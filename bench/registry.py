"""``python -m bench.registry``: the large registry's speed, and numbers with one damaged character.

Live journals of the table are drawn at random, one character of CN, ISSN or title is damaged as a
reader damages it, and the verdict is compared with that of the undamaged row. The table is looked
for in ``MANGPING_TEST_DATA`` (default: ``../shared/data``).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.policy import load_policy
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.cn_numbers import cn_key
from pipeline.publication.journal import Claim, JournalJudgement, judge_journal
from pipeline.publication.nouns import PublicationVerdict
from pipeline.publication.numbers import typed_cn, typed_issn
from pipeline.publication.registry import Journal, JournalStatus, Registry
from pipeline.publication.registry_import import import_table, read_table

_TABLE = Path("journals") / "journals_min.tsv"
# What readers take for each other, digits and letters.
_CONFUSED = {
    "0": "OoDQ689", "1": "Il|i7", "2": "Zz7", "3": "85", "4": "1A9", "5": "Ss63", "6": "0Gb85",
    "7": "1T2", "8": "B36", "9": "g04", "-": "一~ .", "/": "1I|l", "X": "xK", "G": "6C", "O": "0Q",
    "C": "G", "T": "7", "H": "N", "N": "H", "R": "K",
}  # fmt: skip
_LIMITS = {"lookup": 0.005, "import": 10.0}


@dataclass
class Damage:
    """What became of damaged rows: counts by damaged field, and the wrong ones."""

    rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong_accepts: int = 0
    wrong_journals: int = 0
    needless_returns: int = 0


def main() -> None:
    """Print the table; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m bench.registry", description=__doc__)
    parser.add_argument("--seed", type=int, default=20251)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    figures = measure(options.seed, options.rows)
    if figures is None:
        print("没有 journals_min.tsv（MANGPING_TEST_DATA），期刊库的测量跳过。", file=sys.stderr)
        return
    print(f"\nregistry, seed {options.seed}, {options.rows} damaged rows\n")
    for name, value in figures.items():
        print(f"  {name:<52} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


def measure(seed: int, rows: int) -> dict[str, object] | None:
    """Return the figures, or None where the large table is not on this machine."""
    table = Path(os.environ.get("MANGPING_TEST_DATA", "../shared/data")) / _TABLE
    if not table.is_file():
        return None
    policy = load_policy("huainan-2025").publication
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        about, _ = import_table(table, Path(folder) / "journals.sqlite")
        seconds = time.process_time() - begun
        journals = read_table(table).journals
        with Registry.open(Path(folder) / "journals.sqlite") as registry:
            slowest, mean = _lookups(registry, journals, random.Random(seed))
            damage = damaged_rows(registry, journals, policy, seed=seed, rows=rows)
    return {
        f"import of {about.journals} journals, CPU seconds (< {_LIMITS['import']:.0f})": round(
            seconds, 2
        ),
        "a lookup by CN, ISSN and damaged title, mean ms (< 5)": round(mean * 1e3, 3),
        "the slowest of 1000, CPU ms": round(slowest * 1e3, 2),
        "damaged rows": damage.rows,
        "wrong accepts (must be 0)": damage.wrong_accepts,
        "right journal or person (must be all)": damage.rows
        - damage.wrong_journals
        - damage.needless_returns,
        "another journal named as the right one": damage.wrong_journals,
        "returned only because of the damage": damage.needless_returns,
        **{f"verdict {name}": n for name, n in sorted(damage.verdicts.items())},
    }


def damaged_rows(
    registry: Registry,
    journals: tuple[Journal, ...],
    policy: PublicationPolicy,
    *,
    seed: int,
    rows: int,
) -> Damage:
    """Judge live rows with one damaged character against the same rows as they are."""
    rng = random.Random(seed)
    live = [j for j in journals if j.status is JournalStatus.LIVE and j.cn and j.issn]
    characters = "".join(sorted({c for j in live for c in j.title if "一" <= c <= "龥"}))
    result = Damage()
    for journal in rng.sample(live, min(rows, len(live))):
        spoiled = rng.choice(("cn", "issn", "title"))
        values = {"cn": f"CN {journal.cn}", "issn": journal.issn or "", "title": journal.title}
        whole = _judged(values, registry, policy)
        values[spoiled] = _spoil(values[spoiled], spoiled, characters, rng)
        judged = _judged(values, registry, policy)
        result.rows += 1
        result.verdicts[f"{judged.verdict.value} after damage to {spoiled}"] += 1
        accepted = judged.verdict is PublicationVerdict.ACCEPT
        same = judged.journal is not None and _same(judged.journal, journal)
        result.wrong_accepts += accepted and not (same and judged.verdict is whole.verdict)
        result.wrong_journals += accepted and not same
        returned = PublicationVerdict.RETURN
        result.needless_returns += judged.verdict is returned and whole.verdict is not returned
    return result


def _same(one: Journal, other: Journal) -> bool:
    """Whether two rows are the same serial: sub-editions share a CN."""
    return bool(one.cn and other.cn) and cn_key(one.cn or "") == cn_key(other.cn or "")


def _judged(
    values: dict[str, str], registry: Registry, policy: PublicationPolicy
) -> JournalJudgement:
    claim = Claim(cn=typed_cn(values["cn"]), issn=typed_issn(values["issn"]), title=values["title"])
    return judge_journal(claim, registry, policy)


def _spoil(text: str, what: str, characters: str, rng: random.Random) -> str:
    """Change, lose or double one character; of a CN never one of its label."""
    first = 3 if what == "cn" else 0
    at = rng.randrange(first, len(text))
    kind = rng.random()
    if kind < 0.1:
        return text[:at] + text[at + 1 :]
    if kind < 0.15:
        return text[:at] + text[at] + text[at:]
    choices = characters if what == "title" else _CONFUSED.get(text[at], "0123456789")
    return text[:at] + rng.choice(choices.replace(text[at], "") or "0") + text[at + 1 :]


def _lookups(
    registry: Registry, journals: tuple[Journal, ...], rng: random.Random
) -> tuple[float, float]:
    """Return the slowest and the mean CPU seconds of lookups by CN, by ISSN and by title."""
    taken = []
    for journal in rng.choices(journals, k=1000):
        at = rng.randrange(len(journal.title))
        title = journal.title[:at] + "口" + journal.title[at + 1 :]
        questions: list[Callable[[], object]] = [
            lambda title=title: registry.by_title(title)  # type: ignore[misc]
        ]
        if journal.cn:
            key = cn_key(journal.cn)
            questions.append(lambda key=key: registry.by_cn(*key))  # type: ignore[misc]
        if journal.issn:
            issn = journal.issn
            questions.append(lambda issn=issn: registry.by_issn(issn))  # type: ignore[misc]
        for question in questions:
            begun = time.process_time()
            question()
            taken.append(time.process_time() - begun)
    return max(taken), sum(taken) / len(taken)


if __name__ == "__main__":
    main()
