"""Runs a command: stdout for results alone, every error one sentence, an exit code at the end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

import typer

from flows.streams import results_only

INTERRUPTED = 130


def run(work: Callable[[TextIO], int], *, as_json: bool) -> NoReturn:
    """Run a command with stdout kept clean; every error becomes one sentence.

    Args:
        work: Does the command, prints its results to the stream that it is given, and returns the
            exit code.
        as_json: Print an error as one JSON object too.

    Raises:
        typer.Exit: Always, with the exit code.
    """
    _quiet_libraries()
    with results_only() as results:
        try:
            code = work(results)
        except KeyboardInterrupt:
            print("已中断，没有写完的结果已清除。", file=sys.stderr)
            code = INTERRUPTED
        except Exception as caught:
            # These bring the recognisers with them, which not every command needs.
            from flows import printing
            from pipeline.outcome import as_mangping_error

            error = as_mangping_error(caught, "mangping")
            code = error.exit_code
            print(error, file=sys.stderr)
            if as_json:
                printing.print_error_json(results, error)
    raise typer.Exit(code)


def _quiet_libraries() -> None:
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    os.environ.setdefault("GLOG_minloglevel", "3")

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
