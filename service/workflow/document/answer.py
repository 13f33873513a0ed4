"""The answer: what an evaluation says, as values of which the JSON, its schema and its documentation are made."""

from dataclasses import dataclass
from typing import Annotated

from service.workflow.document.basis import bases_of_inputs
from service.workflow.document.comparison import AnsweredComparison, comparison
from service.workflow.document.encoding import SINCE_2_0, encoded
from service.workflow.document.measurement import ReplayedMeasurement, measurement, replayed
from service.workflow.document.options import AnsweredOption, option
from service.workflow.document.recommendation import AnsweredRecommendation, InputFinding, findings, recommendation
from service.workflow.document.values import JsonValue
from service.workflow.evaluate import Evaluation
from service.workflow.traffic import HOUR


@dataclass(frozen=True)
class Answer:
    """Everything that an evaluation says of one workload."""

    measurement: ReplayedMeasurement
    options: tuple[AnsweredOption, ...]
    comparison: AnsweredComparison
    findings: Annotated[tuple[InputFinding, ...], "About the inputs, what can move the answer first.", SINCE_2_0]
    recommendation: AnsweredRecommendation

    def document(self) -> dict[str, JsonValue]:
        """Return the answer as JSON values; money is decimal strings."""
        return encoded(self)


def answer_of(evaluation: Evaluation) -> Answer:
    """Return what an evaluation says."""
    policy, currency = evaluation.case.policy, evaluation.currency
    inputs = bases_of_inputs(evaluation.case)
    intervals = {interval.key: interval for interval in evaluation.comparison.uncertainty.intervals}
    return Answer(
        measurement=_measured(evaluation),
        options=tuple(option(o, policy, currency, intervals.get(o.key), inputs) for o in evaluation.options),
        comparison=comparison(evaluation.comparison, policy, currency),
        findings=findings(evaluation.remarks, evaluation.recommendation),
        recommendation=recommendation(evaluation.recommendation, currency),
    )


def document(evaluation: Evaluation) -> dict[str, JsonValue]:
    """Return measurement, options, comparison, findings and recommendation as JSON values."""
    return answer_of(evaluation).document()


def _measured(evaluation: Evaluation) -> ReplayedMeasurement:
    """Return the measurement with what the replays took: whether arrivals were drawn, and which part of the hours."""
    case = evaluation.case
    drawn = case.arrivals.synthesized
    return replayed(
        measurement(case.profile, evaluation.findings),
        "buckets" if not case.has_requests else "synthesized" if drawn else "logged",
        requests=case.replayed[0],
        hours=float(case.replayed_us / HOUR),
        sampled=case.arrivals.sampled,
    )
