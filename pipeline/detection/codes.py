"""Finds QR codes and bar codes, whether or not they can be decoded.

Whoever scans a code learns what the page hides, so every code is masked whole with its quiet zone.
Only the bar code of an ISBN or ISSN stays: reviewers must be able to see the number of a journal.
What a code says is used to tell these two apart and is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from pipeline.detection.code_bars import count_bars, ends_in_bars, row_of_bars, says
from pipeline.detection.code_extent import bars_around, ink_around
from pipeline.detection.code_shapes import (
    MARGIN,
    Block,
    blocks,
    has_finders,
    is_blurred_square,
    is_dense,
    is_modules,
    squares,
)
from pipeline.detection.photos import Photo
from pipeline.dossier import Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading

Pixels = NDArray[np.uint8]
Bounds = tuple[float, float, float, float]

_PUBLISHED = re.compile(r"97[789]\d{9,11}$")
"""The number of a publication, with a digit lost or doubled in reading."""
DOUBTFUL = "blurred"
"""The rule of a square that may be a code: it is hidden, and a person looks at it."""
_DOUBT = "可能是模糊的二维码，已整块遮盖，请对照原件核对"
_OF_BARS = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.EAN13)
_CHECKED = (
    *_OF_BARS,
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.Aztec,
)
"""Formats with a check of their own; the others are read into the rules of a table."""
_NUMBERED = re.compile(r"ISSN|ISBN|CN\s?\d{2}[-—－]\d{4}|国内统一刊号|刊号|书号")
_BOOK = ("ISBN", "书号")
_PRINTED_ISSN = re.compile(r"ISSN\D{0,3}(\d{4})\s?[-—－–]?\s?(\d{3})[\dXx]")
_PRINTED_ISBN = re.compile(r"ISBN\D{0,3}(97[89](?:[-—－–\s]?\d){10})")
"""Numbers of publications as a page prints them."""
_EAN_BARS = range(29, 32)
"""Bars of an EAN-13, one more or less where a scratch has split or closed one."""
_CUT = 0.8
"""What a scratch, wear or blur takes out of a row of bars, per its height."""
_MANY_BARS = 18
"""Bars from which a row is no fence, window or blouse in a photograph."""
_STACKED = 1.3, 8.0
"""Length of a code of stacked rows per its height."""
_QUIET = 0.07
"""Quiet zone per side of the code that is masked with it; four of its modules at most."""
_GAP = 0.6
"""Distance of the printed digits from their bars, per height of the bars."""
_DIGITS_HIGH, _DIGITS_WIDE = 0.25, 0.1
"""Height of the printed digits, per height and per width of the bars, the lesser."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code on a page.

    Attributes:
        bounds: x0, y0, x1, y1 in pixels of the upright page, quiet zone and digits included.
        rule: ``decoded`` and ``finders`` are sure; ``modules``, ``bars`` and
            ``stripes``, which are few bars, only look like a code, ``blurred`` may be one;
            ``isbn`` or ``issn`` for what stays.
    """

    bounds: Bounds
    rule: str

    @property
    def stays(self) -> bool:
        """Whether it is a publication's."""
        return self.rule in ("isbn", "issn")


def find_codes(
    pixels: Pixels,
    half: Pixels,
    tone: Pixels,
    reading: PageReading,
    photos: Sequence[Photo] = (),
) -> list[Code]:
    """Find the codes of a page.

    Args:
        pixels: The upright page, RGB, shape (height, width, 3).
        half: The same at half size.
        tone: Where it is darker than its paper, at quarter size.
        reading: Tells the digits that are printed under bars.
        photos: What was taken for a photograph, and may be a code too blurred to have edges.
    """
    found: list[Code] = []
    gray = np.asarray(cv2.cvtColor(half, cv2.COLOR_RGB2GRAY), np.uint8)
    # The largest first: a part of a code is a block too.
    proposed = [*_rows(blocks(gray)), *squares(tone), *_blurred(photos)]
    proposed.sort(key=lambda b: -b.width * b.height)
    gray = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    # What is sure goes first: what only looks like a code may be larger than the code.
    for look in (_read, _guess, _stacked):
        for block in proposed:
            if any(_inside(block, code.bounds) for code in found):
                continue
            x0, y0 = max(0, block.x0 - MARGIN), max(0, block.y0 - MARGIN)
            crop = gray[y0 : block.y1 + MARGIN, x0 : block.x1 + MARGIN]
            dense = is_dense(_alone(gray, block), block)
            code = look(crop, block, (x0, y0), reading) if dense else None
            if code is not None:
                found.append(_whole(gray, code, block))
    for code, block in _decoded(gray, reading):
        if not any(_inside(block, known.bounds) for known in found):
            found.append(_whole(gray, code, block))
    return found


def _decoded(gray: Pixels, reading: PageReading) -> Iterator[tuple[Code, Block]]:
    """Yield what can be decoded on the page as it is, whether or not it looks like a code."""
    # Made here: kept at module level it is reported as leaked when the program ends.
    wanted = zxingcpp.BarcodeFormats(list(_CHECKED))
    for barcode in zxingcpp.read_barcodes(
        gray, formats=wanted, try_rotate=False, try_downscale=False, try_invert=False
    ):
        bars = barcode.format in _OF_BARS
        x0, y0, x1, y1 = (round(v) for v in _corners(barcode, (0, 0)))
        block = Block(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1), bars)
        yield _code(_bounds(block), _rule(barcode), block, reading), block


def _whole(gray: Pixels, code: Code, block: Block) -> Code:
    """Let a code reach as far as its ink does: a strip of bars says as much as all of them."""
    parts = [code.bounds, ink_around(gray, _bounds(block))]
    if block.bars:
        parts.append(bars_around(gray, _bounds(block), upright=block.upright))
    return Code(_around(parts), code.rule)


def _alone(gray: Pixels, block: Block) -> Pixels:
    return np.ascontiguousarray(gray[block.y0 : block.y1, block.x0 : block.x1])


def code_findings(codes: Iterable[Code], reading: PageReading, policy: Policy) -> list[Finding]:
    """Return one finding for each code; ids are left to the caller."""
    page = reading.frame.page
    found = []
    for number, code in enumerate(codes, 1):
        kind = Kind.PUBLICATION if code.stays else Kind.CODE
        found.append(
            Finding(
                id="",
                page=page,
                kind=kind,
                polygon=Polygon.from_bounds(reading.frame, *code.bounds),
                entity=f"code:{page}:{number}",
                recogniser="codes",
                rule=code.rule,
                score=1.0 if code.rule in ("decoded", "isbn", "issn") else 0.7,
                reason=_DOUBT if code.rule == DOUBTFUL else policy.reasons.get(kind, ""),
                place=Place.CELL,
                doubtful=code.rule == DOUBTFUL,
            )
        )
    return found


def _rows(found: Sequence[Block]) -> list[Block]:
    """Add to the blocks those that a scratch or a wide gap has cut a row of bars into."""
    bars = sorted((b for b in found if b.bars and b.upright), key=lambda b: b.x0)
    joined: list[Block] = []
    for block in bars:
        last = joined[-1] if joined else None
        if last and _goes_on(last, block):
            joined[-1] = Block(
                last.x0, min(last.y0, block.y0), max(last.x1, block.x1), max(last.y1, block.y1),
                bars=True,
            )  # fmt: skip
        else:
            joined.append(block)
    return [*found, *(block for block in joined if block not in bars)]


def _goes_on(left: Block, right: Block) -> bool:
    height = min(left.height, right.height)
    together = min(left.y1, right.y1) - max(left.y0, right.y0)
    return together > 0.6 * max(left.height, right.height) and right.x0 - left.x1 < _CUT * height


def _blurred(photos: Sequence[Photo]) -> Iterator[Block]:
    for photo in photos:
        x0, y0, x1, y1 = (round(v) for v in photo.bounds)
        if 0.8 < (x1 - x0) / (y1 - y0) < 1.25:
            # With this fill only finder patterns tell.
            yield Block(x0, y0, x1, y1, bars=False, fill=0.6)


def _read(crop: Pixels, block: Block, corner: tuple[int, int], reading: PageReading) -> Code | None:
    """Return a code that can be decoded, or shows the marks by which scanners find it."""
    inner = _bounds(block)
    for barcode in zxingcpp.read_barcodes(crop):
        bounds = _corners(barcode, corner)
        if block.bars:
            bounds = _around([bounds, inner])
        return _code(bounds, _rule(barcode), block, reading)
    found = not block.bars and has_finders(crop, block)
    return _code(inner, "finders", block, reading) if found else None


def _corners(barcode: zxingcpp.Barcode, corner: tuple[int, int]) -> Bounds:
    place = barcode.position
    points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs, ys = [p.x + corner[0] for p in points], [p.y + corner[1] for p in points]
    return float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))


def _rule(barcode: zxingcpp.Barcode) -> str:
    ean = barcode.format == zxingcpp.BarcodeFormat.EAN13
    return (_published(barcode.text) if ean else None) or "decoded"


def _guess(
    crop: Pixels, block: Block, corner: tuple[int, int], reading: PageReading
) -> Code | None:
    """Return what only looks like a code."""
    alone = _inner(crop, block, corner)
    rule = ""
    if block.bars:
        row = row_of_bars(alone, upright=block.upright)
        rule = _sort_of_bars(row, reading) if row is not None else ""
    elif is_modules(alone, block):
        rule = "modules"
    elif is_blurred_square(alone, block):
        rule = DOUBTFUL
    return _code(_bounds(block), rule, block, reading) if rule else None


def _stacked(
    crop: Pixels, block: Block, corner: tuple[int, int], reading: PageReading
) -> Code | None:
    """Return a block that is longer than high and ends in bars on both sides, as a PDF417 does."""
    longer, lesser = max(block.width, block.height), min(block.width, block.height)
    if not _STACKED[0] * lesser < longer < _STACKED[1] * lesser:
        return None
    found = ends_in_bars(_inner(crop, block, corner), upright=block.width > block.height)
    return _code(_bounds(block), "modules", block, reading) if found else None


def _inner(crop: Pixels, block: Block, corner: tuple[int, int]) -> Pixels:
    x, y = block.x0 - corner[0], block.y0 - corner[1]
    return np.ascontiguousarray(crop[y : y + block.height, x : x + block.width])


def _bounds(block: Block) -> Bounds:
    return float(block.x0), float(block.y0), float(block.x1), float(block.y1)


def _sort_of_bars(row: Pixels, reading: PageReading) -> str:
    """Return the rule of bars that were not decoded.

    They are a publication's when the page prints such a number, and they are as many as an EAN-13
    has, which is 30; a Code 128 never has so many. Where blur has closed their gaps they must look
    as that number's do.
    """
    rule = _mended(row)
    if rule is None:
        rule = next((_sort_of(number) for number in _printed(reading) if says(row, number)), None)
    if rule is None and count_bars(row) in _EAN_BARS:
        printed = (_NUMBERED.search(line.text) for line in reading.lines)
        word = next((match.group() for match in printed if match), "")
        rule = ("isbn" if word in _BOOK else "issn") if word else None
    return rule or ("bars" if count_bars(row) >= _MANY_BARS else "stripes")


def _printed(reading: PageReading) -> Iterator[str]:
    """Yield how the EAN-13s of the numbers begin that a page prints: all that is known of them."""
    for line in reading.lines:
        for issn in _PRINTED_ISSN.finditer(line.text):
            yield "977" + issn.group(1) + issn.group(2)
        for isbn in _PRINTED_ISBN.finditer(line.text):
            yield re.sub(r"\D", "", isbn.group(1))


def _mended(row: Pixels) -> str | None:
    """Return what bars say that are too small or too worn to be read, when it is a publication."""
    wide = cv2.resize(row, None, fx=3, fy=60, interpolation=cv2.INTER_CUBIC)
    padded = np.pad(wide, ((0, 0), (40, 40)), constant_values=255)
    found = zxingcpp.read_barcodes(padded)
    numbers = (b.text for b in found if b.format == zxingcpp.BarcodeFormat.EAN13)
    return next((rule for number in numbers if (rule := _published(number))), None)


def _code(bounds: Bounds, rule: str, block: Block, reading: PageReading) -> Code:
    """Add what belongs to the code: its quiet zone, and the digits under its bars."""
    x0, y0, x1, y1 = bounds
    quiet = max(8.0, _QUIET * max(x1 - x0, y1 - y0))
    if not block.bars:
        return Code(_clipped((x0 - quiet, y0 - quiet, x1 + quiet, y1 + quiet), reading), rule)
    parts, printed = [bounds], ""
    reach = _GAP * min(x1 - x0, y1 - y0)
    for line in reading.lines:
        a0, b0, a1, b1 = line.polygon.bounds
        text = re.sub(r"[\s\-—–－<>]", "", line.text)
        within = min(a1, x1) - max(a0, x0) > 0.5 * (a1 - a0)
        beside = min(b1, y1) - max(b0, y0) > 0.5 * (b1 - b0)
        near = (
            b0 < y1 + reach and b1 > y0 - reach if within else a0 < x1 + reach and a1 > x0 - reach
        )
        if (within or beside) and near and sum(c.isdigit() for c in text) > 0.6 * len(text):
            parts.append((a0, b0, a1, b1))
            printed += text
    if rule in ("bars", "stripes"):
        # Bars that do not decode still have their number printed beside them.
        digits = _PUBLISHED.match("".join(c for c in printed if c.isdigit()))
        rule = _sort_of(digits.group()) if digits else rule
    x0, y0, x1, y1 = _around(parts)
    if not printed and block.upright:
        # Digits that nobody read stand there all the same.
        y1 += min(_DIGITS_HIGH * (y1 - y0), _DIGITS_WIDE * (x1 - x0))
    return Code(_clipped((x0 - quiet, y0 - 4, x1 + quiet, y1 + 4), reading), rule)


def _published(number: str) -> str | None:
    """Return whether a 13-digit number is an ISBN or ISSN with the right check digit."""
    if len(number) != 13 or not _PUBLISHED.match(number):
        return None
    total = sum(int(c) * (3 if n % 2 else 1) for n, c in enumerate(number))
    return None if total % 10 else _sort_of(number)


def _sort_of(number: str) -> str:
    return "issn" if number.startswith("977") else "isbn"


def _around(parts: Sequence[Bounds]) -> Bounds:
    xs0, ys0, xs1, ys1 = zip(*parts, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)


def _clipped(bounds: Bounds, reading: PageReading) -> Bounds:
    width, height = float(reading.frame.width), float(reading.frame.height)
    x0, y0, x1, y1 = bounds
    return max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1)


def _inside(block: Block, bounds: Bounds) -> bool:
    x, y = (block.x0 + block.x1) / 2, (block.y0 + block.y1) / 2
    return bounds[0] < x < bounds[2] and bounds[1] < y < bounds[3]
