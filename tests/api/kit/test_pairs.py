"""Two calls meet: whatever happens between the transactions of one, it is answered, and never with a fault.

Units of one organization queue up, so what can come between two calls is the moment before a transaction opens. Each
test stops an operation before one of its transactions, has another call done meanwhile, and lets it go on.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.kit.db.database import Database
from tests.clients import Answer, ApiClient, new_organization
from tests.databases import postgres_url, sqlite_url
from tests.deciding import second
from tests.effort import EFFORT
from tests.examples import Good, call, good_requests, operations, rows

pytestmark = pytest.mark.both_engines

MEANWHILE = (
    "delete_workload",
    "delete_commitment",
    "delete_bill",
    "delete_outcome",
    "delete_webhook",
    "withdraw_decision",
    "revoke_caller",
    "deactivate_caller",
    "retire_traffic_history",
    "retire_price_sheet",
    "add_price_sheet_version",
    "cancel_evaluation",
    "vote_on_decision",
    "change_workload",
)
"""Calls that take something away, or change it, from under others."""

FEW = [
    ("create_evaluation", "delete_workload", 1),
    ("create_evaluation", "retire_price_sheet", 2),
    ("create_evaluation", "deactivate_caller", 1),
    ("create_outcome", "delete_outcome", 1),
    ("declare_traffic_history_span", "delete_workload", 1),
    ("declare_traffic_history_span", "retire_traffic_history", 1),
    ("diff_evaluation", "delete_workload", 1),
    ("get_traffic_profile", "delete_workload", 1),
    ("replay_evaluation", "delete_workload", 1),
    ("create_portfolio_evaluation", "delete_workload", 1),
    ("vote_on_decision", "deactivate_caller", 0),
    ("vote_on_decision", "withdraw_decision", 0),
    ("comment_on_decision", "deactivate_caller", 0),
    ("create_decision", "delete_workload", 0),
    ("create_decision", "retire_price_sheet", 0),
    ("buy_decision", "withdraw_decision", 0),
    ("change_commitment", "delete_commitment", 0),
    ("create_api_key", "deactivate_caller", 0),
    ("change_workload", "revoke_caller", 0),
    ("test_webhook", "delete_webhook", 0),
]
"""What a short run tries: an operation, what is done meanwhile, and before which of its transactions. By night, all."""

NEVER = -1

LASTING = {"try_pooled_evaluation", "get_report_pdf"}
"""Operations that take seconds and have one reading transaction beside what others share."""


class Meeting:
    """An organization in which two calls meet; the second is another owner's."""

    def __init__(self, app: Flask, database: Database) -> None:
        """Make one row of everything."""
        self.api = ApiClient(app, *new_organization(database, "Met"))
        self.described = {operation.id: operation for operation in operations(app)}
        self.other = second(self.api, "Kim", "owner")
        self.parameters = rows(self.api)
        self.good = good_requests(self.api, self.parameters)
        self.own = self.api.get("/v1/api-keys?limit=200").json["items"][-1]

    def done(self, name: str, caller: ApiClient | None = None) -> Answer:
        """Make the good request of an operation."""
        return call(caller or self.api, self.described[name], self.parameters, self.good.get(name, Good()))

    def meanwhile(self, name: str) -> Answer:
        """Do the second call."""
        history = f"/v1/traffic-histories/{self.parameters['traffic_history_id']}"
        price_sheet = f"/v1/price-sheets/{self.parameters['price_sheet_id']}"
        changes: dict[str, tuple[str, object]] = {
            "deactivate_caller": (f"/v1/members/{self.own['member_id']}", {"state": "deactivated"}),
            "retire_traffic_history": (history, {"retired": True}),
            "retire_price_sheet": (price_sheet, {"retired": True}),
        }
        if name in changes:
            path, body = changes[name]
            return self.other.patch(path, json=body, headers={"If-Match": "*"})
        if name == "revoke_caller":
            return self.other.delete(f"/v1/api-keys/{self.own['id']}")
        return self.done(name, self.other)


@contextmanager
def before(moment: int, act: Callable[[], object]) -> Iterator[list[int]]:
    """Have `act` done once, before the transaction of that number opens; give what is counted."""
    seen: list[int] = []

    def counted(own: Callable[..., Any]) -> Callable[..., Any]:
        def opened(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            seen.append(len(seen))  # other threads open transactions too; which comes first matters little
            if len(seen) == moment + 1:
                act()
            return own(*arguments, **named)

        return opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "write", counted(Database.write))
        patch.setattr(Database, "reading", counted(Database.reading))
        yield seen


@pytest.fixture
def again(meeting: Meeting, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Give a way to put the organization back as it was made: on a copy of the database of that moment."""
    database: Database = meeting.api.app.extensions["crossover"].database
    made = database.url
    database.dispose()

    def put_back() -> None:
        database.dispose()
        if database.is_sqlite:
            copy = tmp_path / "copy.sqlite3"
            for beside in ("-wal", "-shm"):
                copy.with_name(copy.name + beside).unlink(missing_ok=True)
            shutil.copy(made.removeprefix("sqlite:///"), copy)
            database.url = sqlite_url(copy)
        else:
            create = request.getfixturevalue("postgres_database")
            name = create(made.partition("@/")[2].partition("?")[0])
            database.url = postgres_url(request.getfixturevalue("postgres_server"), name)

    return put_back


@pytest.fixture
def meeting(app: Flask, database: Database) -> Meeting:
    """Give an organization with one row of everything."""
    made = Meeting(app, database)
    database.dispose()
    return made


def every_pair(meeting: Meeting, again: Callable[[], None]) -> list[tuple[str, str, int]]:
    """Return every pair: an operation is called once to count its transactions."""
    found = []
    for name in sorted(set(meeting.described) - LASTING):
        again()
        with before(NEVER, lambda: None) as seen:
            meeting.done(name)
        found += [(name, other, moment) for moment in seen for other in MEANWHILE]
    return found


def test_no_call_that_meets_another_ends_in_a_fault(meeting: Meeting, again: Callable[[], None]) -> None:
    faults, met = [], 0
    for name, other, moment in every_pair(meeting, again) if EFFORT == "prove" else FEW:
        again()
        done: list[Answer] = []
        with before(moment, lambda: done.append(meeting.meanwhile(other))):  # noqa: B023 - called within the round
            answer = meeting.done(name)
        met += bool(done)
        if any(each.status_code >= 500 for each in (answer, *done)):
            faults.append(f"{name}, {other} before its transaction {moment}: {answer.status_code} {answer.text}")
    assert not faults, "\n".join(faults)
    assert met >= len(FEW)
