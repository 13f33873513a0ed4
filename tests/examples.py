"""One example of everything: rows to address and a good request for every operation of the API.

Tests that go through every operation stand on this; a new operation fails them until it has its example here.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from tests.clients import Answer, ApiClient
from tests.deciding import propose, second
from tests.evaluating import csv_of, evaluate, new_sheet, new_workload, queue, sheet, upload, week
from tests.object_server import open_folder
from tests.unit.price_sheets.capacity_profiles.sweeps import sweep
from tests.warehouse_sources import WORDS, open_lake

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """An operation as the API describes it."""

    id: str
    method: str
    path: str
    scope: str
    media: tuple[str, ...]
    path_parameters: tuple[str, ...]
    query_parameters: tuple[str, ...]
    is_guarded: bool
    statuses: tuple[str, ...]

    @property
    def takes_json(self) -> bool:
        return self.media == ("application/json",)

    def at(self, parameters: dict[str, str]) -> str:
        """Return the address with these path parameters."""
        missing = set(self.path_parameters) - set(parameters)
        assert not missing, f"{self.id}: give rows() in tests/examples.py a value of {missing}"
        return self.path.format(**parameters)


@dataclass(frozen=True)
class Good:
    """A request that succeeds: a JSON body or raw bytes, query, headers."""

    json: Any = None
    data: bytes | None = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def operations(app: Flask) -> list[Operation]:
    """Return every documented operation."""
    document = json.loads(app.test_client().get("/openapi.json").data)
    return [
        _operation(method.upper(), path, item[method], item.get("parameters", []))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def _operation(method: str, path: str, described: dict[str, Any], shared: list[dict[str, Any]]) -> Operation:
    parameters = [*shared, *described.get("parameters", [])]
    placed = {place: tuple(p["name"] for p in parameters if p.get("in") == place) for place in ("path", "query")}
    return Operation(
        id=described["operationId"],
        method=method,
        path=path,
        scope=described["x-scope"],
        media=tuple(described.get("requestBody", {}).get("content", {})),
        path_parameters=placed["path"],
        query_parameters=placed["query"],
        is_guarded=any(p.get("$ref", "").endswith("/If-Match") for p in parameters),
        statuses=tuple(described["responses"]),
    )


def rows(api: ApiClient) -> dict[str, str]:
    """Create one row of every kind; return a value for every path parameter."""
    price_sheet_id = new_sheet(api)
    workload_id = created(api, "/v1/workloads", SIMPLE["create_workload"].json)
    traffic_history_id = upload(api, workload_id)
    answer = evaluate(api, workload_id)
    assert answer.status_code == 201, answer.text
    return {
        "price_sheet_id": price_sheet_id,
        "capacity_profile_id": created(api, "/v1/capacity-profiles", sweep()),
        "model_alias_id": created(api, "/v1/model-aliases", {"alias": "our-chat", "model": "gpt-4o"}),
        "version": "1",
        "sku": "tokens",
        "workload_id": workload_id,
        "traffic_history_id": traffic_history_id,
        "evaluation_id": answer.json["id"],
        "chart": "duration.svg",
        "table": "options.csv",
        "policy_id": created(api, "/v1/policies", SIMPLE["create_policy"].json),
        "number": "1",
        "sequence": "1",
        "name": "batch",
        "member_id": second(api, "Lee").member_id,
        "decision_id": propose(second(api, "Dana", "analyst"), answer.json["id"], 12)["id"],
        "guardrails_id": created(
            second(api, "Olga", "owner"), "/v1/guardrails", {"rules": STRICTER, "reason": "Two see more than one."}
        ),
        "delegation_id": created(
            second(api, "Kim"),
            "/v1/delegations",
            {"delegate_id": second(api, "Alex", "analyst").member_id, "until": a_week_ahead()},
        ),
        "portfolio_id": created(api, "/v1/portfolio-evaluations", {}),
        "job_id": queued_job(api, workload_id),
        "schedule_id": created(api, "/v1/schedules", {"workload_id": workload_id}),
        **traffic_source(api, workload_id),
        "commitment_id": created(api, "/v1/commitments", bought(workload_id)),
        "bill_id": charged(api),
        "outcome_id": created(api, "/v1/outcomes", {"evaluation_id": answer.json["id"], **OCTOBER}),
        "webhook_id": (webhook_id := created(api, "/v1/webhooks", SIMPLE["create_webhook"].json)),
        "delivery_id": delivered_once(api, webhook_id),
        "key_id": created(api, "/v1/api-keys", SIMPLE["create_api_key"].json),
    }


def traffic_source(api: ApiClient, workload_id: str) -> dict[str, str]:
    """Create a source over a connected warehouse and ask for a pull; return their ids."""
    open_lake(api.app)
    open_folder(api.app, {"october.csv": csv_of(week(3))})
    source_id = created(api, "/v1/traffic-sources", {"workload_id": workload_id, "warehouse": "lake", "words": WORDS})
    pull_id = created(api, f"/v1/traffic-sources/{source_id}/pulls", {})
    return {"traffic_source_id": source_id, "traffic_pull_id": pull_id}


def queued_job(api: ApiClient, workload_id: str) -> str:
    """Queue an evaluation; return the id of its job."""
    evaluation_id = queue(api, workload_id, margin="0.21")
    return str(api.get(f"/v1/jobs?evaluation_id={evaluation_id}").json["items"][0]["id"])


def bought(workload_id: str) -> dict[str, Any]:
    """Return a commitment of units that the example's price sheet offers."""
    days = {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "notice_by": "2099-11-30"}
    price = {"units": 2, "currency": "USD", "monthly_per_unit": "2044.00"}
    return {"workload_id": workload_id, "provider": "acme", "sku": "gpu", **price, **days}


OCTOBER = {"starts_on": "2026-10-01", "ends_on": "2026-10-31"}

BILL = b"""date,sku,quantity,unit,amount,currency,provider,type
2026-11,tokens,262800000,tokens,157.68,USD,acme,input tokens
2026-11,tokens,78840000,tokens,189.22,USD,acme,output tokens
"""
"""A bill of a month of what the example's price sheet offers."""


def charged(api: ApiClient) -> str:
    """Upload the bill; return its id."""
    answer = api.call("POST", "/v1/bills", data=BILL, headers={"Content-Type": "text/csv"})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json["id"])


def delivered_once(api: ApiClient, webhook_id: str) -> str:
    """Have an event delivered to a webhook, as if its receiver had taken it; return the delivery's id."""
    delivery_id = created(api, f"/v1/webhooks/{webhook_id}/tests", None)
    done = text("UPDATE webhook_deliveries SET state = 'delivered', next_attempt_at = NULL WHERE id = :id")
    database = api.app.extensions["crossover"].database
    database.write(lambda session: session.execute(done, {"id": delivery_id}))
    return delivery_id


def created(api: ApiClient, path: str, body: object) -> str:
    """Create a row; return its id."""
    answer = api.post(path) if body is None else api.post(path, json=body)
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json["id"])


def call(api: ApiClient, operation: Operation, parameters: dict[str, str], good: Good, **headers: str) -> Answer:
    """Make a request of `operation`; a guarded one names the present version, whichever it is."""
    sent = {**good.headers, **headers}
    if operation.is_guarded:
        sent.setdefault("If-Match", "*")
    address = operation.at(parameters) + (f"?{good.query}" if good.query else "")
    if good.data is not None:
        sent.setdefault("Content-Type", "text/csv")
        return api.call(operation.method, address, data=good.data, headers=sent)
    if good.json is not None:
        return api.call(operation.method, address, json=good.json, headers=sent)
    return api.call(operation.method, address, headers=sent)


def good_requests(api: ApiClient, parameters: dict[str, str]) -> dict[str, Good]:
    """Return a good request of every operation that needs more than its address, by operation id."""
    grid = {"traffic_factors": ["0.5", "2"]}
    pins = [{"id": parameters["price_sheet_id"], "version": 1}]
    template = api.get("/v1/price-sheet-template").data
    return {
        **SIMPLE,
        "create_price_sheet": Good(json=sheet() | {"provider": "another"}),
        "add_price_sheet_version": Good(json=sheet(token="0.50")),
        "import_price_sheets": Good(data=template, query="format=csv"),
        "upload_traffic_history": Good(data=csv_of(week(2))),
        "change_traffic_history": Good(json={"current": True}),
        "declare_traffic_history_span": Good(json={"absent": "idle"}),
        "create_model_alias": Good(json={"alias": "team-a-chat", "model": "gpt-4o"}),
        "change_model_alias": Good(json={"model": "gpt-4o-2024-08-06"}),
        "create_capacity_profile": Good(json=sweep() | {"name": "Another"}),
        "add_capacity_profile_version": Good(json=sweep(slower=2)),
        "change_price_sheet": Good(json={"retired": False}),
        "import_traffic_histories": Good(data=split_csv(parameters["workload_id"]), query="split_by=deployment"),
        "add_policy_version": Good(json={"name": "Chat 2"}),
        "set_default_policy": Good(json={"policy_id": parameters["policy_id"]}),
        "create_evaluation": Good(json={"policy": {"margin": "0.20"}, "price_sheet_versions": pins}),
        "try_pooled_evaluation": Good(json={"workload_ids": [parameters["workload_id"], upload_another(api)]}),
        **decision_requests(api, parameters),
        "create_portfolio_evaluation": Good(json={}),
        "upload_bill": Good(data=BILL.replace(b"157.68", b"160.00")),
        "create_outcome": Good(json={"evaluation_id": parameters["evaluation_id"], **OCTOBER}),
        "create_commitment": Good(json=bought(parameters["workload_id"])),
        "create_traffic_source": Good(
            json={"workload_id": parameters["workload_id"], "warehouse": "lake", "words": WORDS}
        ),
        "create_traffic_pull": Good(json={}),
        "read_traffic_object": Good(json={"address": "s3://example/october.csv"}),
        "create_schedule": Good(json={"workload_id": parameters["workload_id"], "every": "month", "day": 31}),
        "redeliver_webhook": Good(json={"failed_since": "2026-01-01T00:00:00Z"}),
        "change_webhook": Good(json={"description": "Pages the team."}),
        "verify_events": Good(json={"checkpoint": api.get("/v1/events/checkpoint").text}),
        "diff_evaluation": Good(query=f"against={parameters['evaluation_id']}"),
        "try_evaluation_scenarios": Good(json=grid),
        "try_workload_scenarios": Good(json={"grid": grid, "price_sheet_versions": pins}),
    }


def decision_requests(api: ApiClient, parameters: dict[str, str]) -> dict[str, Good]:
    """Return a good request of every operation on decisions."""
    digest = api.get(f"/v1/decisions/{parameters['decision_id']}").json["digest"]
    return {
        "create_decision": Good(json={"evaluation_id": parameters["evaluation_id"], "valid_until": "2099-12-31"}),
        "vote_on_decision": Good(json={"vote": "abstain", "digest": digest}),
        "withdraw_decision": Good(json={"reason": "Asked again with another term."}),
        "end_decision": Good(json={"reason": "No longer needed."}),
        "buy_decision": Good(json={"reference": "PO-4711"}),
        "comment_on_decision": Good(json={"text": "Ask for a discount."}),
        "rebase_decision": Good(json={"evaluation_id": parameters["evaluation_id"]}),
        "break_glass": Good(json={"reason": "The old units go at noon.", "digest": digest}),
        "review_decision": Good(json={"review": "It was right: nothing else was to be had."}),
        "create_delegation": Good(json={"delegate_id": parameters["member_id"], "until": a_week_ahead()}),
        "propose_guardrails": Good(json={"rules": STRICTER, "reason": "One person is not enough."}),
        "vote_on_guardrails": Good(
            json={"vote": "approve", "digest": guardrails_digest(api, parameters["guardrails_id"])}
        ),
    }


def a_week_ahead() -> str:
    """Return a day a week from now."""
    return str(datetime.now(UTC).date() + timedelta(days=7))


STRICTER = {
    "bands": {"USD": [{"from": "0", "approvers": 2}, {"from": "500000.01", "approvers": 2, "role": "owner"}]},
    "minimum_confidence": {"level": "needs", "role": "owner", "limit": "medium"},
}
"""Guardrails that are not the shipped default."""


def guardrails_digest(api: ApiClient, guardrails_id: str) -> str:
    """Return the digest of proposed guardrails."""
    return str(api.get(f"/v1/guardrails/versions/{guardrails_id}").json["digest"])


def upload_another(api: ApiClient) -> str:
    """Create a second workload with traffic; return its id."""
    workload_id = new_workload(api)
    upload(api, workload_id, scale=2)
    return workload_id


def split_csv(workload: str) -> bytes:
    """Return the week with a column that names a workload."""
    head, *lines = csv_of(week()).decode().splitlines()
    return "\n".join([f"{head},deployment", *(f"{line},{workload}" for line in lines)]).encode()


SIMPLE: dict[str, Good] = {
    "create_workload": Good(json={"name": "Chat", "model": "m70"}),
    "change_workload": Good(json={"name": "Talk"}),
    "create_api_key": Good(json={"name": "CI", "role": "viewer"}),
    "create_member": Good(json={"name": "Sam", "role": "approver", "email": "sam@example.com"}),
    "change_member": Good(json={"name": "Sam B."}),
    "create_webhook": Good(
        json={"url": "https://hooks.example/crossover", "events": ["decision.*", "workload.created"]}
    ),
    "get_traffic_sql": Good(
        query="dialect=duckdb&table=requests&column.arrival=at&column.input_tokens=prompt&column.output_tokens=answer"
    ),
    "change_schedule": Good(json={"at": "07:30"}),
    "change_commitment": Good(json={"reference": "PO-4712"}),
    "create_policy": Good(json={"name": "Chat", "preset": "interactive_chat"}),
}
