"""The summary of a round: where it stands, which recommendations flipped, what it changes in money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.evaluations import queries
from service.evaluations.inputs import offers_of_each
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.evaluations.states import Summary, monthly_cost
from service.kit.db.transaction import Transaction
from service.portfolios import service
from service.portfolios.models import PortfolioEvaluation, PortfolioMember
from service.workflow.document.values import JsonValue, money
from service.workflow.prepare import former_names
from service.workflow.what_if.attribution import way_of
from service.workloads.models import Workload


@dataclass(frozen=True)
class Member:
    """A workload of a round with the answers before and after. state: of its evaluation, or `refused`.

    flipped: whether another way of serving is recommended than before.
    """

    row: PortfolioMember
    workload: Workload
    state: str
    before: EvaluationResult | None
    after: EvaluationResult | None
    error: str | None
    flipped: bool

    @property
    def change(self) -> Decimal | None:
        """The change of the recommended total a month, None where there are not two in one currency."""
        before, after = self.before, self.after
        if before is None or after is None or before.monthly_cost is None or after.monthly_cost is None:
            return None
        return after.monthly_cost - before.monthly_cost if before.currency == after.currency else None

    def document(self) -> dict[str, Any]:
        """Return the values that PortfolioMemberSchema dumps."""
        currency = self.after.currency if self.after is not None else None
        return {
            "workload_id": self.workload.id,
            "name": self.workload.name,
            "state": self.state,
            "error": self.error,
            "evaluation_id": self.row.evaluation_id,
            "previous_id": self.row.previous_id,
            "before": _choice(self.before),
            "after": _choice(self.after),
            "flipped": self.flipped,
            "change": None if self.change is None or currency is None else money(self.change, currency),
        }


def document_of(tx: Transaction, round_: PortfolioEvaluation) -> dict[str, Any]:
    """Return the values that PortfolioEvaluationSchema dumps."""
    found = _members(tx, round_)
    waiting = [member for member in found if member.state in ("queued", "running")]
    return {
        "id": round_.id,
        "created_at": round_.created_at,
        "price_sheet_id": round_.price_sheet_id,
        "state": "running" if waiting else "completed",
        "summary": {
            "workloads": len(found),
            "answered": sum(member.after is not None for member in found),
            "waiting": len(waiting),
            "refused": sum(member.state in ("refused", "failed", "cancelled") for member in found),
            "flipped": [member.workload.id for member in found if member.flipped],
            "change": _changes(found),
        },
        "members": [member.document() for member in found],
    }


def _members(tx: Transaction, round_: PortfolioEvaluation) -> list[Member]:
    rows = service.members(tx, round_.id)
    asked = [row.evaluation_id for row, _ in rows if row.evaluation_id is not None]
    every = [*asked, *(row.previous_id for row, _ in rows if row.previous_id is not None)]
    results = queries.results_of(tx, every)
    evaluations = {evaluation.id: evaluation for evaluation in queries.evaluations_of(tx, every)}
    jobs = queries.jobs_of(tx, asked)
    pairs = [(results.get(row.previous_id or ""), results.get(row.evaluation_id or "")) for row, _ in rows]
    flips = _flips(tx, evaluations, pairs)
    found = []
    for row, workload in rows:
        before, after = results.get(row.previous_id or ""), results.get(row.evaluation_id or "")
        state, error = "refused", row.refusal
        if row.evaluation_id is not None:
            job = jobs.get(row.evaluation_id)
            state = Summary(evaluations[row.evaluation_id], after, job).state
            error = None if job is None or after is not None else job.error
        flipped = after is not None and after.evaluation_id in flips
        found.append(Member(row, workload, state, before, after, error, flipped))
    return found


def _flips(
    tx: Transaction,
    evaluations: Mapping[str, StoredEvaluation],
    pairs: Sequence[tuple[EvaluationResult | None, EvaluationResult | None]],
) -> set[str]:
    """Return the evaluations that recommend another way of serving than the one before them."""
    changed = [
        (before, after)
        for before, after in pairs
        if before is not None and after is not None and before.evaluation_id != after.evaluation_id
    ]
    ids = {result.evaluation_id for pair in changed for result in pair}
    offers = offers_of_each(tx, [evaluations[evaluation_id] for evaluation_id in sorted(ids)])
    flips = set()
    for before, after in changed:
        was, now = offers[before.evaluation_id], offers[after.evaluation_id]
        if _way(before, former_names(was)) != _way(after, former_names(now)):
            flips.add(after.evaluation_id)
    return flips


def _changes(found: Sequence[Member]) -> list[JsonValue]:
    """Return the change of all recommended totals together, one sum a currency."""
    sums: dict[str, Decimal] = {}
    for member in found:
        if member.change is not None and member.after is not None and member.after.currency is not None:
            sums[member.after.currency] = sums.get(member.after.currency, Decimal(0)) + member.change
    return [money(amount, currency) for currency, amount in sorted(sums.items())]


def _choice(result: EvaluationResult | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {"mode": result.mode, "option": result.option, "monthly_cost": monthly_cost(result)}


def _way(result: EvaluationResult, names: Mapping[str, str]) -> str:
    return result.mode if result.option is None else way_of(result.option, names)
