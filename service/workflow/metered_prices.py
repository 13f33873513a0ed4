"""Prices by meter: what a use of a serverless offer is counted in, and what it costs."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from service.workflow.conditions import Condition, Conditional, Conditions

Meter = Literal[
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "requests",
    "compute_seconds",
    "cache_write_input_tokens",
    "cache_write_1h_input_tokens",
    "audio_input_tokens",
    "image_input_tokens",
    "audio_output_tokens",
    "reasoning_output_tokens",
]

METERS: tuple[Meter, ...] = get_args(Meter)
"""Every meter, in the order they are billed. `input_tokens` here is the uncached part. From `cache_write_input_tokens`
on they are parts of input or output (see quantities.PARTS)."""

PART_METERS = METERS[METERS.index("cache_write_input_tokens") :]
"""Meters of what is part of input or output."""

WEIGHTED_METERS = METERS[: -len(PART_METERS)]
"""Meters that a throughput budget may weigh: what replays know of a request."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A marginal tier: `amount` applies to the part of the month's quantity above `above`."""

    above: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PartPrice:
    """What a part of a meter's quantity costs: `share` of it, at `amount` money per `per` (see quantities).

    condition: what the requests of this part meet, None where it is a part by its meter alone.
    """

    meter: Meter
    share: Fraction
    amount: Decimal
    per: int
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What `per` of a meter costs: `amount` money per `per` meter units, with marginal tiers in rising order.

    conditional: amounts for requests of some length or hour, of which the last that a request meets holds. parts: of
    the quantity that are billed at prices of their own, which `amount` and `tiers` then blend; plain: the price of the
    rest.
    """

    meter: Meter
    amount: Decimal
    per: int
    tiers: tuple[Tier, ...] = ()
    conditional: tuple[Conditional, ...] = ()
    parts: tuple[PartPrice, ...] = ()
    plain: "Price | None" = None

    @property
    def conditions(self) -> Conditions:
        """The conditions of the amounts that hold for some requests only."""
        return tuple(each.condition for each in self.conditional)
