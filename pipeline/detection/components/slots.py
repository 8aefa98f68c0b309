"""Where a label's value stands when it is not on the label's own line."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.page_text import PageText
from pipeline.detection.spans import text_of
from pipeline.detection.vocabulary import NOT_NAMES, is_han

# A slot without a rule around it reaches this many line heights to the right.
_REACH = 14.0
_COLONS = ":："
# How much of a line's height a colon takes.
_COLON = 0.5
# Of the label's height, from its edges inwards, how far a rule may lie in its box.
_EDGE = 0.25
_SEAL = 1.8
# How far a rule goes on above or below a line that it stands beside, in line heights.
_BESIDE = (0.2, 0.7)
# Names of so many characters go on below, which begins at most so far left of the label, in em.
_LONG_NAME, _HANG = 4, 6.0
# How near a lone character stands behind a signature's ink that it belongs to, in line heights.
_NEXT = 0.6
# Signs that are small; what is as high as writing is none of them.
_MARKS = "，,。.、·:：;；'‘’\"“”`-—_~"


@dataclass(frozen=True, slots=True)
class Slot:
    """The free place behind a label.

    Attributes:
        bounds: x0, y0, x1, y1 on the upright page.
        runs: Token ranges that stand in it, from the left and the top.
        label: Last token of the label.
    """

    bounds: tuple[float, float, float, float]
    runs: tuple[tuple[int, int], ...]
    label: int


def line_tokens(page: PageText) -> dict[int, tuple[int, int]]:
    """Return the token range of every line that has tokens."""
    ranges: dict[int, tuple[int, int]] = {}
    for token, line in enumerate(page.line_of):
        first, _ = ranges.get(line, (token, token))
        ranges[line] = (first, token + 1)
    return ranges


def right_of(doc: Doc, page: PageText, last: int, *, ruled_off: bool = True) -> Slot:
    """Return the slot to the right of a label whose last token is ``last``.

    Args:
        doc: The page.
        page: Its places.
        last: The label's last token.
        ruled_off: A vertical rule ends the slot; over a stamp it is the edge of a seal.
    """
    box = page.boxes[page.line_of[last]]
    char = page.line(last).chars[page.char_of[last]].polygon.bounds
    y0, y1 = box.real[1], box.real[3]
    em = max(8.0, y1 - y0)
    width, height = page.reading.frame.width, page.reading.frame.height
    # From the label's edges: a long stroke of the label itself may pass for a rule.
    y_top, y_bottom = y0 + _EDGE * em, y1 - _EDGE * em
    top = page.layout.rule_above(y_top, char[0], char[2], max(0.0, y0 - 3 * em))
    bottom = page.layout.rule_below(y_bottom, char[0], char[2], min(height, y1 + 3 * em))
    ruled = top > y0 - 2.9 * em and bottom < y1 + 2.9 * em
    y0, y1 = (top, bottom) if ruled else (y0 - 0.35 * em, y1 + 0.35 * em)
    start = char[2]
    if doc[last].text in _COLONS:
        # The box of a colon often reaches over what was not read behind it.
        start = min(start, char[0] + _COLON * em)
    near = page.layout.rule_right(start, box.real[1], box.real[3], min(width, start + 4 * em))
    if near < start + 3.9 * em and not _is_written_on(page, start, near, box.real[1], box.real[3]):
        start = near + 0.1 * em
    end = min(float(width), start + _REACH * em)
    if ruled_off:
        end = _rule_behind(page, start + 0.3 * em, (box.real[1], box.real[3]), end)
    inside = []
    for other in page.boxes:
        cx, cy = (other.real[0] + other.real[2]) / 2, (other.real[1] + other.real[3]) / 2
        begins = other.real[0] >= start - 0.4 * em
        if other.index != box.index and begins and y0 < cy < y1 and other.real[0] < end:
            inside.append((other, cx))
    inside.sort(key=lambda pair: (round(pair[0].middle / em), pair[1]))
    tokens = line_tokens(page)
    runs = tuple(tokens[other.index] for other, _ in inside if other.index in tokens)
    return Slot((start, y0, end, y1), runs, last)


def _rule_behind(page: PageText, x: float, rows: tuple[float, float], limit: float) -> float:
    """Return the x of the first rule right of ``x``, or ``limit``.

    A long stroke of a signature is as straight, but goes on neither above its line nor below.
    """
    y0, y1 = rows
    em = max(8.0, y1 - y0)
    while (rule := page.layout.rule_right(x, y0, y1, limit)) < limit:
        far, off = _BESIDE[1] * em, _BESIDE[0] * em
        around = (y0 - far, y0 - off), (y1 + off, y1 + far)
        near = 0.15 * em
        if any(page.layout.rule_right(rule - near, *r, rule + near) < rule + near for r in around):
            return rule
        x = rule + near
    return limit


def _is_written_on(page: PageText, x0: float, x1: float, y0: float, y1: float) -> bool:
    """Whether something as high as writing stands between a label and the rule behind it."""
    em = max(8.0, y1 - y0)
    return page.layout.is_written(x0 + 0.1 * em, y0, x1 - 0.15 * em, y1)


def below(page: PageText, first: int, labels: set[int]) -> list[tuple[int, int]]:
    """Return what stands in the ruled cells under a column head whose first token is ``first``.

    Without rules nothing tells a column from text that happens to stand below.
    """
    head = page.boxes[page.line_of[first]]
    em = max(8.0, head.height)
    x0, y0, x1, y1 = head.real
    width = page.reading.frame.width
    left = page.layout.rule_left(x0, y0, y1, max(0.0, x0 - 8 * em))
    right = page.layout.rule_right(x1, y0, y1, min(float(width), x1 + 8 * em))
    ruled = left > x0 - 7.9 * em and right < x1 + 7.9 * em
    if not ruled:
        return []
    tokens = line_tokens(page)
    runs = []
    last = head
    for box in sorted(page.boxes, key=lambda b: b.middle):
        center = (box.real[0] + box.real[2]) / 2
        if box.middle <= head.middle + 0.6 * em or not left < center < right:
            continue
        if box.middle - last.middle > 5 * em or box.real[2] > right + em:
            break
        last = box
        if box.index in tokens:
            if tokens[box.index][0] in labels:
                break
            runs.append(tokens[box.index])
    return runs


def continuation(
    page: PageText, start: int, end: int, *, left_of: int | None = None
) -> list[tuple[int, int]]:
    """Return the line under a value that fills its line, when it begins where the value begins.

    Args:
        page: The page.
        start: First token of the value.
        end: One past its last token on its line.
        left_of: Token whose left edge the next line must share; ``start`` itself when None.
    """
    head = start if left_of is None else left_of
    line = page.line_of[start]
    tokens = line_tokens(page)
    if tokens[line][1] != end:
        return []
    here = page.boxes[line]
    left = min(p[0] for p in page.line(head).chars[page.char_of[head]].polygon.points)
    for box in sorted(page.boxes, key=lambda b: b.middle):
        pitch = (box.middle - here.middle) / max(here.height, box.height)
        if not 0.6 < pitch < 2.1 or abs(box.real[0] - left) > 1.2 * here.height:
            continue
        top, bottom = (here.real[1] + here.real[3]) / 2, (box.real[1] + box.real[3]) / 2
        # Lines as close as this leave no room for a rule; what looks like one is a stroke.
        ruled = (
            pitch > 1.25 and page.layout.rule_below(top, box.real[0], box.real[2], bottom) < bottom
        )
        return [tokens[box.index]] if box.index in tokens and not ruled else []
    return []


def wrapped(doc: Doc, page: PageText, start: int, end: int) -> list[tuple[int, int]]:
    """Return the short line under a long name that did not fit on the line of its label.

    Args:
        doc: The page's characters.
        page: Its places.
        start: First token of the name.
        end: One past its last token.
    """
    line = page.line_of[start]
    tokens = line_tokens(page)
    if end - start < _LONG_NAME or tokens[line][1] != end:
        return []
    here = page.boxes[line]
    em = max(8.0, here.height)
    for box in page.boxes:
        pitch = (box.middle - here.middle) / em
        if box.index == line or not 0.6 < pitch < 1.8 or box.index not in tokens:
            continue
        a, b = tokens[box.index]
        short = b - a <= 3 and all(is_han(doc[i].text) for i in range(a, b))
        below = here.x0 - _HANG * em < box.x0 and box.x1 < here.x1
        alone = not any(
            o.index != box.index
            and abs(o.middle - box.middle) < 0.5 * em
            and o.x1 > here.x0 - _HANG * em
            and o.x0 < here.x1
            for o in page.boxes
        )
        if short and below and alone and text_of(doc, a, b) not in NOT_NAMES:
            return [(a, b)]
    return []


def written_ink(
    doc: Doc, page: PageText, slot: Slot, hidden: set[int]
) -> tuple[float, float, float, float] | None:
    """Return the bounds of what is written in a slot where the reading does not hide all of it.

    Args:
        doc: The page's characters.
        page: The page.
        slot: The place behind a label.
        hidden: Tokens that findings hide already; all others are print that ends the slot.

    Returns:
        x0, y0, x1, y1 on the upright page; None for an empty slot or one that is hidden whole.
    """
    bounds, stop = _written(doc, page, slot, hidden, set())
    if bounds is None or stop is None:
        return bounds
    # A character of a signature that happens to read well (苏 日 娜) ends no slot: it stands alone
    # and close behind the pen's other strokes. Dates of forms begin further off, with 年 or 月.
    char = page.line(stop).chars[page.char_of[stop]]
    line = page.line_of[stop]
    beside = [
        token
        for token, other in enumerate(page.line_of)
        if other == line and (line != page.line_of[slot.label] or token > slot.label)
    ]
    em = max(8.0, slot.bounds[3] - slot.bounds[1])
    near = char.polygon.bounds[0] - bounds[2] < _NEXT * em
    if beside == [stop] and is_han(char.text[:1]) and char.text not in "年月" and near:
        return _written(doc, page, slot, hidden, {stop})[0]
    return bounds


def _written(
    doc: Doc, page: PageText, slot: Slot, hidden: set[int], passed: set[int]
) -> tuple[tuple[float, float, float, float] | None, int | None]:
    """Return the ink of a slot, and the token of print that ends it; ``passed`` ones end none."""
    x0, y0, x1, y1 = slot.bounds
    em = max(8.0, y1 - y0)
    stop: int | None = None
    covered: list[tuple[float, float]] = []
    own = page.line_of[slot.label]
    read: list[tuple[float, float, float, float]] = []
    for token, line in enumerate(page.line_of):
        if page.reading.lines[line].confidence < 0.6 and token not in hidden:
            continue
        if token in passed or (line == own and token <= slot.label):
            continue
        # Words as high as this are a seal's, bent or set askew, over the slot.
        if page.boxes[line].height > _SEAL * page.boxes[own].height and token not in hidden:
            continue
        left, top, right, bottom = page.line(token).chars[page.char_of[token]].polygon.bounds
        if bottom < y0 - em or top > y1 + em or right < x0 or left > x1:
            continue
        if not y0 < (top + bottom) / 2 < y1:
            # On a page that lies askew the lines above and below reach into the slot.
            read.append((left, top, right, bottom))
        elif token in hidden:
            covered.append((left, right))
        elif doc[token].text in _MARKS and page.layout.is_written(left, top, right, bottom):
            # The last character of a signature, read as a comma.
            continue
        elif left > x0 - 0.1 * em and left - 0.05 * em < x1:
            x1, stop = left - 0.05 * em, token
    if x1 - x0 < 0.5 * em:
        return None, None
    bounds = page.layout.first_ink(x0, y0 - 0.1 * em, x1, y1 + 0.1 * em, 1.1 * em, read)
    if bounds is None:
        return None, None
    if covered:
        begin, end = min(c[0] for c in covered), max(c[1] for c in covered)
        if bounds[0] > begin - 0.15 * em and bounds[2] < end + 0.15 * em:
            return None, None
    return bounds, stop
