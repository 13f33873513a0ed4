"""Ids in queries and bodies: another organization's are answered as if they had never been, to whoever asks."""

from flask import Flask

from service.access.roles import ROLES, SCOPES, Role
from tests.api.kit.test_every_operation import never_existed, sayings
from tests.clients import ApiClient
from tests.effort import EFFORT
from tests.examples import Good, good_requests, rows
from tests.foreign_ids import IdField, id_fields, told

ASKING: tuple[Role, ...] = ROLES if EFFORT == "prove" else ("owner",)

UNMOVED = {
    "list_outcomes query decision_id",
    "vote_on_decision body on_behalf_of",
    "vote_on_guardrails body on_behalf_of",
    "try_evaluation_scenarios body offers.[].price_sheet.offers.[].capacity_profile_id",
    "try_workload_scenarios body grid.offers.[].price_sheet.offers.[].capacity_profile_id",
}
"""Where the example's own id makes no difference: no outcome is of a decision, no delegate asks, and what is not stored
looks no capacity profile up."""

Asked = tuple[int, str]


def test_another_organizations_ids_are_answered_as_if_they_had_never_been(
    app: Flask, api: ApiClient, other_api: ApiClient
) -> None:
    """One's own are the control: where the id made no difference, nothing would be tried."""
    theirs, mine = told(api, rows(api)), told(other_api, rows(other_api))
    good = good_requests(other_api, mine)
    callers = {role: other_api.as_role(role) for role in ASKING}
    wrong, fields = [], id_fields(app)

    def asked(field: IdField, caller: ApiClient, ids: dict[str, str]) -> Asked:
        answer = field.ask(caller, mine, good.get(field.operation.id, Good()), ids[field.names])
        return sayings(answer, {"id": ids[field.names]})

    never = {field: asked(field, other_api, never_existed(theirs)) for field in fields}
    for field in fields:
        for role, caller in callers.items():
            answer = asked(field, caller, theirs)
            forbidden = "/problems/forbidden" in answer[1]
            if forbidden == (field.operation.scope in SCOPES[role]) or (not forbidden and answer != never[field]):
                wrong.append(f"{role} {field}: {answer} {never[field]}"[:700])
            elif answer[0] < 300 and field.operation.method != "GET":
                wrong.append(f"{role} {field} was taken: {answer}"[:700])
    assert not wrong, "\n".join(wrong)
    unmoved = {str(field) for field in fields if asked(field, other_api, mine) == never[field]}
    assert unmoved == UNMOVED
