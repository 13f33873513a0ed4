"""A flip point: the one number at which the recommendation changes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from service.workflow.compare.flip_points.envelopes import Flip, Side
from service.workflow.option_key import OptionKey
from service.workflow.options import Option

Kind = Literal["price", "rate", "weight", "traffic"]


@dataclass(frozen=True, slots=True)
class FlipPoint:
    """The recommendation changes when `name` passes `value`.

    current, value: in the price's own unit, or as a factor. direction: "below" or "above". to: key of the option that
    wins there. exact: whether nothing changes nearer than that; else it is where the answer changes at the latest, as
    far as it was replayed.
    """

    kind: Kind
    name: str
    unit: str
    current: Decimal
    value: Decimal
    direction: str
    to: str
    exact: bool = True


def flip_point(kind: Kind, name: str, unit: str, current: Decimal, side: Side, flip: Flip, exact: bool) -> FlipPoint:
    """Return the flip point of what stands at `current` now."""
    return FlipPoint(kind, name, unit, current, current * flip.factor, side, flip.after.key, exact)


def group_of(option: Option) -> str:
    """Return the answer an option stands for, whatever its number of units."""
    if option.reservation is None:
        return option.key
    return str(OptionKey(option.mode, option.reservation.label))
