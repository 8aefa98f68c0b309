"""Uses a PDF's text layer where, and only where, it says what the pixels show.

Every line is recognised from the pixels first. A layer line is trusted when it lies on a recognised
line and says the same; then its exact characters and boxes replace the recognised ones. A layer
line that lies on no ink, or on ink that says something else, is ignored and counted, because nobody
who looks at the page sees it.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz.distance import Indel

from pipeline.geometry import Frame
from pipeline.intake.pages import LayerChar
from pipeline.reading.lines import Char, LayerReport, Line, TextSource

# Below this the layer and the pixels say different things; above, OCR slips are the likely cause.
_SAME = 0.8
# A recognised character as sure as this that differs from the layer contradicts it.
_SURE = 0.97


def use_layer(
    lines: Sequence[Line], layer: Sequence[LayerChar], upright: Frame
) -> tuple[tuple[Line, ...], LayerReport]:
    """Replace recognised lines by the text layer where both agree.

    Args:
        lines: Lines recognised from the pixels, on the upright page.
        layer: Characters of the text layer, on the stored page.
        upright: The grid of ``lines``.

    Returns:
        The lines, in the same order, and what became of the layer.
    """
    if not layer:
        return tuple(lines), LayerReport()
    hits: dict[int, list[Char]] = defaultdict(list)
    stray: set[int] = set()
    seen: set[int] = set()
    lost: set[int] = set()
    for char in layer:
        if not char.text.strip():
            continue
        place = char.polygon.to(upright)
        index = _line_under(lines, place.center) if char.visible else None
        if index is not None:
            seen.add(char.line)
            hits[index].append(Char(char.text, place, 1.0))
        elif char.visible:
            lost.add(char.line)
        else:
            stray.add(char.line)
    # A mark at the end of a seen line may lie outside the recognised box; a whole line may not.
    stray |= lost - seen
    result = list(lines)
    trusted = contradicted = 0
    for index, chars in hits.items():
        if _agrees(lines[index], chars):
            trusted += 1
            result[index] = Line(
                lines[index].polygon, tuple(chars), 1.0, TextSource.LAYER, lines[index].vertical
            )
        else:
            contradicted += 1
    return tuple(result), LayerReport(trusted, len(stray), contradicted)


def _line_under(lines: Sequence[Line], point: tuple[float, float]) -> int | None:
    x, y = point
    for index, line in enumerate(lines):
        x0, y0, x1, y1 = line.polygon.bounds
        if x0 - 2 <= x <= x1 + 2 and y0 <= y <= y1:
            return index
    return None


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum()).casefold()


def _agrees(line: Line, chars: Sequence[Char]) -> bool:
    seen = _plain(line.text)
    said = _plain("".join(c.text for c in chars))
    if not said:
        return not seen
    if Indel.normalized_similarity(seen, said) < _SAME:
        return False
    if seen == said:
        return True
    # Where they differ, a surely recognised character speaks for the pixels.
    sure = [c.confidence >= _SURE for c in line.chars for p in _plain(c.text) if p]
    if len(sure) != len(seen):
        return False
    for op in Indel.opcodes(seen, said):
        if op.tag == "delete" and any(sure[op.src_start : op.src_end]):
            return False
    return True
