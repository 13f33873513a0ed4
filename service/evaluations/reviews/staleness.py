"""Staleness: what asking again today would stand on, held against what an evaluation stands on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service.evaluations import queries
from service.evaluations.comparisons.differences import differences
from service.evaluations.document import Inputs
from service.evaluations.inputs import NEWEST, plan
from service.evaluations.models import StoredEvaluation
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem

NEW_SHEET = "A price sheet offers the model that was not there then."
WITHOUT_MODEL = "A price sheet no longer offers the model."


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an evaluation is stale: a stable code, a sentence, and the id of what caused it where there is one."""

    code: str
    sentence: str
    cause_id: str | None = None


def told(found: Sequence[Reason]) -> list[str]:
    """Return the sentences of reasons for people to read: what several sheets are reasons for is told once."""
    counts = Counter(reason.sentence for reason in found)
    many = {
        NEW_SHEET: "{} price sheets offer the model that were not there then.",
        WITHOUT_MODEL: "{} price sheets no longer offer the model.",
    }
    return [many.get(said, said).format(count) if count > 1 else said for said, count in counts.items()]


def reasons(tx: Transaction, evaluation: StoredEvaluation) -> list[Reason]:
    """Return why an evaluation is stale; empty for one that asking again today would answer with."""
    newest = queries.latest_of(tx, evaluation.workload_id)
    found = []
    if newest is not None and newest.evaluation_id != evaluation.id and newest.version > _version(tx, evaluation):
        found.append(Reason("superseded", f"Evaluation {newest.version} was made since.", newest.evaluation_id))
    try:
        now = plan(tx, evaluation.workload_id, evaluation.policy_choice | NEWEST).inputs
    except Problem as problem:
        return [*found, Reason("cannot_be_evaluated", f"Asking again today is refused: {problem.detail}")]
    return [*found, *_changes(Inputs.of(evaluation.inputs), now)]


def _version(tx: Transaction, evaluation: StoredEvaluation) -> int:
    result = queries.result(tx, evaluation.id)
    return 0 if result is None else result.version


def _changes(then: Inputs, now: Inputs) -> Iterator[Reason]:
    if then.traffic_history.digest != now.traffic_history.digest:
        yield Reason("new_traffic_history", "A newer traffic history was uploaded.", now.traffic_history.id)
    yield from _sheets({sheet.id: sheet.version for sheet in then.price_sheets}, now)
    if then.as_of != now.as_of and set(then.price_sheets) == set(now.price_sheets):
        yield Reason("offers_came_or_went", "Other offers are to be had today than were then.")
    if then.model != now.model:
        yield Reason("model_changed", f"The workload's model is {now.model} now, it was {then.model}.")
    elif then.spellings != now.spellings:
        told = f"The model is met under other names now: {', '.join(now.spellings) or 'its own alone'}."
        yield Reason("model_names_changed", told)
    if _bought(then.policy) != _bought(now.policy):
        yield Reason("commitments_changed", "What the workload has bought already is not what it was then.")
    changed = [difference["pointer"] for difference in differences(then.policy, now.policy)]
    changed = [pointer for pointer in changed if not pointer.startswith("/commitments")]
    if changed:
        yield Reason("policy_changed", f"The policy asked for says otherwise now: {', '.join(changed)}.")
    if then.engine_version != now.engine_version:
        yield Reason("engine_changed", f"The engine is {now.engine_version} now, it was {then.engine_version}.")


def _bought(policy: dict[str, Any]) -> list[str]:
    """Return what a policy says is bought, but for the months left, which go by themselves."""
    entries = policy.get("commitments", ())
    return sorted(f"{e['reservation']} {e['units']} {e.get('monthly_per_unit')}" for e in entries)


def _sheets(then: dict[Any, Any], now: Inputs) -> Iterator[Reason]:
    present = {sheet.id: sheet.version for sheet in now.price_sheets}
    for sheet_id, version in present.items():
        if sheet_id not in then:
            yield Reason("new_price_sheet", NEW_SHEET, sheet_id)
        elif then[sheet_id] != version:
            yield Reason(
                "new_price_version", f"A price sheet has version {version} in force, not {then[sheet_id]}.", sheet_id
            )
    for sheet_id in then.keys() - present.keys():
        yield Reason("price_sheet_without_model", WITHOUT_MODEL, sheet_id)
