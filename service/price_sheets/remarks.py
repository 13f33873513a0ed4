"""What price sheets say about their offers that an answer must not keep to itself: warnings, notes, offers left out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from service.price_sheets.lint import lint
from service.price_sheets.offer_values import Json, Model, is_available, is_of
from service.workflow.remarks import Remark

MOVING = frozenset(
    {
        "price_outlier", "input_far_below_output", "cached_far_below_input",
        "hourly_looks_monthly", "hourly_or_monthly", "output_below_input", "cached_above_input",
        "input_free", "free", "capacity_missing", "compute_without_speed",
        "conditional_far_apart", "tier_unstated", "long_requests_cheaper",
    }
)  # fmt: skip
"""Codes of lint that can move an answer: a price that is wrong, or an offer that cannot take part."""

MOST = 40
"""Remarks a list of sheets gives at most; imported lists hold thousands of offers."""


def remarks_of_sheets(documents: Iterable[Json], model: Model, on: date | None) -> tuple[Remark, ...]:
    """Return the remarks on the offers of a model in checked documents, on a day, in one order however those come."""
    documents = list(documents)
    found = [remark for document in documents for remark in _of_sheet(document, model, on)]
    found += _listed_twice(documents, model, on)
    found.sort(key=lambda r: (not r.can_move_the_answer, r.sku or "", r.code, r.sentence))
    if len(found) <= MOST:
        return tuple(found)
    more = Remark("prices", "more_remarks", f"{len(found) - MOST} more remarks on offers are with their price sheets.")
    return (*found[:MOST], more)


def _listed_twice(documents: Sequence[Json], model: Model, on: date | None) -> Iterator[Remark]:
    """Yield remarks on offers that sheets of one provider list under one sku and charge differently."""
    listed: dict[tuple[str, str], list[tuple[str, Json]]] = {}
    for document in documents:
        terms = {name: document[name] for name in ("provider", "currency")}
        for index in _wanted(document, model, on):
            offer = {name: value for name, value in document["offers"][index].items() if name != "note"}
            listed.setdefault((document["provider"], offer["sku"]), []).append((document["name"], offer | terms))
    for (provider, sku), offers in sorted(listed.items()):
        if any(offer != offers[0][1] for _, offer in offers):
            names = " and ".join(sorted(f"'{name}'" for name, _ in offers))
            sentence = (
                f"{sku} of {provider} is not the same in the price sheets {names}; each is told apart as {sku}:1, "
            )
            sentence += f"{sku}:2: retire the sheet that is wrong, or name the versions to compare."
            yield Remark("prices", "listed_twice", sentence, True, sku)


def _wanted(document: Json, model: Model, on: date | None) -> set[int]:
    """Return the places of a document's offers of a model that can be had on a day."""
    return {
        index
        for index, offer in enumerate(document["offers"])
        if is_of(offer, model) and (on is None or is_available(offer, on))
    }


def _of_sheet(document: Json, model: Model, on: date | None) -> Iterator[Remark]:
    offers: Sequence[Json] = document["offers"]
    wanted = _wanted(document, model, on)
    for finding in lint(document):
        place = _place(finding.pointer)
        if finding.severity == "warning" and place in wanted:
            offer = offers[place]
            sentence = f"{offer['sku']} of {document['provider']}: {finding.detail}"
            yield Remark("prices", finding.code, sentence, finding.code in MOVING, offer["sku"])
    for index in sorted(wanted):
        if "capacity_profile_version" in offers[index]:
            sku, named = offers[index]["sku"], offers[index]["capacity_profile_id"]
            sentence = f"What a unit of {sku} serves is derived from what {named}, version "
            sentence += f"{offers[index]['capacity_profile_version']}, measured."
            yield Remark("prices", "capacity_measured", sentence, False, sku)
        note = offers[index].get("note")
        if note:
            sentence = f"{offers[index]['sku']} of {document['provider']} says: {note}"
            yield Remark("prices", "offer_note", sentence, True, offers[index]["sku"], True)


def _place(pointer: str) -> int | None:
    parts = pointer.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "offers" and parts[2].isdigit() else None
