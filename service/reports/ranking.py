"""The ranking: the answer in a sentence with its total, and what each way costs, as a part of a page that asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from service.reports.answer import sentence
from service.reports.costs import PART_WORDS, costs
from service.reports.offer_names import Names
from service.reports.reading import Answer
from service.reports.templating import TEMPLATES

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking as markup, and the answer in a line: the order and the total."""

    body: Markup
    line: str


def ranking(evaluation: Json, sheets: Sequence[Json]) -> Ranking:
    """Return the ranking of an evaluation, stored or not; sheets: documents of its price sheets."""
    answer = Answer(evaluation)
    names = Names(sheets, answer.inputs)
    head = sentence(answer, names)
    rendered = TEMPLATES.get_template("ranking.html").render(
        answer_inside=answer.share_inside,
        head=head,
        currency=answer.currency,
        costs=costs(answer, names),
        part_words=PART_WORDS,
    )
    body = Markup(rendered)  # noqa: S704 - every value was escaped by the template
    return Ranking(body, f"{head.heading}: {head.total}" if head.total else head.heading)
