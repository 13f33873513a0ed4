"""What an option orders newly: its units less those that running commitments have bought already."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from service.workflow.bill import RESERVED_UNITS, SECOND_UNITS, quantize
from service.workflow.document.encoding import UNSET, Quantity, ShownMoney, known
from service.workflow.document.options import AnsweredOption, BillLine, CommittedCosts
from service.workflow.option_key import OptionKey

Json = Mapping[str, Any]

BOUGHT = (*RESERVED_UNITS, "upfront")
"""Lines of a bill that pay for reserved units."""


def ordered(option: AnsweredOption, policy: Json) -> AnsweredOption:
    """Return an option as its order: units, lines and commitment of what is newly bought; its total stays.

    option: with figures. policy: of the evaluation's inputs. What runs already is one line, `running_commitment`,
    instead of what the option's own units cost less what they are covered by.
    """
    covered, second = covered_units(option, policy), covered_second_units(option, policy)
    if not covered and not second:
        return option
    units, others = option.units or 0, known(option.second_units) or 0
    new = {False: (units - covered, units), True: (others - second, others)}
    lines = [line for line in option.bill if not line.code.endswith("covered_by_commitment")]
    bought = [line for line in lines if line.code in BOUGHT]
    scaled = [_scaled(line, *new[_of_second(line)]) for line in bought if new[_of_second(line)][0]]
    kept = [line for line in lines if line.code not in BOUGHT]
    share = _sum(scaled) / _sum(bought) if _sum(bought) else Decimal(0)
    if not any(line.code == "running_commitment" for line in kept):
        kept.append(_running(covered, _sum(bought) - _sum(scaled)))
    bound = known(option.commitment)
    return replace(
        option,
        units=units - covered,
        second_units=others - second if others else UNSET,
        lines=(*scaled, *kept),
        commitment=None if bound is None or not scaled else _shared(bound, share),
    )


def _of_second(line: BillLine) -> bool:
    return line.code.startswith(SECOND_UNITS)


def covered_second_units(option: AnsweredOption, policy: Json) -> int:
    """Return how many of an option's units of a second kind, bought apart, are bought already: as of covered_units."""
    units, label = known(option.second_units) or 0, OptionKey.bound(option.key)
    if not units or label is None or option.ruled_out:
        return 0
    said = [line for line in option.bill if line.code == f"{SECOND_UNITS}covered_by_commitment"]
    if said:
        return int(sum(line.quantity for line in said))
    if any(line.code == "running_commitment" for line in option.bill) or not option.term_months:
        return 0
    stated = [entry for entry in policy.get("commitments", ()) if entry["reservation"] == label[0]]
    if stated:
        return min(units, sum(int(entry.get("second_units", 0)) for entry in stated if entry["months_left"]))
    incumbent = OptionKey.parse(policy.get("incumbent") or "")
    return min(units, incumbent.second) if incumbent is not None and incumbent.label == label[0] else 0


def covered_units(option: AnsweredOption, policy: Json) -> int:
    """Return how many of an option's units are bought already.

    A bill says so in a line of its own, but for an option that is the running units at their own rate: there the policy
    says it, by its `commitments`, or its incumbent where they do not name that.
    """
    units = option.units or 0
    if option.mode not in ("dedicated", "hybrid") or option.ruled_out:
        return 0
    said = [line for line in option.bill if line.code == "covered_by_commitment"]
    if said:
        return int(sum(line.quantity for line in said))
    named = OptionKey.bound(option.key)
    if named is None or any(line.code == "running_commitment" for line in option.bill):
        return 0
    return min(units, _running_units(named[0], policy) if option.term_months else 0)


def _running_units(label: str, policy: Json) -> int:
    """Return how many units of a reservation run, as the policy says; none where the term has ended."""
    stated = [entry for entry in policy.get("commitments", ()) if entry["reservation"] == label]
    if stated:
        return sum(entry["units"] for entry in stated if entry["months_left"])
    incumbent = OptionKey.bound(policy.get("incumbent"))
    return incumbent[1] if incumbent is not None and incumbent[0] == label else 0


def _scaled(line: BillLine, part: int, whole: int) -> BillLine:
    quantity, amount = (quantize(value * part / whole) for value in (line.quantity, line.amount))
    return replace(line, quantity=Quantity(quantity), amount=amount)


def _shared(bound: CommittedCosts, share: Decimal) -> CommittedCosts:
    upfront, monthly = (
        ShownMoney(quantize(money.amount * share), money.currency) for money in (bound.upfront, bound.monthly)
    )
    return replace(bound, upfront=upfront, monthly=monthly)


def _running(units: int, amount: Decimal) -> BillLine:
    return BillLine("running_commitment", Quantity(units), "unit_months", quantize(amount / units), 1, amount)


def _sum(lines: Iterable[BillLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))
