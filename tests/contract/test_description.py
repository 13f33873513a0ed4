"""The service answers as its own description says, to requests made up from that description."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.config._checks import (
    MISSING_REQUIRED_HEADER_EXPECTED_STATUSES as NO_HEADER,
)
from schemathesis.config._checks import (
    NEGATIVE_DATA_REJECTION_EXPECTED_STATUSES as REJECTED,
)
from schemathesis.config._checks import (
    POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES as ACCEPTED,
)
from schemathesis.core.parameters import ParameterLocation

from service.app import create_app
from service.kit.db.database import Database
from service.settings import Settings
from tests.clients import ApiClient, new_organization
from tests.databases import sqlite_url
from tests.effort import EFFORT, examples
from tests.examples import rows

CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            # A schema cannot say that a zone exists, that a cursor is of this list, that two fields fit or which
            # version is the present one, nor that a number's exponent ends at 30 and a file needs a row: such requests
            # are refused with 422, 412 or 400 though they are valid by the schema.
            # Nothing else may refuse them; tests/api/kit/test_bad_input.py shows what is refused, and how.
            "positive_data_acceptance": {"expected-statuses": [*ACCEPTED, 400, 412, 422]},
            # An empty If-Match names no version, so it is never the present one.
            "negative_data_rejection": {"expected-statuses": [*REJECTED, 412]},
            # RFC 6585: what must be conditional and is not is answered 428.
            "missing_required_header": {"expected-statuses": [*NO_HEADER, 428]},
        }
    }
)
"""All checks are on; these are told which statuses say what they ask for, beside those they know."""

schema = schemathesis.openapi.from_wsgi("/openapi.json", create_app(Settings()), config=CONFIG)


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
    if not _belongs(case):
        return
    if _has_good_path(case) and len(str(case.path_parameters)) % 2:  # as often as not, a row that is there
        case.path_parameters = {
            name: served.there.get(name, value) for name, value in (case.path_parameters or {}).items()
        }
    case.call_and_validate(app=served.app, headers={"Authorization": f"Bearer {served.key}"})


def _belongs(case: schemathesis.Case[Any]) -> bool:
    """Whether this run sends a case: a third of some 150 an operation, which the schema names one by one, or all."""
    sent = repr((case.path_parameters, case.query, case.headers, case.body))
    return EFFORT == "prove" or crc32(sent.encode()) % 3 == 0


def _has_good_path(case: schemathesis.Case[Any]) -> bool:
    """Whether the path is as described: one that is wrong on purpose must stay so to be refused."""
    path = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    return path is None or not path.mode.is_negative
