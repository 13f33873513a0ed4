"""What price sheets say about their offers that an answer must not keep to itself: warnings, notes, offers left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
    by_sku = _listed(documents, model, on)
    out = {one.place for listed in by_sku for one in _left_out(listed)}
    found: list[Remark] = []
    for number, document in enumerate(documents):
        found += _of_sheet(document, _wanted(document, model, on) - {index for at, index in out if at == number})
    found += [remark for listed in by_sku for remark in _of_duplicates(listed)]
    found.sort(key=lambda r: (not r.can_move_the_answer, r.sku or "", r.code, r.sentence))
    if len(found) <= MOST:
        return tuple(found)
    more = Remark("prices", "more_remarks", f"{len(found) - MOST} more remarks on offers are with their price sheets.")
    return (*found[:MOST], more)


@dataclass(frozen=True, slots=True)
class _Listed:
    """An offer as one sheet lists it. said: all that it says but for its note and whether it is preferred.

    place: of its sheet and of it in that.
    """

    place: tuple[int, int]
    sheet: str
    provider: str
    sku: str
    preferred: bool
    said: Json


def _listed(documents: Sequence[Json], model: Model, on: date | None) -> list[list[_Listed]]:
    """Return the offers that can be sized, by provider, whatever its capitals, and sku."""
    found: dict[tuple[str, str], list[_Listed]] = {}
    for number, document in enumerate(documents):
        terms = {name: document[name] for name in ("provider", "currency")}
        for index in sorted(_wanted(document, model, on)):
            offer = document["offers"][index]
            said = {name: value for name, value in offer.items() if name not in ("note", "preferred")} | terms
            named = (document["name"], document["provider"], offer["sku"])
            one = _Listed((number, index), *named, offer.get("preferred", False), said)
            if offer["mode"] == "serverless" or "capacity" in offer:
                found.setdefault((one.provider.casefold(), one.sku), []).append(one)
    return [found[key] for key in sorted(found)]


def _of_duplicates(listed: Sequence[_Listed]) -> Iterator[Remark]:
    """Yield remarks on offers that several sheets list: which were left out for a preferred one, which disagree."""
    preferred, left_out = [one for one in listed if one.preferred], _left_out(listed)
    if left_out:
        yield _preferred_over(preferred, left_out)
    yield from _listed_twice(preferred or listed)


def _left_out(listed: Sequence[_Listed]) -> list[_Listed]:
    """Return what is left out for a preferred one, as `prepare.standing` does."""
    return [one for one in listed if not one.preferred] if any(one.preferred for one in listed) else []


def _preferred_over(preferred: Sequence[_Listed], left_out: Sequence[_Listed]) -> Remark:
    one = min(preferred, key=lambda each: (each.provider, each.sku))
    alike = "alike" if all(other.said == one.said for other in left_out) else "otherwise"
    sentence = f"{one.sku} of {one.provider} is taken from {_sheets(preferred)}, where it is marked preferred; "
    sentence += f"{_sheets(left_out)} {'list' if len(left_out) > 1 else 'lists'} it {alike} and was left out."
    return Remark("prices", "preferred_over", sentence, False, one.sku)


def _sheets(listed: Sequence[_Listed]) -> str:
    return " and ".join(sorted({f"'{one.sheet}'" for one in listed}))


def _listed_twice(listed: Sequence[_Listed]) -> Iterator[Remark]:
    """Yield a remark on offers that sheets of one provider list under one sku and charge differently."""
    named: dict[tuple[str, str], list[tuple[str, Json]]] = {}
    for one in listed:
        named.setdefault((one.provider, one.sku), []).append((one.sheet, one.said))
    for (provider, sku), offers in sorted(named.items()):
        if any(offer != offers[0][1] for _, offer in offers):
            names = " and ".join(sorted(f"'{name}'" for name, _ in offers))
            sentence = (
                f"{sku} of {provider} is not the same in the price sheets {names}; each is told apart as {sku}:1, "
            )
            sentence += f"{sku}:2: mark the right one `preferred`, retire the sheet that is wrong, or name the versions"
            sentence += " to compare."
            yield Remark("prices", "listed_twice", sentence, True, sku)


def _wanted(document: Json, model: Model, on: date | None) -> set[int]:
    """Return the places of a document's offers of a model that can be had on a day."""
    return {
        index
        for index, offer in enumerate(document["offers"])
        if is_of(offer, model) and (on is None or is_available(offer, on))
    }


def _of_sheet(document: Json, wanted: set[int]) -> Iterator[Remark]:
    offers: Sequence[Json] = document["offers"]
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
