"""The report on an evaluation: what to do, what it costs and why, on one page that needs nothing else.

`body` is the page without a frame, for a site that puts its own around it; `report` is a file of its own, with its
style, its font and its evidence. Neither has a script.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from service.reports import evidence, sections
from service.reports.answer import margin, sentence
from service.reports.cautions import MOST, cautions
from service.reports.costs import PART_WORDS, costs
from service.reports.drawings.changes import changes
from service.reports.drawings.duration import duration
from service.reports.drawings.latency import latency
from service.reports.drawings.traffic import traffic
from service.reports.drawings.units import units
from service.reports.drawings.volume import volume
from service.reports.drawings.week import week
from service.reports.facts import facts
from service.reports.offer_names import Names
from service.reports.purchase import purchase
from service.reports.reading import Answer
from service.reports.scales import STATIC
from service.reports.templating import TEMPLATES

Json = dict[str, Any]


BEING_DRAWN = "Being drawn, about 10 seconds. Reload the page to see it."
"""Stands where a chart will be."""

FONT_FACE = '@font-face{{font-family:"Inter";src:url("{}") format("woff2");font-weight:400 700;font-display:swap}}\n'

_FONT = b64encode((STATIC / "inter-latin.woff2").read_bytes()).decode()

STYLE = FONT_FACE.format(f"data:font/woff2;base64,{_FONT}") + (STATIC / "report.css").read_text()
"""Lies in a report of its own, which is kept without the service."""

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser that gets the page from the service may load for it: its own style, by its digest, and its font."""

NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Links:
    """Where a report leads: evidence, and what stands beside the answer (buttons), as markup."""

    evidence: str = "#evidence"
    actions: Markup = NOTHING


def body(
    evaluation: Json, sheets: Sequence[Json] = (), drawn: Json | None = None, links: Links | None = None
) -> Markup:
    """Return the report without a frame, to stand in a `<main>`.

    evaluation: its body as the API serves it, completed. sheets: documents of its pinned price sheets, for names and
    dates. drawn: what `chart_data` computed of it; None where that is still to come, which the page then says.
    """
    answer = Answer(evaluation)
    return _body(answer, Names(sheets, answer.inputs), drawn, links or Links())


def report(evaluation: Json, sheets: Sequence[Json] = (), drawn: Json | None = None) -> str:
    """Return the report as a page of HTML that needs nothing else; what is given is as for `body`."""
    answer = Answer(evaluation)
    names = Names(sheets, answer.inputs)
    return TEMPLATES.get_template("report.html").render(
        title=f"Crossover: {sentence(answer, names).heading}",
        style=STYLE,
        body=_body(answer, names, drawn, Links()),
        evidence=evidence_body(answer),
    )


def evidence_body(answer: Answer, *, with_options: bool = True) -> Markup:
    """Return the evidence behind a report: options (unless they stand elsewhere), flip points, crossovers, digests."""
    page = TEMPLATES.get_template("evidence.html")
    found = evidence.evidence(answer)
    return Markup(page.render(evidence=found, currency=answer.currency, with_options=with_options))  # noqa: S704 - escaped by the template


def _body(answer: Answer, names: Names, drawn: Json | None, links: Links) -> Markup:
    every_caution = cautions(answer, names)
    speeds = latency(answer, names)
    carried = sections.carried_per_minute(answer)
    page = TEMPLATES.get_template("body.html")
    rendered = page.render(
        answer_inside=answer.share_inside,
        head=sentence(answer, names),
        actions=links.actions,
        links=links,
        decided=answer.decided,
        currency=answer.currency,
        margin=margin(answer),
        facts=facts(answer, names),
        checklist=sections.checklist(answer),
        cautions=every_caution,
        most_cautions=MOST,
        costs=costs(answer, names),
        part_words=PART_WORDS,
        buy=purchase(answer, names),
        traffic=None if drawn is None else traffic(answer, names, drawn, carried),
        volume=None if drawn is None else volume(answer, names, drawn),
        drawing=BEING_DRAWN if drawn is None and answer.options else "",
        changes=changes(answer, names) if answer.decided else [],
        units=units(answer),
        latency=speeds,
        latency_missing="" if speeds else sections.latency_missing(answer),
        shape=sections.shape(answer),
        duration=duration(answer, carried),
        week=week(answer),
        findings=[*sections.findings(answer), *every_caution[MOST:]],
        moving=sections.remarks(answer, names, moving=True),
        remarks=sections.remarks(answer, names, moving=False),
        hindsight=sections.hindsight(answer, names),
        stands=sections.stands(answer, names),
    )
    return Markup(rendered)  # noqa: S704 - every value was escaped by the template
