"""The copy's pages as verification reads them, kept, so that what did not change is not read twice.

A string that people want masked everywhere makes every copy of a dossier be verified again; on most
pages not a pixel is another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from pipeline.geometry import Frame
from pipeline.reading import Reader
from pipeline.reading.lines import Line
from pipeline.versions import code_digest
from pipeline.work import Work, digest_of

_LINES = TypeAdapter(tuple[Line, ...])


@dataclass(frozen=True, slots=True)
class KeptRereader:
    """Reads upright images as a reader does, and the same image with the same code only once.

    Attributes:
        reader: Reads what is not kept.
        work: Where its lines are kept.
    """

    reader: Reader
    work: Work

    def read_upright(
        self, pixels: NDArray[np.uint8], frame: Frame, *, detection_side: int | None = None
    ) -> tuple[Line, ...]:
        """Read an image that stands upright; see :meth:`pipeline.reading.Reader.read_upright`."""
        # Every pixel and all else that the lines depend on is in the name: never another page's.
        pixel_sum = hashlib.sha256(np.ascontiguousarray(pixels).data).hexdigest()
        code = f"{self.reader.version} {code_digest('intake', 'reading')}"
        name = f"rereadings/{digest_of(pixel_sum, repr(frame), str(detection_side), code)}"
        kept = self.work.get(name)
        if kept is not None:
            try:
                return _LINES.validate_json(kept)
            except ValidationError:
                pass  # damaged: it is read again
        lines = self.reader.read_upright(pixels, frame, detection_side=detection_side)
        self.work.put(name, _LINES.dump_json(lines))
        return lines
