from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.served_office import ServedOffice, served_office

# Long enough for a busy machine, short enough to wait for.
LEASE_SECONDS = 6


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedOffice]:
    """One for all tests that stop nothing of it for good: its start costs as much as they do."""
    changes = {
        "MANGPING_LEASE_SECONDS": str(LEASE_SECONDS),
        # Whatever Prefect would log, so that it can be searched.
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_TO_API_ENABLED": "true",
    }
    with served_office(tmp_path_factory.mktemp("office"), **changes) as office:
        yield office
