"""The rules of guardrails as they are sent: checked, and respelled so that the same rules have the same digest."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from service.decisions.guardrails import ENTITLED
from service.decisions.limits import CONFIDENCES
from service.kit.db.types import plain_decimal
from service.kit.http.fields import Amount, Choice, Currency, Identifier, Integer, Number, Schema

LEVELS = ("block", "needs", "note")


class BandSchema(Schema):
    """From which amount on, to below where the next band begins, so many approvers of a role are needed."""

    from_ = Amount(data_key="from", attribute="from", required=True)
    approvers = Integer(minimum=0, maximum=20, required=True)
    role = Choice(tuple(ENTITLED), load_default="approver")


class RuleSchema(Schema):
    """`level`: `block` forbids, `needs` asks for one approval more, of a `role` or of `member_id`, `note` only says."""

    level = Choice(LEVELS, required=True)
    role = Choice(tuple(ENTITLED), load_default=None, allow_none=True)
    member_id = Identifier("mb", load_default=None, allow_none=True)

    @ma.validates_schema
    def _who(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        named = [name for name in ("role", "member_id") if data.get(name) is not None]
        if data.get("level") == "needs" and len(named) != 1:
            raise ma.ValidationError("Name whose approval is needed: a role, or one member by member_id.", "role")
        if data.get("level") != "needs" and named:
            raise ma.ValidationError(
                "Only the level `needs` asks for somebody; leave it out, or say `needs`.", named[0]
            )


def _limited(name: str, limit: fields.Field[Any], told: str) -> fields.Nested:
    """Return the field of a rule with a limit; null: no such rule."""
    schema = type(f"{name}RuleSchema", (RuleSchema,), {"__doc__": f"{told} `level`: as of every rule.", "limit": limit})
    return fields.Nested(schema, load_default=None, allow_none=True)


_SHARE = {"minimum": 0, "maximum": 1, "required": True}


class Bands(fields.Dict):
    """Bands by currency. Faults are told at the band's own place, and only good bands are held against each other."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            bands: dict[str, Any] = super()._deserialize(value, *args, **kwargs)  # type: ignore[no-untyped-call]
        except ma.ValidationError as error:
            faults = error.messages
            if isinstance(faults, dict):
                faults = {name: fault.get("value", fault) for name, fault in faults.items()}
            raise ma.ValidationError(faults) from error
        for currency, entries in bands.items():
            _require_rising(currency, [band["from"] for band in entries])
        return bands


def _require_rising(currency: str, begins: list[Decimal]) -> None:
    if begins[0] != 0:
        raise ma.ValidationError({currency: {0: {"from": ["The first band begins at 0."]}}})
    for index, (before, after) in enumerate(pairwise(begins), 1):
        if after <= before:
            told = f"Begins at {after}, not above the band before, {before}; list bands from low to high."
            raise ma.ValidationError({currency: {index: {"from": [told]}}})


class RulesSchema(Schema):
    """Guardrails, whole: what is left out or null is no rule. `bands`: by currency, the first from 0."""

    bands = Bands(
        keys=Currency(),
        values=fields.List(fields.Nested(BandSchema), validate=validate.Length(min=1, max=50)),
        required=True,
        validate=validate.Length(max=200),
    )
    split_window_days = Integer(minimum=1, maximum=3660, load_default=90)
    minimum_confidence = _limited("Confidence", Choice(CONFIDENCES, required=True), "At least this confidence.")
    minimum_probability_cheapest = _limited(
        "Probability", Number(**_SHARE), "At least this probability of being the cheapest, 0 to 1."
    )
    minimum_measured_days = _limited(
        "MeasuredDays", Number(minimum=0, maximum=3660, required=True), "At least so many days of traffic."
    )
    minimum_coverage = _limited("Coverage", Number(**_SHARE), "At least this share of them measured, 0 to 1.")
    largest_regret = _limited(
        "Regret",
        Number(minimum=0, maximum=100, required=True),
        "At most this regret of the walk-forward check, 0.1: a tenth.",
    )
    oldest_price_days = _limited(
        "PriceAge", Integer(minimum=0, maximum=3660, required=True), "No price version older than so many days."
    )
    longest_term_months = _limited("Term", Number(minimum=0, maximum=120, required=True), "No longer term, in months.")
    largest_provider_share = _limited(
        "ProviderShare", Number(**_SHARE), "At most this share of committed spend with one provider, 0 to 1."
    )
    provisional = fields.Nested(RuleSchema, load_default=None, allow_none=True)
    beyond_available_until = fields.Nested(RuleSchema, load_default=None, allow_none=True)

    @ma.post_load
    def _plain(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: ANN401
        bands = {
            currency: [band | {"from": plain_decimal(Decimal(band["from"]))} for band in entries]
            for currency, entries in data["bands"].items()
        }
        return data | {"bands": bands}
