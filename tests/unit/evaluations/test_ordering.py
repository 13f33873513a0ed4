"""What an option orders newly: the units that running commitments do not cover, and money that still adds up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.decisions.terms import terms_of
from service.evaluations.ordering import covered_units, ordered
from service.procurement.term import term_of
from service.workflow.document.encoding import known
from service.workflow.document.options import AnsweredOption
from tests.answers import answered_option

NOTHING: dict[str, Any] = {"commitments": [], "incumbent": None}


def line(code: str, quantity: str, price: str, amount: str, unit: str = "unit_months") -> dict[str, Any]:
    return {"code": code, "quantity": quantity, "unit": unit, "unit_price": price, "per": 1, "amount": amount}


def option(*lines: dict[str, Any], units: int = 20) -> AnsweredOption:
    """Return an option of units at 221 a month: used for three quarters."""
    own = [
        line("reserved_units", str(units * 3 / 4), "221", str(units * Decimal("165.75"))),
        line("idle", str(units / 4), "221", str(units * Decimal("55.25"))),
    ]
    total = sum(Decimal(each["amount"]) for each in (*own, *lines))
    money = {name: {"amount": amount, "currency": "USD"} for name, amount in (("none", "0"), ("all", str(units * 221)))}
    bound = {"upfront": money["none"], "monthly": money["all"], "months_locked": 12}
    bound |= {"horizon_cost": money["all"], "horizon_on_demand": money["all"]}
    return answered_option(
        f"dedicated:ptu@12x{units}", str(total), dedicated="ptu", units=units, term_months=12, lines=[*own, *lines],
        commitment=bound,
    )  # fmt: skip


PARTLY = option(
    line("covered_by_commitment", "15", "-221", "-3315"), line("running_commitment", "15", "200", "3000"),
)  # fmt: skip
RUNNING = NOTHING | {"commitments": [{"reservation": "ptu@12", "units": 15, "months_left": 6}]}


def added(body: AnsweredOption) -> Decimal:
    return sum((each.amount for each in body.bill), Decimal(0))


@pytest.mark.parametrize(
    ("body", "policy", "covered"),
    [
        (PARTLY, NOTHING, 15),
        (option(), NOTHING, 0),
        (option(), RUNNING, 15),
        (option(units=15), RUNNING, 15),
        (option(units=10), RUNNING, 10),
        (option(), NOTHING | {"incumbent": "hybrid:ptu@12x15+tokens"}, 15),
        (option(), NOTHING | {"incumbent": "hybrid:other@12x15+tokens"}, 0),
        (option(), NOTHING | {"commitments": [{"reservation": "ptu@12", "units": 15, "months_left": 0}],
                              "incumbent": "dedicated:ptu@12x15"}, 0),
        (option(line("running_commitment", "15", "200", "3000")), NOTHING, 0),
        (replace(option(), mode="autoscaled", key="autoscaled:ptu@12x1-20"), RUNNING, 0),
    ],
)  # fmt: skip
def test_covered_units_are_those_bought_already(body: AnsweredOption, policy: dict[str, Any], covered: int) -> None:
    assert covered_units(body, policy) == covered
    order = ordered(body, policy)
    assert order.units == (body.units or 0) - covered
    assert added(order) == order.monthly_cost.amount == added(body), "the total of the option stays"


def test_only_new_units_are_committed_to_and_billed() -> None:
    for body, policy in ((PARTLY, NOTHING), (option(), RUNNING)):
        order = ordered(body, policy)
        terms = terms_of(order)
        assert [terms.units, terms.monthly, terms.total_commitment] == [5, 1105, 12 * 1105]
        bound = known(order.commitment)
        assert bound is not None
        assert bound.monthly.amount == 1105
        term = term_of(order, date(2026, 12, 1))
        assert term is not None
        assert (term.units, term.total, term.used) == (5, Decimal(12 * 1105), Decimal("0.75"))


def test_what_is_bought_already_binds_nothing_new() -> None:
    order = ordered(option(units=15), RUNNING)
    assert [order.units, order.commitment, terms_of(order).total_commitment] == [0, None, 0]
    assert term_of(order, date(2026, 12, 1)) is None
    assert [each.code for each in order.bill] == ["running_commitment"]
