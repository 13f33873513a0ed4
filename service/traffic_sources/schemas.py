"""Bodies of traffic sources and their pulls."""

from marshmallow import fields

from service.kit.http.fields import Choice, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.kit.jobs.queue import STATES


class WarehouseSchema(Schema):
    """A warehouse that the operator has opened to the organization."""

    name = fields.String(required=True)
    dialect = fields.String(required=True)


class WarehousesSchema(Schema):
    """The warehouses that sources may name."""

    items = fields.List(fields.Nested(WarehouseSchema), required=True)


PURPOSES = ("sums", "rows")

_WORDS = {
    "description": "Words of `GET /v1/traffic-sql` but `dialect` and `end`: `table`, `column.<field>`, `start`, ...",
    "example": {
        "table": "llm.requests",
        "column.arrival": "at",
        "column.input_tokens": "prompt_tokens",
        "column.output_tokens": "completion_tokens",
        "start": "2026-10-05T00:00:00Z",
    },
}


class NewTrafficSourceSchema(Schema):
    """Where a workload's traffic is pulled from: a table of a warehouse that the operator has connected."""

    workload_id = Identifier("wl", required=True)
    warehouse = Text(minimum=1, maximum=100, required=True)
    purpose = Choice(PURPOSES, load_default="sums", metadata={"description": "Sums by bucket, or each request."})
    words = fields.Dict(keys=Text(minimum=1), values=Text(maximum=400), required=True, metadata=_WORDS)


class WorkloadSourceSchema(NewTrafficSourceSchema):
    """A traffic source. It never changes; delete it and make another."""

    id = Identifier("ts", required=True)
    version = fields.Integer(required=True)
    created_at = Timestamp(required=True)


class TrafficSourcesQuery(PageQuery):
    """Which sources."""

    workload_id = Identifier("wl", load_default=None)


class NewTrafficPullSchema(Schema):
    """Until when to pull; without it, until the last whole hour that is over."""

    end = Timestamp(load_default=None)


class PullCountsSchema(Schema):
    """Rows of the table by what became of them."""

    kept = fields.Integer()
    failed = fields.Integer()
    cache_hit = fields.Integer()
    rejected = fields.Integer()


class TrafficPullSchema(Schema):
    """A pull. `state`: of its job, null once that is forgotten. `traffic_history_id`: what came of it."""

    id = Identifier("tp", required=True)
    traffic_source_id = Identifier("ts", required=True)
    created_at = Timestamp(required=True)
    start = Timestamp(required=True, attribute="start_at")
    end = Timestamp(required=True, attribute="end_at")
    statement = fields.String(required=True)
    job_id = Identifier("job", required=True)
    state = Choice(STATES, required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    ran_at = Timestamp(required=True, allow_none=True)
    counts = fields.Nested(PullCountsSchema, required=True, allow_none=True)
    traffic_history_id = Identifier("th", required=True, allow_none=True)


class ReadObjectBodySchema(Schema):
    """An object that is a traffic file."""

    address = Text(
        minimum=8,
        maximum=1000,
        required=True,
        metadata={
            "description": "`s3://`, `gs://` or `az://`, under a prefix that whoever runs the service has opened.",
            "example": "s3://bucket/traffic/october.parquet",
        },
    )
    words = fields.Dict(
        keys=Text(minimum=1),
        values=Text(maximum=400),
        load_default=dict,
        metadata={"description": "Query parameters of an upload: `kind`, `zone`, `column.<field>`, ..."},
    )
