"""PaddleOCR's text detection and recognition modules on OpenVINO.

The two modules are used on their own, not the ready-made pipeline, because the pipeline drops weak
lines and gives one box a word; here nothing is dropped and each character keeps its own column.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.reading.network import Network

Image = NDArray[np.uint8]

CROP_HEIGHT = 48
MAX_CROP_WIDTH = 3200
# PP-OCR was trained on wide strips; narrower ones read worse.
_MIN_CROP_WIDTH = 160
# Every new width costs a compilation, so widths are rounded up to these steps.
_WIDTH_STEP = 64
# Percentiles of a strip's brightness that are its ink and its paper, and their least difference.
_INK_AND_PAPER, _LEAST_CONTRAST = (2, 92), 20.0
# Probability below which nothing is told apart.
_NO_CHANCE = 1e-8
_DETECTION_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32) * 255
_DETECTION_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32) * 255


class MissingModelError(ModelError):
    """The model folder is not complete."""

    code = "missing-model"
    sentence = "缺少模型“{subject}”。请先运行 mangping models fetch 下载模型，再重试。"


@dataclass(frozen=True, slots=True)
class Recognition:
    """One line as recognised.

    ``centers`` are the characters' centres as fractions of the crop's width, ``confidences`` are 0
    to 1; both have one entry a character of ``text``.
    """

    text: tuple[str, ...]
    centers: NDArray[np.float32]
    confidences: NDArray[np.float32]

    @property
    def score(self) -> float:
        """Mean confidence; 0 for an empty line."""
        return float(self.confidences.mean()) if len(self.text) else 0.0


class OcrEngine:
    """PP-OCRv6 detection and recognition; one instance a process, safe to share between threads.

    Args:
        models_dir: Folder with ``PP-OCRv6_small_det`` and ``PP-OCRv6_small_rec``.
        threads: Processor threads.

    Raises:
        MissingModelError: A model file is not there.
    """

    def __init__(self, models_dir: Path, *, threads: int = 2) -> None:
        for name in ("PP-OCRv6_small_det", "PP-OCRv6_small_rec"):
            for file in ("inference.onnx", "inference.yml"):
                if not (models_dir / name / file).is_file():
                    raise MissingModelError(f"{name}/{file}")
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        # Imported late: it takes seconds, and the commands that do not read must not wait for it.
        from paddleocr import TextDetection, TextRecognition

        logging.getLogger("paddlex").setLevel(logging.ERROR)
        self._detection = TextDetection(
            model_name="PP-OCRv6_small_det",
            model_dir=str(models_dir / "PP-OCRv6_small_det"),
            engine="onnxruntime",
            device="cpu",
            limit_type="max",
            # Below the library's 0.6: faint print and handwriting must be found to be masked.
            thresh=0.25,
            box_thresh=0.45,
            unclip_ratio=1.6,
        ).paddlex_predictor
        self._recognition = TextRecognition(
            model_name="PP-OCRv6_small_rec",
            model_dir=str(models_dir / "PP-OCRv6_small_rec"),
            engine="onnxruntime",
            device="cpu",
        ).paddlex_predictor
        self._characters: list[str] = self._recognition.post_op.character
        self._find = Network(models_dir / "PP-OCRv6_small_det/inference.onnx", threads=threads)
        self._reading_file = models_dir / "PP-OCRv6_small_rec/inference.onnx"
        self._threads = threads
        self._read = Network(self._reading_file, threads=threads, streams=threads, best_only=True)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ocr")

    def detect(self, pixels: Image, side: int) -> NDArray[np.float32]:
        """Find lines of ink.

        Args:
            pixels: RGB page, shape (height, width, 3).
            side: The longer side is shrunk to this many pixels first.

        Returns:
            Corners in page pixels, shape (n, 4, 2), clockwise from the upper left of the box.
        """
        height, width = pixels.shape[:2]
        factor = min(1.0, side / max(height, width))
        grid_w = max(32, round(width * factor / 32) * 32)
        grid_h = max(32, round(height * factor / 32) * 32)
        small = cv2.resize(pixels, (grid_w, grid_h), interpolation=cv2.INTER_AREA)
        tensor = (small[:, :, ::-1].astype(np.float32) - _DETECTION_MEAN) / _DETECTION_STD
        tensor = np.ascontiguousarray(tensor.transpose(2, 0, 1)[None])
        maps = [self._find(tensor)[0]]
        shape = [grid_h / height, grid_w / width]
        polys, _ = self._detection.post_op(
            maps, [(height, width, *shape)], thresh=None, box_thresh=None, unclip_ratio=None
        )
        return np.asarray(polys[0], dtype=np.float32).reshape(-1, 4, 2)

    def recognise(self, crops: Sequence[Image]) -> list[Recognition]:
        """Read line crops.

        Args:
            crops: RGB, each of height ``CROP_HEIGHT`` and any width.

        Returns:
            One recognition a crop, in the given order.
        """
        # Lines run side by side, one thread each: measured 1.5 times as fast as batches that
        # share the threads, and nothing is spent on padding. The widest go first, so that no
        # thread is left with a long line at the end.
        order = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1])
        results = self._pool.map(self._recognise_one, (crops[i] for i in order))
        by_index = dict(zip(order, results, strict=True))
        return [by_index[i] for i in range(len(crops))]

    def weigh(self, crops: Sequence[Image], characters: str) -> list[NDArray[np.float32]]:
        """Ask how likely some characters are, and not only what is likeliest.

        Args:
            crops: As for :meth:`recognise`.
            characters: Those that are asked for.

        Returns:
            For each crop, how much less likely each of its columns is a blank (first) or one of the
            characters than what it most likely is: natural logarithms, 0 at most, shape (columns,
            1 + characters).
        """
        labels = [0, *(self._labels.get(character, -1) for character in characters)]
        return [self._weigh_one(crop, np.array(labels)) for crop in crops]

    @cached_property
    def _labels(self) -> dict[str, int]:
        return {character: label for label, character in enumerate(self._characters) if label}

    @cached_property
    def _read_all(self) -> Network:
        # Made when first asked for: most pages never ask.
        return Network(self._reading_file, threads=self._threads)

    def _weigh_one(self, crop: Image, labels: NDArray[np.intp]) -> NDArray[np.float32]:
        tensor = _tensor(crop)
        all_of_them = self._read_all(tensor)[0][0]
        columns = max(1, round(len(all_of_them) * crop.shape[1] / tensor.shape[3]))
        best = all_of_them[:columns].max(axis=1, keepdims=True)
        asked = np.where(labels >= 0, all_of_them[:columns, labels], 0)
        odds = np.log(np.maximum(asked, _NO_CHANCE)) - np.log(np.maximum(best, _NO_CHANCE))
        return np.asarray(np.minimum(odds, 0), np.float32)

    def _recognise_one(self, crop: Image) -> Recognition:
        tensor = _tensor(crop)
        probability, best = self._read(tensor)
        used = best.shape[1] * crop.shape[1] / tensor.shape[3]
        return self._decode(best[0, :, 0], probability[0, :, 0], used)

    def _decode(
        self, best: NDArray[np.int64], probability: NDArray[np.float32], used: float
    ) -> Recognition:
        """Greedy CTC decoding: a run of one label is one character, centred on its probability."""
        change = np.flatnonzero(np.diff(best)) + 1
        starts = np.concatenate(([0], change))
        ends = np.concatenate((change, [len(best)]))
        text: list[str] = []
        centers: list[float] = []
        confidences: list[float] = []
        for start, end in zip(starts, ends, strict=True):
            label = int(best[start])
            if label == 0:
                continue
            weight = probability[start:end]
            middle = float(((np.arange(start, end) + 0.5) * weight).sum() / weight.sum())
            text.append(self._characters[label])
            centers.append(min(1.0, middle / used))
            confidences.append(float(weight.max()))
        return Recognition(
            tuple(text),
            np.asarray(centers, dtype=np.float32),
            np.asarray(confidences, dtype=np.float32),
        )


def _tensor(crop: Image) -> NDArray[np.float32]:
    """A crop as the recogniser takes it: BGR, -1 to 1, filled up to a step of widths."""
    used = crop.shape[1]
    width = -(-max(_MIN_CROP_WIDTH, used) // _WIDTH_STEP) * _WIDTH_STEP
    tensor = np.zeros((1, 3, CROP_HEIGHT, width), dtype=np.float32)
    # Ink to black and paper to white: of thirty misread characters one less, measured.
    ink, paper = np.percentile(crop[::2, ::2], _INK_AND_PAPER)
    normal = crop[:, :, ::-1].astype(np.float32)
    normal -= ink
    normal *= 2 / max(_LEAST_CONTRAST, paper - ink)
    normal -= 1
    np.clip(normal, -1, 1, out=normal)
    tensor[0, :, :, :used] = normal.transpose(2, 0, 1)
    return tensor
