"""What the portal writes to its log: places in the code, never a value.

Paths of requests hold signed links, messages and arguments may repeat what somebody typed; so a
line says which logger, what kind of error, and where it came from.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path


class PlaceFormatter(logging.Formatter):
    """Formats a record without its message: time, level, logger, status and place."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        status = getattr(record, "status_code", None)
        words = [self.formatTime(record), record.levelname, record.name]
        if status is not None:
            words.append(str(status))
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
            words.append(f"{type(error).__name__} at {place}")
        else:
            words.append(f"at {Path(record.pathname).name}:{record.lineno}")
        return " ".join(words)
