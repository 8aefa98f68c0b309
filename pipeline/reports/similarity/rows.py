"""A passage cut into rows that fit on a page, both sides of a row about the same words."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.reports.similarity.views import DiffView, PassageView

#: Characters of one side in a row; MuPDF lays no row out that is higher than a page.
ROW_CHARACTERS = 360

Side = list[DiffView]


def rows(passage: PassageView) -> list[tuple[Side, Side]]:
    """Return the rows of a passage: its pieces here and there."""
    done: list[tuple[Side, Side]] = []
    here: Side = []
    there: Side = []
    for mine, theirs in _steps(passage):
        if here and max(_size([*here, *mine]), _size([*there, *theirs])) > ROW_CHARACTERS:
            done.append((here, there))
            here, there = [], []
        here, there = [*here, *mine], [*there, *theirs]
    if here or there:
        done.append((here, there))
    return done


def _steps(passage: PassageView) -> list[tuple[Side, Side]]:
    """Return what stands opposite each other, in steps of less than a row."""
    here, there = list(passage.here), list(passage.there)
    steps: list[tuple[Side, Side]] = []
    while here or there:
        apart = [_until_same(here), _until_same(there)]
        steps += _chopped(*apart)
        if here and there:
            steps += _chopped([here.pop(0)], [there.pop(0)])
        elif here or there:
            steps += _chopped(here, there)
            break
    return [step for step in steps if step[0] or step[1]]


def _until_same(side: Side) -> Side:
    """Take what stands before the next piece that both sides have."""
    taken: Side = []
    while side and not side[0].same:
        taken.append(side.pop(0))
    return taken


def _chopped(here: Side, there: Side) -> list[tuple[Side, Side]]:
    """Cut both sides into the same number of parts, each less than a row."""
    parts = -(-2 * max(_size(here), _size(there), 1) // ROW_CHARACTERS)
    if parts == 1:
        return [(here, there)]
    return list(zip(_parts(here, parts), _parts(there, parts), strict=True))


def _parts(side: Side, count: int) -> list[Side]:
    total, parts = _size(side), []
    for number in range(count):
        start, end = total * number // count, total * (number + 1) // count
        part, at = [], 0
        for piece in side:
            text = piece.text[max(0, start - at) : max(0, end - at)]
            if text:
                part.append(DiffView(text, piece.look, piece.same))
            at += len(piece.text)
        parts.append(part)
    return parts


def _size(side: Sequence[DiffView]) -> int:
    return sum(len(piece.text) for piece in side)
