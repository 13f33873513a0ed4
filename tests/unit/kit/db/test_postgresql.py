"""How long a silent PostgreSQL is waited for: once, not once for each connection that a request comes by."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from service.kit.db import postgresql
from service.kit.db.postgresql import DOUBTED_SECONDS, PATIENCE_SECONDS, PatientConnection

Waited = list[float]


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Waited:
    """Have nothing answer, and nothing be waited for; give the seconds of each wait."""
    seconds: Waited = []

    def wait(connection: Any, _gen: object, _interval: float, timeout: float) -> str:  # noqa: ANN401
        seconds.append(timeout)
        if connection.is_silent:
            raise psycopg.OperationalError
        return "answer"

    monkeypatch.setattr(psycopg.Connection, "wait", wait)
    monkeypatch.setattr(postgresql, "_given_up_at", float("-inf"))
    return seconds


class Connection(PatientConnection):
    """A connection to nothing."""

    def __init__(self, *, is_silent: bool) -> None:
        """Wait for answers, or get them at once."""
        self.is_silent = is_silent
        status = psycopg.pq.TransactionStatus.ACTIVE
        self.pgconn: Any = SimpleNamespace(transaction_status=status, finish=lambda: None)

    def __del__(self, *_: object) -> None:
        """There is nothing to close."""


def test_what_was_not_heard_since_another_was_given_up_is_not_waited_for_as_long(waited: Waited) -> None:
    talking, silent, other = (Connection(is_silent=is_silent) for is_silent in (False, True, True))
    assert talking.wait(None) == "answer"
    with pytest.raises(psycopg.OperationalError):
        silent.wait(None)
    with pytest.raises(psycopg.OperationalError):
        other.wait(None)
    assert [talking.wait(None), talking.wait(None)] == ["answer", "answer"]  # doubted, then heard
    full, doubted = PATIENCE_SECONDS, DOUBTED_SECONDS
    assert waited == [full, full, doubted, doubted, full]
