"""Small JSON files written by hand, often on Windows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class JsonFileError(ValueError):
    """The file is no usable JSON; the message says why in Chinese and repeats nothing of it."""


def read_json(path: Path, limit: int) -> Any:
    """Read a JSON file of at most ``limit`` bytes, in UTF-8 or, as Windows may save it, GBK.

    Raises:
        JsonFileError: It is too big, of another encoding, or not JSON.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise JsonFileError(f"超过 {limit // 1024} KB")
    text = _decode(data)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise JsonFileError(f"不是 JSON（第 {error.lineno} 行第 {error.colno} 列）") from None
    except (RecursionError, ValueError):  # nested too deep; an integer of thousands of digits
        raise JsonFileError("不是正常的 JSON") from None


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")  # type: ignore[assignment]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise JsonFileError("不是文本文件")
