"""A single character beside the mask of a name: the rest of a name that was hidden too short.

Whose name it was nobody tells verification, but after a name comes a title, a verb, a sign or
nothing; one lone character that is none of the words that stand alone there is a reason to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.surnames import surnames
from pipeline.verification.linking import BEHIND_NAMES
from pipeline.verification.strangers import stretches
from pipeline.verification.text import Run, joined_runs

_UNITS = {Kind.APPLICANT_UNIT, Kind.UNIT}
_ENDS = {"学", "校", "园", "院", "小学", "中学", "学校", "学院", "大学", "幼儿园"}
"""What may be left of the mask of a school where nothing follows."""
_LAST = re.compile(
    "学(?![习生科校期年术历前位员会法情业区段分界者部籍识问院段])|校(?![长内级外本园区方友务际])|园(?![长内区本级所])"
)
"""The last character of a school's name that begins no word with what follows."""
_PEOPLE = {Kind.APPLICANT_NAME, Kind.PERSON_NAME, Kind.SIGNATURE}
_TOUCHING, _SPACED = 0.7, 1.5
"""Space between a mask and a lone character, in heights of the character; names of two characters
are set with a space between them, so a surname may stand further away."""
_INITIAL = 0.4
"""Space between a capital and the mask that it belongs to, in its heights."""
_READ = 0.3
_LARGER = 1.6
"""Height of a character, in thicknesses of a mask, from which it is of another line: a mask is as
thick as what it hides."""
_TITLE_ENDS = frozenset("》」』”")
STANDS_ALONE = frozenset(
    "年月日时分人名男女汉满回壮苗是为系任由于与和及或同在到从对向被让请给等的了之者也并曾现原拟"
    "该两父母多著编译审主副校师生区县市省级班组岁元件份次个章科室部局院所系党共未无有是否正高中初大小上下左右一二三四五六七八九十零〇"
)

Box = tuple[float, float, float, float]


def find_remnants(runs: Sequence[Run], masks: Sequence[Mask], frame: Frame) -> Iterator[Polygon]:
    """Yield lone characters that stand beside masks of names as if they belonged to them.

    Args:
        runs: The lines of the second reading.
        masks: The masks of the page.
        frame: Of the reading.
    """
    labels = {character for mask in masks for character in mask.label}
    boxes = [m.polygon.to(frame).bounds for m in masks if m.kind in _PEOPLE]
    schools = [m.polygon.to(frame).bounds for m in masks if m.kind in _UNITS]
    parted = {
        joined.glyphs[joined.seam - 1].line
        for joined in joined_runs(runs)
        if joined.seam and joined.text[joined.seam - 1 : joined.seam + 1] in BEHIND_NAMES
    }
    for run in runs if boxes or schools else ():
        yield from _initials(run, boxes)
        for start, end in stretches(run):
            glyph = run.glyphs[start]
            text = run.text[start:end]
            if (text in _ENDS and run.ends_fresh(end)) or (len(text) > 1 and _LAST.match(text)):
                place = glyph.polygon.bounds
                if any(_follows(place, box) for box in schools):
                    yield run.place(start, end if text in _ENDS else start + 1)
            alone = end - start == 1 and run.ends_fresh(end) and glyph.confidence >= _READ
            if not alone or glyph.text in STANDS_ALONE or glyph.text in labels:
                continue
            if end == len(run.glyphs) and glyph.line in parted:
                continue
            # 适 / 应》，and a name: a title ends before it.
            if end < len(run.glyphs) and _TITLE_ENDS & set(run.glyphs[end].before):
                continue
            place = glyph.polygon.bounds
            if any(_belongs(glyph.text, place, box) for box in boxes):
                yield glyph.polygon


def _initials(run: Run, boxes: Sequence[Box]) -> Iterator[Polygon]:
    """Yield lone capitals directly before the mask of a name: the Y of Yan Yuxiao."""
    letters = [g.text.isascii() and g.text.isalpha() and not g.masked for g in run.glyphs]
    for at, glyph in enumerate(run.glyphs):
        near = letters[max(0, at - 1) : at] + letters[at + 1 : at + 2]
        if not letters[at] or not glyph.upper or any(near):
            continue
        _, y0, x1, y1 = glyph.polygon.bounds
        if any(
            box[1] <= (y0 + y1) / 2 <= box[3] and abs(box[0] - x1) <= _INITIAL * (y1 - y0)
            for box in boxes
        ):
            yield glyph.polygon


def _follows(place: Box, box: Box) -> bool:
    """Whether a character directly follows a mask."""
    height = place[3] - place[1]
    level = box[1] <= (place[1] + place[3]) / 2 <= box[3]
    return level and -height / 2 <= place[0] - box[2] <= _TOUCHING * height


def _belongs(text: str, place: Box, box: Box) -> bool:
    """Whether a character directly follows a mask, or is a surname directly before one."""
    if place[3] - place[1] > _LARGER * min(box[2] - box[0], box[3] - box[1]):
        return False
    if _follows(place, box):
        return True
    height = place[3] - place[1]
    level = box[1] <= (place[1] + place[3]) / 2 <= box[3]
    return level and text in surnames() and -height / 2 <= box[0] - place[2] <= _SPACED * height
