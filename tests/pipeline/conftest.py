from __future__ import annotations

import pytest

from models import weights_dir
from pipeline.reading import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    folder = weights_dir()
    for model in ("PP-OCRv6_small_det", "PP-OCRv6_small_rec"):
        if not (folder / model / "inference.onnx").is_file():
            pytest.skip("the reading models are not fetched: run `mangping models fetch`")
    return Reader(folder, threads=1)
