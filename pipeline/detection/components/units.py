"""Schools and other units: an ending that LAC's words are followed back from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.components.labels import find_labels
from pipeline.detection.page_text import PageText
from pipeline.detection.school_names import (
    ENDING,
    NAME_VERBS,
    SCHOOL_KINDS,
    SUBJECT_WORDS,
    Words,
    is_ordinal,
    is_teaching_place,
    longest_ending,
    names_a_school,
    said_short,
)
from pipeline.detection.spans import add, covered, page_of, spaced_text, text_of
from pipeline.detection.vocabulary import is_han
from pipeline.dossier import Kind

GROUP = "units"
_CAMPUS = re.compile(
    r"[(（][一-龥]{1,6}(?:校区|分校|分园|教学点|分部|校|部)[)）]|[一-龥]{1,4}(?:校区|分校|分园|教学点)|集团"
)
# Words that a school's name is not made of: the name begins behind them.
_STOP_TAGS = frozenset("p u c w r d xc TIME v vd q".split())
_ENGLISH_KEY = re.compile("(?:School|Kindergarten|College|University)", re.IGNORECASE)
_ENGLISH = re.compile(
    r"(?:[A-Z][A-Za-z.'’]*|No\.?\s*[0-9]+|[0-9]+(?:st|nd|rd|th)?|of|the)(?:[\s,]*(?:[A-Z][A-Za-z.'’]*|No\.?\s*[0-9]+|[0-9]+(?:st|nd|rd|th)?|of|to|the|Affiliated)){0,9}?[\s,]*"
    r"(?:School|Kindergarten|College|University|SCHOOL|KINDERGARTEN|COLLEGE|UNIVERSITY)"
    r"(?:[\s,]*(?:of|Affiliated to|affiliated to)[\s,]*[A-Z][A-Za-z]*(?:[\s,]+[A-Z][A-Za-z]*){0,4})?"
)
# All that stands in a slot: 六中, 二幼, 第三小学.
_NUMBERED = re.compile(r"第?[一二三四五六七八九十]{1,2}(?:[中小]学?|幼(?:儿园)?)")


@dataclass(frozen=True, slots=True)
class UnitSearch:
    """Finds names of schools and other places that teach."""

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``units``."""
        page = page_of(doc)
        kept = covered(doc, ("keeps",))
        everything = text_of(doc, 0, len(doc))
        words = {
            i: (start, tag, everything[start:end])
            for start, end, tag in doc._.words
            for i in range(start, end)
        }
        labels: set[int] | None = None
        for start, end in page.paragraphs:
            text = everything[start:end]
            if labels is None and ENDING.search(text):
                found = find_labels(doc, page)
                labels = {i for label in found for i in range(label.start, label.value)}
            for a, b, rule in _schools(text, words, page, labels or set(), start):
                if not kept.intersection(range(start + a, start + b)):
                    add(doc, GROUP, start + a, start + b, Kind.UNIT, rule, 0.8)
            if _ENGLISH_KEY.search(text):
                for a, b in _english_units(doc, start, end):
                    add(doc, GROUP, a, b, Kind.UNIT, "english", 0.8)
        for start, end in page.segments:
            if end - start <= 6 and _NUMBERED.fullmatch(everything, start, end):
                add(doc, GROUP, start, end, Kind.UNIT, "numbered", 0.6)
        for start, end, tag in doc._.words:
            if (
                tag == "ORG"
                and is_teaching_place(everything[start:end])
                and not kept.intersection(range(start, end))
            ):
                add(doc, GROUP, start, end, Kind.UNIT, "lac", 0.75)
        return doc


def _schools(
    text: str, words: Words, page: PageText, labels: set[int], offset: int
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, rule) of schools in a paragraph, the longest name that fits."""
    done = 0
    for match in ENDING.finditer(text):
        if match.start() < done:
            continue
        # 在合作交流中学会倾听: the ending must not cut a word in two.
        last = words.get(offset + match.end(), (0, "", ""))
        if offset + match.start() < last[0] < offset + match.end():
            continue
        end = longest_ending(text, match)
        start = _name_start(text, match.start(), words, page, labels, offset, done)
        if not names_a_school(text[start:end], text[end : end + 4]):
            continue
        campus = _CAMPUS.match(text, end)
        end = campus.end() if campus else end
        done = end
        yield start, end, "ending"
    yield from said_short(text, words, offset)


def _name_start(
    text: str,
    at: int,
    words: Words,
    page: PageText,
    labels: set[int],
    offset: int,
    floor: int,
) -> int:
    """Go back word by word from an ending while the words can be part of a name."""
    start = at
    while start > floor and at - start < 24:
        begin, tag, _ = words.get(offset + start - 1, (offset + start - 1, "w", ""))
        first = max(floor, begin - offset)
        piece = text[first:start]
        if not piece or not all(is_han(c) or c.isdigit() or c in "()（）·" for c in piece):
            break
        if 1.0 < page.gap_after(offset + start - 1) < 90:
            break
        if tag in _STOP_TAGS and piece not in NAME_VERBS and not is_ordinal(piece):
            # 龙岩市求实学校: a word like a verb between a place and the ending is the school's name.
            before = words.get(offset + first - 1, (0, "w", ""))
            place = before[1] in ("LOC", "ORG")
            if not (start == at and len(piece) >= 2 and place and first > floor):
                break
        if piece in SUBJECT_WORDS or (tag == "f" and piece in "下中里内间前后外时"):
            break
        if piece in SCHOOL_KINDS and start == at:
            break
        here = offset + start
        over_line_end = start < len(text) and page.line_of[here - 1] != page.line_of[here]
        if over_line_end and tag not in ("LOC", "ORG", "nz", "m") and piece not in NAME_VERBS:
            break
        if over_line_end and tag == "nz" and words.get(here, (0, "", ""))[:2] == (here, "ORG"):
            # 导学案 / 长春师范大学附属中学: a title above a whole name.
            break
        if offset + start - 1 in labels or (tag == "PER" and start != at):
            break
        start = first
    # A bracket that was opened before the name is not part of it.
    while start < at and text[start] in "()（）·了着过的":
        start += 1
    return start


def _english_units(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find English names of schools; their words keep the spaces between them."""
    text, tokens = spaced_text(doc, start, end)
    for match in _ENGLISH.finditer(text):
        if match.end() - match.start() > 12:
            yield tokens[match.start()], tokens[match.end() - 1] + 1
