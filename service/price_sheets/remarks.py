"""What price sheets say about their offers that an answer must not keep to itself: warnings, notes, offers left out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from service.price_sheets.lint import lint
from service.price_sheets.offer_values import Json, is_available
from service.workflow.remarks import Remark

MOVING = frozenset(
    {
        "price_outlier", "hourly_looks_monthly", "hourly_or_monthly", "output_below_input", "cached_above_input",
        "input_free", "free", "capacity_missing", "compute_without_speed",
        "conditional_far_apart", "long_requests_cheaper",
    }
)  # fmt: skip
"""Codes of lint that can move an answer: a price that is wrong, or an offer that cannot take part."""

MOST = 40
"""Remarks a list of sheets gives at most; imported lists hold thousands of offers."""


def remarks_of_sheets(documents: Iterable[Json], model: str | None, on: date | None) -> tuple[Remark, ...]:
    """Return the remarks on the offers of a model in checked documents, on a day, in one order however those come."""
    found = [remark for document in documents for remark in _of_sheet(document, model, on)]
    found.sort(key=lambda r: (not r.can_move_the_answer, r.sku or "", r.code, r.sentence))
    if len(found) <= MOST:
        return tuple(found)
    more = Remark("prices", "more_remarks", f"{len(found) - MOST} more remarks on offers are with their price sheets.")
    return (*found[:MOST], more)


def _of_sheet(document: Json, model: str | None, on: date | None) -> Iterator[Remark]:
    offers: Sequence[Json] = document["offers"]
    wanted = {
        index
        for index, offer in enumerate(offers)
        if (model is None or offer["model"].casefold() == model.casefold()) and (on is None or is_available(offer, on))
    }
    for finding in lint(document):
        place = _place(finding.pointer)
        if finding.severity == "warning" and place in wanted:
            offer = offers[place]
            sentence = f"{offer['sku']} of {document['provider']}: {finding.detail}"
            yield Remark("prices", finding.code, sentence, finding.code in MOVING, offer["sku"])
    for index in sorted(wanted):
        note = offers[index].get("note")
        if note:
            sentence = f"{offers[index]['sku']} of {document['provider']} says: {note}"
            yield Remark("prices", "offer_note", sentence, True, offers[index]["sku"], True)


def _place(pointer: str) -> int | None:
    parts = pointer.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "offers" and parts[2].isdigit() else None
