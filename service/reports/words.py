"""Words: how a report writes numbers, money, times and shares. Nothing else in a report rounds."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")

MINUS = "\u2212"
TIMES = "\u00d7"
SPACE = "\u00a0"
"""Keeps a number and its sign on one line."""

CENT, UNIT = Decimal("0.01"), Decimal(1)
MILLION = 1_000_000
HOURS_PER_MONTH = 730
WHOLE_FROM = 100
"""From so much money on, cents are left out."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def rounded(value: Decimal | float, step: Decimal) -> Decimal:
    """Return a value rounded half up to a step such as 1 or 0.01."""
    return Decimal(str(value)).quantize(step, ROUND_HALF_UP)


def money(amount: Decimal, *, cents: bool | None = None) -> str:
    """Return money without its currency: whole from 100 on, else with cents. cents: to say so for a whole column."""
    if cents is None:
        cents = abs(rounded(amount, CENT)) < WHOLE_FROM
    value = rounded(amount, CENT if cents else UNIT)
    if amount and not value:
        return "under 0.01" if amount > 0 else f"under {MINUS}0.01"
    return signed(f"{abs(value):,}", value)


def signed(text: str, value: Decimal | float, *, plus: bool = False) -> str:
    """Return the text of a magnitude with the sign of its value."""
    return f"{MINUS}{text}" if value < 0 else f"+{text}" if plus and value > 0 else text


def difference(amount: Decimal, *, cents: bool) -> str:
    """Return a difference of money, with its sign; empty for none."""
    value = rounded(amount, CENT if cents else UNIT)
    return signed(f"{abs(value):,}", value, plus=True) if value else ""


def price(amount: Decimal) -> str:
    """Return a price as its sheet has it: at least two places, never rounded beyond four significant ones."""
    text = f"{amount:f}"
    whole, _, places = text.partition(".")
    places = places.rstrip("0").ljust(2, "0")
    if len(places) > 2 and abs(amount) < 1:
        digits = max(2, 4 - Decimal(text).adjusted() - 1)
        places = f"{rounded(amount, Decimal(1).scaleb(-digits)):f}".partition(".")[2].rstrip("0").ljust(2, "0")
    elif len(places) > 2:
        return f"{rounded(amount, CENT):,}"
    return f"{int(whole):,}.{places}"


def share(value: float) -> str:
    """Return a share in percent: whole from 10 on, one place below, and never 0.0 of something."""
    percent = rounded(value * 100, Decimal("0.1"))
    if value and not percent:
        return f"under 0.1{SPACE}%"
    step = UNIT if abs(percent) >= 10 or percent == percent.to_integral_value() else Decimal("0.1")
    percent = rounded(value * 100, step)
    if value < 1 and percent == 100:
        return f"over 99.9{SPACE}%" if value > 0.9995 else f"{rounded(value * 100, Decimal('0.1'))}{SPACE}%"
    return signed(f"{abs(percent)}{SPACE}%", percent)


def rate(value: float) -> str:
    """Return a rate or a count with three significant figures, whole from 100 on."""
    if not value:
        return "0"
    number = Decimal(str(value))
    places = max(0, 2 - number.adjusted())
    text = f"{rounded(number, Decimal(1).scaleb(-places)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float) -> str:
    """Return a whole number with thousands."""
    return f"{rounded(value, UNIT):,}"


def quantity(value: Decimal | float) -> str:
    """Return a large quantity in words: 1,511 million, 12.3 million, 4,200."""
    return f"{rate(float(value) / MILLION)} million" if value >= MILLION else count(float(value))


def number_word(value: int) -> str:
    """Return a small whole number as a word, a larger one in figures."""
    return NUMBERS[value] if 0 <= value < len(NUMBERS) else f"{value:,}"


def plural(value: float, one: str, more: str | None = None) -> str:
    """Return a count with its noun: 1 request, 2 requests."""
    return f"{count(value)} {one if value == 1 else more or one + 's'}"


def many(noun: str) -> str:
    """Return a noun in the plural: replica, replicas; box, boxes; capacity, capacities. What is all capitals stays."""
    if noun == noun.upper():
        return noun
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search("[^aeiou]y$", noun) else f"{noun}s"


def duration(seconds: float) -> str:
    """Return a duration in the largest unit that fits: 40 seconds, 1 hour, 7 days."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            amount = rate(seconds / size)
            return f"{amount} {unit}" + ("" if amount == "1" else "s")
    return f"{rate(seconds)} second" + ("" if rate(seconds) == "1" else "s")


def seconds_of(milliseconds: float) -> str:
    """Return a latency: 0.73 s, 12 s."""
    return f"{rate(milliseconds / 1000)}{SPACE}s"


def day(value: date | datetime) -> str:
    """Return a day: 2 Nov 2026."""
    return f"{value.day} {value:%b} {value.year}"


def with_days(text: str) -> str:
    """Return a text with the days in it, such as 2026-11-02, written out."""
    return DAY.sub(lambda found: day(date.fromisoformat(found[0])), text)


def minute(value: datetime) -> str:
    """Return a time: 2 Nov 2026, 17:00."""
    return f"{day(value)}, {value:%H:%M}"


def nearest_minute(value: datetime) -> datetime:
    """Return the whole minute nearest to a time: a log's window begins with a request, not on the stroke."""
    return (value + timedelta(seconds=30)).replace(second=0, microsecond=0)


def span(start: datetime, end: datetime) -> str:
    """Return a window in words, its last day the one that still holds some of it."""
    start, end = nearest_minute(start), nearest_minute(end)
    last = max(start, end - timedelta(microseconds=1))
    if start.date() == last.date():
        return f"{start:%H:%M} to {end:%H:%M} on {day(start)}"
    if start.year != last.year:
        return f"{day(start)} to {day(last)}"
    if start.month != last.month:
        return f"{start.day} {start:%b} to {day(last)}"
    return f"{start.day} to {day(last)}"


def listed(items: Sequence[str]) -> str:
    """Return items as a list in words: a, b and c."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def upper_first(text: str) -> str:
    """Return the text with its first letter large."""
    return text[:1].upper() + text[1:]


def term(months: float | None) -> str:
    """Return a term in words; None is no reservation at all. What is no whole number of months is one of days."""
    if months is None:
        return "pay per use"
    if months == 0:
        return "on demand"
    if months == int(months):
        return plural(int(months), "month")
    weeks, days = divmod(round(months * HOURS_PER_MONTH / 24), 7)
    return plural(7 * weeks + days, "day") if days else plural(weeks, "week")


def spelled_term(text: str) -> str:
    """Return a term as keys of options spell it (`12`, `1w`, `3d`) in words; the text itself where it is none."""
    units = {"w": "week", "d": "day"}
    if text[-1:] in units and text[:-1].isdigit():
        return plural(int(text[:-1]), units[text[-1]])
    return term(int(text)) if text.isdigit() else text


def term_key(months: float | None) -> str:
    """Return a term as keys of options spell it."""
    if months is None or months == int(months):
        return f"{months}"
    weeks, days = divmod(round(months * HOURS_PER_MONTH / 24), 7)
    return f"{7 * weeks + days}d" if days else f"{weeks}w"
