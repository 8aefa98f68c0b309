"""The journal's title, as cover, contents, running header and imprint print it.

Covers set it in art letters that are often misread; the running header repeats it in plain type.
What most places agree on is taken; a registered title that stands on a page counts as printed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from pipeline.publication.nouns import Part
from pipeline.publication.package import Package
from pipeline.publication.titles import title_key
from pipeline.reading.sides import Row

_ISSUE = re.compile(
    r"(?:19|20)\d\d\s*年?.*$|第\s*\d.*$|总第.*$|V[oO][lL].*$|N[oO]\s*\.?\s*\d.*$|\d+\s*/\s*\d+.*$|增\s*刊.*$"
)
_QUOTED = re.compile(r"《\s*([^》]{2,20})\s*》")
_OFFICE = re.compile(r"《?([一-鿿]{2,14})》?(?:杂志社|编辑部|期刊社|编辑委员会)")
_NAMED = re.compile(r"(?:刊\s*名|期刊名称)\s*[:：]\s*《?([^》\s]{2,20})")
_CONTENTS_WORD = re.compile(r"目\s*[录次]|CONTENTS", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"主\s*[办管编]|出版|月刊|旬刊|季刊|核心|收录|邮发|定价|ISSN|CN\s?\d|[:：]|欢迎|投稿|专栏|特稿|本刊|全国|http|www"
)
# Weights of the places; a title needs more than one weak witness to be sure.
_HEADER_VOTE, _CONTENTS_VOTE, _IMPRINT_VOTE, _COVER_VOTE = 2.0, 2.0, 2.0, 1.5
_REGISTERED_VOTE = 0.5
_SURE_VOTES = 3.0
_SURE_READING = 0.97


@dataclass(frozen=True, slots=True)
class JournalName:
    """A journal's title as the pages print it, and whether every character is sure."""

    title: str
    sure: bool
    rows: tuple[Row, ...] = field(default=(), repr=False)


def journal_name(package: Package, registered: tuple[str, ...] = ()) -> JournalName | None:
    """Return the title that most places print.

    Args:
        package: The pages.
        registered: Titles that the registry has under the printed numbers. They are only asked
            whether they stand on a page, never put in the place of another.
    """
    votes: dict[str, float] = defaultdict(float)
    shown: dict[str, str] = {}
    rows: dict[str, list[Row]] = {}
    for title, weight, row in _candidates(package):
        key = title_key(title)
        if 2 <= len(key) <= 24:
            votes[key] += weight * (1.0 if row.confidence > 0.9 else 0.7)
            shown.setdefault(key, title)
            rows.setdefault(key, []).append(row)
    for key in {title_key(title) for title in registered} & votes.keys():
        votes[key] += _REGISTERED_VOTE
    if not votes:
        return None
    best = max(votes, key=lambda key: votes[key] + 0.4 * _near(key, votes))
    sure = votes[best] >= _SURE_VOTES or all(r.confidence >= _SURE_READING for r in rows[best])
    return JournalName(shown[best], sure, tuple(rows[best]))


def _near(key: str, votes: dict[str, float]) -> float:
    """Votes for the same title with a character misread."""
    return sum(v for k, v in votes.items() if k != key and Levenshtein.distance(k, key) <= 1)


def _candidates(package: Package) -> list[tuple[str, float, Row]]:
    found: list[tuple[str, float, Row]] = []
    heads = {head.title for head in package.heads}
    for one in package.sides:
        if one.part is Part.BODY:
            for row in one.side.header:
                found += [(t, _HEADER_VOTE, row) for t in _pieces(row.text)]
        elif one.part is Part.CONTENTS:
            for row in one.side.rows[:6]:
                text = _CONTENTS_WORD.sub(" ", row.text)
                found += [(t, _CONTENTS_VOTE, row) for t in _pieces(text) if row.y0 < 0.2]
        elif one.part is Part.COVER:
            found += [(t, _COVER_VOTE, row) for t, row in _from_cover(one.side.rows)]
        if one.part in (Part.SERIALS, Part.COVER, Part.CONTENTS, Part.BACK):
            for row in one.side.rows:
                for form in (_NAMED, _OFFICE):
                    found += [(m, _IMPRINT_VOTE, row) for m in form.findall(row.text)]
    return [(t, w, r) for t, w, r in found if not any(title_key(t) in title_key(h) for h in heads)]


def _pieces(text: str) -> list[str]:
    """Cut a header into what may be a title: no issue, no page number, no section."""
    quoted = _QUOTED.findall(text)
    if quoted:
        return [q.replace(" ", "") for q in quoted]
    found = []
    for piece in re.split(r"\s{2,}|[|｜]", text):
        bare = _ISSUE.sub("", piece).replace(" ", "").strip("·-—_.,，。《》【】")
        bare = re.sub(r"^\d+|\d+$", "", bare)
        if len(bare) >= 2 and re.search(r"[一-鿿]{2}", bare) and not _NO_TITLE.search(bare):
            found.append(bare)
    return found


def _from_cover(rows: tuple[Row, ...]) -> list[tuple[str, Row]]:
    """Return the largest rows: the title in art letters, in one row or two."""
    named = [r for r in rows if re.search(r"[一-鿿]", r.text) and not _NO_TITLE.search(r.text)]
    if not named:
        return []
    largest = max(row.size for row in named)
    big = [row for row in named if row.size > 0.72 * largest]
    whole = "".join(piece for row in big for piece in _pieces(row.text))
    found = [(piece, row) for row in big for piece in _pieces(row.text)]
    return [*found, (whole, big[0])] if len(big) > 1 and whole else found
