"""Judges a finished copy against the ground truth, item by item and character by character.

Nothing the pipeline says about itself is used: the judge opens the finished PDF, takes what a
viewer shows and every image under it, and looks for the source's ink there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf

from bench import leftovers, pixels
from bench.sight import MARK_VISIBLE, Sight, look, without_print
from bench.truth import Item, TrueFile, TruePage
from pipeline.geometry import Point

#: Below this share of kept text, hidden text on the page proves nothing.
_UNLIKE = 0.5
#: Share of a seal's ink from which it counts as visible: its ring alone is a quarter.
_SEAL_VISIBLE = 0.05
#: How large a seal's characters are, as a share of its width.
_SEAL_EM = 0.15


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """What became of one item.

    Attributes:
        page: Page number in its file.
        item: The item of the truth.
        sights: One entry for each character that leaves ink.
        left: Where else in the file its text was found, empty when nowhere.
        turned_wrong: The copy's page does not stand as the truth says.
    """

    page: int
    item: Item
    sights: tuple[Sight, ...]
    left: str = ""
    turned_wrong: bool = False

    @property
    def leaked(self) -> bool:
        """True when any part of an item that must be hidden is still there."""
        if self.item.must != "mask":
            return False
        if self.turned_wrong or self.left:
            return True
        if self.item.outline:
            return any(sight.legible > _SEAL_VISIBLE for sight in self.sights)
        return bool(self.shown)

    @property
    def shown(self) -> tuple[int, ...]:
        """Which characters are visible, from 0."""
        mark = self.item.watermark
        return tuple(
            n
            for n, s in enumerate(self.sights)
            if (s.legible > MARK_VISIBLE if mark else s.visible)
        )

    @property
    def lost(self) -> tuple[int, ...]:
        """Which characters of an item that must stay are not, from 0."""
        if self.item.must != "stay":
            return ()
        return tuple(n for n, sight in enumerate(self.sights) if not sight.kept)


@dataclass(frozen=True, slots=True)
class PageVerdict:
    """What became of one page; ``faults`` are words such as ``turned wrong``."""

    page: TruePage
    items: tuple[ItemVerdict, ...]
    faults: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """True when nothing leaked."""
        return not any(item.leaked for item in self.items)

    @property
    def kept(self) -> tuple[int, int]:
        """Characters that stayed, and characters that had to."""
        stay = [sight for i in self.items if i.item.must == "stay" for sight in i.sights]
        return sum(sight.kept for sight in stay), len(stay)


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of one file; ``carriers`` are PDF parts that a copy must not have."""

    file: TrueFile
    pages: tuple[PageVerdict, ...]
    carriers: tuple[str, ...] = ()


def judge_file(
    source: Path, copy: Path, file: TrueFile, *, beside: Sequence[Path] = ()
) -> FileVerdict:
    """Judge one finished copy.

    Args:
        source: The generated file.
        copy: The PDF made of it.
        file: Its truth.
        beside: Other outputs that go with the copy, searched for the items' texts too.
    """
    inside = leftovers.contents(copy, beside)
    staying = [leftovers.plain(i.text) for p in file.pages for i in p.items if i.must != "mask"]
    verdicts: list[PageVerdict] = []
    with pymupdf.open(copy) as document:
        for page, stored in pixels.source_pages(source, file):
            before = pixels.gray(pixels.upright(stored, page))
            if page.page > document.page_count:
                verdicts.append(_missing(page))
                continue
            verdicts.append(_judge_page(before, document, page, inside, staying))
    return FileVerdict(file, tuple(verdicts), inside.carriers)


def judge_pixels(
    before: pixels.Pixels, views: Sequence[pixels.Pixels], page: TruePage
) -> tuple[ItemVerdict, ...]:
    """Judge the pixels of one page: gray upright source against gray views of the copy."""
    return tuple(
        ItemVerdict(page.page, item, tuple(_sights(item, page, before, views)))
        for item in page.items
    )


def _judge_page(
    before: pixels.Pixels,
    document: pymupdf.Document,
    page: TruePage,
    inside: leftovers.Contents,
    staying: Sequence[str],
) -> PageVerdict:
    height, width = before.shape
    views, faults = _views(document, page.page, width, height)
    wrong = pixels.turn_of(views[0], before) != 0
    if wrong:
        faults.append("turned wrong")
    fitted = [pixels.aligned(pixels.fitted(view, width, height), before) for view in views]
    items: list[ItemVerdict] = []
    for verdict in judge_pixels(before, fitted, page):
        item, left = verdict.item, ""
        if item.must == "mask" and item.text and not _inside_staying(item.text, staying):
            left = leftovers.left(inside, item.text)
        items.append(ItemVerdict(page.page, item, verdict.sights, left, wrong))
    judged = PageVerdict(page, tuple(items), tuple(faults))
    kept, chars = judged.kept
    if not wrong and kept < _UNLIKE * chars:
        # Either a ruined copy or one that the judge cannot lay over its source: look at it.
        return PageVerdict(page, judged.items, (*faults, "unlike its source"))
    return judged


def _views(
    document: pymupdf.Document, number: int, width: int, height: int
) -> tuple[list[pixels.Pixels], list[str]]:
    """The page as shown, then every image under it that shows something else."""
    sheet = document[number - 1]
    faults: list[str] = []
    under = [pixels.gray(image) for image in pixels.images_under(document, number)]
    shown_width, shown_height = width, height
    if (sheet.rect.width > sheet.rect.height) != (width > height):
        shown_width, shown_height = height, width
    shown = pixels.gray(pixels.render(sheet, shown_width, shown_height))
    if len(under) != 1:
        faults.append(f"{len(under)} images")
    elif under[0].shape not in {(height, width), (width, height)}:
        faults.append("other pixel size")
    views = [shown]
    for image in under:
        if image.shape == shown.shape and _same(image, shown):
            # The stored image has not been through a renderer: sharper, so the better witness.
            views[0] = image
        else:
            views.append(image)
    return views, faults


def _same(one: pixels.Pixels, other: pixels.Pixels) -> bool:
    differ = np.abs(one.astype(np.int16) - other.astype(np.int16)) > 48
    return float(differ.mean()) < 1e-4


def _sights(
    item: Item, page: TruePage, before: pixels.Pixels, views: Sequence[pixels.Pixels]
) -> list[Sight]:
    frame = page.frame
    sights: list[Sight] = []
    if item.outline:
        outline = [frame.from_source(point) for point in item.outline]
        em = _SEAL_EM * _side(outline)
        return [max((look(before, v, outline, em) for v in views), key=lambda s: s.legible)]
    for line in item.lines:
        if item.watermark and line:
            corners = [frame.from_source(point) for char in line for point in char.polygon]
            before, views = without_print(before, views, corners)
        outlines = [[frame.from_source(point) for point in char.polygon] for char in line]
        em = max((_side(outline) for outline in outlines), default=8.0)
        for char, outline in zip(line, outlines, strict=True):
            if not char.inked:
                continue
            if item.must == "stay":
                sights.append(look(before, views[0], outline, em))
            else:
                seen = [look(before, view, outline, em) for view in views]
                sights.append(max(seen, key=lambda sight: sight.legible))
    return sights


def _side(outline: Sequence[Point]) -> float:
    xs, ys = [p[0] for p in outline], [p[1] for p in outline]
    return max(max(xs) - min(xs), max(ys) - min(ys), 8.0)


def _inside_staying(text: str, staying: Sequence[str]) -> bool:
    """A string that is part of text which must stay proves nothing when it is found."""
    needle = leftovers.plain(text)
    return any(needle in other for other in staying)


def _missing(page: TruePage) -> PageVerdict:
    items = tuple(
        ItemVerdict(page.page, item, tuple(Sight(1, 0.0) for _ in item.chars()))
        for item in page.items
    )
    return PageVerdict(page, items, ("missing",))
