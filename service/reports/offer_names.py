"""Names of offers as a buyer says them: provider and thing, out of the pinned price sheets."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.reports.reading import ReportOption
from service.reports.words import TIMES, many, spelled_term, upper_first
from service.workflow.option_key import OptionKey

Json = dict[str, Any]

UNIT_WORDS = {"ptu": "PTU", "gsu": "GSU"}

ADDED = ("model", "region", "quantization", "sku")
"""What sets apart two offers that would read alike, tried in this order."""


@dataclass(frozen=True, slots=True)
class OfferName:
    """An offer in words. label: what it is called; provider: who sells it, by `sku`; unit: what one of it is called.

    as_of: when its sheet was read; effective_from: since when it is in force. url: where the sheet was read.
    region: where it is served from, empty where the sheet does not say.
    """

    sku: str
    label: str
    provider: str
    thing: str
    unit: str
    as_of: date | None = None
    effective_from: date | None = None
    url: str | None = None
    region: str = ""
    second_unit: str = ""

    def units(self, number: int) -> str:
        """Return what so many of its units are called, without the number: replica, replicas, PTU."""
        return self.unit if number == 1 else many(self.unit)

    def counted(self, number: int) -> str:
        """Return so many of it beside a number, the unit last: 2×H100 replica, gpu replicas; PTU us-east."""
        named = re.search(rf"(?<!\S){re.escape(self.unit)}(?!\S)", self.thing)
        if self.unit == self.unit.upper():
            return self.thing
        kind = self.thing if named is None else f"{self.thing[: named.start()]}{self.thing[named.end() :]}"
        return " ".join((*kind.split(), self.units(number)))

    @property
    def dated(self) -> date | None:
        """The day its prices are known of."""
        return self.as_of or self.effective_from


@dataclass(frozen=True, slots=True)
class SheetName:
    """A price sheet in words."""

    provider: str
    name: str
    as_of: date | None
    effective_from: date | None
    url: str | None


class Names:
    """What the offers of an evaluation are called. An offer of no known sheet is called by its sku."""

    def __init__(self, sheets: Sequence[Json] = (), inputs: Json | None = None) -> None:
        """Take the documents of the pinned price sheets; inputs: of the answer, to leave out offers of other models."""
        self.sheets = [_sheet_name(sheet) for sheet in sheets]
        self.listed = _listed(sheets, inputs or {})
        """(sheet, offer) by every name that answers call an offer."""
        self._offers = _named(self.listed)
        self._skus = sorted(self._offers, key=len, reverse=True)

    def offer(self, sku: str | None) -> OfferName:
        """Return the name of an offer by what the evaluation calls it."""
        found = self._offers.get(sku or "")
        return found or OfferName(sku or "", sku or "", sku or "", sku or "", "unit")

    def option(self, option: ReportOption) -> str:
        """Return an option without its mode: `1 × Together 2×H100 + Groq`."""
        if option.mode == "serverless":
            warm = f", {option.warm_instances} kept warm" if option.warm_instances else ""
            return self.offer(option.serverless).label + warm
        reserved = self.offer(option.dedicated).label
        if option.mode == "autoscaled":
            named = f"{option.minimum_units or 0} to {_number(option.units)} {TIMES} {reserved}"
        else:
            second = f" + {option.second_units:,}" if option.second_units else ""
            named = reserved if option.units is None else f"{option.units:,}{second} {TIMES} {reserved}"
        return f"{named} + {self.offer(option.serverless).label}" if option.mode == "hybrid" else named

    def full(self, option: ReportOption) -> str:
        """Return an option with its mode: `Hybrid 1 × Together 2×H100 + Groq`."""
        return f"{upper_first(option.mode)} {self.option(option)}"

    def key(self, key: str) -> str:
        """Return in words what an option's key says, of options that the evaluation does not list too."""
        found = OptionKey.parse(key)
        if found is None:
            return key.replace("_", " ")
        if found.term is None:
            return f"serverless on {self.offer(found.serverless).label}"
        if found.units is None:
            return f"{found.mode} on {self.offer(found.reserved).label}"
        term = found.term.partition(".")[0]
        within = "" if term == "0" else f", {spelled_term(term)}"
        second = f" + {found.second}" if found.second else ""
        units = f"{found.units}{second}" if found.minimum is None else f"{found.minimum} to {found.units}"
        return f"{found.mode} on {units} {TIMES} {self.offer(found.reserved).label}{within}"

    def sentence(self, text: str) -> str:
        """Return a sentence that begins with what the evaluation calls an offer, with the offer's name in its place."""
        sku, _, rest = text.partition(" ")
        label = self.offer(sku).label
        return text if label == sku else f"{label} {re.sub(r'^of [^ ]+ says', 'says', rest)}"

    def figure(self, name: str) -> tuple[OfferName, str] | None:
        """Return the offer and the rest of a flip point's name; None where it names no offer."""
        for sku in self._skus:
            if name == sku or name.startswith((f"{sku}.", f"{sku}@")):
                return self._offers[sku], name[len(sku) :]
        plain = re.match(r"(.+?)([.@][a-z0-9_.]+)$", name)
        return None if plain is None else (self.offer(plain[1]), plain[2])


def provider_word(provider: str) -> str:
    """Return a provider as people write it; one with large letters of its own stays as it is."""
    if provider != provider.lower():
        return provider
    return " ".join(upper_first(part) for part in re.split(r"[-_ ]+", provider) if part)


def _number(units: int | None) -> str:
    return "any number" if units is None else f"{units:,}"


def _sheet_name(sheet: Json) -> SheetName:
    source = sheet.get("source") or {}
    return SheetName(
        provider_word(sheet["provider"]),
        sheet.get("name") or "",
        _date(source.get("as_of")),
        _date(sheet.get("effective_from")),
        source.get("url"),
    )


def _date(text: object) -> date | None:
    return text if isinstance(text, date) else date.fromisoformat(text[:10]) if isinstance(text, str) else None


def _listed(sheets: Sequence[Json], inputs: Json) -> dict[str, tuple[Json, Json]]:
    model = inputs.get("model")
    meant = {str(model).casefold(), *inputs.get("spellings", ())}
    entries = [
        (sheet, offer)
        for sheet in sheets
        for offer in sheet["offers"]
        if model is None or str(offer.get("model", "")).strip().casefold() in meant
    ]
    skus = Counter(offer["sku"] for _, offer in entries)
    found = {_full(sheet, offer): (sheet, offer) for sheet, offer in entries}
    alone = {offer["sku"]: (sheet, offer) for sheet, offer in entries if skus[offer["sku"]] == 1}
    return alone | found  # by the sku alone as answers before engine 2.3.0 call it


def _full(sheet: Json, offer: Json) -> str:
    return f"{sheet['provider']}/{offer['sku']}"


def _named(listed: Mapping[str, tuple[Json, Json]]) -> dict[str, OfferName]:
    alike: dict[str, dict[str, tuple[Json, Json]]] = {}
    for sheet, offer in listed.values():
        label = f"{provider_word(sheet['provider'])} {_thing(offer)}".strip()
        alike.setdefault(label, {})[_full(sheet, offer)] = (sheet, offer)
    named = {}
    for label, group in alike.items():
        for (name, (sheet, offer)), called in zip(group.items(), _apart(label, list(group.values())), strict=True):
            named[name] = _offer_name(called, sheet, offer)
    return {name: named[_full(sheet, offer)] for name, (sheet, offer) in listed.items()}


def _offer_name(label: str, sheet: Json, offer: Json) -> OfferName:
    about = _sheet_name(sheet)
    unit = str(offer.get("unit") or "replica")
    return OfferName(
        offer["sku"],
        label,
        about.provider,
        label.removeprefix(about.provider).strip() or about.provider,
        UNIT_WORDS.get(unit.casefold(), unit.replace("_", " ")),
        about.as_of,
        about.effective_from,
        about.url,
        str(offer.get("region") or ""),
        second_unit(offer),
    )


def second_unit(offer: Json) -> str:
    """Return what a unit of the axis that is bought apart is called, empty where there is none."""
    axes: list[Json] = (offer.get("capacity") or {}).get("axes", [])
    unit = next((str(axis.get("unit") or "second unit") for axis in axes if "units" in axis), "")
    return UNIT_WORDS.get(unit.casefold(), unit.replace("_", " "))


def _thing(offer: Json) -> str:
    """Return what sets an offer apart from its provider: the GPU of a unit, else the unit; nothing for tokens."""
    if offer["mode"] == "serverless":
        return ""
    if offer.get("gpu"):
        return re.sub(r"(?<=\d)x(?=[A-Za-z])", TIMES, str(offer["gpu"]))
    unit = str(offer.get("unit") or "replica")
    return UNIT_WORDS.get(unit.casefold(), unit.replace("_", " "))


def _apart(label: str, group: Sequence[tuple[Json, Json]]) -> list[str]:
    """Return a label of its own for each offer of a group that would read alike."""
    if len(group) == 1:
        return [label]
    for name in ADDED:
        added = [str(offer.get(name) or "") for _, offer in group]
        if all(added) and len(set(added)) == len(added):
            return [f"{label} {more}" for more in added]
    return [f"{label} {offer['sku']} {number}" for number, (_, offer) in enumerate(group, 1)]


def kind_of(key: str) -> str:
    """Return what an option is without its number of units: what changes an answer in words."""
    found = OptionKey.parse(key)
    return key if found is None else f"{found.group}+{found.serverless}"
