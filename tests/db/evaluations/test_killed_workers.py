"""Workers killed at random: every queued evaluation is finished exactly once, none is lost."""

import pytest

from service.kit.db.database import Database
from tests.at_scale import survive_kills
from tests.clients import ApiClient
from tests.effort import examples

EVALUATIONS = examples(60)
KILLS = 5

pytestmark = pytest.mark.stress


def test_each_is_finished_exactly_once(api: ApiClient, database: Database, database_url: str) -> None:
    found = survive_kills(api, database, database_url, EVALUATIONS, KILLS)
    assert found.answered == EVALUATIONS
    assert found.attempts > EVALUATIONS  # some were killed in the middle and taken over
