"""``make serve`` as an office has it: server, worker and portal, on free ports."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
import urllib.error
import urllib.request

import pytest

from flows.names import PROCESS, PUBLISH, SWEEP
from tests.early import LEASE_SECONDS
from tests.served_office import ServedOffice
from tests.sheets import traces


def test_a_dossier_that_is_handed_in_is_processed_and_a_broken_file_stops_no_other(
    office: ServedOffice,
) -> None:
    """Started by the event; what is not ready cannot be published; nothing kept names anybody."""
    dossier = office.hand_in(2, broken=1)
    office.announce(dossier)
    office.until(lambda: office.state_of(dossier) == "review")
    assert office.attachments(dossier) == ["verified", "verified", "refused"]
    assert office.ended(office.begin(PUBLISH, dossier_id=dossier)) == "FAILED"
    assert office.state_of(dossier) == "review"
    assert not _named(office)


def test_the_button_for_another_try_uses_what_stands(office: ServedOffice) -> None:
    """As Prefect's pages set it; the attachments keep their copies, and no page is read again."""
    query = "SELECT dossier_id, flow_run FROM dossiers_run ORDER BY id DESC LIMIT 1"
    ((dossier, run),) = office.rows(query)
    versions = "SELECT attachment_id, number, file_id FROM dossiers_copyversion ORDER BY id"
    copies, kept = office.rows(versions), office.readings(dossier)
    state = {"type": "SCHEDULED", "name": "AwaitingRetry"}
    office.ask(f"/flow_runs/{run}/set_state", {"state": state, "force": True})
    office.until(lambda: office.ask(f"/flow_runs/{run}")["run_count"] == 2)
    assert office.ended(run) == "COMPLETED"
    assert office.runs(dossier)[-2:] == ["completed", "completed"]
    assert office.rows(versions) == copies and office.readings(dossier) == kept
    assert office.state_of(dossier) == "review"


def test_a_run_that_was_taken_by_a_worker_that_is_gone_holds_nobody_up_for_long(
    office: ServedOffice,
) -> None:
    """Killed before it began, it never got a lease; no worker takes it again."""
    dossier = office.hand_in(1)
    found = office.ask(f"/deployments/name/{PROCESS}/{PROCESS}")
    taken = {"state": {"type": "PENDING"}, "parameters": {"dossier_id": dossier}}
    run = office.ask(f"/deployments/{found['id']}/create_flow_run", taken)
    assert office.ask(f"/flow_runs/{run['id']}")["state_type"] == "PENDING"
    time.sleep(LEASE_SECONDS)
    assert office.ended(office.begin(SWEEP, grace_seconds=0)) == "COMPLETED"
    wanted = {"flow_runs": {"id": {"not_any_": [run["id"]]}}, "sort": "ID_DESC"}
    runs = office.ask("/flow_runs/filter", wanted)
    assert dossier in [one["parameters"].get("dossier_id") for one in runs]
    office.until(lambda: office.state_of(dossier) == "ready")


def test_a_queue_runs_no_more_at_once_than_its_limit_on_prefects_pages(
    office: ServedOffice,
) -> None:
    """What a dead worker had taken does not hold its place for ever."""
    queues = {one["name"]: one for one in office.ask("/work_pools/mangping/queues/filter", {})}
    limits = {name: one["concurrency_limit"] for name, one in queues.items()}
    assert limits == {"default": None, "heavy": 4, "light": 2, "sweep": None}
    found = office.ask(f"/deployments/name/{PUBLISH}/{PUBLISH}")
    parameters = {"dossier_id": "d-000000000000"}
    taken = {"state": {"type": "PENDING"}, "parameters": parameters}
    make = f"/deployments/{found['id']}/create_flow_run"
    dead, living = (office.ask(make, taken)["id"] for _ in range(2))
    with sqlite3.connect(office.state / "prefect" / "prefect.db", timeout=60) as database:
        earlier = "UPDATE flow_run_state SET timestamp = '2026-01-01 00:00:00.000000' "
        assert database.execute(earlier + "WHERE flow_run_id = ?", (dead,)).rowcount == 1
    database.close()
    waiting = office.begin(PUBLISH, **parameters)
    time.sleep(2 * float(office.environment["MANGPING_LIGHT_SECONDS"]))
    assert office.ask(f"/flow_runs/{waiting}")["state_type"] == "SCHEDULED"
    assert office.ended(office.begin(SWEEP, grace_seconds=0)) == "COMPLETED"
    assert office.ask(f"/flow_runs/{dead}")["state_type"] == "CRASHED"
    assert office.ask(f"/flow_runs/{living}")["state_type"] == "PENDING"
    # There is no such dossier, but its turn came.
    assert office.ended(waiting) == "FAILED"
    office.ask(f"/flow_runs/{living}/set_state", {"state": {"type": "CANCELLED"}, "force": True})


def test_a_limit_that_was_changed_on_prefects_pages_outlasts_the_next_start(
    office: ServedOffice,
) -> None:
    where = "/work_pools/mangping/queues"
    office.ask(f"{where}/heavy", {"concurrency_limit": 3}, method="PATCH")
    login = (office.state / "prefect" / "login").read_text(encoding="ascii")
    told = {"PREFECT_API_URL": office.api, "PREFECT_API_AUTH_STRING": login}
    office.run(
        f"import asyncio, os\nos.environ |= {told!r}\n"
        "from flows.deployments import register\nasyncio.run(register())"
    )
    assert office.ask(f"{where}/heavy")["concurrency_limit"] == 3
    office.ask(f"{where}/heavy", {"concurrency_limit": 4}, method="PATCH")


def test_who_does_not_know_the_login_starts_nothing(office: ServedOffice) -> None:
    """Prefect has no accounts, but one string that only the operator can read."""
    place = office.state / "prefect" / "login"
    assert place.stat().st_mode & 0o077 == 0
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{office.api}/deployments/name/{PUBLISH}/{PUBLISH}", timeout=30)
    assert refused.value.code == 401


def test_a_worker_that_is_killed_loses_nothing_and_no_page_is_read_twice(
    office: ServedOffice,
) -> None:
    """Then it is published; the package holds copies and an index, and names nobody."""
    dossier = office.hand_in(4)
    office.announce(dossier)
    office.until(lambda: len(office.readings(dossier)) >= 1, every=0.02)
    os.kill(office.process("flows.executor"), signal.SIGKILL)
    finished = office.readings(dossier)
    assert office.state_of(dossier) == "processing"
    time.sleep(LEASE_SECONDS)
    assert office.ended(office.begin(SWEEP, grace_seconds=0)) == "COMPLETED"
    office.until(lambda: office.state_of(dossier) == "ready")
    kept = office.readings(dossier)
    assert len(kept) == 4 and finished.items() <= kept.items()
    assert office.runs(dossier) == ["lost", "completed"]

    assert office.ended(office.begin(PUBLISH, dossier_id=dossier)) == "COMPLETED"
    assert office.state_of(dossier) == "released"
    package = office.state / "dossiers" / "files" / dossier / "package"
    files = [place.read_bytes() for place in package.iterdir()]
    assert len(files) == 5 and sum(data.startswith(b"%PDF") for data in files) == 4
    assert not [data for data in files if traces(data)]
    assert not _named(office)


def _named(office: ServedOffice) -> list[str]:
    """Return the files that name the applicant: of the database, Prefect, logs, caches, reports."""
    handed_in = ("original", "own-copy")
    places = [office.log, *(place for place in office.state.rglob("*") if place.is_file())]
    wanted = [place for place in places if place.parent.name not in handed_in]
    assert len(wanted) > 20
    return [str(place) for place in wanted if traces(place.read_bytes())]
