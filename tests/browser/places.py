"""Every page of the site by its address, with something on it: decisions, a purchase, a bill, what came of it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.browser.pages import Served
from tests.evaluating import sheet as price_sheet
from tests.server import JSON, Server

UNTIL = "2999-01-01"

BILL = (
    "starts_on,ends_on,sku,meter,quantity,unit,amount,currency,provider,order\n"
    "2026-10-05,2026-10-11,gpu,hours,168,hours,470.40,USD,acme,PO-7\n"
    "2026-10-05,2026-10-11,support,,,,25.00,USD,acme,\n"
)

SHORT = "time,requests,input_tokens,output_tokens\n" + "".join(
    f"2026-10-05T0{hour}:{minute:02}:00Z,30,1200,300\n" for hour in range(3) for minute in range(0, 60, 10)
)

ANY = {"If-Match": "*"}
"""Whatever the version of what is changed."""

LONG = "x" * 30 + "-" + "w" * 33

Json = dict[str, Any]


def every_page(served: Served) -> dict[str, str]:
    """Return the address of every page by what it is, after storing what it shows."""
    server = Server(served.port, served.key, 0)
    evaluation, workload = f"/evaluations/{served.evaluation['id']}", served.evaluation["workload_id"]
    bought, proposed = decisions(server, served.evaluation)
    outcome = _made(server, "/v1/outcomes", {"decision_id": bought["id"], **_days()})
    nothing = {"policy": {"isolation": {"required": {"residency": ["mars"]}}}}
    refused = _made(server, f"/v1/workloads/{workload}/evaluations", nothing)
    policy = served.evaluation["inputs"]["policy"] | {"margin": "0.11"}
    again = _made(server, f"/v1/workloads/{workload}/evaluations", {"policy": policy})
    short = server.evaluated(server.workload("Short", "m70"), SHORT.encode(), {})
    sheet = server.call("GET", "/v1/price-sheets")[1]["items"][0]["id"]
    moved = moved_prices(server)
    renewal = f"/decisions/renewals/{bought['purchase']['commitment_id']}"
    return {
        "portfolio": "/",
        "workloads": "/workloads",
        "workload": f"/workloads/{workload}",
        "workload without traffic": f"/workloads/{server.workload(LONG, 'm70')}",
        "report": evaluation,
        "report, too little traffic": f"/evaluations/{short['id']}",
        "report, nothing allowed": f"/evaluations/{refused['id']}",
        "evidence": f"{evaluation}/evidence",
        "compare": f"/evaluations/{again['id']}/compare",
        "propose": f"{evaluation}/decide",
        "decisions": "/decisions",
        "decision, bought": f"/decisions/{bought['id']}",
        "decision, proposed": f"/decisions/{proposed['id']}",
        "outcome, asked": f"/decisions/{bought['id']}/outcome",
        "outcome": f"/decisions/outcomes/{outcome['id']}",
        "scorecard": "/decisions/scorecard",
        "renewals": "/decisions/renewals",
        "renewal": renewal,
        "guardrails": "/decisions/guardrails",
        "delegations": "/decisions/delegations",
        "prices": "/prices",
        "price sheet": f"/prices/{sheet}",
        "price of an offer": f"/prices/{moved}/offers/tokens",
        "rate of an offer": f"/prices/{moved}/offers/gpu",
        "new prices": "/prices/new",
        "settings": "/settings",
        "start": "/start",
        "start, shape": f"/start/{workload}/traffic",
        "start, prices": f"/start/{workload}/prices",
        "start, policy": f"/start/{workload}/policy",
        "reference": "/docs",
        "reference of a tag": "/docs/bills",
        "problems": "/docs/problems",
    }


def moved_prices(server: Server) -> str:
    """Store a sheet of another model whose prices moved twice; return its id."""
    moves = {"2026-01-01": ("0.60", "2.80"), "2026-06-01": ("0.45", "2.80"), "2026-10-01": ("0.50", "3.10")}
    path, found = "/v1/price-sheets", ""
    for day, (token, committed) in moves.items():
        document = price_sheet(token=token, committed=committed) | {"provider": "beta", "effective_from": day}
        status, told = server.call("POST", path, json.dumps(document).replace("m70", "m71"), JSON | ANY)
        assert status == 201, told
        found = found or str(told["id"])
        path = f"/v1/price-sheets/{found}/versions"
    return found


def decisions(server: Server, evaluation: Mapping[str, Any]) -> tuple[Json, Json]:
    """Propose a year twice; have somebody else approve and buy the first. Return both."""
    member = _made(server, "/v1/members", {"name": "Lee", "role": "approver"})
    key = _made(server, "/v1/api-keys", {"name": "Lee", "role": "approver", "member_id": member["id"]})["key"]
    found = (o for o in evaluation["options"] if o["mode"] == "dedicated" and o["term_months"] == 12)
    said = {"evaluation_id": evaluation["id"], "option": next(found)["key"], "valid_until": UNTIL}
    first, second = (_made(server, "/v1/decisions", said | {"override_reason": why}) for why in ("Calm.", "More."))
    here = f"/v1/decisions/{first['id']}"
    _made(server, f"{here}/votes", {"vote": "approve", "digest": first["digest"]}, key)
    _made(server, f"{here}/comments", {"text": "Asked for the renewal's price too."})
    today = datetime.now(UTC).date()
    ahead = {"starts_on": 0, "ends_on": 60, "notice_by": 50}
    days = {name: str(today + timedelta(days=days)) for name, days in ahead.items()}
    bought = _made(server, f"{here}/purchases", {"reference": "PO-7", **days}, key)
    status, told = server.call("POST", "/v1/bills", BILL, {"Content-Type": "text/csv"})
    assert status == 201, told
    return bought, second


def _days() -> Json:
    return {"starts_on": "2026-10-05", "ends_on": "2026-10-11"}


def _made(server: Server, path: str, body: Mapping[str, Any], key: str | None = None) -> Json:
    """Send JSON, as who has the key; return the answer."""
    headers = JSON | ({"Authorization": f"Bearer {key}"} if key else {})
    status, told = server.call("POST", path, json.dumps(body), headers)
    assert status in (200, 201), told
    return dict(told)
