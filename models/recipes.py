"""Files that a model folder needs and no wheel carries, computed from the weights."""

from __future__ import annotations

from pathlib import Path

import yaml


def paddlex_inference_meta(model_id: str, folder: Path) -> bytes:
    """Make PaddleX's ``inference.yml`` for a PP-OCR model.

    PaddleX knows what belongs into it for each of its models; a recogniser's alphabet is in the
    metadata of its ONNX file under ``character``, one character a line.

    Args:
        model_id: PaddleX's name of the model.
        folder: Holds its ``inference.onnx``.
    """
    import onnxruntime
    from paddlex.modules.base.utils.pdparams2safetensors.inference_meta import build_inference_meta

    meta = {"Global": {"model_name": model_id}, **build_inference_meta(model_id)}
    session = onnxruntime.InferenceSession(
        folder / "inference.onnx", providers=["CPUExecutionProvider"]
    )
    alphabet = session.get_modelmeta().custom_metadata_map.get("character")
    if alphabet is not None:
        decoder = {**meta["PostProcess"], "character_dict": alphabet.split("\n")}
        meta = {**meta, "PostProcess": decoder}
    return yaml.safe_dump(meta, allow_unicode=True, sort_keys=True).encode()
