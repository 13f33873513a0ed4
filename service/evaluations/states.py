"""The state of an evaluation: completed once there is an answer, else what its job says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.kit.jobs.queue import Job
from service.workflow.document.recommendation import AnsweredRecommendation
from service.workflow.document.values import JsonValue, money

STATES = {"queued": "queued", "running": "running", "failed": "failed", "cancelled": "cancelled"}


def headline(recommended: AnsweredRecommendation) -> dict[str, Any]:
    """Return what lists show of an answer, as columns of EvaluationResult."""
    cost = recommended.monthly_cost
    return {
        "mode": recommended.mode,
        "option": recommended.option,
        "monthly_cost": None if cost is None else cost.amount,
        "currency": None if cost is None else cost.currency,
        "confidence": recommended.confidence,
        "review_by": recommended.review_by.isoformat(),
    }


def monthly_cost(result: EvaluationResult) -> JsonValue:
    """Return the recommended total as money, None where no option is recommended."""
    if result.monthly_cost is None or result.currency is None:
        return None
    return money(result.monthly_cost, result.currency)


@dataclass(frozen=True)
class Summary:
    """An evaluation as lists show it."""

    evaluation: StoredEvaluation
    result: EvaluationResult | None
    job: Job | None

    @property
    def state(self) -> str:
        """Word for where the evaluation stands."""
        if self.result is not None:
            return "completed"
        if self.job is None:
            return "failed"
        return "cancelled" if self.job.cancel_requested else STATES[self.job.state]

    def document(self) -> dict[str, Any]:
        """Return the values that EvaluationSummarySchema dumps."""
        evaluation, result = self.evaluation, self.result
        names = ("version", "mode", "option", "confidence", "review_by", "digest")
        answer = {name: None if result is None else getattr(result, name) for name in names}
        return answer | {
            "id": evaluation.id,
            "workload_id": evaluation.workload_id,
            "created_at": evaluation.created_at,
            "traffic_history_id": evaluation.traffic_history_id,
            "engine_version": evaluation.inputs["engine_version"],
            "state": self.state,
            "monthly_cost": None if result is None else monthly_cost(result),
        }

    def progress(self, now: datetime) -> dict[str, Any]:
        """Return phase, share done and an estimate of the seconds left, of an evaluation without an answer.

        The whole is expected to take what the share done says of it, to that share, and what was estimated to the rest.
        """
        job = self.job
        share = 0.0 if job is None or job.share is None else round(job.share, 4)
        left = None
        if job is not None and self.state in ("queued", "running"):
            spent = 0.0 if job.started_at is None else (now - job.started_at).total_seconds()
            left = round((1 - share) * (spent * (share > 0) + self.evaluation.estimated_seconds * (1 - share)), 1)
        return {"phase": None if job is None else job.phase, "share": share, "seconds_left": left}
