"""Several processes, one database: an SQLite file, or the PostgreSQL that DATABASE_URL names."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SIZE, DOSSIERS, PAGES, EVENTS = 300_000, 4, 40, 40
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A state folder and a database of its own."""
    state = tmp_path_factory.mktemp("shared")
    environment = {**os.environ, "MANGPING_STATE": str(state)}
    server = os.environ.get("DATABASE_URL")
    if server is None:
        yield environment
        return
    import psycopg

    name = f"mangping_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield environment | {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def start(environment: dict[str, str]) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, module: str = "tests.dossiers.actors") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", module, *words]
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.wait()


@pytest.fixture(scope="module")
def upload_key(start: Start) -> str:
    """Of an upload that has begun; DOSSIERS others wait for a worker."""
    (key,) = _out(start("open", str(SIZE), str(DOSSIERS)))
    return key


def _out(child: subprocess.Popen[str]) -> list[str]:
    out, _ = child.communicate(timeout=120)
    assert child.returncode == 0
    return out.split()


def test_two_workers_do_nothing_twice_and_write_one_whole_chain(
    start: Start, upload_key: str
) -> None:
    both = [start("work", name, str(PAGES), str(EVENTS)) for name in ("w1", "w2")]
    done = [word for child in both for word in _out(child)]
    assert len(done) == len(set(done)) == PAGES + DOSSIERS
    verify = start("audit", "verify", "--json", module="flows.cli")
    said = json.loads(verify.communicate(timeout=120)[0])
    assert (verify.returncode, said["breaches"]) == (0, [])
    assert said["events"] > 2 * EVENTS


def test_an_upload_whose_server_was_killed_ends_whole(
    start: Start, environment: dict[str, str], upload_key: str, tmp_path: Path
) -> None:
    data = os.urandom(SIZE)
    file = tmp_path / "a.pdf"
    file.write_bytes(data)
    child = start("send", upload_key, str(file), "1000")
    assert child.stdout is not None
    seen = 0
    while seen < 20_000:
        seen = int(child.stdout.readline())
    child.kill()
    child.wait()
    offsets = _out(start("send", upload_key, str(file), "50000"))
    # Nothing that was answered for was sent again.
    assert seen + 50_000 <= int(offsets[0]) and int(offsets[-1]) == SIZE
    stored = [f for f in Path(environment["MANGPING_STATE"]).rglob(upload_key) if f.is_file()]
    sums = [hashlib.sha256(f.read_bytes()).hexdigest() for f in stored]
    assert sums == [hashlib.sha256(data).hexdigest()]
