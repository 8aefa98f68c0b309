from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.early import Early
from tests.object_store import ObjectStore
from tests.object_store import object_store as served
from tests.served_office import ServedOffice


@pytest.fixture(scope="session", autouse=True)
def early(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Early]:
    items = request.session.items
    wanted = {name for item in items for name in getattr(item, "fixturenames", ())}
    with Early.session(wanted, tmp_path_factory.mktemp) as early:
        yield early


@pytest.fixture(scope="session")
def office(early: Early) -> ServedOffice:
    """One for all tests that stop nothing of it for good: its start costs as much as they do."""
    office: ServedOffice = early.result("office")
    return office


@pytest.fixture(scope="session")
def prefect_database(early: Early) -> Path:
    """What :func:`tests.early.settle` puts where the first start is not the point."""
    place: Path = early.result("prefect_database")
    return place


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with served(tmp_path_factory.mktemp("object-store")) as store:
        yield store
