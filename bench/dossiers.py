"""What flow, database and portal cost: ``python -m bench.dossiers [--dossiers 30 --pages 10]``.

Generated dossiers go through ``mangping redact`` one after the other; then they are uploaded to a
served office all at once, through the portal's API, and are waited for. Processor seconds and
memory count every process of either; ``--set DIR`` takes dossiers that ``python -m fixtures`` made.
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
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process_tree import Tree
from fixtures import generate
from pipeline.intake import load_identity, open_bundle

_ENDED = {"review", "ready"}
# At most so many people press "upload" in the same second.
_AT_ONCE = 8
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way of processing took.

    Attributes:
        wall: Seconds.
        processor: Seconds of all processes.
        peak_bytes: Proportional memory of all processes.
    """

    wall: float
    processor: float
    peak_bytes: int

    def times(self, factor: float) -> Cost:
        """Return what so many times as much takes, one after the other."""
        return Cost(self.wall * factor, self.processor * factor, self.peak_bytes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.dossiers", description=__doc__)
    parser.add_argument("--set", type=Path)
    parser.add_argument("--seed", type=int, default=3001)
    parser.add_argument("--dossiers", type=int, default=3)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument(
        "--plain", type=int, help="redact so many of them only, and take the others for the same"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        folders = _folders(given.set, here / "set", given)[: given.dossiers]
        some = folders[: given.plain]
        plain = _plain(some, here).times(len(folders) / len(some))
        served, said = _served(folders, here)
    print(f"{len(folders)} dossiers        wall s   processor s   peak GB")
    for name, cost in (("mangping redact", plain), ("served office", served)):
        peak = cost.peak_bytes / 1e9
        print(f"{name:15s}   {cost.wall:8.1f}      {cost.processor:8.1f}   {peak:7.2f}")
    more = (_more(plain.wall, served.wall), _more(plain.processor, served.processor))
    print(f"more, per cent    {more[0]:8.1f}      {more[1]:8.1f}")
    print("\n".join(said))


def _more(before: float, after: float) -> float:
    return 100 * (after / before - 1)


def _folders(given: Path | None, made: Path, options: argparse.Namespace) -> list[Path]:
    if given is not None:
        return sorted(place.parent for place in given.glob("*/dossier.json"))
    return [
        folder
        for number in range(options.dossiers)
        for folder in generate(made / str(number), seed=options.seed + number, pages=options.pages)
    ]


def _plain(folders: Sequence[Path], temporary: Path) -> Cost:
    with Tree(os.getpid()) as tree:
        own = sum(os.times()[:2])
        for folder in folders:
            files = [str(file.path) for file in open_bundle(folder, temporary).files]
            options = ["--identity", str(folder / "identity.json"), "--out"]
            command = [sys.executable, "-m", "flows.cli", "redact", *files, *options]
            out = str(temporary / f"redact-{folder.parent.name}-{folder.name}")
            subprocess.run([*command, out], check=False, capture_output=True)
        wall, processor = tree.used()
        return Cost(wall, processor - (sum(os.times()[:2]) - own), tree.peak_bytes)


def _served(folders: Sequence[Path], temporary: Path) -> tuple[Cost, list[str]]:
    ports = _free_ports(2)
    os.environ |= {
        "MANGPING_STATE": str(temporary / "state"),
        "MANGPING_PORT": str(ports[0]),
        "MANGPING_PORTAL_URL": f"http://127.0.0.1:{ports[1]}",
    }
    token = _token()
    serve = subprocess.Popen(
        [sys.executable, "-m", "flows.serve"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        # It says where everything is when all of it answers.
        assert serve.stderr is not None
        while "Ctrl-C" not in serve.stderr.readline().decode():
            if serve.poll() is not None:
                raise SystemExit("the office did not start")
        office = _Office(f"http://127.0.0.1:{ports[1]}/api/v1", token)
        with Tree(serve.pid) as tree, ThreadPoolExecutor(_AT_ONCE) as people:
            handed_in = list(people.map(lambda folder: office.hand_in(folder, temporary), folders))
            said = [f"uploaded after {tree.used()[0]:.1f} s"]
            _until_ended(handed_in, serve)
            wall, processor = tree.used()
            said += _told(handed_in, tree)
            return Cost(wall, processor, tree.peak_bytes), said
    finally:
        begun = time.monotonic()
        serve.send_signal(signal.SIGTERM)
        serve.wait()
        said.append(f"stopped in {time.monotonic() - begun:.1f} s")


def _token() -> str:
    import dossiers

    dossiers.prepare()
    from dossiers.roles import Role
    from dossiers.services.accounts import create_account, issue_token

    return issue_token(create_account("platform", Role.OPERATOR))


class _Office:
    """The portal as another system meets it."""

    def __init__(self, api: str, token: str) -> None:
        self._api, self._token = api, token

    def hand_in(self, folder: Path, temporary: Path) -> str:
        """Upload a dossier's files and submit it; return its id."""
        bundle = open_bundle(folder, temporary)
        person = bundle.applicant or load_identity(folder / "identity.json")
        content = {"applicant": person.model_dump(mode="json"), "policy": bundle.policy}
        dossier = str(self._ask("POST", "/dossiers", content)["id"])
        for file in bundle.files:
            data = file.path.read_bytes()
            said = {"name": file.attachment.file, "size": len(data), "kind": file.attachment.kind}
            upload = self._ask("POST", f"/dossiers/{dossier}/uploads", said)
            key, size = upload["key"], upload["chunk_bytes"]
            for start in range(0, len(data), size):
                self._ask("PATCH", f"/uploads/{key}", data[start : start + size], start)
            self._ask("POST", f"/uploads/{key}/complete", {})
        self._ask("POST", f"/dossiers/{dossier}/submit", {})
        return dossier

    def _ask(self, method: str, path: str, content: object, offset: int | None = None) -> Any:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json" if offset is None else "application/octet-stream",
            **({} if offset is None else {"Upload-Offset": str(offset)}),
        }
        request = urllib.request.Request(self._api + path, data, headers, method=method)
        for attempt in range(_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=120) as response:
                    return json.loads(response.read())
            except urllib.error.HTTPError as error:
                # As a platform would: when the office has its hands full, ask again.
                if error.code < 500 or attempt == _TRIES - 1:
                    raise SystemExit(f"{method} {path}: {error.code} {error.read()!r}") from None
                time.sleep(1)
        raise AssertionError


def _until_ended(handed_in: Sequence[str], serve: subprocess.Popen[bytes]) -> None:
    from dossiers.models import Dossier

    while serve.poll() is None:
        states = Dossier.objects.filter(pk__in=handed_in).values_list("state", flat=True)
        if set(states) <= _ENDED:
            return
        time.sleep(0.5)
    raise SystemExit("the office stopped")


def _told(handed_in: Sequence[str], tree: Tree) -> list[str]:
    from dossiers.models import Attachment, Dossier, Run

    states = Counter(Dossier.objects.filter(pk__in=handed_in).values_list("state", flat=True))
    rows = Counter(Attachment.objects.values_list("state", flat=True))
    runs = Counter(Run.objects.values_list("state", flat=True))
    return [
        f"dossiers {dict(states)}, attachments {dict(rows)}, runs {dict(runs)}",
        *(
            f"{seconds:8.1f} s {held / 1e6:6.0f} MB  {words}"
            for words, seconds, held in tree.by_process()
        ),
    ]


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
