"""The renewal of a commitment, compared by a completed evaluation of its workload."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from service.commitments.models import Commitment
from service.commitments.service import get, standing
from service.evaluations import queries as evaluations
from service.evaluations.inputs import offers_of_each
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found
from service.renewals.choices import Choice, Pair, afterwards, until_the_end
from service.workflow.document.options import AnsweredOption
from service.workflow.document.stored import read_options
from service.workflow.offers import Offer
from service.workflow.prepare import called

Money = dict[str, str]


def compare(tx: Transaction, commitment_id: str, evaluation_id: str | None) -> dict[str, Any]:
    """Return what staying, leaving, extending and letting end cost.

    evaluation_id: by which to compare; None takes the workload's newest. Raises Problem 404; 409 where there is no
    workload or evaluation to compare by; 422 where the evaluation is of another workload or currency.
    """
    commitment = get(tx, commitment_id)
    evaluation_id, options = _evaluated(tx, commitment, evaluation_id)
    ended = standing(commitment, tx.now.date()).state == "ended"
    names = called(_offers(tx, evaluation_id), commitment.provider, commitment.sku)
    now = None if ended else until_the_end(commitment, options, names)
    then = afterwards(options, names)
    return {
        "commitment_id": commitment.id,
        "evaluation_id": evaluation_id,
        "detail": list(_told(commitment, now, then)),
        "until_the_end": None if now is None else _until(commitment, now),
        "afterwards": {
            "extend": _choice(commitment, then.first),
            "let_end": _choice(commitment, then.second),
            "letting_end_costs_more": _money(commitment, then.difference),
        },
    }


def _offers(tx: Transaction, evaluation_id: str) -> Sequence[Offer]:
    evaluation = evaluations.evaluation(tx, evaluation_id)
    return () if evaluation is None else offers_of_each(tx, [evaluation])[evaluation_id]


def _evaluated(
    tx: Transaction, commitment: Commitment, evaluation_id: str | None
) -> tuple[str, Sequence[AnsweredOption]]:
    if commitment.workload_id is None:
        raise Problem(CONFLICT, "The commitment names no workload; set its workload_id to compare by its evaluations.")
    if evaluation_id is None:
        latest = evaluations.latest_of(tx, commitment.workload_id)
        if latest is None:
            raise Problem(CONFLICT, "The commitment's workload has no completed evaluation; make one, then ask again.")
        evaluation_id = latest.evaluation_id
    found = or_not_found(evaluations.content(tx, evaluation_id), "No completed evaluation has this id.")
    body: dict[str, Any] = json.loads(found[1])
    if body["workload_id"] != commitment.workload_id:
        told = "Is of another workload than the commitment; name one of its own."
        raise invalid(FieldError("/evaluation_id", "other_workload", told, "query"))
    options = read_options(body)
    currencies = {option.monthly_cost.currency for option in options}
    if currencies - {commitment.currency}:
        told = f"Is in {', '.join(sorted(currencies))}, the commitment in {commitment.currency}; one is needed in it."
        raise invalid(FieldError("/evaluation_id", "other_currency", told, "query"))
    return evaluation_id, options


def _until(commitment: Commitment, pair: Pair) -> dict[str, Any]:
    return {
        "ends_on": commitment.ends_on,
        "stay": _choice(commitment, pair.first),
        "leave": _choice(commitment, pair.second),
        "leaving_costs_more": _money(commitment, pair.difference),
    }


def _told(commitment: Commitment, now: Pair | None, then: Pair) -> Iterator[str]:
    if then.first is None:
        yield (
            f"The evaluation has no option with {commitment.sku} of {commitment.provider}: evaluate with the incumbent "
            "you have, so that it can be compared."
        )
    if now is not None and now.difference is not None and now.first is not None and now.second is not None:
        if now.difference >= 0:
            yield (
                f"Stay until {commitment.ends_on}: leaving for {now.second.option} now costs "
                f"{_shown(now.difference)} {commitment.currency} a month more, since the commitment is owed either way."
            )
        else:
            yield (
                f"Leave now: {now.second.option} costs {_shown(-now.difference)} {commitment.currency} a month less, "
                "what is still owed on the commitment included."
            )
    if then.difference is not None and then.first is not None and then.second is not None:
        if then.difference < 0:
            yield (
                f"Then let it end: {then.second.option} costs {_shown(-then.difference)} {commitment.currency} a "
                f"month less than {then.first.option}."
            )
        else:
            yield (
                f"Then extend: {then.first.option} costs {_shown(then.difference)} {commitment.currency} a month less "
                f"than {then.second.option}."
            )


def _choice(commitment: Commitment, choice: Choice | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    costs = {"monthly_cost": choice.monthly_cost, "owed": choice.owed}
    return {"option": choice.option, **{name: _money(commitment, cost) for name, cost in costs.items()}}


def _money(commitment: Commitment, amount: Decimal | None) -> Money | None:
    if amount is None:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return {"amount": str(cents), "currency": commitment.currency}


def _shown(amount: Decimal) -> str:
    return f"{amount:,.2f}"
