from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

Scene = Callable[..., Image.Image]


@pytest.fixture
def scene() -> Scene:
    return draw_scene


def draw_scene(width: int = 60, height: int = 40) -> Image.Image:
    """A picture without any symmetry: red top left, blue top right, black bottom left."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 4, width // 2 :] = (0, 0, 255)
    pixels[3 * height // 4 :, : width // 4] = 0
    return Image.fromarray(pixels)
