"""Service tiers of LiteLLM's price list: what an entry states for batches, flex and priority, as entries of their own.

A cost of a tier is named as the plain one with the tier behind it. What an entry states for some tier and not for all
of its tokens is filled in as the list's own calculator does: flex and priority pay the plain cost, of batches each
part of the input pays the input's. Both are said in the offer's note.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.price_sheets.importers.base import exact
from service.price_sheets.offer_values import Json
from service.workflow.offers import ServiceTier

SUFFIXES: dict[ServiceTier, str] = {"batch": "_batches", "flex": "_flex", "priority": "_priority"}
"""How the list ends the names of a tier's costs."""

INPUT, OUTPUT, REASONING = "input_cost_per_token", "output_cost_per_token", "output_cost_per_reasoning_token"
CACHED = "cache_read_input_token_cost"


@dataclass(frozen=True, slots=True)
class Tiered:
    """An entry as it is for one tier. carried: names of the costs that it took. remark: what it does not state."""

    tier: ServiceTier
    entry: Json
    carried: frozenset[str]
    remark: str


def tiers_of(entry: Json) -> Iterator[Tiered]:
    """Yield the entry for each tier whose price of input, and of output where there is any, it states."""
    for tier, suffix in SUFFIXES.items():
        own = {key.removesuffix(suffix): value for key, value in entry.items() if key.endswith(suffix)}
        if exact(own.get(INPUT)) is None or (exact(own.get(OUTPUT)) is None and exact(entry.get(OUTPUT))):
            continue
        rest = {key: value for key, value in entry.items() if "cost" not in key}
        plain = {} if tier == "batch" else _plain(entry, own)
        carried = frozenset(key + suffix for key in own)
        yield Tiered(tier, rest | plain | own, carried, _remark(tier, plain, own, entry))


def _plain(entry: Json, own: Json) -> Json:
    """Return the plain costs that hold for a tier too where it has none; of reasoning its own output's cost does."""
    return {
        key: value
        for key, value in entry.items()
        if "cost" in key and not key.endswith(tuple(SUFFIXES.values())) and not (key == REASONING and OUTPUT in own)
    }


def _remark(tier: ServiceTier, plain: Json, own: Json, entry: Json) -> str:
    if tier == "batch":
        missing = CACHED in entry and CACHED not in own
        return "The list states no price of cached input in batches: billed as input." if missing else ""
    filled = sorted(key for key in plain if key not in own and exact(plain[key]))
    return f"The list states no {', '.join(filled)} of {tier}: the plain one is taken." if filled else ""
