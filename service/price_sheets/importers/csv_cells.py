"""Cells of the CSV template: an object as columns and texts, and back."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from service.price_sheets.importers.base import SourceError
from service.price_sheets.offer_values import Json

FORMULA = "=+-@\t\r\n＝＋－＠'"
"""What a cell must not start with as it is: a spreadsheet would compute it. The apostrophe guards and is guarded."""

# Where the list separator is a semicolon, a spreadsheet also starts a cell after each semicolon inside one.
_UNGUARDED = re.compile(rf"(^|;\s*)(?=[{re.escape(FORMULA)}])")
_GUARDED = re.compile(rf"(^|;\s*)'(?=[{re.escape(FORMULA)}])")

KEYED = {"prices": "meter", "rates": "term_months", "axes": None, "when": None, "longer": None}
"""Lists written as columns: by the field that tells entries apart (`12#2`: a second of that term), or by number."""

TERMS = {"term_weeks": "w", "term_days": "d"}
"""Terms other than months, and the letter that ends them in a column's name."""

TEXTS = ("residency", "certifications", "days")
FLAGS = ("version_pinning", "preferred")
NUMBERS = (
    "per", "requests_per_minute", "tokens_per_minute", "input_tokens_per_minute", "all_input_tokens_per_minute",
    "output_tokens_per_minute", "idle_seconds", "start_seconds", "concurrency",
    "instance_concurrency", "prefill_tokens_per_second", "minimum", "increment", "maximum", "billing_seconds",
    "window_seconds", "burst_seconds", "slots", "prefill_seconds_per_prompt", "first_token_seconds",
    "context_seconds_per_token", "context_tokens", "kv_tokens", "input_tokens_above", "capacity_profile_version",
    "power_kilowatts", "power_usage_effectiveness",
)  # fmt: skip
"""Fields that are JSON numbers; every other one is a text, money included."""

MOST_STEPS = 8
"""The most steps of a column's path; the longest one of a sheet has six."""

_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,40})?")


def write_cell(text: str) -> str:
    """Return the text of a cell so that no spreadsheet takes it for a formula."""
    return _UNGUARDED.sub(r"\1'", text)


def read_cell(text: str) -> str:
    """Return what a cell says: without blanks at its ends and without the apostrophes that guarded it."""
    text = text.strip()
    return _GUARDED.sub(r"\1", text) if "'" in text else text


def flatten(value: Json, at: str = "") -> dict[str, str]:
    """Return the columns of an object, each with the text of its cell."""
    columns: dict[str, str] = {}
    for name, item in value.items():
        if name in KEYED:
            for key, entry in _entries(name, item):
                columns |= flatten(entry, f"{at}{name}.{key}.")
        elif isinstance(item, dict):
            columns |= flatten(item, f"{at}{name}.")
        else:
            columns[f"{at}{name}"] = _text(name, item)
    return columns


def unflatten(columns: dict[str, str]) -> Json:
    """Return the object that these columns describe.

    Raises SourceError where a column is no path of a field or two columns contradict each other.
    """
    tree: Json = {}
    for column, text in columns.items():
        *parents, name = column.split(".")
        if len(parents) >= MOST_STEPS:
            raise SourceError(f"The column '{column[:50]}…' is no path of a field.")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
            if not isinstance(node, dict):
                raise SourceError(f"The column {column!r} contradicts another one.")
        if name in node:
            raise SourceError(f"The column {column!r} contradicts another one.")
        # Of these the names are those of weights, too, which are texts.
        node[name] = _number(text) if parents[-1:] == ["measured_with"] else _value(name, text)
    return _listed(tree)


def _entries(name: str, items: list[Json]) -> Iterator[tuple[str, Json]]:
    key = KEYED[name]
    told: Counter[str] = Counter()
    for number, item in enumerate(items, start=1):
        if key is None:
            yield str(number), item
            continue
        called = _called(item, key)
        told[called] += 1
        fields = {field: value for field, value in item.items() if field not in (key, *TERMS)}
        yield (called if told[called] == 1 else f"{called}#{told[called]}"), fields


def _listed(tree: Json) -> Json:
    """Turn the objects of keyed lists back into lists."""
    return {
        name: _list(name, item) if name in KEYED and isinstance(item, dict) else _inner(item)
        for name, item in tree.items()
    }


def _inner(item: Any) -> Any:  # noqa: ANN401 - any JSON value
    return _listed(item) if isinstance(item, dict) else item


def _list(name: str, entries: Json) -> list[Any]:
    key = KEYED[name]
    if key is None:
        return [_inner(entries[number]) for number in sorted(entries, key=lambda text: (len(text), text))]
    return [
        (_term(told) if key == "term_months" else {key: told}) | entry if isinstance(entry, dict) else entry
        for told, entry in ((called.partition("#")[0], _inner(entry)) for called, entry in entries.items())
    ]


def _called(item: Json, key: str) -> str:
    """Return what tells an entry apart: of a rate its months, or `1w` and `3d` of a term in weeks or days."""
    if key not in item:
        return next((f"{item[name]}{letter}" for name, letter in TERMS.items() if name in item), "")
    return str(item[key])


def _term(told: str) -> Json:
    name = next((name for name, letter in TERMS.items() if told.endswith(letter)), None)
    return {"term_months": _number(told)} if name is None else {name: _number(told[:-1])}


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    if name == "tiers":
        return "; ".join(f"{tier['above']}: {tier['amount']}" for tier in value)
    if name == "decode_tokens_per_second":
        return "; ".join(f"{streams}: {_plain(speed)}" for streams, speed in value)
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _plain(value)


def _plain(number: float) -> str:
    """Return a number without exponent, which spreadsheets would reformat."""
    return f"{Decimal(str(number)):f}"


def _value(name: str, text: str) -> Any:  # noqa: ANN401 - any JSON value
    if name == "tiers":
        return [{"above": _number(above), "amount": amount} for above, amount in _pairs(text)]
    if name == "decode_tokens_per_second":
        return [[_number(streams), _number(speed)] for streams, speed in _pairs(text)]
    if name in TEXTS:
        return [part.strip() for part in text.split(";")]
    if name in FLAGS:
        return {"true": True, "false": False}.get(text.lower(), text)
    return _number(text) if name in NUMBERS else text


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(";"):
        first, _, second = part.partition(":")
        yield first.strip(), second.strip()


def _number(text: str) -> int | float | str:
    """Return a plain number; anything else stays a text, which the sheet's schema then refuses by its place."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)
