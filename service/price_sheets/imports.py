"""Imports: from an uploaded file or an installed package to stored sheets. Reading comes before the transaction."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from service.kit import body, canonical, clock, strict_json
from service.kit.problems import MALFORMED, Problem
from service.kit.transaction import Actor, Transaction
from service.price_sheets import queries, service
from service.price_sheets.build import Json
from service.price_sheets.findings import Finding, SheetError
from service.price_sheets.importers import azure, genai_prices, litellm, spreadsheet
from service.price_sheets.importers.imported import Imported, Skipped, SourceError, Wanted
from service.price_sheets.parse import load
from service.price_sheets.service import Checked


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import read and checked. fingerprint: SHA-256 of the body."""

    sheets: tuple[Checked, ...]
    skipped: tuple[Skipped, ...]
    fingerprint: bytes


@contextmanager
def prepare(actor: Actor, query: dict[str, Any]) -> Iterator[Prepared]:  # noqa: ARG001 - every door hands the actor
    """Read and check what is to be imported. Raises Problem 400 and 422."""
    content = body.read()
    try:
        imported = _read(query, content)
    except SourceError as broken:
        raise Problem(MALFORMED, str(broken)) from broken
    sheets = tuple(_checked(sheet, imported) for sheet in imported.sheets)
    yield Prepared(sheets, imported.skipped, hashlib.sha256(content).digest())


def store(tx: Transaction, prepared: Prepared) -> list[dict[str, Any]]:
    """Store every sheet: a new one, or a version of the one its provider and name already have.

    A sheet whose latest version lists the same offers is left as it is, whatever its dates.
    """
    return [_store(tx, new) for new in prepared.sheets]


def _read(query: dict[str, Any], content: bytes) -> Imported:
    wanted = Wanted(query["as_of"] or clock.now().date(), query["provider"], query["model"])
    match query["format"]:
        case "csv":
            return spreadsheet.read(content)
        case "genai-prices" if content:
            raise SourceError("genai-prices is read out of the installed package; send no body.")
        case "genai-prices":
            return genai_prices.read(wanted)
        case "azure":
            return azure.read(strict_json.loads(content), canonical.digest(content), wanted)
        case _ if content:
            return litellm.read(strict_json.loads(content), canonical.digest(content), wanted)
        case _:
            return litellm.read(*litellm.installed(), wanted)


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


def _store(tx: Transaction, new: Checked) -> dict[str, Any]:
    document = new.document
    sheet = queries.sheet_named(tx.session, tx.organization_id, document["provider"], document["name"])
    if sheet is None:
        return _outcome("created", service.create(tx, new).latest, new)
    latest = service.get_version(tx, sheet.id, sheet.version)
    if service.document_of(latest)["offers"] == document["offers"]:
        return _outcome("unchanged", latest, new)
    return _outcome("revised", service.append(tx, sheet, new), new)


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
