"""Bodies and answers of capacity profiles."""

from marshmallow import fields, validate

from service.kit.http.fields import Identifier, Integer, List, Number, Schema, Text, Timestamp
from service.price_sheets.fields import Line, Variant
from service.price_sheets.offer_schemas import CAPACITIES
from service.price_sheets.sheet_schema import SourceSchema
from service.price_sheets.words import CAPACITY_WORDS

MOST_FILES = 200
LONGEST_FILE = 2_000_000


class CapacityProfileSchema(Schema):
    """What was measured: `results` are files of benchmarks of one unit, each as its tool wrote it, as text.

    `unit`: what one unit is, such as the GPUs and the engine. `input_tokens`, `output_tokens`: the lengths of the
    requests where the files do not state them. `only`: of rows of several systems (MLPerf), what the name of the one
    that is meant holds.
    """

    name = Line(200, required=True)
    model = Line(200, required=True)
    unit = Line(200, required=True)
    source = fields.Nested(SourceSchema, required=True)
    results = List(
        Text(minimum=1, maximum=LONGEST_FILE),
        required=True,
        validate=validate.Length(min=1, max=MOST_FILES, error="Must hold 1 to 200 files."),
    )
    input_tokens = Number(minimum=1, maximum=10**9)
    output_tokens = Number(minimum=2, maximum=10**9)
    system = Line(200)


class ProfileVersionSchema(Schema):
    """A version of a profile. `digest`: SHA-256 of its document's canonical JSON (RFC 8785)."""

    capacity_profile_id = Identifier("cp", required=True)
    version = Integer(required=True)
    digest = Text(required=True)
    created_at = Timestamp(required=True)


class StoredCapacityProfileSchema(Schema):
    """A profile as listed. `version` is its latest one, `digest` that one's; the ETag names it."""

    id = Identifier("cp", required=True)
    name = Text(required=True)
    model = Text(required=True)
    unit = Text(required=True)
    version = Integer(required=True)
    digest = Text(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class RequestLengthSchema(Schema):
    """Mean tokens of the requests that were measured; null where the results do not tell them."""

    input_tokens = fields.Float(required=True, allow_none=True)
    output_tokens = fields.Float(required=True, allow_none=True)


class MeasuredPointSchema(Schema):
    """One measured point: of a sweep its means with `streams` in flight, of a row of MLPerf its rates."""

    streams = Integer()
    first_token_seconds = fields.Float()
    token_seconds = fields.Float()
    requests_per_second = fields.Float(allow_none=True)
    tokens_per_second = fields.Float()


class LeftOutSchema(Schema):
    """A point predicted from the others, end to end; `error` is predicted ÷ measured − 1."""

    streams = Integer(required=True)
    measured_seconds = fields.Float(required=True)
    predicted_seconds = fields.Float(required=True)
    error = fields.Float(required=True)


class ProfileDocumentSchema(Schema):
    """What was read and fitted. `labels`: whether each figure is measured, derived, assumed or unknown, and how."""

    name = Text(required=True)
    model = Text(required=True)
    unit = Text(required=True)
    source = fields.Nested(SourceSchema, required=True)
    capacity = Variant("kind", CAPACITIES, CAPACITY_WORDS, required=True)
    request = fields.Nested(RequestLengthSchema, required=True)
    points = fields.List(fields.Nested(MeasuredPointSchema), required=True)
    left_out = fields.List(fields.Nested(LeftOutSchema), required=True)
    labels = fields.Dict(keys=Text(), values=Text(), required=True)


class WholeProfileVersionSchema(ProfileVersionSchema):
    """A version with its document."""

    document = fields.Nested(ProfileDocumentSchema, required=True)


class WholeCapacityProfileSchema(StoredCapacityProfileSchema):
    """A profile with its latest version."""

    latest = fields.Nested(WholeProfileVersionSchema, required=True)
