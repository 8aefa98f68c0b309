"""An S3-compatible server on this machine, and what a program needs to reach it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60.0


@dataclass(frozen=True)
class ObjectStore:
    """A running server.

    Attributes:
        url: Its address.
        bucket: A bucket that is there, and empty at the start.
    """

    url: str
    bucket: str = "office"

    @property
    def environment(self) -> dict[str, str]:
        """What Amazon's own programs are told too; the account is made up."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up-too",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def has(self, bucket: str) -> bool:
        """Whether there is a bucket of that name."""
        request = urllib.request.Request(f"{self.url}/{bucket}", method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError:
            return False
        return True


@contextlib.contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Start a server with one bucket, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)
    store = ObjectStore(f"http://127.0.0.1:{port}")
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _made(store):
            assert server.poll() is None and time.monotonic() < deadline, (
                folder / "log"
            ).read_text()
            time.sleep(0.1)
        yield store
    finally:
        server.terminate()
        server.wait()


def _made(store: ObjectStore) -> bool:
    request = urllib.request.Request(f"{store.url}/{store.bucket}", method="PUT")
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except (OSError, urllib.error.URLError):
        return False
    return True
