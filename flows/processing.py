"""``mangping process``: opens the dossier, has Prefect ready, runs the flow, prints the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from flows.cases import Order, submit
from flows.open_sessions import give_back, lend
from flows.prefect_home import prefect_api
from flows.printing import file_json, print_json, print_lines
from flows.progress_bar import progress_bar
from flows.session import Session
from pipeline import casefile
from pipeline.outcome import FileResult, exit_code


def process(order: Order, results: TextIO, *, as_json: bool) -> int:
    """Process a dossier and return the exit code.

    Raises:
        MangpingError: The dossier as a whole cannot be processed.
    """
    session = Session.open(order)
    try:
        with progress_bar(len(session.jobs)) as progress:
            session.progress = progress
            _run(session)
    finally:
        give_back(order.id)
        session.close()
    return _print(session, results, as_json=as_json)


def _run(session: Session) -> None:
    if not session.jobs:
        session.report()
        return
    submit(session.order)
    lend(session)
    with prefect_api() as wait_until_up:
        # While the server starts: the models, then Prefect itself.
        _ = session.tools
        from flows.process import process_dossier

        wait_until_up()
        process_dossier(session.order.id)


def _print(session: Session, stream: TextIO, *, as_json: bool) -> int:
    done, refused, out = session.results, session.refused, session.order.out
    code = exit_code(done, refused)
    copies = [out / casefile.masked(result.id) for result in done]
    if as_json:
        entries = [
            file_json(
                result,
                outputs={
                    "copy": str(copy),
                    "findings": str(out / casefile.findings(result.id)),
                },
            )
            for result, copy in zip(done, copies, strict=True)
        ]
        print_json(
            stream,
            "process",
            code,
            entries,
            policy=session.policy.id,
            refused=[entry.model_dump(by_alias=True) for entry in session.refusals],
            report=str(out / casefile.REPORT),
            manifest=str(out / casefile.MANIFEST),
        )
    else:
        print_lines(stream, done, _names(done), copies)
        for entry in session.refusals:
            print(f"✗ {entry.message}", file=stream)
        print(f"报告：{out / casefile.REPORT}", file=stream)
    return code


def _names(results: Sequence[FileResult]) -> list[str]:
    return [f"{result.id} {result.file}" for result in results]
