"""Bodies of workloads."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from service.kit.http.fields import Choice, Distinct, Flag, Identifier, Labels, Number, Schema, Text, Timestamp
from service.kit.zones import zone_mend, zone_names


def is_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone."""
    if name not in zone_names():
        raise ma.ValidationError(f"Not an IANA time zone. {zone_mend(name)}")


class WorkloadLatencySchema(Schema):
    """How fast answers must be: `percentile` percent of requests within `target_ms` milliseconds."""

    metric = Choice(("first_token", "end_to_end"), load_default="first_token")
    percentile = Number(minimum=50, maximum=99.9, load_default=95.0)
    target_ms = Number(minimum=1, maximum=86_400_000, required=True)
    strict = Flag(load_default=False, metadata={"description": "Missing the target rules an option out."})


class WorkloadNeedsSchema(Schema):
    """Guarantees asked of an offer; what is left out asks nothing."""

    tenancy = Choice(("shared", "dedicated"))
    version_pinning = Flag()
    residency = Distinct(Text(minimum=1, maximum=60), alphabetical=True, validate=validate.Length(max=50))
    certifications = Distinct(Text(minimum=1, maximum=60), alphabetical=True, validate=validate.Length(max=50))
    gpu = Text(minimum=1, maximum=60)
    quantization = Text(minimum=1, maximum=60)


class WorkloadIsolationSchema(Schema):
    """Required guarantees rule options out; preferred ones are valued by the policy."""

    required = fields.Nested(WorkloadNeedsSchema, load_default=dict)
    preferred = fields.Nested(WorkloadNeedsSchema, load_default=dict)


class WorkloadFactsSchema(Schema):
    """What a user says about a workload."""

    name = Text(minimum=1, maximum=200, required=True)
    description = Text(maximum=4000)
    model = Text(minimum=1, maximum=200, required=True, metadata={"description": "Model as price sheets name it."})
    zone = Text(minimum=1, maximum=60, metadata={"description": "IANA time zone of the hour-of-week grid."})
    latency = fields.Nested(WorkloadLatencySchema, allow_none=True)
    isolation = fields.Nested(WorkloadIsolationSchema)
    incumbent = Text(
        minimum=1, maximum=500, allow_none=True, metadata={"description": "Key of the option in use today."}
    )
    labels = Labels()

    @ma.validates("zone")
    def _known_zone(self, value: str, **_: Any) -> None:  # noqa: ANN401
        is_zone(value)


class ChangedWorkloadSchema(WorkloadFactsSchema):
    """Facts to replace; what is left out stays as it is."""

    name = Text(minimum=1, maximum=200)
    model = Text(minimum=1, maximum=200)


class NewWorkloadSchema(WorkloadFactsSchema):
    """A workload to create."""

    description = Text(maximum=4000, load_default="")
    zone = Text(minimum=1, maximum=60, load_default="UTC")
    latency = fields.Nested(WorkloadLatencySchema, allow_none=True, load_default=None)
    isolation = fields.Nested(WorkloadIsolationSchema, load_default=lambda: {"required": {}, "preferred": {}})
    incumbent = Text(minimum=1, maximum=500, allow_none=True, load_default=None)
    labels = Labels(load_default=dict)


class WorkloadIdSchema(Schema):
    """What comes first of a stored workload."""

    id = Identifier("wl", required=True)


class WorkloadSchema(WorkloadFactsSchema, WorkloadIdSchema):
    """A workload as stored."""

    description = Text(maximum=4000, required=True)
    zone = Text(required=True)
    latency = fields.Nested(WorkloadLatencySchema, allow_none=True, required=True)
    isolation = fields.Nested(WorkloadIsolationSchema, required=True)
    incumbent = Text(allow_none=True, required=True)
    labels = Labels(required=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
