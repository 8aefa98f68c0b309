"""Turns the span groups of a page into findings: overlaps resolved, places judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Span

from pipeline.detection.components.labels import COPY, find_labels
from pipeline.detection.components.slots import right_of, written_ink
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import evidence_of, page_of, text_of
from pipeline.detection.vocabulary import (
    NAME_LABELS,
    NOT_NAMES,
    SIGNATURE_LABELS,
    SUBJECTS,
    TITLE_BEHIND,
    WIDE_LABELS,
    is_han,
)
from pipeline.dossier import Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy

# Which group wins where two spans overlap: certain knowledge before guesses.
_ORDER = ("applicant", "numbers", "labels", "keeps", "units", "people", "ner")
_KEPT = frozenset(
    (
        Kind.PUBLICATION,
        Kind.PUBLIC_FIGURE,
        Kind.ISSUING_AUTHORITY,
        Kind.CERTIFICATE_NUMBER,
    )
)
_SUBJECT = re.compile("|".join(SUBJECTS))
# The point of 阿依努尔·托列根 and what it is read as; the shortest part before one.
_POINTS, _LONG = frozenset("·•・.．。"), 3
# A line read with less than this could say anything.
_UNREADABLE = 0.6


@dataclass(frozen=True, slots=True)
class Piece:
    """A resolved token range of one kind."""

    start: int
    end: int
    kind: Kind
    group: str
    rule: str
    score: float
    place: Place | None
    entity: str
    rest: bool = False


def resolve(doc: Doc) -> list[Piece]:
    """Let stronger groups win overlaps; what is left of a weaker span on either side stays."""
    owner: dict[int, int] = {}
    pieces: list[Piece] = []
    for group in _ORDER:
        if group not in doc.spans:
            continue
        spans: Sequence[Span] = sorted(doc.spans[group], key=lambda s: (s.start - s.end, s.start))
        for span in spans:
            kind, why = Kind(span.label_), evidence_of(doc, group, span)
            for start, end in _free(doc, span.start, span.end, owner, pieces, kind):
                for token in range(start, end):
                    owner[token] = len(pieces)
                rest = (start, end) != (span.start, span.end)
                pieces.append(
                    Piece(start, end, kind, group, why.rule, why.score, why.place, why.entity, rest)
                )
    return _joined(sorted(pieces, key=lambda p: p.start), page_of(doc))


def _joined(pieces: list[Piece], page: PageText) -> list[Piece]:
    """Give what is left over from an overlap to the finding beside it that caused it."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and _is_pointed(last, piece, page):
            last = joined[-1] = replace(last, end=piece.start)
        if (
            last is not None
            and last.end == piece.start
            and page.line_of[last.end - 1] == page.line_of[piece.start]
            and _family(last.kind) == _family(piece.kind)
            and (last.rest or piece.rest)
        ):
            strong = piece if last.rest else last
            joined[-1] = replace(strong, start=last.start, end=piece.end, rest=False)
        else:
            joined.append(piece)
    return joined


def _is_pointed(last: Piece, piece: Piece, page: PageText) -> bool:
    """Whether a name's parts are on two lines and the point between them ends the first."""
    point = last.end
    return (
        point + 1 == piece.start
        and _family(last.kind) == _family(piece.kind) == 1
        and last.end - last.start >= _LONG
        and page.texts[point] in _POINTS
        and page.line_of[point - 1] == page.line_of[point] != page.line_of[piece.start]
    )


def _free(
    doc: Doc, start: int, end: int, owner: dict[int, int], pieces: list[Piece], kind: Kind
) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span that no stronger span holds and that can stand alone."""
    holders = {pieces[owner[t]].kind for t in range(start, end) if t in owner}
    # 张伟 is the applicant's name and 张伟平 a colleague's: the rest 平 must not be left to see. A
    # rest of one character of another family is only the edge of the stronger finding.
    related = all(_family(h) == _family(kind) for h in holders)
    run = start
    for token in range(start, end + 1):
        if token == end or token in owner:
            whole = run == start and token == end
            rest = "" if whole else text_of(doc, run, token)
            if not whole and _of_the_sentence(doc, run, token, before=run == start):
                run = token + 1
                continue
            if token - run >= (1 if related else 2) and rest not in NOT_NAMES:
                yield run, token
            run = token + 1


def _of_the_sentence(doc: Doc, run: int, token: int, *, before: bool) -> bool:
    """Whether what is left of a span beside a stronger one is the sentence going on, no name."""
    if not before and _SUBJECT.match(text_of(doc, run, token)):
        # 淮南市第二中学物理 / 中学一级教师: what one teaches there.
        return True
    if before:
        # 向孙丽同志学习.
        return (run, token, "p") in doc._.words
    rest = text_of(doc, run, token)
    # 张伟同志, 张伟等: what LAC joined to a known name.
    if rest in ("共", "等", "系") or rest + text_of(doc, token, token + 1) == "同志":
        return True
    return token == run + 1 and _begins_a_line(doc, run)


def _begins_a_line(doc: Doc, token: int) -> bool:
    """Whether a character begins the next line's own words: 李晓琳 / 性别."""
    page = page_of(doc)
    after = token + 1
    if page.line_of[token] == page.line_of[token - 1] or after >= len(doc):
        return False
    if doc[token].text + doc[after].text in WIDE_LABELS:
        return True
    if page.line_of[after] != page.line_of[token]:
        return False
    behind = doc[after].text
    goes_on = is_han(behind) and not TITLE_BEHIND.match(text_of(doc, after, after + 3))
    return (goes_on and behind not in "等共") or doc[token].text in "一二三四五六七八九十"


def _family(kind: Kind) -> int:
    """Number the families of kinds whose findings may run into each other."""
    if kind in (Kind.APPLICANT_NAME, Kind.PERSON_NAME, Kind.SIGNATURE):
        return 1
    if kind in (Kind.APPLICANT_UNIT, Kind.UNIT, Kind.ADDRESS):
        return 2
    return 4 if kind in _KEPT else 3


def findings_of(doc: Doc, policy: Policy) -> list[Finding]:
    """Return the page's findings in reading order; one for each line that a piece touches."""
    page = page_of(doc)
    number = page.reading.frame.page
    found: list[Finding] = []
    weak = {i for i, line in enumerate(page.reading.lines) if line.confidence < _UNREADABLE}
    ghosts = {i for i in weak if _is_ghost(page, i)}
    for piece in resolve(doc):
        if piece.group in ("units", "people", "ner") and page.line_of[piece.start] in ghosts:
            continue
        for start, end in _line_parts(page, piece.start, piece.end):
            line = page.line_of[start]
            first, last = page.char_of[start], page.char_of[end - 1] + 1
            found.append(
                Finding(
                    id=f"p{number}-{len(found) + 1}",
                    page=number,
                    kind=piece.kind,
                    polygon=hull(page, line, first, last),
                    entity=piece.entity or f"{piece.kind}:{text_of(doc, piece.start, piece.end)}",
                    recogniser=piece.group,
                    rule=piece.rule,
                    score=piece.score,
                    reason=policy.reasons.get(piece.kind, ""),
                    place=piece.place or _place(page, line, first, last),
                    text=text_of(doc, start, end),
                    line=line,
                    start=first,
                    end=last,
                )
            )
    found += _unreadable(page, found, policy)
    for bounds in _slots_with_ink(doc, page, found):
        found.append(
            Finding(
                id=f"p{number}-{len(found) + 1}",
                page=number,
                kind=Kind.SIGNATURE,
                polygon=Polygon.from_bounds(page.reading.frame, *bounds),
                entity=f"signature:{number}:{len(found)}",
                recogniser="slots",
                rule="unread-ink",
                score=0.7,
                reason=policy.reasons.get(Kind.SIGNATURE, ""),
                place=Place.SLOT,
            )
        )
    return found


def _unreadable(page: PageText, found: Sequence[Finding], policy: Policy) -> Iterator[Finding]:
    """Yield short lines that are too badly read to be judged: hidden, and shown to a person."""
    number = page.reading.frame.page
    held = {f.line for f in found}
    count = len(found)
    for index, line in enumerate(page.reading.lines):
        text = line.text.strip()
        if index in held or not 2 <= len(text) <= 10 or line.confidence >= _UNREADABLE:
            continue
        if not any(is_han(c) for c in text) or _is_ghost(page, index):
            continue
        count += 1
        yield Finding(
            id=f"p{number}-{count}",
            page=number,
            kind=Kind.SIGNATURE,
            polygon=line.polygon,
            entity=f"signature:{number}:{count}",
            recogniser="lines",
            rule="unreadable",
            score=0.4,
            reason=policy.reasons.get(Kind.SIGNATURE, ""),
            place=Place.CELL,
            text=text,
            line=index,
            start=0,
            end=len(line.chars),
            doubtful=True,
        )


def _is_ghost(page: PageText, index: int) -> bool:
    """Whether a badly read line lies over better read ones: fragments of a seal, a watermark."""
    me = page.boxes[index].real
    area = max(1.0, (me[2] - me[0]) * (me[3] - me[1]))
    for box in page.boxes:
        other = page.reading.lines[box.index]
        if box.index == index or other.confidence < 0.8:
            continue
        width = min(me[2], box.real[2]) - max(me[0], box.real[0])
        height = min(me[3], box.real[3]) - max(me[1], box.real[1])
        if width > 0 and height > 0 and width * height > 0.15 * area:
            return True
    return False


def _slots_with_ink(
    doc: Doc, page: PageText, found: Sequence[Finding]
) -> Iterator[tuple[float, float, float, float]]:
    """Yield ink that stands in a slot for a name and that was not read, or not read whole."""
    taken = {(f.line, i) for f in found if _family(f.kind) == 1 for i in range(f.start, f.end)}
    hidden = {
        token
        for token, place in enumerate(zip(page.line_of, page.char_of, strict=True))
        if place in taken
    }
    for label in find_labels(doc, page):
        copied = label.words == COPY
        signed = copied or label.words in SIGNATURE_LABELS
        if not signed and not (label.colon and label.words in NAME_LABELS):
            continue
        slot = right_of(doc, page, min(label.value, len(doc)) - 1, ruled_off=not copied)
        bounds = written_ink(doc, page, slot, hidden)
        if bounds is not None:
            yield bounds


def _line_parts(page: PageText, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split a token range where it changes lines."""
    run = start
    for token in range(start + 1, end + 1):
        if token == end or page.line_of[token] != page.line_of[run]:
            yield run, token
            run = token


def hull(page: PageText, line: int, first: int, last: int) -> Polygon:
    """Return the quad from the first to the last character of a stretch of a line."""
    chars = page.reading.lines[line].chars
    a, b = chars[first].polygon.points, chars[last - 1].polygon.points
    if len(a) != 4 or len(b) != 4:
        return chars[first].polygon
    return Polygon(page.reading.frame, (a[0], b[1], b[2], a[3]))


def _place(page: PageText, line: int, first: int, last: int) -> Place:
    """Judge whether a stretch is a whole cell, the end of its line, or running text."""
    chars = page.reading.lines[line].chars
    if first == 0 and last == len(chars):
        return Place.CELL if len(chars) <= 24 else Place.RUNNING
    return Place.LINE_END if last == len(chars) else Place.RUNNING
