"""A price sheet's document, checked and read: JSON in, the offers of the workflow out."""

from typing import Any

from marshmallow import ValidationError

from service.kit.http.query import schema_errors
from service.price_sheets.lint import lint
from service.price_sheets.lint.finding import Finding, SheetError, error
from service.price_sheets.offer_values import Json, build_offers
from service.price_sheets.sheet_schema import PriceSheetSchema
from service.workflow.offers import Offer

_SCHEMA = PriceSheetSchema()


def load(document: Any) -> tuple[Json, tuple[Finding, ...]]:  # noqa: ANN401 - whatever JSON holds
    """Return a document that can be taken, as it is stored, and its warnings; raise `SheetError` with its errors."""
    try:
        checked: Json = _SCHEMA.load(document)
    except ValidationError as refused:
        raise SheetError(
            error(fault.code, fault.pointer, fault.detail) for fault in schema_errors(refused)
        ) from refused
    return checked, warnings_of(checked)


def warnings_of(document: Json) -> tuple[Finding, ...]:
    """Return the warnings of a document of the right shape; raise `SheetError` with its errors."""
    findings = tuple(lint(document))
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise SheetError(errors)
    return findings


def offers_of(document: Any) -> tuple[Offer, ...]:  # noqa: ANN401 - whatever JSON holds
    """Return the offers of a price sheet, in its order; raise `SheetError` where it cannot be taken.

    A dedicated offer without `capacity` has a price but nothing can be sized with it, so it is left out.
    """
    return build_offers(load(document)[0])
