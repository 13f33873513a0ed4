"""Where every workload of an organization stands: its last answer, today's bill, what is due, stale or failed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from service import ENGINE_VERSION
from service.evaluations import queries
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.evaluations.reviews.staleness import Reason, reasons
from service.evaluations.states import Summary
from service.kit.db.transaction import Transaction
from service.model_names import service as model_names
from service.policies import queries as policies
from service.price_sheets import queries as price_sheets
from service.traffic_histories import queries as histories
from service.workflow.document.stored import read_option
from service.workloads import queries as workload_queries
from service.workloads.models import Workload

MOST_REASONED = 20
"""Stale answers whose reasons are told, the costliest first; of the others it is told that they are stale."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A workload with its last answer. today: what the option in use costs a month by that answer, None where unknown.

    due: whether the review day has come. stale: whether asking again would stand on other inputs; reasons: why, of the
    costliest. under_way: a later evaluation without an answer, its state and what went wrong.
    """

    workload: Workload
    latest: EvaluationResult | None
    today: Decimal | None = None
    due: bool = False
    stale: bool = False
    reasons: tuple[Reason, ...] = ()
    under_way: Summary | None = None
    has_traffic: bool = True

    @property
    def total(self) -> Decimal | None:
        """The recommended total a month, None where nothing is recommended."""
        return None if self.latest is None else self.latest.monthly_cost

    @property
    def saving(self) -> Decimal | None:
        """What the recommended way saves a month against today's, None where one of them is not known."""
        return None if self.today is None or self.total is None else self.today - self.total


@dataclass(slots=True)
class Sums:
    """Money a month in one currency, and over how many workloads it is: of today's bills, of what is recommended."""

    currency: str
    today: Decimal = Decimal(0)
    today_count: int = 0
    recommended: Decimal = Decimal(0)
    recommended_count: int = 0
    saving: Decimal = Decimal(0)
    modes: dict[str, int] = field(default_factory=dict)


def standings(tx: Transaction) -> list[Standing]:
    """Return where every workload stands, the costliest first, those without an answer last."""
    found = list(tx.session.scalars(workload_queries.workloads(tx)))
    latest = {result.workload_id: result for result in tx.session.scalars(queries.latest(tx, None))}
    asked = _by_id(queries.evaluations_of(tx, [result.evaluation_id for result in latest.values()]))
    newest = histories.current_of_each(tx.session, tx.organization_id)
    changed = _changed(tx, found, asked, newest)
    waiting = _under_way(tx)
    today = tx.now.date().isoformat()
    rows = []
    for workload in found:
        answer = latest.get(workload.id)
        rows.append(
            Standing(
                workload,
                answer,
                None if answer is None else _today(tx, answer, asked[answer.evaluation_id]),
                due=answer is not None and answer.review_by <= today,
                stale=answer is not None and answer.evaluation_id in changed,
                under_way=waiting.get(workload.id),
                has_traffic=workload.id in newest,
            )
        )
    rows.sort(key=lambda row: (row.total is None, -(row.total or 0), row.workload.name, row.workload.id))
    return list(_with_reasons(tx, rows, asked))


def sums(rows: Iterable[Standing]) -> list[Sums]:
    """Return the sums of every currency, the one with most workloads first."""
    found: dict[str, Sums] = {}
    for row in rows:
        if row.latest is None or row.latest.currency is None or row.total is None:
            continue
        one = found.setdefault(row.latest.currency, Sums(row.latest.currency))
        one.recommended += row.total
        one.recommended_count += 1
        one.modes[row.latest.mode] = one.modes.get(row.latest.mode, 0) + 1
        if row.today is not None and row.saving is not None:
            one.today += row.today
            one.today_count += 1
            one.saving += max(row.saving, Decimal(0))
    return sorted(found.values(), key=lambda one: (-one.recommended_count, one.currency))


def _today(tx: Transaction, answer: EvaluationResult, asked: StoredEvaluation) -> Decimal | None:
    """Return what the option in use costs, out of the answer; it alone holds the options that are not recommended."""
    incumbent = asked.inputs["policy"].get("incumbent")
    if incumbent is None:
        return None
    if incumbent == answer.option:
        return answer.monthly_cost
    stored = queries.content(tx, answer.evaluation_id)
    options = [] if stored is None else json.loads(stored[1])["options"]
    used = (read_option(one) for one in options if one["key"] == incumbent)
    return next((option.monthly_cost.amount for option in used if not option.ruled_out), None)


def _changed(
    tx: Transaction, workloads: Iterable[Workload], asked: Mapping[str, StoredEvaluation], newest: Mapping[str, str]
) -> set[str]:
    """Return the evaluations whose inputs are not what asking again would stand on, told without pinning them anew.

    A policy that is stored, offers that come and go, and workloads that were changed since are looked at one by one.
    """
    force = _Force(tx)
    by_default = policies.default(tx) is not None
    updated = {workload.id: workload.updated_at for workload in workloads}
    found = set()
    for evaluation in asked.values():
        inputs = evaluation.inputs
        stands = {(sheet["id"], sheet["version"]) for sheet in inputs["price_sheets"]}
        moved = (
            (stands, {*inputs.get("spellings", ())}) != force.of(inputs["model"])
            or newest.get(evaluation.workload_id) != inputs["traffic_history"]["id"]
            or inputs["engine_version"] != ENGINE_VERSION
        )
        by_hand = inputs["as_of"] is not None or evaluation.policy_choice.get("policy_id") is not None
        by_hand = by_hand or by_default or updated[evaluation.workload_id] > evaluation.created_at
        if moved or (by_hand and reasons(tx, evaluation)):
            found.add(evaluation.id)
    return found


class _Force:
    """The versions of price sheets in force, by the models that they offer under any name."""

    def __init__(self, tx: Transaction) -> None:
        """Look them up."""
        self._names = model_names.names(tx)
        self._offered: dict[str, dict[str, set[tuple[str, int]]]] = {}
        for name, pins in price_sheets.models_in_force(tx.session, tx.organization_id, tx.now).items():
            self._offered.setdefault(self._names.canonical(name), {})[name] = pins

    def of(self, model: str) -> tuple[set[tuple[str, int]], set[str]]:
        """Return the (sheet, version) pairs that offer a model, and its other names there."""
        found = self._offered.get(self._names.canonical(model), {})
        return set[tuple[str, int]]().union(*found.values()), {*found} - {model}


def _with_reasons(
    tx: Transaction, rows: Sequence[Standing], asked: Mapping[str, StoredEvaluation]
) -> Iterable[Standing]:
    """Yield the rows with why the costliest stale ones are so; one without a reason is not stale after all."""
    told = 0
    for row in rows:
        if not row.stale or row.latest is None or told >= MOST_REASONED:
            yield row
            continue
        told += 1
        why = tuple(reasons(tx, asked[row.latest.evaluation_id]))
        yield Standing(
            row.workload, row.latest, row.today, row.due, bool(why), why, row.under_way, has_traffic=row.has_traffic
        )


def _under_way(tx: Transaction) -> dict[str, Summary]:
    """Return the newest evaluation of each workload that has no answer, unless it was cancelled."""
    open_ones = list(tx.session.scalars(queries.unanswered(tx)))
    jobs = queries.jobs_of(tx, [one.id for one in open_ones])
    found = (Summary(one, None, jobs.get(one.id)) for one in open_ones)
    return {one.evaluation.workload_id: one for one in found if one.state != "cancelled"}


def _by_id(rows: Iterable[StoredEvaluation]) -> dict[str, StoredEvaluation]:
    return {row.id: row for row in rows}
