"""Imports: from an uploaded file or an installed package to stored sheets. Reading comes before the transaction."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from service.kit import canonical_json, clock
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import json_body, strict_json
from service.kit.http.problems import MALFORMED, FieldError, Problem, invalid
from service.price_sheets import queries, service
from service.price_sheets.importers import azure, genai_prices, litellm, spreadsheet
from service.price_sheets.importers.base import Imported, Skipped, SourceError, Wanted
from service.price_sheets.lint.finding import Finding, SheetError
from service.price_sheets.offer_values import Json
from service.price_sheets.service import Checked
from service.price_sheets.validation import load

MAX_SHEETS = 500
"""The most sheets of one import, which is one transaction; the longest public list names under a hundred providers."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import read and checked. by_hand: someone wrote its dates, so they count. fingerprint: SHA-256 of the body."""

    sheets: tuple[Checked, ...]
    skipped: tuple[Skipped, ...]
    by_hand: bool
    fingerprint: bytes


@contextmanager
def prepare(actor: Actor, query: dict[str, Any]) -> Iterator[Prepared]:  # noqa: ARG001 - every door hands the actor
    """Read and check what is to be imported. Raises Problem 400 and 422."""
    named = next((name for name in ("provider", "model") if query[name]), None)
    if query["format"] == "csv" and named is not None:
        detail = f"A table filled in by hand is taken whole: leave {named} out, and delete the rows you do not want."
        raise invalid(FieldError(f"/{named}", "not_of_csv", detail, "query"))
    content = json_body.read()
    try:
        imported = _few(_read(query, content))
    except SourceError as broken:
        raise Problem(MALFORMED, str(broken)) from broken
    if not imported.sheets:
        raise invalid(_nothing(query, imported))
    sheets = tuple(_checked(sheet, imported) for sheet in imported.sheets)
    yield Prepared(sheets, imported.skipped, bool(imported.lines), hashlib.sha256(content).digest())


def _nothing(query: dict[str, Any], imported: Imported) -> FieldError:
    """Return what to say of an import of which no sheet came: nothing fits, or all that fits was left out."""
    if imported.skipped:
        first = imported.skipped[0]
        detail = f"Nothing of it can be offered: {first.item} was left out ({first.detail})"
        return FieldError("/format", "nothing_to_import", detail, "query")
    named = [name for name in ("provider", "model") if query[name]]
    told = " and ".join(f"{name} {query[name]!r}" for name in named)
    detail = f"The list has nothing of {told}: leave it out, or name it as the list does." if named else "It is empty."
    return FieldError(f"/{named[-1]}" if named else "/format", "nothing_to_import", detail, "query")


def pasted(content: bytes) -> Prepared:
    """Read and check a sheet that somebody pastes or picks: JSON as the API takes it, or the filled-in CSV template.

    Raises Problem 400 where it is neither, 422 with every fault.
    """
    mark = hashlib.sha256(content).digest()
    if content.lstrip().startswith(b"{"):
        try:
            sheet = service.checked(*load(strict_json.loads(content)))
        except SheetError as error:
            raise service.refused(error.findings) from error
        return Prepared((sheet,), (), by_hand=True, fingerprint=mark)
    try:
        imported = _versioned(spreadsheet.read(content), canonical_json.digest(content))
    except SourceError as broken:
        raise Problem(MALFORMED, str(broken)) from broken
    return Prepared(tuple(_checked(sheet, imported) for sheet in imported.sheets), imported.skipped, True, mark)


def store(tx: Transaction, prepared: Prepared) -> list[dict[str, Any]]:
    """Store every sheet: a new one, or a version of the one its provider and name already have.

    A sheet whose latest version says the same is left as it is: of a price list read again the same offers, of a table
    filled in by hand also the same dates and source.
    """
    return [_store(tx, new, by_hand=prepared.by_hand) for new in prepared.sheets]


def conflict_count(tx: Transaction, stored: list[dict[str, Any]]) -> int:
    """Return how many things these sheets and others in force now price differently."""
    ids = {sheet["price_sheet_id"] for sheet in stored}
    return sum(
        any(statement.price_sheet_id in ids for statement in statements)
        for provider in {sheet["provider"] for sheet in stored}
        for _, statements in service.conflicts_at(tx, tx.now, {"provider": provider, "model": None})
    )


def _read(query: dict[str, Any], content: bytes) -> Imported:
    wanted = Wanted(query["as_of"] or clock.now().date(), query["provider"], query["model"])
    match query["format"]:
        case "csv":
            return _versioned(spreadsheet.read(content), canonical_json.digest(content))
        case "genai-prices" if content:
            raise SourceError("genai-prices is read out of the installed package; send no body.")
        case "genai-prices":
            return genai_prices.read(wanted)
        case "azure":
            return azure.read(strict_json.loads(content), canonical_json.digest(content), wanted)
        case _ if content:
            return litellm.read(strict_json.loads(content), canonical_json.digest(content), wanted)
        case _:
            return litellm.read(*litellm.installed(), wanted)


def _few(imported: Imported) -> Imported:
    if len(imported.sheets) > MAX_SHEETS:
        raise SourceError(f"The list names more than {MAX_SHEETS} providers; import them one by one (`provider`).")
    return imported


def _versioned(table: Imported, digest: str) -> Imported:
    """Name a table's version by the file's digest, unless the table names one itself."""
    (sheet,) = table.sheets
    source = sheet.get("source", {})
    # An exported table carries the digest of the file it once came from.
    if source.get("version", "sha256:").startswith("sha256:"):
        sheet = sheet | {"source": source | {"version": digest}}
    return replace(table, sheets=(sheet,))


def _checked(sheet: Json, imported: Imported) -> Checked:
    try:
        return service.checked(*load(sheet))
    except SheetError as error:
        named = "" if imported.lines else f"In the sheet of {sheet['provider']}: "
        raise service.refused((_lined(each, imported.lines) for each in error.findings), named) from error


def _lined(finding: Finding, lines: tuple[int, ...]) -> Finding:
    """Say in which line of a table the offer stands that a finding points into."""
    parts = finding.pointer.split("/")
    if parts[1:2] != ["offers"] or len(parts) < 3 or not lines:
        return finding
    line = lines[int(parts[2])]
    return Finding(finding.severity, finding.code, finding.pointer, f"Line {line}: {finding.detail}")


def _store(tx: Transaction, new: Checked, *, by_hand: bool) -> dict[str, Any]:
    new = service.with_capacities(tx, new)
    document = new.document
    sheet = queries.sheet_named(tx.session, tx.organization_id, document["provider"], document["name"])
    if sheet is None:
        return _outcome("created", service.create(tx, new).latest, new)
    latest = service.get_version(tx, sheet.id, sheet.version)
    if _said(service.document_of(latest), by_hand=by_hand) == _said(json.loads(new.content), by_hand=by_hand):
        return _outcome("unchanged", latest, new)
    return _outcome("revised", service.append(tx, sheet, new), new)


def _said(document: Json, *, by_hand: bool) -> object:
    """Return what makes a version of its own: the offers, or the table but for the file's own version."""
    if not by_hand:
        return document["offers"]
    source = {name: value for name, value in document["source"].items() if name != "version"}
    return spreadsheet.write(document | {"source": source})


def _outcome(outcome: str, version: Any, new: Checked) -> dict[str, Any]:  # noqa: ANN401 - a row of versions
    return {
        "outcome": outcome,
        "price_sheet_id": version.price_sheet_id,
        "version": version.version,
        "provider": new.document["provider"],
        "name": new.document["name"],
        "digest": version.digest,
        "offer_count": version.offer_count,
        "warning_count": len(version.warnings),
    }
