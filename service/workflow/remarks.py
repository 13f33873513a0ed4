"""Remarks on the inputs of an evaluation: what was ignored, guessed, added up or left out before it began."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from service.workflow.decide.confidence import Confidence
from service.workflow.decide.recommend import Recommendation

About = Literal["traffic", "prices"]

CEILING: Confidence = "medium"
"""The most confidence that an answer has while something about its inputs can move it."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark.

    about: the input. code: stable name. sentence: what was found and what to do. can_move_the_answer: whether another
    option may be right for it. sku: of the offer it is about, None where it is about no single one. chosen_only:
    whether it can move the answer only where that offer is in the recommended option.
    """

    about: About
    code: str
    sentence: str
    can_move_the_answer: bool = False
    sku: str | None = None
    chosen_only: bool = False

    def document(self) -> dict[str, Any]:
        """Return the remark as JSON."""
        return asdict(self)


def remark_of(document: dict[str, Any]) -> Remark:
    """Return the remark that `Remark.document` wrote."""
    return Remark(**document)


def moving(remarks: Sequence[Remark], recommendation: Recommendation) -> list[Remark]:
    """Return the remarks that can move a recommendation."""
    chosen = recommendation.option
    names = []
    if chosen is not None and chosen.reservation is not None:
        names.append(chosen.reservation.offer.sku)
    if chosen is not None and chosen.serverless is not None:
        names.append(chosen.serverless.sku)
    # Offers of one sku by two providers are named provider/sku.
    skus = {*names, *(name.partition("/")[2] for name in names)}
    return [r for r in remarks if r.can_move_the_answer and (not r.chosen_only or r.sku in skus)]


def capped(recommendation: Recommendation, remarks: Sequence[Remark]) -> Recommendation:
    """Return the recommendation with no more confidence than its inputs allow."""
    if recommendation.confidence != "high" or not moving(remarks, recommendation):
        return recommendation
    because = f"{recommendation.confidence_because} It is no more than {CEILING}, since findings can move the answer."
    return replace(recommendation, confidence=CEILING, confidence_because=because)
