"""The report on paper: the same sentences and figures as on its page, set as a PDF."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from service.kit import typesetting
from service.kit.http import strict_json
from service.reports import chart_files, evidence, sections
from service.reports.answer import sentence
from service.reports.cautions import MOST, cautions
from service.reports.costs import PART_WORDS, costs
from service.reports.drawings.changes import changes
from service.reports.facts import facts
from service.reports.offer_names import Names
from service.reports.purchase import purchase
from service.reports.reading import Answer

Json = dict[str, Any]

CHARTS = ("traffic", "volume", "duration", "units", "latency")


def report_pdf(evaluation: Json, sheets: Sequence[Json] = (), drawn: Json | None = None) -> bytes:
    """Return the report as a tagged PDF, the same bytes for the same answer; what is given is as for report.body.

    Raises Problem 501 where typesetting is not installed.
    """
    answer = Answer(evaluation)
    names = Names(sheets, answer.inputs)
    pictures = {name: chart_files.svg(answer, names, drawn, name) for name in CHARTS}
    found = {name: picture for name, picture in pictures.items() if picture is not None}
    data = _data(answer, names) | {"charts": [{"name": name, "description": _described(found[name])} for name in found]}
    return typesetting.pdf(_template(), {"data": strict_json.dumps(data), **found})


@cache
def _template() -> str:
    return (Path(__file__).parent / "typst" / "report.typ").read_text()


def _data(answer: Answer, names: Names) -> Json:
    head, bill, bars = sentence(answer, names), purchase(answer, names), costs(answer, names)
    every_caution = cautions(answer, names)
    return {
        "title": f"Crossover: {head.heading}",
        "footer": f"Crossover, {answer.digest[:23]}",
        "eyebrow": head.eyebrow,
        "heading": head.heading,
        "total": head.total or "",
        "beneath": head.beneath,
        "currency": answer.currency,
        "facts": [asdict(fact) for fact in facts(answer, names)],
        "cautions": every_caution[:MOST],
        "costs": None
        if bars is None
        else {
            "heading": bars.heading,
            "deck": bars.deck,
            "more": bars.more,
            "legend": [{"kind": kind, "text": PART_WORDS[kind]} for kind in bars.kinds],
            "rows": [
                {name: getattr(row, name) for name in ("mode", "name", "tag", "sub", "total", "difference")}
                | {"parts": [asdict(part) for part in row.parts]}
                for row in bars.rows
            ],
        },
        "buy": None if bill is None else asdict(bill),
        "changes": [asdict(one) for one in changes(answer, names)] if answer.decided else [],
        "shape": asdict(sections.shape(answer)),
        "findings": [*sections.findings(answer), *every_caution[MOST:]],
        "hindsight": sections.hindsight(answer, names),
        "stands": [
            {"name": name, "lines": [line.text for line in lines]} for name, lines in sections.stands(answer, names)
        ],
        "remarks": [one for moving in (True, False) for one in sections.remarks(answer, names, moving=moving)],
        "digests": [{"name": name, "text": text} for name, text in evidence.digests(answer)],
    }


def _described(svg: str) -> str:
    """Return the finding in words that a chart's file carries, for who cannot see it."""
    text = svg.partition("<desc>")[2].partition("</desc>")[0]
    for escaped, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", '"'), ("&amp;", "&")):
        text = text.replace(escaped, letter)
    return text
