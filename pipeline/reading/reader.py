"""The reader: a page in, its lines with one box a character out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon, turn_pixels
from pipeline.intake.pages import SourcePage
from pipeline.reading import watermarks
from pipeline.reading.clearing import without
from pipeline.reading.crops import Crop, char_edges, char_quads, cut
from pipeline.reading.engine import Image, OcrEngine, Recognition
from pipeline.reading.layer import use_layer
from pipeline.reading.lines import Char, Line, PageReading
from pipeline.reading.order import reading_order, runs_down
from pipeline.reading.quality import measure
from pipeline.reading.seal_ink import lift_seal_ink
from pipeline.reading.upright import lies_in_columns, probe_scores
from pipeline.reading.watermarks import draw_pale, new_ones, repeated, slanted

DETECTION_SIDE = 1280
# From so many characters a line that stands aslant is looked at as a watermark.
_WORDS = 4


class Reader:
    """Reads pages with one shared OCR engine; safe to share between threads.

    Args:
        models_dir: Folder with the OCR models (see ``models/manifest.toml``).
        threads: Processor threads.

    Raises:
        MissingModelError: A model file is not there.
    """

    #: Part of every cache key; raised whenever the same page would be read differently.
    version = "ppocrv6-small.11"

    def __init__(self, models_dir: Path, *, threads: int = 2) -> None:
        self._engine = OcrEngine(models_dir, threads=threads)

    def read(self, page: SourcePage) -> PageReading:
        """Find which way is up and read the page.

        Returns:
            Lines on the upright page at stored resolution.
        """
        frame = page.frame.turned(page.turn)
        pixels = lift_seal_ink(turn_pixels(page.pixels, page.turn))
        quads = _in_order(self._engine.detect(pixels, DETECTION_SIDE))
        quarters, confidence = self._direction(pixels, quads)
        if quarters:
            turned = frame.turned(quarters)
            quads = _turn_quads(quads, frame, turned)
            frame, pixels = turned, turn_pixels(pixels, quarters)
        lines, crops = self._read_quads(pixels, frame, quads)
        if lies_in_columns(self._engine, pixels, lines):
            turned = frame.turned(1)
            quads = _turn_quads(quads, frame, turned)
            frame, pixels = turned, turn_pixels(pixels, 1)
            lines, crops = self._read_quads(pixels, frame, quads)
        quality = measure(pixels, lines, crops)
        lines, report = use_layer(lines, page.layer, frame)
        # Before the ink of seals was lifted, for a watermark may have their colour.
        known = [lines[index] for index in quality.aslant if index < len(lines)]
        upright = turn_pixels(page.pixels, frame.turn)
        marks = self._watermarks(upright, frame, known, quality.slant)
        words = [line for line in known if len(line.chars) >= _WORDS]
        more = repeated((*words, *marks), upright)
        marks = (*marks, *(Line(place, (), 0.0) for place in more))
        bare = without(upright, [line.polygon for line in (*words, *marks)])
        if bare is not None:
            # Words under a watermark are read with it, or not at all.
            bare = lift_seal_ink(bare)
            quads = _in_order(self._engine.detect(bare, DETECTION_SIDE))
            lines, crops = self._read_quads(bare, frame, quads)
            quality = measure(bare, lines, crops)
            lines, report = use_layer(lines, page.layer, frame)
            still = [lines[index] for index in quality.aslant if index < len(lines)]
            marks = new_ones((*known, *marks), still)
        aslant = (*quality.aslant, *range(len(lines), len(lines) + len(marks)))
        quality = replace(quality, aslant=aslant, watermark=bool(marks))
        return PageReading(frame, (*lines, *marks), confidence, report, quality)

    def _watermarks(
        self, pixels: Image, frame: Frame, known: Sequence[Line], slant: float
    ) -> tuple[Line, ...]:
        """Read the pale words that stand aslant on an upright page, but for those known already."""
        drawn = draw_pale(pixels)
        if drawn is None:
            return ()
        found = self._engine.detect(drawn, watermarks.DETECTION_SIDE)
        quads = np.array(slanted(list(found), slant, drawn), np.float32).reshape(-1, 4, 2)
        if not len(quads):
            return ()
        grid = frame.scaled(drawn.shape[1] / frame.width)
        scale = np.array(pixels.shape[1::-1], np.float32) / np.array(drawn.shape[1::-1], np.float32)
        # Small ones are clear on the page only, large ones where no print lies across them.
        there = self._read_quads(pixels, frame, np.asarray(quads * scale, np.float32))[0]
        alone = [_moved(line, frame) for line in self._read_quads(drawn, grid, quads)[0]]
        marks = [max(pair, key=lambda m: m.confidence) for pair in zip(there, alone, strict=True)]
        return new_ones(marks, known)

    def read_upright(
        self, pixels: Image, frame: Frame, *, detection_side: int | None = None
    ) -> tuple[Line, ...]:
        """Read an image that already stands upright.

        Args:
            pixels: RGB, of the frame's width and height.
            frame: The grid of ``pixels``; the boxes come back in it.
            detection_side: The longer side is shrunk to this many pixels for finding lines.
        """
        pixels = lift_seal_ink(pixels)
        quads = self._engine.detect(pixels, detection_side or DETECTION_SIDE)
        return self._read_quads(pixels, frame, quads)[0]

    def recognise(self, crops: Sequence[Image]) -> list[Recognition]:
        """Read crops of single lines, RGB and ``CROP_HEIGHT`` high, such as the text of a seal."""
        return self._engine.recognise(crops)

    def weigh(self, crops: Sequence[Image], characters: str) -> list[NDArray[np.float32]]:
        """Say how likely some characters are in such crops (see :meth:`OcrEngine.weigh`)."""
        return self._engine.weigh(crops, characters)

    def _direction(self, pixels: Image, quads: NDArray[np.float32]) -> tuple[int, float]:
        """Return the quarter turns clockwise that make the page upright, and how sure that is."""
        if len(quads) == 0:
            return 0, 0.0
        quarter = 0
        if runs_down(list(quads)):
            on_side = probe_scores(
                self._engine,
                turn_pixels(pixels, 1),
                list(_turn_raw(quads, pixels.shape[0])),
                (0, 2),
            )
            best = max(on_side, key=lambda q: on_side[q])
            if on_side[best] >= 0.6:
                return (1 + best) % 4, on_side[best]
        upright = probe_scores(self._engine, pixels, list(quads), (0, 2))
        quarter = max(upright, key=lambda q: upright[q])
        return quarter, upright[quarter]

    def _read_quads(
        self, pixels: Image, frame: Frame, quads: NDArray[np.float32]
    ) -> tuple[tuple[Line, ...], list[Crop | None]]:
        """Return the lines in reading order, and the strip of each that was thick enough."""
        ordered = [quads[i] for i in reading_order(list(quads), pixels.shape[1])]
        crops = [cut(pixels, q) for q in ordered]
        recognitions = self._engine.recognise([c.image for c in crops if c is not None])
        lines: list[Line] = []
        waiting = iter(recognitions)
        for quad, crop in zip(ordered, crops, strict=True):
            if crop is None:
                lines.append(Line(_polygon(frame, quad), (), 0.0))
            else:
                lines.append(_line(frame, crop, next(waiting)))
        return tuple(lines), crops


def _line(frame: Frame, crop: Crop, recognition: Recognition) -> Line:
    quads = char_quads(crop, char_edges(crop.image, recognition))
    chars = tuple(
        Char(text, _polygon(frame, quad), float(confidence))
        for text, quad, confidence in zip(
            recognition.text, quads, recognition.confidences, strict=True
        )
    )
    return Line(_polygon(frame, crop.corners), chars, recognition.score, vertical=crop.vertical)


def _moved(line: Line, frame: Frame) -> Line:
    """Express a line in another frame of its page."""
    chars = tuple(replace(char, polygon=char.polygon.to(frame)) for char in line.chars)
    return replace(line, polygon=line.polygon.to(frame), chars=chars)


def _polygon(frame: Frame, quad: NDArray[np.float32]) -> Polygon:
    return Polygon(frame, tuple((float(x), float(y)) for x, y in quad))


def _in_order(quads: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let every quad begin at its upper left corner.

    The detector takes the two corners furthest left for its left side: of a long line that stands
    on end and leans they are its foot.
    """
    level = [
        q if abs(q[1, 0] - q[0, 0]) >= abs(q[1, 1] - q[0, 1]) else _from_upper_left(q)
        for q in quads
    ]
    return np.array(level, dtype=np.float32).reshape(-1, 4, 2)


def _turn_raw(quads: NDArray[np.float32], height: int) -> NDArray[np.float32]:
    """Turn quads a quarter clockwise on a page of the given height; corners start upper left."""
    turned = np.stack([height - quads[..., 1], quads[..., 0]], axis=-1)
    return np.roll(turned, 1, axis=1)


def _turn_quads(quads: NDArray[np.float32], old: Frame, new: Frame) -> NDArray[np.float32]:
    moved = [Polygon(old, tuple(map(tuple, q.tolist()))).to(new).array() for q in quads]
    return np.array([_from_upper_left(q) for q in moved], dtype=np.float32).reshape(-1, 4, 2)


def _from_upper_left(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """Roll clockwise corners so that they begin at the upper left one."""
    candidates: Sequence[NDArray[np.float32]] = [np.roll(quad, -k, axis=0) for k in range(4)]
    return min(candidates, key=lambda q: float(q[0].sum() + (q[3, 0] - q[1, 0]) * 0.01))
