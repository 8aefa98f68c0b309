"""Our own tagger of people and schools: characters in, spans with their probability out.

A small convolutional network (ONNX, trained in ``models/ner``) scores the tags of each character; a
linear-chain CRF (Lafferty et al. 2001) turns the scores of a row into the probability of each tag.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

_BREAK = "\n"
#: Characters that two rows of one long text have in common: the network sees 17 to either side.
_SHARED = 36
_UNKNOWN = 1


class MissingTaggerError(ModelError):
    """The files of the tagger are not in the folder."""

    code = "missing-tagger"
    sentence = "缺少人名识别模型“{subject}”的文件，请重新安装本程序后再试。"


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters ``[start, end)`` of a text that name somebody.

    Attributes:
        start: First character.
        end: One past the last.
        kind: ``PER`` for people, ``UNIT`` for schools.
        chances: For each character the probability that it belongs to such a mention.
    """

    start: int
    end: int
    kind: str
    chances: tuple[float, ...]

    @property
    def score(self) -> float:
        """Mean probability of its characters."""
        return sum(self.chances) / len(self.chances)


@dataclass(frozen=True, slots=True)
class _Row:
    """A window of the page's string: ``[start, end)`` is looked at, ``[first, last)`` believed."""

    start: int
    end: int
    first: int
    last: int


class NameTagger:
    """Tags people and schools in the texts of a page.

    Args:
        folder: Holds ``tagger.onnx`` and ``tagger.json``.

    Raises:
        MissingTaggerError: They are not there.
    """

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        network, about = folder / "tagger.onnx", folder / "tagger.json"
        if not network.is_file() or not about.is_file():
            raise MissingTaggerError(folder.name)
        known = json.loads(about.read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            network, options, providers=["CPUExecutionProvider"]
        )
        self._tags: list[str] = known["tags"]
        self._size: int = known["row"]
        pairs: str = known["pairs"]
        self._characters = {c: n + 2 for n, c in enumerate(known["characters"])}
        self._pairs = {pairs[i : i + 2]: i // 2 + 2 for i in range(0, len(pairs), 2)}
        self._follow = np.array(
            [[0.0 if v is None else np.exp(v) for v in row] for row in known["transitions"]],
            np.float32,
        )

    def mentions(self, texts: Sequence[str], threshold: float) -> list[list[Mention]]:
        """Find people and schools in texts, all of them in one call of the network.

        Args:
            texts: Paragraphs, lines and cells, spaces squeezed out.
            threshold: From which probability on a character belongs to a mention.

        Returns:
            For each text its mentions in order.
        """
        page = _BREAK.join(texts) + _BREAK
        chances = self._chances(page)
        found, at = [], 0
        for text in texts:
            found.append(list(self._spans(chances[at : at + len(text)], threshold)))
            at += len(text) + len(_BREAK)
        return found

    def _chances(self, page: str) -> NDArray[np.float32]:
        """Return the probability of each tag for each character: shape (characters, tags)."""
        rows = list(_rows(page, self._size))
        stop = self._characters.get(_BREAK, _UNKNOWN)
        characters = np.full((len(rows), self._size), stop, np.int64)
        pairs = np.full((len(rows), self._size), self._pairs.get(2 * _BREAK, _UNKNOWN), np.int64)
        singles = [self._characters.get(c, _UNKNOWN) for c in page]
        doubles = [self._pairs.get(page[i : i + 2], _UNKNOWN) for i in range(len(page))]
        for number, row in enumerate(rows):
            characters[number, : row.end - row.start] = singles[row.start : row.end]
            pairs[number, : row.end - row.start] = doubles[row.start : row.end]
        scores = self._session.run(None, {"characters": characters, "pairs": pairs})[0]
        inside = marginals(scores, self._follow)
        chances = np.empty((len(page), len(self._tags)), np.float32)
        for number, row in enumerate(rows):
            part = inside[number, row.first - row.start : row.last - row.start]
            chances[row.first : row.last] = part
        return chances

    def _spans(self, chances: NDArray[np.float32], threshold: float) -> list[Mention]:
        spans: list[Mention] = []
        for kind in ("PER", "UNIT"):
            columns = [i for i, tag in enumerate(self._tags) if tag[2:] == kind]
            begins = [i for i in columns if self._tags[i][0] in "BS"]
            total = chances[:, columns].sum(1)
            if not (total >= threshold).any():
                continue
            opening = chances[:, begins].sum(1)
            start: int | None = None
            for i in range(len(total) + 1):
                within = i < len(total) and total[i] >= threshold
                new = within and opening[i] > total[i] - opening[i]
                if start is not None and (not within or new):
                    spans.append(Mention(start, i, kind, tuple(total[start:i].tolist())))
                    start = None
                if within and start is None:
                    start = i
        return sorted(spans, key=lambda m: m.start)


def _rows(page: str, size: int) -> list[_Row]:
    """Cut a string into windows, where lines end if possible; long ones overlap."""
    rows: list[_Row] = []
    start = first = 0
    while first < len(page):
        end = min(start + size, len(page))
        cut = page.rfind(_BREAK, first, end) + 1
        if end == len(page):
            rows.append(_Row(start, end, first, end))
            break
        if cut > max(first, start + _SHARED):
            rows.append(_Row(start, cut, first, cut))
            start = first = cut
        else:
            last = end - _SHARED // 2
            rows.append(_Row(start, end, first, last))
            start, first = end - _SHARED, last
    return rows


def marginals(scores: NDArray[np.float32], follow: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probability of each tag at each place under the CRF (forward-backward).

    Args:
        scores: Of the network, shape (rows, characters, tags).
        follow: exp of the score of going from one tag to the next; 0 where forbidden.

    Returns:
        Probabilities, shape (rows, characters, tags).
    """
    local = np.exp(scores - scores.max(2, keepdims=True)).transpose(1, 0, 2)
    local = np.ascontiguousarray(local, np.float32)
    ahead, behind = np.empty_like(local), np.empty_like(local)
    steps = len(local)
    state = local[0]
    for t in range(steps):
        if t:
            state = (state @ follow) * local[t]
        state = state / state.sum(1, keepdims=True)
        ahead[t] = state
    back = np.ascontiguousarray(follow.T)
    state = np.ones_like(local[0])
    for t in range(steps - 1, -1, -1):
        behind[t] = state
        state = (state * local[t]) @ back
        state = state / state.sum(1, keepdims=True)
    both = ahead * behind
    result: NDArray[np.float32] = both / both.sum(2, keepdims=True)
    return result.transpose(1, 0, 2)
