"""A document's text as it is compared: one form for traditional and simplified, wide and narrow.

Letters, digits and characters stay; punctuation, spaces and line wraps go, as they differ between
two printings of one text. Every normalised code point knows where it stood in the text as given.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import opencc
from numpy.typing import NDArray

from pipeline.similarity.nouns import Span

_CODE_POINTS = 0x110000
_FIRST_PLANES = 0x20000
_COMPATIBILITY = range(0x2F800, 0x2FA20)
_KEPT = ("L", "N")


@dataclass(frozen=True, slots=True, eq=False)
class NormalText:
    """A text in the form in which it is compared.

    Attributes:
        raw: The text as given.
        codes: Normalised code points, uint32, shape (n,).
        origin: Offset in ``raw`` of each of them, int32, shape (n,), never falling.
    """

    raw: str = field(repr=False)
    codes: NDArray[np.uint32] = field(repr=False)
    origin: NDArray[np.int32] = field(repr=False)

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.codes.tobytes().decode("utf-32-le")

    def __len__(self) -> int:
        return len(self.codes)

    def raw_span(self, start: int, end: int) -> Span:
        """Where normalised code points [start, end) stand in the text as given.

        Punctuation around them is left out. An empty stretch gives an empty span.
        """
        if end <= start:
            at = int(self.origin[start]) if start < len(self.codes) else len(self.raw)
            return Span(at, at)
        return Span(int(self.origin[start]), int(self.origin[end - 1]) + 1)

    def normal_span(self, span: Span) -> tuple[int, int]:
        """Which normalised code points [start, end) stand within a span of the text as given."""
        start, end = np.searchsorted(self.origin, (span.start, span.end))
        return int(start), int(end)


def normalise(raw: str) -> NormalText:
    """Bring a text into the form in which it is compared.

    Traditional characters become simplified ones, character by character; compatibility forms
    (full width, circled numbers, ligatures) become their plain ones (NFKC); case is folded;
    everything that is neither letter nor number is dropped.
    """
    points = code_points(raw)
    starts, lengths, forms = _table()
    length = lengths[points]
    origin = np.repeat(np.arange(len(points), dtype=np.int32), length)
    if len(origin) == 0:
        return NormalText(raw, np.zeros(0, np.uint32), origin)
    first = np.repeat(np.cumsum(length, dtype=np.int64) - length, length)
    within = np.arange(len(origin), dtype=np.int64) - first
    return NormalText(raw, forms[starts[points[origin]] + within], origin)


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a string, uint32; lone surrogates are taken as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _table() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Every code point's normal form: where it starts among the forms, its length, the forms."""
    looked_at = [chr(p) for p in (*range(_FIRST_PLANES), *_COMPATIBILITY)]
    plain = ["".join(filter(_is_kept, _folded(char))) for char in looked_at]
    simplified = opencc.OpenCC("t2s").convert("\n".join(plain)).split("\n")
    starts = np.arange(_CODE_POINTS, dtype=np.int64)
    lengths = np.ones(_CODE_POINTS, np.uint8)
    forms = [np.arange(_CODE_POINTS, dtype=np.uint32)]
    places = np.array([ord(char) for char in looked_at])
    sizes = np.array([len(form) for form in simplified])
    lengths[places] = sizes
    starts[places] = _CODE_POINTS + np.cumsum(sizes) - sizes
    forms.append(code_points("".join(simplified)))
    return starts, lengths, np.concatenate(forms)


def _folded(char: str) -> str:
    form: str = unicodedata.normalize("NFKC", char).casefold()
    return form


def _is_kept(char: str) -> bool:
    return unicodedata.category(char)[0] in _KEPT
