"""Rows of a bill as charges: each with its period, its sku, its exact money."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.bills.reading.values import CellError, meter, moment, number, unit
from service.kit.db.types import plain_decimal
from service.kit.http.fields import rfc3339
from service.traffic_histories.reading.errors import RefusedError
from service.traffic_histories.reading.report import Reject

Row = Mapping[str, str]

CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")

QUANTITIES = {"consumed": "consumed_unit", "quantity": "unit", "committed": "committed_unit"}
"""The field of the unit of each quantity."""

MOST_TOLD = 10
MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Words:
    """What was said of a bill for lines that do not say it: currency and provider, None where nothing was."""

    currency: str | None = None
    provider: str | None = None


def charges(rows: Iterable[tuple[int, Row]], columns: Mapping[str, str], words: Words) -> list[dict[str, Any]]:
    """Return the charges of rows, each with its line in the file.

    Raises RefusedError: `bad_rows` with the first ones, `no_rows`.
    """
    charges, rejects, seen = [], [], Counter[str]()
    for line, row in rows:
        try:
            charge = _charge({field: row.get(name, "").strip() for field, name in columns.items()}, columns, words)
        except _RejectedError as error:
            rejects.append(Reject(line, columns.get(error.field), error.reason, error.value[:100]))
            if len(rejects) >= MOST_TOLD:
                break
            continue
        content = json.dumps(charge, sort_keys=True)
        seen[content] += 1
        digest = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()
        charges.append({**charge, "number": line, "digest": digest})
    if rejects:
        told = f"{'at least ' if len(rejects) == MOST_TOLD else ''}{len(rejects)} rows cannot be read"
        raise RefusedError("bad_rows", f"{told}; nothing was stored. Mend them and send the file again", None, rejects)
    if not charges:
        raise RefusedError("no_rows", "the file has a header and no charges; export the period again")
    return charges


class _RejectedError(Exception):
    def __init__(self, field: str, reason: str, value: str) -> None:
        super().__init__(reason)
        self.field, self.reason, self.value = field, reason, value


def _charge(said: Mapping[str, str], columns: Mapping[str, str], words: Words) -> dict[str, Any]:
    if said.get("kind", "").casefold() == "forecast":
        raise _RejectedError("kind", "this is an expected charge, not one that was billed; send the bill", "forecast")
    billed = _read(number, said, "billed")
    effective = _read(number, said, "effective") if said.get("effective") else billed
    starts = _read(moment, said, "starts")
    ends = _ends(said, columns)
    if ends <= starts:
        raise _RejectedError("ends", "the charge ends before it starts; exchange the two", said.get("ends", ""))
    quantity, unit_name = _quantity(said)
    texts = {name: said.get(name, "")[:MOST_TEXT] for name in ("description", "sku", "commitment", "contract")}
    return {
        **texts,
        "provider": (said.get("provider") or words.provider or "")[:MOST_TEXT],
        "invoice": said.get("invoice", "")[:MOST_TEXT],
        "sku_price": said.get("sku_price", "")[:MOST_TEXT],
        "category": _category(said),
        "starts_at": rfc3339(starts),
        "ends_at": rfc3339(ends),
        "meter": meter(said.get("meter", ""), said.get("description", ""), texts["sku"], said.get("sku_price", "")),
        "quantity": quantity,
        "unit": unit_name[:MOST_TEXT],
        "billed": plain_decimal(billed),
        "effective": plain_decimal(effective),
        "currency": _currency(said, words),
        "commitment_status": said.get("commitment_status", "")[:MOST_TEXT],
    }


def _ends(said: Mapping[str, str], columns: Mapping[str, str]) -> Any:  # noqa: ANN401 - a time
    """Return where the charge ends. FOCUS names the moment after it, other bills the last day."""
    if columns.get("ends", "").startswith("ChargePeriod") and said.get("ends"):
        return _read(moment, said, "ends")
    field = "ends" if said.get("ends") else "starts"
    found = _read(lambda text: moment(text, last=True), said, field)
    return found if field == "ends" or found > _read(moment, said, "starts") else found + timedelta(hours=1)


def _quantity(said: Mapping[str, str]) -> tuple[str | None, str]:
    """Return how much was used in single units, and of which; the priced or committed one where none is consumed."""
    found = next((field for field in ("consumed", "quantity", "committed") if said.get(field)), None)
    if found is None:
        return None, ""
    block, name = unit(said.get(QUANTITIES[found], ""))
    return plain_decimal(_read(number, said, found) * block), name


def _category(said: Mapping[str, str]) -> str:
    found = said.get("category") or "Usage"
    if found.capitalize() not in CATEGORIES:
        raise _RejectedError("category", f"is none of {', '.join(CATEGORIES)}", found)
    return found.capitalize()


def _currency(said: Mapping[str, str], words: Words) -> str:
    found = said.get("currency") or words.currency or ""
    if len(found) != 3 or not found.isascii() or not found.isupper():
        raise _RejectedError("currency", "is no currency such as USD; add the column or say ?currency=USD", found)
    return found


def _read(reader: Any, said: Mapping[str, str], field: str) -> Any:  # noqa: ANN401 - the reader's value
    text = said.get(field, "")
    try:
        return reader(text)
    except CellError as error:
        raise _RejectedError(field, f"{'is empty; fill it' if not text else error}", text) from error
