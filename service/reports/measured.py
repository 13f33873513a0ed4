"""What traffic is like before anything is evaluated: its pattern, volumes, hours, and what a firm answer needs."""

from typing import Any

from markupsafe import Markup

from service import ENGINE_VERSION
from service.reports import sections, words
from service.reports.drawings.duration import duration
from service.reports.drawings.traffic import load
from service.reports.drawings.week import week
from service.reports.facts import Fact
from service.reports.reading import Answer
from service.reports.templating import TEMPLATES
from service.workflow.document.measurement import Measurement

Json = dict[str, Any]


def measured_body(measurement: Json, over_time: Json) -> Markup:
    """Return a measurement as a part of a page: heading, facts, charts, and what is missing for a firm answer.

    over_time: the load of its window, as `load_over_time` returns it.
    """
    answer = _unanswered(measurement)
    shape = sections.shape(answer)
    rendered = TEMPLATES.get_template("measured.html").render(
        shape=shape,
        load=load(answer, over_time),
        facts=_facts(answer.measured),
        checklist=sections.checklist(answer),
        duration=duration(answer, None),
        week=week(answer),
        findings=sections.findings(answer),
    )
    return Markup(rendered)  # noqa: S704 - every value was escaped by the template


def load_chart(answer: Answer, over_time: Json) -> Markup | None:
    """Return the load of an answer's window over time as a part of a page; None where nothing came."""
    found = load(answer, over_time)
    return None if found is None else Markup(TEMPLATES.get_template("load.html").render(load=found))  # noqa: S704


def _unanswered(measurement: Json) -> Answer:
    """Return the measurement as the drawings read it: an answer with nothing else in it."""
    return Answer(
        {
            "inputs": {"policy": {}, "engine_version": ENGINE_VERSION},
            "measurement": measurement,
            "recommendation": {"option": None, "mode": "insufficient_data"},
            "options": [],
            "comparison": {},
            "digest": "",
        }
    )


def _facts(measured: Measurement) -> list[Fact]:
    unit = measured.load_unit
    rates = measured.requests_per_minute or measured.tokens_per_minute
    per_minute = f"{unit} a minute"
    totals = measured.totals
    count, tokens = totals.requests, totals.input_tokens + totals.output_tokens
    volume = Fact("Tokens", words.quantity(tokens), "requests were not counted")
    if measured.counts_requests:
        each = f"{words.count(tokens / count)} tokens each" if tokens and count else "no tokens recorded"
        volume = Fact("Requests", words.quantity(count), each)
    found = [
        volume,
        Fact("Mean", words.rate(rates.mean), per_minute),
        Fact("Floor", words.rate(rates.p05), f"{per_minute} or more, 95 % of the time"),
        Fact("Peak", words.rate(rates.max), f"{unit} in the busiest minute"),
    ]
    idle = measured.idle_share
    return [
        *found,
        Fact("Idle", words.share(idle), "of the time without a request" if idle else "never without a request"),
    ]
