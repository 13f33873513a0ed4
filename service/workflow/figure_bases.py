"""What the figures of offers are: measured, derived from measurements, stated by a price sheet, or assumed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Label = Literal["measured", "derived", "stated", "assumed"]

LABELS: tuple[Label, ...] = get_args(Label)
"""From what was seen to what nobody said."""


@dataclass(frozen=True, slots=True)
class FigureBasis:
    """What one figure of an offer is.

    figure: its field in a price sheet. measured: seen in traffic or a benchmark. derived: worked out of other figures.
    stated: the price sheet's word for it, of which nothing says how it was found. assumed: nobody said, a default.
    """

    figure: str
    label: Label

    @property
    def rank(self) -> tuple[int, str]:
        """Sort key: what is known best first."""
        return LABELS.index(self.label), self.figure


def best_known(first: tuple[FigureBasis, ...], second: tuple[FigureBasis, ...]) -> tuple[FigureBasis, ...]:
    """Return of two bases of equal offers the one of which more is known, whatever their order."""
    return min(first, second, key=lambda bases: (_unknown(bases), [basis.rank for basis in bases]))


def _unknown(bases: Iterable[FigureBasis]) -> tuple[int, ...]:
    """Return how many figures are assumed, then stated, then derived; of an offer without any word, most of all."""
    labels = [basis.label for basis in bases]
    return (not labels, *(labels.count(label) for label in reversed(LABELS[1:])))
