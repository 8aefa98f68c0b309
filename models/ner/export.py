"""Writes what the product loads: an ONNX file with 8 bit weights, and one JSON beside it.

``python -m models.ner.export --run DIR --out models/ner/weights``
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import warnings
from pathlib import Path

import torch

from models.ner.network import TAGS, Crf, Encoder
from models.ner.train import ROW, load, load_vocabulary


def main() -> None:
    """Export a run and print the sums for the manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    vocabulary = load_vocabulary(options.run)
    encoder, crf = Encoder(len(vocabulary.characters) + 2, len(vocabulary.pairs) + 2), Crf()
    load(options.run, encoder, crf)
    options.out.mkdir(parents=True, exist_ok=True)
    export(encoder.eval(), options.out / "tagger.onnx")
    table = crf.transitions.detach()
    about = {
        "tags": TAGS,
        "row": ROW,
        "transitions": [[round(v, 4) if v > -1e3 else None for v in row] for row in table.tolist()],
        "characters": "".join(vocabulary.characters),
        "pairs": "".join(vocabulary.pairs),
    }
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
    (options.out / "tagger.json").write_text(text + "\n", encoding="utf-8")
    for name in ("tagger.onnx", "tagger.json"):
        data = (options.out / name).read_bytes()
        print(name, len(data), hashlib.sha256(data).hexdigest())


def export(encoder: Encoder, target: Path) -> None:
    """Write a network as ONNX with 8 bit weights."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    numbers = torch.ones(2, ROW, dtype=torch.int64)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            encoder,
            (numbers, numbers),
            str(whole),
            input_names=["characters", "pairs"],
            output_names=["scores"],
            dynamic_axes={name: {0: "rows"} for name in ("characters", "pairs", "scores")},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            whole, target, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"]
        )


if __name__ == "__main__":
    main()
