"""From decisions to masks: cover all the ink of what is hidden, and nothing of its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.watermarks import RECOGNISER as WATERMARKS
from pipeline.dossier import BY_PERSON, Action, Decision, Finding, Kind, Mask, Place
from pipeline.geometry import Polygon
from pipeline.masking.axes import Axes, page_range
from pipeline.masking.cuts import cut
from pipeline.masking.ink import Ink, find_ink
from pipeline.masking.rows import Row, Rows, char_range
from pipeline.masking.strokes import behind_colon, whole_strokes
from pipeline.masking.watermarks import watermark_masks
from pipeline.masking.widths import standard_width, widen
from pipeline.reading.lines import PageReading

Pixels = NDArray[np.uint8]

MARGIN = 3  # pixels of paper hidden around the ink: what coding left of it in the paper beside it
_CLEAN = 0.6  # em of paper that ends a word where no neighbour was read
# A cut farther inside the box than this, in em, is not believed.
_DISAGREE = 0.35
_WIDER = 1.25  # times the line's pitch, from which a hand wrote wider than the print
_GROWTH = 3.0  # em at most beyond the box
# Pictures and watermarks follow no line, nor what a person drew: the finding's outline is the mask.
_WHOLE = (Kind.FACE, Kind.CODE)
_OUTLINED = (WATERMARKS, BY_PERSON)
_TOUCH = 1.2  # em between boxes within which characters may have been cut wrongly


@dataclass(frozen=True, slots=True)
class _Patch:
    """A mask in its line's own coordinates."""

    key: int
    axes: Axes
    a0: float
    b0: float
    a1: float
    b1: float
    decision: Decision
    findings: tuple[str, ...]


def plan(pixels: Pixels, reading: PageReading, decisions: Sequence[Decision]) -> tuple[Mask, ...]:
    """Return the masks of one page, on ``reading.frame``.

    Args:
        pixels: The upright page at stored resolution, RGB.
        reading: What was read on it; findings point into its lines.
        decisions: Decisions on this page's findings; only those that mask are drawn.
    """
    rows = Rows(reading)
    patches: list[_Patch] = []
    masks = watermark_masks(pixels, reading, decisions)
    done = {finding for mask in masks for finding in mask.findings}
    for number, decision in enumerate(decisions):
        finding = decision.finding
        if decision.action is not Action.MASK or finding.id in done:
            continue
        whole = finding.kind in _WHOLE or finding.recogniser in _OUTLINED
        if finding.line is None and (whole or len(finding.polygon.points) != 4):
            masks.append(_as_given(decision, reading))
        elif finding.line is None:
            row = rows.around(finding.polygon)
            patches.append(_patch(pixels, row, decision, -1 - number))
        else:
            patches.append(_patch(pixels, rows.of(finding.line), decision, finding.line))
    masks += [_mask(patch, reading) for patch in _settle(patches)]
    return tuple(masks)


def _patch(pixels: Pixels, row: Row, decision: Decision, key: int) -> _Patch:
    finding = decision.finding
    site = _Site(pixels, row, finding)
    a0, a1 = site.along()
    if a1 - a0 < 2:  # rules or boxes that contradict each other: the box itself is the safe side
        a0, a1 = site.box[0], site.box[2]
    b0, b1 = site.across(a0, a1)
    a0, a1 = site.widened(a0, a1)
    return _Patch(key, row.axes, a0, b0, a1, b1, decision, (finding.id,))


class _Site:
    """The surroundings of one finding: its strip of pixels, ink, and how far a mask may reach."""

    def __init__(self, pixels: Pixels, row: Row, finding: Finding) -> None:
        self.row, self.finding = row, finding
        self.first, self.last = char_range(row, finding)
        span = row.chars[self.first : self.last]
        self.box = _box(row, finding, span)
        a0, b0, a1, b1 = self.box
        self.height = max(4.0, b1 - b0)
        self.em = row.pitch if 0.5 * self.height < row.pitch < self.height else 0.85 * self.height
        # From the line's height alone: the pitch would tell of the characters that are hidden.
        em = standard_width(finding.kind, finding.place)
        self.standard = None if em is None else em * self.height
        reach = max(2.5 * self.em, 1.05 * (self.standard or 0.0) + 0.5 * self.em)
        self.page = page_range(pixels, row.axes)
        top, bottom = self._limits()
        self.top, self.bottom = top, bottom
        self.origin = (int(a0 - reach), int(b0 - 0.9 * self.em))
        end = (int(a1 + reach) + 1, int(b1 + 0.9 * self.em) + 1)
        strip = row.axes.strip(pixels, *self.origin, *end)
        oa, ob = self.origin
        core = (round(a0) - oa, round(b0) - ob, round(a1) - oa, round(b1) - ob)
        self.ink: Ink = find_ink(strip, core, self.em)
        r0 = max(0, round(max(b0 - 0.05 * self.em, top)) - ob)
        r1 = max(r0 + 1, round(min(b1 + 0.05 * self.em, bottom)) - ob)
        self.rows = (r0, r1)
        self.near = (oa, self.em)
        self.profile = self.ink.writing[r0:r1].sum(axis=0).astype(float)
        quarter = (r1 - r0) // 4
        inner = self.ink.upright[r0 + quarter : r1 - quarter]
        self.walls = np.flatnonzero(inner.all(axis=0)) + oa if inner.size else np.zeros(0, int)

    def along(self) -> tuple[float, float]:
        """Start and end of the mask along the line, following the ink."""
        left, right = self._cuts()
        start, end = self._edge(left, -1), self._edge(right, +1)
        if left is not None:
            start = self._behind_label(whole_strokes(self.ink, self.rows, start, -1, *self.near))
        if right is not None:
            end = whole_strokes(self.ink, self.rows, end, +1, *self.near)
        return start, end

    def _behind_label(self, start: float) -> float:
        """Move a start back to the colon or bracket before it where ink stands between the two."""
        before = [k for k in range(self.first) if self.row.solid[k]]
        last = before[-1] if before else -1
        bracket = bool(before) and bool(self.row.brackets[last])
        if not before or not (bracket or self.row.colons[last]):
            return start
        box = (float(self.row.chars[last, 0]), float(self.row.chars[last, 1]))
        return behind_colon(self.profile, start, box, *self.near, bracket=bracket)

    def _cuts(self) -> tuple[float | None, float | None]:
        """Cuts to the neighbours before and after; None where none of the line is near."""
        row, oa = self.row, self.origin[0]
        i, j = self._run()
        if i == self.first and j == self.last:
            return None, None
        index = [k for k in range(i, j) if row.solid[k] or self.first <= k < self.last]
        spans = [(row.chars[k, 0] - oa, row.chars[k, 1] - oa) for k in index]
        widths = [float(row.widths[k]) for k in index]
        wide = self._written_wide()
        if wide:
            mine = range(self.first, self.last)
            widths = [max(w, wide) if k in mine else w for w, k in zip(widths, index, strict=True)]
        cuts = cut(self.profile, spans, widths, self.em)
        before, after = index.index(self.first), index.index(self.last - 1) + 1
        return (
            cuts[before] + oa if before > 0 else None,
            cuts[after] + oa if after < len(index) else None,
        )

    def _written_wide(self) -> float:
        """What a character takes of what was written wider than the print before it, or 0."""
        starts = self.row.chars[self.first : self.last, 0][self.row.solid[self.first : self.last]]
        if len(starts) < 3 or not self.row.pitch:
            return 0.0
        wide = float(np.median(np.diff(starts)))
        return wide if _WIDER * self.row.pitch < wide < 2 * self.row.pitch else 0.0

    def _run(self) -> tuple[int, int]:
        """Characters close enough to share cuts with: up to two on either side."""
        chars, solid = self.row.chars, self.row.solid
        i, taken = self.first, 0
        for k in range(self.first - 1, -1, -1):
            if not solid[k]:
                continue
            if chars[i, 0] - chars[k, 1] > _TOUCH * self.em or taken == 2:
                break
            i, taken = k, taken + 1
        j, taken = self.last, 0
        for k in range(self.last, len(chars)):
            if not solid[k]:
                continue
            if chars[k, 0] - chars[j - 1, 1] > _TOUCH * self.em or taken == 2:
                break
            j, taken = k + 1, taken + 1
        return i, j

    def _edge(self, found: float | None, side: int) -> float:
        """Put one end of the mask into clean paper; ``side`` is -1 for the start, 1 for the end."""
        box = self.box[0] if side < 0 else self.box[2]
        outermost = self.row.thin[self.first if side < 0 else self.last - 1]
        least = 1.0 if outermost else max(1.0, 0.04 * self.em)
        columns = np.flatnonzero(self.profile >= least) + self.origin[0]
        if side < 0:  # mirrored, so that below "more" is always further out
            columns = -columns[::-1] - 1
            box = -box
            found = None if found is None else -found
        if found is not None:
            edge = _edge_at_cut(columns, found, box)
            if box - edge > _DISAGREE * self.em:
                # The even widths that cuts go by are not those of a name set wide: 杨　栋.
                edge = max(edge, min(box + MARGIN, self._neighbour(side)))
        else:
            edge = self._edge_in_the_open(columns, box, side)
        wall = self._wall(box, side)
        return side * min(edge, wall)

    def _edge_in_the_open(self, columns: NDArray[np.int_], box: float, side: int) -> float:
        em = self.em
        far = min(self._neighbour(side), self._wall(box, side), box + _GROWTH * em)
        inside = columns[(columns < box + 0.1 * em) & (columns > box - 1.5 * em)]
        last = float(inside[-1] + 1) if len(inside) else box
        for column in columns[columns >= last]:
            if column - last > _CLEAN * em or column + 1 > far:
                break
            last = float(column + 1)
        beyond = columns[columns >= last]
        free = float(beyond[0]) if len(beyond) else np.inf
        edge = max(last + MARGIN, min(box, last + 0.25 * em))
        return float(max(last, min(edge, free - 1, max(far, last))))

    def _neighbour(self, side: int) -> float:
        """Nearest box of the row further out, as a mirrored coordinate for ``side`` -1."""
        center = (self.box[0] + self.box[2]) / 2
        chars = self.row.chars
        outside = np.ones(len(chars), bool)
        outside[self.first : self.last] = False
        spans = [tuple(s) for s in chars[outside & self.row.solid]] + list(self.row.beside)
        if side > 0:
            edges = [s for s, e in spans if (s + e) / 2 > center]
            box, page = self.box[2], self.page[1]
        else:
            edges = [-e for s, e in spans if (s + e) / 2 < center]
            box, page = -self.box[0], -self.page[0]
        return float(min([page, *(max(e, box - 0.2 * self.em) for e in edges)]))

    def _wall(self, box: float, side: int) -> float:
        """Nearest upright rule further out than the box's middle (mirrored for side -1)."""
        walls = self.walls if side > 0 else -self.walls[::-1] - 1
        out = walls[walls >= box - 0.3 * self.em]
        if len(out) and out[0] < box - 0.1 * self.em:
            # Print that overflows its cell: the rule runs through the character.
            columns = np.flatnonzero(self.profile >= max(1.0, 0.04 * self.em)) + self.origin[0]
            columns = columns if side > 0 else -columns - 1
            if np.count_nonzero((columns > out[0] + 1) & (columns < box)) >= 2:
                out = out[out >= box]
        page = self.page[1] if side > 0 else -self.page[0]
        return float(min(page, out[0] - 1)) if len(out) else float(page)

    def across(self, a0: float, a1: float) -> tuple[float, float]:
        """Upper and lower edge of the mask: the full height of the ink between its ends."""
        oa, (r0, r1) = self.origin[0], self.rows
        c0 = max(0, int(a0) - oa)
        c1 = max(c0 + 1, int(np.ceil(a1)) - oa)
        has = np.asarray(self.ink.writing[:, c0:c1].any(axis=1))
        rules = np.asarray(self.ink.across[:, c0:c1].mean(axis=1) > 0.5)
        inset = 0.12 * self.height
        top = self._vertical(has, rules, r0, r1, -1, self.box[1] + inset, self.top)
        bottom = self._vertical(has, rules, r0, r1, 1, self.box[3] - inset, self.bottom)
        return top, bottom

    def _vertical(
        self,
        has: NDArray[np.bool_],
        rules: NDArray[np.bool_],
        r0: int,
        r1: int,
        side: int,
        least: float,
        limit: float,
    ) -> float:
        ob = self.origin[1]
        start = (r0 + r1) // 2
        rows = np.flatnonzero(has)
        rows = rows[rows >= start] if side > 0 else -rows[rows <= start][::-1] - 1
        bound = limit - ob if side > 0 else ob - limit
        last = float(start if side > 0 else -start)
        tolerance = max(2.0, 0.3 * self.em)
        for row in rows:
            if (row - last > tolerance and row > (r1 if side > 0 else -r0)) or row + 1 > bound:
                break
            last = float(row + 1)
        edge = max(last + MARGIN, least - ob if side > 0 else ob - least)
        ruled = np.flatnonzero(rules)
        ruled = ruled if side > 0 else -ruled[::-1] - 1
        ruled = ruled[ruled >= last]
        if len(ruled):
            edge = min(edge, max(last, float(ruled[0])))
        edge = min(edge, max(bound, last))
        return edge + ob if side > 0 else ob - edge

    def _limits(self) -> tuple[float, float]:
        """How far up and down the mask may reach: half way to the next line."""
        a0, b0, a1, b1 = self.box
        around = self.row.around
        level = (around[:, 0] < a1) & (around[:, 2] > a0)
        middle = (b0 + b1) / 2
        above = around[level & ((around[:, 1] + around[:, 3]) / 2 < middle)][:, 3]
        below = around[level & ((around[:, 1] + around[:, 3]) / 2 >= middle)][:, 1]
        top = max([b0 - 0.5 * self.height, *((above + b0) / 2)])
        bottom = min([b1 + 0.5 * self.height, *((below + b1) / 2)])
        # The box of a seal's or a watermark's line may reach far into this one.
        top, bottom = min(top, b0), max(bottom, b1)
        return max(top, self.page[2]), min(bottom, self.page[3])

    def widened(self, a0: float, a1: float) -> tuple[float, float]:
        """Widen to the standard width of the finding's kind, where its place asks for one."""
        if self.standard is None:
            return a0, a1
        columns = np.flatnonzero(self.profile > 0) + self.origin[0]
        before, after = columns[columns < a0], columns[columns >= a1]
        ink = (
            before[-1] + 2.0 if len(before) else -np.inf,
            after[0] - 2.0 if len(after) else np.inf,
        )
        walls = (-self._wall(-self.box[0], -1), self._wall(self.box[2], 1))
        low = max(walls[0] + 1, -self._neighbour(-1), ink[0], self.page[0])
        high = min(walls[1] - 1, self._neighbour(1), ink[1], self.page[1])
        if self.finding.place is not Place.CELL:
            # Not across the margin, which is taken to be as wide as the one on the other side.
            start, end = self.row.block
            high = min(high, max(end, self.page[0] + self.page[1] - start) + self.em)
        ruled = low == walls[0] + 1 and high == walls[1] - 1 and len(self.walls) > 1
        return widen((a0, a1), (low, high), self.standard, self.finding.place, ruled=ruled)


def _edge_at_cut(columns: NDArray[np.int_], cut_at: float, box: float) -> float:
    """Beyond all ink before the cut, short of all ink after it."""
    before, after = columns[columns < cut_at], columns[columns >= cut_at]
    last = float(before[-1] + 1) if len(before) else cut_at
    free = float(after[0]) if len(after) else np.inf
    edge = max(last + MARGIN, min(cut_at, box))
    return max(last, min(edge, free - 1))


def _box(
    row: Row, finding: Finding, span: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """The local box of what was found: its characters', or the finding's where that says more."""
    a0, a1 = float(span[:, 0].min()), float(span[:, 1].max())
    band = row.band[:1] if len(row.band) == 1 else row.band
    b0, b1 = float(np.median(band[:, 0])), float(np.median(band[:, 1]))
    local = row.axes.to_local(finding.polygon.array().astype(float))
    room = 0.6 * (b1 - b0)
    low, high = float(local[:, 0].min()), float(local[:, 0].max())
    if low < a0 - room or (finding.line is not None and finding.start >= finding.end):
        a0 = low
    if high > a1 + room or (finding.line is not None and finding.start >= finding.end):
        a1 = high
    return a0, b0, a1, b1


def _settle(patches: Sequence[_Patch]) -> list[_Patch]:
    """Merge what overlaps under one label, part what overlaps under two."""
    settled: list[_Patch] = []
    for patch in sorted(patches, key=lambda p: (p.key, p.a0, -p.a1)):
        last = settled[-1] if settled and settled[-1].key == patch.key else None
        if last is None or patch.a0 >= last.a1:
            settled.append(patch)
        elif last.decision.label == patch.decision.label or patch.a1 <= last.a1:
            settled[-1] = replace(
                last,
                b0=min(last.b0, patch.b0),
                b1=max(last.b1, patch.b1),
                a1=max(last.a1, patch.a1),
                findings=(*last.findings, *patch.findings),
            )
        else:
            border = round((patch.a0 + last.a1) / 2)
            settled[-1] = replace(last, a1=border)
            settled.append(replace(patch, a0=border))
    return settled


def _mask(patch: _Patch, reading: PageReading) -> Mask:
    a0, b0 = np.floor(patch.a0), np.floor(patch.b0)
    a1, b1 = np.ceil(patch.a1), np.ceil(patch.b1)
    corners = patch.axes.to_page(np.array([[a0, b0], [a1, b0], [a1, b1], [a0, b1]], float))
    frame = reading.frame
    corners[:, 0] = corners[:, 0].clip(0, frame.width)
    corners[:, 1] = corners[:, 1].clip(0, frame.height)
    finding = patch.decision.finding
    return Mask(
        page=finding.page,
        polygon=Polygon(frame, tuple((float(x), float(y)) for x, y in corners.round(2))),
        label=patch.decision.label,
        kind=finding.kind,
        findings=patch.findings,
    )


def _as_given(decision: Decision, reading: PageReading) -> Mask:
    finding = decision.finding
    return Mask(
        page=finding.page,
        polygon=finding.polygon.to(reading.frame),
        label=decision.label,
        kind=finding.kind,
        findings=(finding.id,),
    )
