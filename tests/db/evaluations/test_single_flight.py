"""The same request many times at once computes once, whatever process it reaches."""

from pathlib import Path

import pytest

from service.kit.db.database import Database
from tests.at_scale import repeat
from tests.clients import ApiClient
from tests.processes import serving

REQUESTS = 200

pytestmark = pytest.mark.stress


def test_identical_requests_compute_once(api: ApiClient, database: Database, database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as address:
        found = repeat(api, database, address, REQUESTS)
    assert sum(found.statuses.values()) == REQUESTS
    assert set(found.statuses) <= {200, 201}
    assert (found.bodies, found.evaluations, found.results, found.attempts) == (1, 1, 1, 1)
