"""Intake's look at a stranger's file, in a process of its own.

A file that makes a decoder crash or never end takes that process down and not the portal. The
process stays for the next file, because loading the decoders takes longer than looking. Nothing
here needs the database.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from pipeline.errors import RefusedInputError
from pipeline.intake import open_source

_SECONDS = 150.0
# What decoders do not give back goes with the process.
_FILES_PER_PROCESS = 200

Refusal = tuple[type[RefusedInputError], str, dict[str, object]]

_turn = threading.Lock()
_pool: ProcessPoolExecutor | None = None
_files = 0


class UnreadableFileError(RefusedInputError):
    """Opening the file crashed the decoder, or took too long."""

    code = "unreadable-file"
    sentence = "文件“{subject}”打不开，可能已损坏，没有收下；请重新扫描或重新导出后再上传。"


def inspect(path: Path, name: str) -> None:
    """Refuse a file that intake refuses; its first page is decoded too.

    Raises:
        RefusedInputError: Why it is not taken.
    """
    refusal = _looked_at(path, name)
    if refusal is not None:
        kind, subject, facts = refusal
        raise kind(subject, **facts)


def _looked_at(path: Path, name: str) -> Refusal | None:
    for last in (False, True):
        # One at a time, so that no file's time runs while it waits for another.
        with _turn:
            pool = _running_pool()
            try:
                return pool.submit(refusal_of, path, name).result(_SECONDS)
            except TimeoutError:
                _discard(pool)
                break
            except BrokenProcessPool:
                # A machine short of memory kills innocent processes too: look once more.
                _discard(pool)
                if last:
                    break
    raise UnreadableFileError(name)


def refusal_of(path: Path, name: str) -> Refusal | None:
    """Return what intake says against a file; an error itself would not come through a pipe."""
    try:
        with open_source(path, name=name) as source:
            source.page(1)
    except RefusedInputError as error:
        return type(error), error.subject, error.facts
    return None


def _running_pool() -> ProcessPoolExecutor:
    global _pool, _files
    if _pool is not None and _files >= _FILES_PER_PROCESS:
        _discard(_pool)
    if _pool is None:
        _pool = ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_end_with_parent,
            initargs=(os.getpid(),),
        )
        _files = 0
    _files += 1
    return _pool


def _discard(pool: ProcessPoolExecutor) -> None:
    global _pool
    _pool = None
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent(parent: int) -> None:
    """Leave nothing behind when the portal is killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
