"""What holds for every operation the API describes, whatever it does: generated from the description itself."""

import pytest
from flask import Flask

from service.access.roles import ROLES, SCOPES
from tests.clients import Answer, ApiClient
from tests.effort import EFFORT
from tests.examples import Good, Operation, call, good_requests, operations, rows
from tests.worked_examples import RECORDING, outdated, record, worked

IN_USE = {"buy_decision", "cancel_evaluation", "delete_traffic_history", "end_decision", "take_back_vote"}
"""Operations whose example is refused for its state: a finished evaluation, a history one stands on, and a decision
that nobody approved, or that is withdrawn by then."""

LAST = ("withdraw_decision", "break_glass", "review_decision")
"""Operations after which the decision is no proposal any more: the others come before them."""

REFUSED = {"break_glass": 409, "review_decision": 409, "rebase_decision": 422}
"""Operations whose example says what would be right on another decision: one not withdrawn, one whose glass was broken,
and one with a newer evaluation."""

SAME = {"X-Request-Id": "the-same-request"}


@pytest.fixture
def described(app: Flask) -> list[Operation]:
    """Give every operation."""
    return operations(app)


def test_every_operation_succeeds_with_its_example(api: ApiClient, described: list[Operation]) -> None:
    """The control of all the others: these requests are good, so what is refused elsewhere is refused for its fault."""
    parameters = rows(api)
    good = good_requests(api, parameters)
    failures, examples = [], {}
    for operation in sorted(described, key=lambda one: (one.method == "DELETE", one.id in LAST, one.id != LAST[0])):
        answer = call(api, operation, parameters, good.get(operation.id, Good()))
        examples[operation.id] = worked(operation, parameters, good.get(operation.id, Good()), answer)
        expected = answer.status_code < 300 or (operation.id in IN_USE and answer.status_code == 409)
        expected = expected or answer.status_code == REFUSED.get(operation.id)
        if not expected or str(answer.status_code) not in operation.statuses:
            failures.append(f"{operation.id}: {answer.status_code} {answer.text[:300]}")
    assert not failures, "\n".join(failures)
    if RECORDING:
        record(examples)
    if EFFORT == "prove":
        assert outdated(examples) == [], "the reference shows them otherwise: run make examples"


def test_no_operation_serves_a_caller_without_a_key(api: ApiClient, described: list[Operation]) -> None:
    parameters = rows(api)
    good = good_requests(api, parameters)
    for operation in described:
        answer = call(api, operation, parameters, good.get(operation.id, Good()), Authorization="")
        assert answer.status_code == 401, operation.id


def test_every_role_may_exactly_what_its_scopes_say(api: ApiClient, described: list[Operation]) -> None:
    """Requests that are faulty past the scope check: a role that may is told the fault, one that may not is told so."""
    callers = {role: api.as_role(role) for role in ROLES}
    parameters = never_existed(rows(api))
    wrong = []
    for operation in described:
        for role, caller in callers.items():
            answer = caller.call(operation.method, operation.at(parameters) + "?no_such_parameter=1")
            allowed = operation.scope in SCOPES[role]
            if (answer.status_code == 403) == allowed or answer.status_code >= 500:
                wrong.append(f"{role} {operation.id}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def never_existed(parameters: dict[str, str]) -> dict[str, str]:
    """Return the same parameters with identifiers that are spelled well and name nothing."""
    return {name: value[:-6] + "000000" if name.endswith("_id") else value for name, value in parameters.items()}


def sayings(answer: Answer, parameters: dict[str, str]) -> tuple[int, str]:
    """Return an answer with the identifiers it was asked for taken out."""
    text = answer.text
    for name, value in parameters.items():
        text = text.replace(value, name)
    return answer.status_code, text


def test_another_organizations_rows_answer_as_if_they_had_never_been(
    api: ApiClient, other_api: ApiClient, described: list[Operation]
) -> None:
    theirs, mine = rows(api), rows(other_api)
    good = good_requests(other_api, mine)
    leaks = []
    for operation in described:
        for name in operation.path_parameters:
            if not name.endswith("_id"):
                continue
            request = good.get(operation.id, Good())
            foreign = {**mine, name: theirs[name]}
            never = {**mine, name: never_existed(theirs)[name]}
            answers = [
                sayings(call(other_api, operation, asked, request, **SAME), {name: asked[name]})
                for asked in (foreign, never)
            ]
            if answers[0] != answers[1] or answers[0][0] != 404:
                leaks.append(f"{operation.id}: {answers}"[:600])
    assert not leaks, "\n".join(leaks)
    assert {o.id for o in described if any(p.endswith("_id") for p in o.path_parameters)} >= {"get_workload"}


def test_no_list_shows_another_organizations_rows(
    api: ApiClient, other_api: ApiClient, described: list[Operation]
) -> None:
    theirs, mine = rows(api), rows(other_api)
    for name in ("version", "number", "name", "sku", "sequence"):
        theirs.pop(name)
    good = good_requests(other_api, mine)
    for operation in described:
        if operation.method == "GET":
            answer = call(other_api, operation, mine, good.get(operation.id, Good()))
            shown = [name for name, value in theirs.items() if value.encode() in answer.data]
            assert shown == [], operation.id
