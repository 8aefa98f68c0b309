"""What the flow and the database cost: ``python -m bench.dossiers --set DIR [--dossiers N]``.

The dossiers of DIR, as ``python -m fixtures`` makes them, go through ``mangping redact`` one after
the other, then all at once through a served office: server, workers, portal and database, from the
first event until the last dossier has ended. Processor seconds count every process of either.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from pipeline.intake import load_identity, open_bundle

_EVENT = "mangping.dossier.submitted"
_DEPLOYMENTS = 7
_ENDED = {"review", "ready"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.dossiers", description=__doc__)
    parser.add_argument("--set", type=Path, required=True)
    parser.add_argument("--dossiers", type=int, default=3)
    given = parser.parse_args()
    folders = sorted(p.parent for p in given.set.glob("*/dossier.json"))[: given.dossiers]
    with tempfile.TemporaryDirectory() as temporary:
        plain = _plain(folders, Path(temporary))
        served = _served(folders, Path(temporary))
    print(f"{len(folders)} dossiers        wall s   processor s")
    print(f"mangping redact   {plain[0]:8.1f}      {plain[1]:8.1f}")
    print(f"served office     {served[0]:8.1f}      {served[1]:8.1f}")
    print(f"more, per cent    {_more(plain[0], served[0])}      {_more(plain[1], served[1])}")


def _more(before: float, after: float) -> str:
    return f"{100 * (after / before - 1):8.1f}"


def _plain(folders: Sequence[Path], temporary: Path) -> tuple[float, float]:
    wall, before = time.monotonic(), os.times()
    for folder in folders:
        files = [str(file.path) for file in open_bundle(folder, temporary).files]
        options = ["--identity", str(folder / "identity.json"), "--out"]
        command = [sys.executable, "-m", "flows.cli", "redact", *files, *options]
        out = str(temporary / f"redact-{folder.name}")
        subprocess.run([*command, out], check=False, capture_output=True)
    after = os.times()
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    return time.monotonic() - wall, spent


def _served(folders: Sequence[Path], temporary: Path) -> tuple[float, float]:
    ports = _free_ports(2)
    os.environ |= {
        "MANGPING_STATE": str(temporary / "state"),
        "MANGPING_PORT": str(ports[0]),
        "MANGPING_PORTAL_URL": f"http://127.0.0.1:{ports[1]}",
    }
    api = f"http://127.0.0.1:{ports[0]}/api"
    serve = subprocess.Popen([sys.executable, "-m", "flows.serve"], stderr=subprocess.DEVNULL)
    try:
        handed_in = [_hand_in(folder, temporary) for folder in folders]
        _until_served(api, serve)
        wall, before = time.monotonic(), _spent(serve.pid)
        for dossier in handed_in:
            _announce(api, dossier)
        _until_ended(handed_in, serve)
        return time.monotonic() - wall, _spent(serve.pid) - before
    finally:
        serve.send_signal(signal.SIGTERM)
        serve.wait()


def _hand_in(folder: Path, temporary: Path) -> str:
    import dossiers

    dossiers.prepare()
    from dossiers.services.receiving import create_dossier, submit_dossier
    from dossiers.services.uploads import (
        CHUNK_BYTES,
        append_chunk,
        complete_upload,
        register_upload,
    )

    bundle = open_bundle(folder, temporary)
    person = bundle.applicant or load_identity(folder / "identity.json")
    dossier = create_dossier(person, bundle.policy or "huainan-2025")
    for file in bundle.files:
        data = file.path.read_bytes()
        name, kind = file.attachment.file, file.attachment.kind
        upload = register_upload(dossier.pk, name=name, size=len(data), kind=kind)
        for start in range(0, len(data), CHUNK_BYTES):
            append_chunk(upload.key, start, data[start : start + CHUNK_BYTES])
        complete_upload(upload.key)
    submit_dossier(dossier.pk)
    return dossier.pk


def _until_served(api: str, serve: subprocess.Popen[bytes]) -> None:
    while serve.poll() is None:
        try:
            if len(_ask(f"{api}/deployments/filter", {})) >= _DEPLOYMENTS:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("the office did not start")


def _until_ended(handed_in: Sequence[str], serve: subprocess.Popen[bytes]) -> None:
    from dossiers.models import Dossier

    while serve.poll() is None:
        states = Dossier.objects.filter(pk__in=handed_in).values_list("state", flat=True)
        if set(states) <= _ENDED:
            return
        time.sleep(0.5)
    raise SystemExit("the office stopped")


def _announce(api: str, dossier: str) -> None:
    event = {
        "id": str(uuid.uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": _EVENT,
        "resource": {"prefect.resource.id": dossier},
        "related": [],
        "payload": {},
    }
    _ask(f"{api}/events", [event])


def _ask(address: str, content: object) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps(content).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        body = response.read()
    return json.loads(body) if body else None


def _spent(pid: int) -> float:
    """Return the processor seconds of a process and of all it started, ended ones too."""
    root = psutil.Process(pid)
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


if __name__ == "__main__":
    main()
