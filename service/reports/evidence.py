"""The evidence behind a report: everything the evaluation holds, under the names that the API has for it."""

from dataclasses import dataclass
from typing import Any

from service.reports import words
from service.reports.reading import Answer, ReportOption
from service.workflow.document.comparison import ReservedCrossover
from service.workflow.document.encoding import encoded

Json = dict[str, Any]

MOST_OPTIONS = 60
"""Options that a report of its own lists; the API's answer and the downloads have all of them."""

MOST_CROSSOVERS = 30
MOST_FLIPS = 60


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option with its key."""

    key: str
    total: str
    kept: str
    spilled: str
    remarks: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the page shows of it."""

    deck: str
    open: bool
    count: str
    options: list[OptionRow]
    left_out: str
    flips: list[Json]
    crossovers: list[dict[str, str]]
    reasons: list[str]
    digests: list[tuple[str, str]]


def evidence(answer: Answer) -> Evidence:
    """Return what stands behind the answer, keys and digests as the API spells them."""
    options = answer.options
    shown = options[:MOST_OPTIONS]
    if answer.chosen is not None and answer.chosen not in shown:
        shown = [*shown, answer.chosen]
    hidden = len(options) - len(shown)
    flips = [encoded(flip) for flip in answer.comparison.flip_points[:MOST_FLIPS]]
    pairs = answer.comparison.crossovers
    return Evidence(
        "Everything is named as the API names it: what is copied from here can be asked for there.",
        False,
        f"{len(options):,}",
        [option_row(option) for option in shown],
        f"{words.plural(hidden, 'dearer option')} not listed here; the evaluation's JSON has them."
        if hidden > 0
        else "",
        flips,
        [_crossover(pair) for pair in pairs[:MOST_CROSSOVERS]],
        [reason.sentence for reason in answer.recommendation.reasons],
        digests(answer),
    )


def option_row(option: ReportOption) -> OptionRow:
    """Return the row of an option; one that was ruled out early has a lower limit and no figures."""
    remarks = ["cannot win"] if option.ruled_out else []
    kept, spilled = option.share("coverage"), option.share("overflow_share")
    reserved = option.dedicated is not None and not option.ruled_out
    return OptionRow(
        option.key,
        ("at least " if option.ruled_out else "") + words.money(option.total, cents=True),
        words.share(kept) if reserved and kept is not None else "",
        words.share(spilled) if option.mode == "hybrid" and reserved and spilled is not None else "",
        " ".join([*remarks, *option.violations]),
    )


def _crossover(pair: ReservedCrossover) -> dict[str, str]:
    per_hour = pair.requests_per_hour
    return {
        "reserved": pair.reserved,
        "serverless": pair.serverless,
        "per_hour": "" if not per_hour else words.rate(per_hour),
        "utilization": "" if pair.utilization is None else words.share(pair.utilization),
        "mean": "" if pair.workload.mean is None else f"{words.rate(pair.workload.mean)} {words.TIMES}",
    }


def digests(answer: Answer) -> list[tuple[str, str]]:
    """Return what the answer can be proved by."""
    inputs = answer.inputs
    return [
        ("Traffic", inputs["traffic_history"]["digest"]),
        *(("Price sheet", sheet["digest"]) for sheet in inputs["price_sheets"]),
        ("Engine, seed", f"{inputs['engine_version']}, {inputs['seed']}"),
        ("This answer", answer.digest),
    ]
