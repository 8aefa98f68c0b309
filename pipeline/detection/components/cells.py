"""What lines and cells below each other have to do with one another: where names go on."""

from __future__ import annotations

from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import text_of
from pipeline.detection.vocabulary import NOT_NAMES, SCHOOL_ENDINGS, is_han

# Print is read better than this.
_SURE = 0.9


def misread_name(doc: Doc, page: PageText, start: int, end: int, *, written: bool) -> bool:
    """Whether a cell among names holds no word, or, where people sign, what was badly read."""
    text = text_of(doc, start, end)
    if len(text) > 4 or text in NOT_NAMES or not any(map(is_han, text)):
        return False
    if len(text) == 3 and all(map(is_han, text)):
        return True  # the word model takes a misread name for one word: 自功壮
    if not everyday(doc, start, end):
        return written or (len(text) >= 2 and all(map(is_han, text)))
    return written and page.line(start).confidence < _SURE


def ends_a_school(doc: Doc, page: PageText, above: tuple[int, int], start: int, end: int) -> bool:
    """Whether a short line ends the name of a school that the line above it begins."""
    upper, lower = page.boxes[page.line_of[above[0]]], page.boxes[page.line_of[start]]
    close = lower.middle - upper.middle < 1.6 * upper.height
    rest = text_of(doc, start, end)
    return close and len(rest) <= 4 and (text_of(doc, *above) + rest).endswith(SCHOOL_ENDINGS)


def goes_on(doc: Doc, page: PageText, above: tuple[int, int], start: int, end: int) -> bool:
    """Whether a short line goes on with the name in the line above it."""
    upper, lower = page.boxes[page.line_of[above[0]]], page.boxes[page.line_of[start]]
    close = lower.middle - upper.middle < 1.5 * upper.height
    text = text_of(doc, start, end)
    # One character, misread: 11 for 且.
    guessed = len(text) <= 2 and page.line(start).confidence < _SURE
    if not close or text in NOT_NAMES or not (guessed or all(is_han(c) for c in text)):
        return False
    top, bottom = upper.real[3], lower.real[1]
    return top >= bottom or page.layout.rule_below(top, *lower.real[::2], bottom) >= bottom
