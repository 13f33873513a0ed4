"""An outcome in words: what was billed against what was said, by cause and by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from service.outcomes.document import CAUSE_WORDS
from service.outcomes.figures import LineFigures, figures_of
from service.outcomes.models import Outcome
from service.reports import words
from service.reports.drawings.moved import Bar, Step, waterfall
from service.reports.facts import Fact
from service.reports.offer_names import Names
from service.reports.purchase import METERS
from service.workflow.bill import RESERVED_UNITS

CAPACITY = (*RESERVED_UNITS, "upfront")


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line in words, money in cents; widths of its two bars in percent of the dearest line's."""

    name: str
    sub: str
    predicted: str
    billed: str
    difference: str
    predicted_width: float
    billed_width: float


def heading(outcome: Outcome) -> str:
    """Return the answer: what was billed, and how far that is from what was said."""
    found = figures_of(outcome.document)
    billed = f"{words.money(outcome.billed)} {outcome.currency} billed"
    difference, share = found.variance, found.variance_share
    if not difference:
        return f"{billed}, exactly what was said"
    told = f" ({words.share(abs(float(share)))})" if share is not None else ""
    return f"{billed}, {words.money(abs(difference))}{told} {'more' if difference > 0 else 'less'} than said"


def days(outcome: Outcome) -> str:
    """Return the days an outcome is of."""
    first, last = (date.fromisoformat(day) for day in (outcome.starts_on, outcome.ends_on))
    return words.day(first) if first == last else f"{words.day(first)} to {words.day(last)}"


def facts(outcome: Outcome, names: Names) -> Iterator[Fact]:
    """Yield the figures that an outcome is judged by."""
    found, currency = figures_of(outcome.document), outcome.currency
    yield Fact("Said", words.money(outcome.predicted), "for these days", currency)
    interval, note = found.interval, "no interval was stated"
    if interval is not None:
        where = "inside" if interval.hit else "outside"
        note = f"{where} the {words.money(interval.low)} to {words.money(interval.high)} that were stated"
    yield Fact("Billed", words.money(outcome.billed), note, currency)
    yield Fact("Paid and not used", words.money(found.unused), "of what was reserved", currency)
    regret = found.regret
    if regret is not None and regret.monthly is not None:
        amount = regret.monthly
        note = "no way would have been cheaper on the traffic that came"
        if amount:
            note = f"a month more than {names.key(regret.best_option or '')} on the traffic that came"
        yield Fact("Regret", words.money(amount), note, currency, "" if amount else "good")
    else:
        yield Fact("Regret", "not known", "name the traffic of these days, so that it can be told")


def remarks(outcome: Outcome) -> Iterator[str]:
    """Yield the cautions of an outcome: what its figures and bars do not show by themselves."""
    found = figures_of(outcome.document)
    known = None if found.regret is None else found.regret.detail
    for sentence in found.detail[1:]:
        told = sentence[:1] in "+-" or sentence.startswith("What was billed lies")
        if not told and sentence != known:
            yield (
                words.with_days(sentence)
                .replace("; see `unmatched`.", ", see the table.")
                .replace("`skus`", "the form")
            )


def bars(outcome: Outcome) -> list[Bar]:
    """Return the way from what was said to what was billed, a bar a cause."""
    causes = figures_of(outcome.document).by_cause
    steps = [
        Step(words.upper_first(CAUSE_WORDS.get(cause, cause)), "", amount) for cause, amount in causes.items() if amount
    ]
    return waterfall(("Said", outcome.predicted), steps, ("Billed", outcome.billed))


def lines(outcome: Outcome, names: Names) -> list[LineRow]:
    """Return the lines of an outcome, as the plan has them."""
    found = figures_of(outcome.document).lines
    scale = max([abs(amount) for line in found for amount in (line.predicted, line.billed)], default=0) or 1
    return [
        LineRow(
            _line_name(line, names),
            _quantities(line),
            f"{line.predicted:,}",
            f"{line.billed:,}",
            words.difference(line.billed - line.predicted, cents=True),
            max(0.0, float(line.predicted / scale * 100)),
            max(0.0, float(line.billed / scale * 100)),
        )
        for line in found
    ]


def _line_name(line: LineFigures, names: Names) -> str:
    label = names.offer(line.sku).label if line.sku else ""
    code = line.code.removeprefix("overflow_")
    what = "reserved" if line.code in (*CAPACITY, "capacity") else METERS.get(code, code.replace("_", " "))
    return f"{label} {what}".strip() + (" of the overflow" if line.code.startswith("overflow_") else "")


def _quantities(line: LineFigures) -> str:
    unit = line.unit.replace("_", " ")
    said, billed = words.quantity(line.predicted_quantity), line.billed_quantity
    return f"{said} {unit} said, {'no quantity' if billed is None else words.quantity(billed)} billed"
