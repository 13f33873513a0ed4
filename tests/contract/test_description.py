"""The service answers as its own description says, to requests made up from that description."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from service.app import create_app
from service.kit.db.database import Database
from service.settings import Settings
from tests.clients import ApiClient, new_organization
from tests.databases import sqlite_url
from tests.effort import examples
from tests.examples import rows

NOT_PROMISED = [
    checks.positive_data_acceptance,
    checks.negative_data_rejection,
    openapi_checks.missing_required_header,
]
"""What a schema cannot say (a zone that exists, a version not yet taken) is refused with 422 or 409 all the same.

HTTP itself ignores an empty If-None-Match, and a missing If-Match is 428: tests/api/kit/test_bad_input.py shows what is
refused, and how.
"""

schema = schemathesis.openapi.from_wsgi("/openapi.json", create_app(Settings()))


@dataclass(frozen=True)
class Served:
    """An application with one row of everything. there: those rows, by path parameter."""

    app: Flask
    key: str
    there: dict[str, str]


@pytest.fixture(scope="module")
def served(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a served application."""
    folder = tmp_path_factory.mktemp("contract")
    shutil.copy(migrated_sqlite, folder / "contract.sqlite3")
    url = sqlite_url(folder / "contract.sqlite3")
    app = create_app(Settings(database_url=url, work_folder=str(folder / "work")))
    database = Database(url)
    api = ApiClient(app, *new_organization(database, "Contract"))
    yield Served(app, api.key, rows(api))
    app.extensions["crossover"].database.dispose()
    database.dispose()


# Files as bodies have tests of their own: tests/unit/traffic_histories/reading.
@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload media types")
@schema.parametrize()
@settings(max_examples=examples(5), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: schemathesis.Case[Any], served: Served) -> None:
    if len(str(case.path_parameters)) % 2:  # as often as not, a row that is there
        case.path_parameters = {
            name: served.there.get(name, value) for name, value in (case.path_parameters or {}).items()
        }
    case.call_and_validate(
        app=served.app, headers={"Authorization": f"Bearer {served.key}"}, excluded_checks=NOT_PROMISED
    )
