"""Signatures are taken by the Standard Webhooks package of JavaScript, and changed bodies are not."""

from datetime import UTC, datetime

import pytest

from service.events.models import Event
from service.webhooks import messages
from tests.javascript_receiver import JavaScriptReceiver

OLD, NEW = b"o" * 32, b"n" * 32


def event(number: int) -> Event:
    return Event(
        organization_id="org_01k9x3v5s8f5ma8d2p3h6q7r9t", sequence=number, action="workload.created",
        resource_id=f"wl_{number} ü “q”", actor_kind="api_key", actor_id="key", request_id="r", at=datetime.now(UTC),
        before=None, after="sha256:" + "0" * 64, hash="sha256:" + "1" * 64,
    )  # fmt: skip


@pytest.mark.prove
def test_the_javascript_package_takes_what_we_sign_and_nothing_else(javascript_receiver: JavaScriptReceiver) -> None:
    cases, expected = [], []
    for number in range(1, 101):
        told = event(number)
        body = messages.body(told)
        headers = messages.headers(told, body, (NEW, OLD), datetime.now(UTC))
        for secret, content, taken in (
            (NEW, body, True), (OLD, body, True), (b"x" * 32, body, False), (NEW, body + b" ", False),
        ):  # fmt: skip
            cases.append({"secret": messages.spelled(secret), "body": content.decode(), "headers": headers})
            expected.append(taken)
    assert javascript_receiver.takes(cases) == expected
