"""What an import gives: documents of price sheets, and what of the source they could not carry."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from service.price_sheets.offer_values import Json

PLACES = Decimal("1e-12")
"""The finest amount a sheet states; a price carried over from floats is rounded to it, half to even."""

MOST_DIGITS = 12
"""The most digits of a price before the point, in any unit a source may state it in."""

PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item of the source that no offer was made of: its name there, a stable code and the reason as a sentence."""

    item: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The sheets read, one a provider, in the order of their names; and what was skipped, in the source's order.

    lines: of a table, the line of each offer of its one sheet.
    """

    sheets: tuple[Json, ...]
    skipped: tuple[Skipped, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a source to read: one provider (None: all), models whose name holds `model`, as of which day."""

    as_of: date
    provider: str | None = None
    model: str = ""

    def sheet_name(self, provider: str, source: str) -> str:
        """Return the name of a provider's sheet out of a source: a part of it is a sheet of its own."""
        part = f", {self.model.lower()}" if self.model else ""
        return f"{provider} ({source}{part})"

    def takes(self, provider: str, model: str) -> bool:
        """Tell whether an entry is asked for; capitals do not matter."""
        right_provider = self.provider is None or self.provider.lower() == provider.lower()
        return right_provider and self.model.lower() in model.lower()


class SourceError(ValueError):
    """A source that cannot be read at all, in words its owner can act on."""


@dataclass(slots=True)
class Names:
    """Gives every offer of a sheet a sku of its own."""

    taken: set[str] = field(default_factory=set)

    def sku(self, name: str) -> str:
        """Return the sku for a source's name: other characters become `:` or `-`, a second one alike gets `-2`."""
        base = re.sub(r"[^A-Za-z0-9._:-]+", "-", name.replace("/", ":")).strip(":-._") or "offer"
        sku, count = base[:190], 1
        while sku in self.taken:
            count += 1
            sku = f"{base[:190]}-{count}"
        self.taken.add(sku)
        return sku


def exact(value: object) -> Decimal | None:
    """Return a JSON number exactly, None for anything else. Raises SourceError for one too large to be a price."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS:
        raise SourceError(f"{str(number)[:20]} is too large for a price.")
    return number


def amount(value: Decimal) -> str:
    """Return an amount as a sheet states it: plain digits, at most 12 after the point.

    Raises SourceError for one with more than 12 digits before it.
    """
    if value.adjusted() >= MOST_DIGITS:
        raise SourceError(f"{str(value)[:20]} is too large for a price.")
    text = f"{value.quantize(PLACES).normalize():f}"
    return "0" if text == "-0" else text


def price(meter: str, value: Decimal, per: int = PER_MILLION, when: Iterable[Json] = ()) -> Json:
    """Return the price of a meter; when: amounts for some requests only, of which the last that holds decides."""
    conditional = list(when)
    return {"meter": meter, "amount": amount(value), "per": per} | ({"when": conditional} if conditional else {})


def longer(above: int, value: Decimal) -> Json:
    """Return the amount for requests of more input tokens than `above`."""
    return {"input_tokens_above": above, "amount": amount(value)}


def note(parts: Iterable[str]) -> Json:
    """Return `{"note": …}` with the parts as one line, or nothing where there are none."""
    text = " ".join(" ".join(part for part in parts if part).split())
    return {"note": text if len(text) <= 1000 else text[:999] + "…"} if text else {}


def all_free(prices: list[Json]) -> bool:
    """Tell whether every price is zero: lists write so what is free and what they have no price for."""
    return not any(Decimal(each["amount"]) for each in prices)


FREE = "Listed at zero, which the source writes for free and for unpriced alike."
