"""Runs a command with DATABASE_URL naming a PostgreSQL server that lives as long as it.

``python -m tests.postgres COMMAND ...``: where Debian's package is not installed it says so and
does nothing, except in CI, where that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_SETTINGS = "-c listen_addresses= -c fsync=off -c max_connections=40 -c unix_socket_directories="


def main(command: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        print("没有安装 PostgreSQL，跳过它的测试；安装：sudo apt-get install postgresql")
        return 1 if os.environ.get("CI") else 0
    with tempfile.TemporaryDirectory(prefix="mangping-pg-") as name:
        folder, programs_at = Path(name), programs[-1].parent
        prefix: list[str] = []
        if os.geteuid() == 0:
            # The server refuses to run as root.
            shutil.chown(folder, "postgres")
            prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data, log = str(folder / "data"), str(folder / "log")
        initdb = [programs_at / "initdb", "-D", data, "-U", "mangping", "-A", "trust", "--no-sync"]
        control = [*prefix, str(programs_at / "pg_ctl"), "-D", data, "-w", "-l", log]
        subprocess.run([*prefix, *map(str, initdb)], check=True, stdout=subprocess.DEVNULL)
        start = [*control, "-o", f"{_SETTINGS}{folder}", "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        try:
            host = str(folder).replace("/", "%2F")
            url = f"postgres://mangping@{host}/postgres"
            environment = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
