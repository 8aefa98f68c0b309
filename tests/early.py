"""What takes long and waits for most of it, begun with the session, beside the first tests."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models import weights_dir
from tests.served_office import ServedOffice, served_office

# Long enough for a busy machine, short enough to wait for.
LEASE_SECONDS = 6
_OURS = ("DATABASE_URL", "MANGPING_KEY", "MANGPING_STORAGE", "PREFECT_API_URL", "PREFECT_HOME")
_QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


@dataclass
class Early:
    """Begins the work that the tests of a session want, each piece once.

    Attributes:
        folder: Makes a new folder.
    """

    folder: Callable[[str], Path]
    _begun: dict[str, Future[Any]] = field(default_factory=dict, init=False)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)

    @classmethod
    @contextlib.contextmanager
    def session(cls, fixtures: Collection[str], folder: Callable[[str], Path]) -> Iterator[Early]:
        """Begin what a session's fixtures want, and end it with the session."""
        early = cls(folder)
        work = {
            "prefect_database": early._database,
            "office": early._office,
            "corrections": early._corrections,
        }
        with early._stack, ThreadPoolExecutor(len(work)) as threads:
            wanted = set(fixtures)
            if "corrections" in wanted:
                wanted.add("prefect_database")
            for name, make in work.items():
                if name in wanted:
                    early._begun[name] = threads.submit(make, folder(name))
            yield early

    def result(self, name: str) -> Any:
        """Wait for a piece of work and return what it made."""
        return self._begun[name].result()

    def _database(self, home: Path) -> Path:
        """Make a database as Prefect has it before its first run: each takes ten seconds."""
        environment = os.environ | _QUIET | {"PREFECT_HOME": str(home)}
        words = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
        subprocess.run(words, env=environment, capture_output=True, check=True)
        return home / "prefect.db"

    def _office(self, folder: Path) -> ServedOffice:
        changes = {
            "MANGPING_LEASE_SECONDS": str(LEASE_SECONDS),
            # Whatever Prefect would log, so that it can be searched.
            "PREFECT_LOGGING_LEVEL": "INFO",
            "PREFECT_LOGGING_TO_API_ENABLED": "true",
        }
        return self._stack.enter_context(served_office(folder, **changes))

    def _corrections(self, folder: Path) -> dict[str, Any] | None:
        """Run :mod:`tests.flows.corrected`; None where the models are not fetched."""
        if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").is_file():
            return None
        settle(self.result("prefect_database"), folder / "state")
        environment = {k: v for k, v in os.environ.items() if k not in _OURS} | {
            "MANGPING_STATE": str(folder / "state"),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        command = [sys.executable, "-m", "tests.flows.corrected", str(folder)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


def settle(database: Path, state: Path) -> None:
    """Put Prefect's database into a state folder that has none yet."""
    home = state / "prefect"
    home.mkdir(parents=True, mode=0o700)
    shutil.copy(database, home / "prefect.db")
