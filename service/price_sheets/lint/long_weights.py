"""Lint of budgets that weigh long requests by weights of their own."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.price_sheets.lint.finding import Finding, error, warning
from service.price_sheets.offer_values import Json
from service.workflow.replay.length_tiers import TOKEN_METERS

FAR = 20
"""Ratio to a weight of shorter requests beyond which a weight is likely in another unit."""


def long_weights(axes: Sequence[Json], pointer: str) -> Iterator[Finding]:
    """Yield the findings of the `longer` of every axis."""
    found = [index for index, axis in enumerate(axes) if "longer" in axis]
    if found and len(axes) > len(TOKEN_METERS):
        detail = f"Where a budget weighs long requests apart, state at most {len(TOKEN_METERS)} `axes`."
        yield error("too_many_axes", f"{pointer}/{found[0]}/longer", detail)
    for index in found:
        yield from _tiers(axes[index], f"{pointer}/{index}/longer")


def _tiers(axis: Json, pointer: str) -> Iterator[Finding]:
    shorter: Json = {"input_tokens_above": 0, "weights": axis["weights"]}
    for index, tier in enumerate(axis["longer"]):
        where = f"{pointer}/{index}"
        if tier["input_tokens_above"] <= shorter["input_tokens_above"]:
            detail = "List rising lengths: each entry holds for longer requests than the one before."
            yield error("lengths_not_rising", f"{where}/input_tokens_above", detail)
        for meter, weight in tier["weights"].items():
            yield from _weight(Decimal(weight), Decimal(shorter["weights"].get(meter, 0)), f"{where}/weights/{meter}")
        for meter in shorter["weights"].keys() - tier["weights"].keys():
            if Decimal(shorter["weights"][meter]):
                detail = (
                    f"Long requests take nothing for {meter} here, shorter ones do; state its weight, 0 if it is so."
                )
                yield warning("long_weight_missing", f"{where}/weights", detail)
        shorter = tier


def _weight(weight: Decimal, shorter: Decimal, where: str) -> Iterator[Finding]:
    if shorter and weight and max(weight, shorter) > FAR * min(weight, shorter):
        yield warning("conditional_far_apart", where, f"More than {FAR} times apart from that of shorter requests.")
    if weight < shorter:
        yield warning("long_requests_lighter", where, "Long requests take less than short ones here; as a rule more.")
