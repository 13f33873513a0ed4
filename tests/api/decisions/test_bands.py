"""Bands of guardrails: every boundary to the cent, purchases split over days, and several currencies."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from service.decisions import guardrails
from service.decisions.facts import Facts
from service.decisions.guardrails import DEFAULT, Need
from tests.clients import ApiClient
from tests.deciding import propose, second
from tests.effort import examples
from tests.evaluating import evaluate, new_sheet, new_workload, sheet, upload

CENT, DUST = Decimal("0.01"), Decimal("1E-9")

BANDS: dict[str, Any] = {
    "USD": [
        {"from": "0", "approvers": 0, "role": "approver"},
        {"from": "0.01", "approvers": 1, "role": "approver"},
        {"from": "5000", "approvers": 2, "role": "approver"},
        {"from": "99999.99", "approvers": 1, "role": "admin"},
        {"from": "100000.01", "approvers": 3, "role": "owner"},
    ],
    "EUR": [{"from": "0", "approvers": 1, "role": "admin"}, {"from": "250000.5", "approvers": 2, "role": "admin"}],
    "JPY": [{"from": "0", "approvers": 4, "role": "approver"}],
}  # fmt: skip
"""Bands of which each begins at another kind of amount."""

RULES: tuple[dict[str, Any], ...] = (dict(DEFAULT), {**DEFAULT, "bands": BANDS})

EDGES = [
    (rules, currency, number)
    for rules in RULES
    for currency, bands in rules["bands"].items()
    for number in range(len(bands))
]


def facts(total: Decimal, currency: str = "USD", before: tuple[tuple[str, Decimal], ...] = ()) -> Facts:
    return Facts(currency, total, before, 12, "high", 0.9, provisional=False)


def need_of(band: dict[str, Any]) -> Need:
    return Need(band["approvers"], band["role"])


@pytest.mark.parametrize(("rules", "currency", "number"), EDGES)
def test_a_band_begins_at_its_cent_however_the_money_is_split(
    rules: dict[str, Any], currency: str, number: int
) -> None:
    bands = rules["bands"][currency]
    begins, own = Decimal(bands[number]["from"]), need_of(bands[number])
    before = need_of(bands[number - 1])
    ends = Decimal(bands[number + 1]["from"]) if number + 1 < len(bands) else begins + 1000
    for whole, expected in (
        (begins - CENT, before), (begins - CENT + DUST, own), (begins, own), (begins + CENT, own), (ends - CENT, own),
    ):  # fmt: skip
        if whole <= 0 or (expected is own and whole >= ends):
            continue
        assert guardrails.need(rules, facts(whole, currency)) == expected, whole
        for part in (CENT, whole / 2, whole - CENT):
            rest = ((currency, (whole - part) / 2), (currency, whole - part - (whole - part) / 2))
            if part > 0:
                assert guardrails.need(rules, facts(part, currency, rest)) == expected, (part, rest)


@settings(max_examples=examples(300))
@given(
    st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=8, unique=True),
    st.decimals("0.01", 10**6, places=2),
    st.lists(st.decimals(0, 10**5, places=2), max_size=4),
)
def test_exactly_one_band_holds_an_amount(starts: list[Decimal], total: Decimal, others: list[Decimal]) -> None:
    begins = sorted({Decimal(0), *starts})
    bands = [{"from": str(start), "approvers": n, "role": "approver"} for n, start in enumerate(begins)]
    rules = {**DEFAULT, "bands": {"USD": bands}}
    whole = total + sum(others)
    found = guardrails.need(rules, facts(total, "USD", tuple(("USD", other) for other in others))).approvers
    assert begins[found] <= whole
    assert found + 1 == len(begins) or whole < begins[found + 1]


def test_what_cannot_be_added_up_or_has_no_bands_needs_the_strictest() -> None:
    rules = {**DEFAULT, "bands": BANDS}
    strictest = Need(4, "owner")
    assert guardrails.need(rules, facts(CENT, "GBP")) == strictest
    assert guardrails.need(rules, facts(CENT, "USD", (("EUR", CENT),))) == strictest
    assert guardrails.need(rules, facts(CENT, "USD", (("EUR", Decimal(0)),))) == Need(1, "approver")
    assert guardrails.need(rules, facts(Decimal(0), "GBP")) == Need(0, "approver")
    assert guardrails.need({**DEFAULT, "bands": {}}, facts(CENT)) == Need(1, "approver"), "never nobody"
    told = {found.rule: found.sentence for found in guardrails.findings(rules, facts(CENT, "USD", (("EUR", CENT),)))}
    assert "another currency" in told["several_currencies"]


@pytest.fixture
def prices(api: ApiClient) -> dict[str, str]:
    """Give an evaluation in dollars and one in euros, of one workload, whose terms cost amounts around a boundary."""
    edge = Decimal(DEFAULT["bands"]["USD"][1]["from"])
    document = sheet()
    document["offers"][1]["rates"] += [
        {"term_months": months, "monthly": "0", "upfront": str(amount)}
        for months, amount in ((24, edge - CENT), (36, edge), (48, edge + CENT), (60, CENT))
    ]
    new_sheet(api, document)
    workload_id = new_workload(api)
    upload(api, workload_id)
    answer = evaluate(api, workload_id)
    assert answer.status_code == 201, answer.text
    return {"id": answer.json["id"], "edge": str(edge)}


def test_the_boundary_over_http_to_the_cent(api: ApiClient, prices: dict[str, str]) -> None:
    dana, edge = second(api, "Dana", "analyst"), Decimal(prices["edge"])
    bands = DEFAULT["bands"]["USD"]
    for months, total, band in ((24, edge - CENT, 0), (36, edge, 1), (48, edge + CENT, 1), (60, CENT, 0)):
        decision = propose(dana, prices["id"], months)
        assert Decimal(decision["total_commitment"]) == total
        assert (decision["needs"]["approvers"], decision["needs"]["role"]) == (
            bands[band]["approvers"], bands[band]["role"],
        )  # fmt: skip


@pytest.mark.both_engines
def test_a_split_counts_for_ninety_days_and_not_on_the_ninety_first(api: ApiClient, prices: dict[str, str]) -> None:
    dana, lee = second(api, "Dana", "analyst"), second(api, "Lee")
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    days = {"valid_until": "2027-12-31", "purchase_by": "2027-12-31"}
    with time_machine.travel(now, tick=False):
        large = propose(dana, prices["id"], 24, **days)
        assert lee.vote(large).json["state"] == "approved", "a cent below: one approver"
        cent = propose(dana, prices["id"], 60, **days)
        assert cent["needs"]["approvers"] == 2, "together they reach the boundary"
        assert lee.vote(cent).json["needs"]["missing"] == 1
    path = f"/v1/decisions/{cent['id']}"
    for later, approvers in ((timedelta(days=90, seconds=-1), 2), (timedelta(days=90), 1)):
        with time_machine.travel(now + later, tick=False):
            assert api.get(path).json["needs"]["approvers"] == approvers
    with time_machine.travel(now + timedelta(days=91), tick=False):
        assert lee.vote(cent).json["state"] == "approved"


def test_what_lapsed_or_is_replaced_does_not_count(api: ApiClient, prices: dict[str, str]) -> None:
    dana, lee = second(api, "Dana", "analyst"), second(api, "Lee")
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        days = {"valid_until": "2027-03-05", "purchase_by": "2027-03-05"}
        large = propose(dana, prices["id"], 24, **days)
        lee.vote(large)
        instead = propose(dana, prices["id"], 24, supersedes_id=large["id"], valid_until="2027-03-20")
        beside = propose(dana, prices["id"], 24, valid_until="2027-03-20")
        assert (instead["needs"]["approvers"], beside["needs"]["approvers"]) == (1, 2)
    with time_machine.travel(now + timedelta(days=5), tick=False):
        assert api.get(f"/v1/decisions/{large['id']}").json["state"] == "lapsed"
        found = api.get(f"/v1/decisions/{beside['id']}").json
        assert found["needs"]["approvers"] == 1, "nothing was bought in time"
