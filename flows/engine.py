"""Makes what the stages need. One OCR engine a process, whoever asks."""

from __future__ import annotations

import os
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from models import ner_dir, weights_dir
from models.fetch import versions

if TYPE_CHECKING:
    from pipeline.dossier import Applicant
    from pipeline.jobs import Tools
    from pipeline.policy import Policy
    from pipeline.reading import Reader

DEFAULT_POLICY = "huainan-2025"

_making = threading.Lock()


def shared_reader() -> Reader:
    """Return the process's one reader, made at the first call.

    Raises:
        ModelError: A model is missing.
    """
    with _making:
        return _reader(weights_dir())


@cache
def _reader(folder: Path) -> Reader:
    from pipeline.reading import Reader

    return Reader(folder, threads=min(4, os.cpu_count() or 2))


def make_tools(applicant: Applicant, policy: Policy) -> Tools:
    """Make what all files of a dossier share.

    Raises:
        ModelError: A model is missing.
    """
    from pipeline.detection import Detector
    from pipeline.jobs import Tools

    folder = weights_dir()
    return Tools(
        reader=shared_reader(),
        detector=Detector(
            applicant,
            policy,
            lac_dir=folder / "lac",
            ner_dir=ner_dir(),
            faces_dir=folder / "centerface",
            seal_reader=shared_reader(),
        ),
        policy=policy,
        applicant=applicant,
        models=versions(folder),
    )
