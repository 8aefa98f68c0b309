"""Where the wall time goes: samples the main thread and asks which function of ours it is in.

A tracing profiler makes Python code look slow and native code free. Sampling costs almost nothing
and counts native code (the models, OpenCV, coding) for the function of ours that called it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

_ROOT = Path(__file__).resolve().parent.parent
_PAUSE = 0.004


class Sampler:
    """A context manager that samples the thread that enters it.

    ``own`` has the seconds of each function of ours and whatever foreign code it called; ``below``
    also those of our functions that it called. Keys read ``pipeline/room/file.py function``.
    """

    def __init__(self) -> None:
        self.own: dict[str, float] = defaultdict(float)
        self.below: dict[str, float] = defaultdict(float)
        self.total = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched = 0

    def __enter__(self) -> Sampler:
        self._watched = threading.get_ident()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        last = time.perf_counter()
        while not self._stop.wait(_PAUSE):
            frame = sys._current_frames().get(self._watched)
            now = time.perf_counter()
            if frame is not None:
                self._count(frame, now - last)
            last = now

    def _count(self, frame: FrameType, seconds: float) -> None:
        self.total += seconds
        seen: set[str] = set()
        walk: FrameType | None = frame
        while walk is not None:
            key = _name(walk)
            if key and key not in seen:
                if not seen:
                    self.own[key] += seconds
                seen.add(key)
                self.below[key] += seconds
            walk = walk.f_back


def _name(frame: FrameType) -> str:
    code = frame.f_code
    if not code.co_filename.startswith(str(_ROOT)) or "/.venv/" in code.co_filename:
        return ""
    return f"{Path(code.co_filename).relative_to(_ROOT)} {code.co_name}"
