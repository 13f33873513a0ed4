"""What an option orders newly: its units less those that running commitments have bought already."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from service.kit.db.types import plain_decimal
from service.workflow.bill import RESERVED_UNITS, SECOND_UNITS, quantize
from service.workflow.option_key import OptionKey

Json = Mapping[str, Any]

BOUGHT = (*RESERVED_UNITS, "upfront")
"""Lines of a bill that pay for reserved units."""


def ordered(option: Json, policy: Json) -> dict[str, Any]:
    """Return an option as its order: units, lines and commitment of what is newly bought; its total stays.

    option: with figures, of an evaluation as served. policy: of the evaluation's inputs. What runs already is one line,
    `running_commitment`, instead of what the option's own units cost less what they are covered by.
    """
    covered, second = covered_units(option, policy), covered_second_units(option, policy)
    if not covered and not second:
        return dict(option)
    units, others = int(option["units"]), int(option.get("second_units") or 0)
    new = {False: (units - covered, units), True: (others - second, others)}
    lines = [line for line in option["lines"] if not line["code"].endswith("covered_by_commitment")]
    bought = [line for line in lines if line["code"] in BOUGHT]
    scaled = [_scaled(line, *new[_of_second(line)]) for line in bought if new[_of_second(line)][0]]
    kept = [line for line in lines if line["code"] not in BOUGHT]
    share = _sum(scaled) / _sum(bought) if _sum(bought) else Decimal(0)
    if not any(line["code"] == "running_commitment" for line in kept):
        kept.append(_running(covered, _sum(bought) - _sum(scaled)))
    bound = option.get("commitment")
    return {
        **option,
        "units": units - covered,
        **({"second_units": others - second} if others else {}),
        "lines": [*scaled, *kept],
        "commitment": None if bound is None or not scaled else bound | dict(_shared(bound, share)),
    }


def _of_second(line: Json) -> bool:
    return str(line["code"]).startswith(SECOND_UNITS)


def covered_second_units(option: Json, policy: Json) -> int:
    """Return how many of an option's units of a second kind, bought apart, are bought already: as of covered_units."""
    units, label = int(option.get("second_units") or 0), OptionKey.bound(option["key"])
    if not units or label is None or option["ruled_out"]:
        return 0
    said = [line for line in option["lines"] if line["code"] == f"{SECOND_UNITS}covered_by_commitment"]
    if said:
        return int(sum(Decimal(line["quantity"]) for line in said))
    if any(line["code"] == "running_commitment" for line in option["lines"]) or not option["term_months"]:
        return 0
    stated = [entry for entry in policy.get("commitments", ()) if entry["reservation"] == label[0]]
    if stated:
        return min(units, sum(int(entry.get("second_units", 0)) for entry in stated if entry["months_left"]))
    incumbent = OptionKey.parse(policy.get("incumbent") or "")
    return min(units, incumbent.second) if incumbent is not None and incumbent.label == label[0] else 0


def covered_units(option: Json, policy: Json) -> int:
    """Return how many of an option's units are bought already.

    A bill says so in a line of its own, but for an option that is the running units at their own rate: there the policy
    says it, by its `commitments`, or its incumbent where they do not name that.
    """
    units = int(option["units"] or 0)
    if option["mode"] not in ("dedicated", "hybrid") or option["ruled_out"]:
        return 0
    said = [line for line in option["lines"] if line["code"] == "covered_by_commitment"]
    if said:
        return int(sum(Decimal(line["quantity"]) for line in said))
    named = OptionKey.bound(option["key"])
    if named is None or any(line["code"] == "running_commitment" for line in option["lines"]):
        return 0
    return min(units, _running_units(named[0], policy) if option["term_months"] else 0)


def _running_units(label: str, policy: Json) -> int:
    """Return how many units of a reservation run, as the policy says; none where the term has ended."""
    stated = [entry for entry in policy.get("commitments", ()) if entry["reservation"] == label]
    if stated:
        return sum(entry["units"] for entry in stated if entry["months_left"])
    incumbent = OptionKey.bound(policy.get("incumbent"))
    return incumbent[1] if incumbent is not None and incumbent[0] == label else 0


def _scaled(line: Json, part: int, whole: int) -> dict[str, Any]:
    amounts = {name: quantize(Decimal(line[name]) * part / whole) for name in ("quantity", "amount")}
    return {**line, **{name: plain_decimal(value) for name, value in amounts.items()}}


def _shared(bound: Json, share: Decimal) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("upfront", "monthly"):
        yield name, bound[name] | {"amount": plain_decimal(quantize(Decimal(bound[name]["amount"]) * share))}


def _running(units: int, amount: Decimal) -> dict[str, Any]:
    price = plain_decimal(quantize(amount / units))
    return {
        "code": "running_commitment", "quantity": str(units), "unit": "unit_months", "unit_price": price, "per": 1,
        "amount": plain_decimal(amount),
    }  # fmt: skip


def _sum(lines: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(line["amount"]) for line in lines), Decimal(0))
