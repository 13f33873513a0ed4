"""Answers of traffic histories."""

from marshmallow import fields

from service.kit.http.dataclass_schemas import schema_of
from service.kit.http.fields import Choice, Flag, Identifier, Schema, Text, Timestamp
from service.kit.http.paging import PageQuery
from service.traffic_histories.upload_query import ReadWords
from service.workflow.document.measurement import Measurement


class HistoryQuery(PageQuery):
    """Filters of the list of a workload's histories."""


class SplitWords(ReadWords):  # type: ignore[misc, valid-type]
    """What is declared about a file that holds several workloads."""

    split_by = Text(
        minimum=1, maximum=200, required=True, metadata={"description": "Column whose values name the workloads."}
    )


class PulledStatementSchema(Schema):
    """A statement that was run in a warehouse, its SHA-256, and when."""

    sql = fields.String(required=True)
    digest = fields.String(required=True)
    at = fields.String(required=True)


class ReadObjectSchema(Schema):
    """An object that was read, and its tag in the store."""

    address = fields.String(required=True)
    tag = fields.String(required=True, allow_none=True)


class TrafficSourceSchema(Schema):
    """What was sent. words: what was said about it. key: the value the history was split by, else null.

    statement: where it was pulled out of a warehouse. object: where it was read out of an object store.
    """

    digest = fields.String(required=True, metadata={"description": "SHA-256 of the body as sent."})
    bytes = fields.Integer(required=True)
    words = fields.Dict(keys=fields.String(), required=True)
    key = fields.String(required=True, allow_none=True)
    statement = fields.Nested(PulledStatementSchema)
    object = fields.Nested(ReadObjectSchema)


class FileRowsSchema(Schema):
    """Rows of the file: read = accepted + rejected + duplicate; stored = accepted − excluded."""

    read = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    cache_hits = fields.Integer(required=True)
    filtered = fields.Integer(metadata={"description": "Not of the traffic that was chosen with `only`."})
    excluded = fields.Integer(required=True)
    stored = fields.Integer(required=True)


class TrafficHistorySchema(Schema):
    """A traffic history. `digest` is of its content: the same traffic has the same one, however it was spelled."""

    id = Identifier("th", required=True)
    workload_id = Identifier("wl", required=True)
    created_at = Timestamp(required=True)
    digest = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "log or series"})
    bucket_seconds = fields.Integer(required=True, allow_none=True)
    absent = fields.String(required=True, allow_none=True)
    rows = fields.Integer(required=True, metadata={"description": "Requests of a log, buckets of a series."})
    first_at = Timestamp(required=True)
    last_at = Timestamp(required=True)
    start = Timestamp(required=True, allow_none=True)
    end = Timestamp(required=True, allow_none=True)
    requests = fields.Integer(required=True, allow_none=True)
    input_tokens = fields.Integer(required=True, metadata={"description": "Cached ones included."})
    cached_input_tokens = fields.Integer(required=True)
    output_tokens = fields.Integer(required=True)
    retired_at = Timestamp(required=True, allow_none=True)
    chosen_at = Timestamp(
        required=True,
        allow_none=True,
        metadata={"description": "Since when it is current by choice; without one, the newest not retired is."},
    )
    file_rows = fields.Nested(FileRowsSchema, required=True, attribute="report.rows")
    source = fields.Nested(TrafficSourceSchema, required=True)


class ChangedHistorySchema(Schema):
    """How a history stands. A retired one is decided on no more; the current one is decided on where none is named."""

    retired = Flag()
    current = Flag()


class SpanSchema(Schema):
    """What was observed: of a log from `start` to `end`; of a series what an absent bucket means."""

    start = Timestamp()
    end = Timestamp()
    absent = Choice(("missing", "idle"))


class RejectedRowSchema(Schema):
    """A rejected row."""

    line = fields.Integer(required=True, allow_none=True)
    column = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)


class RejectedRowsSchema(Schema):
    """Rows rejected for one reason in one column."""

    column = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    rows = fields.Integer(required=True)


class FileFindingSchema(Schema):
    """What reading the file remarked on."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    count = fields.Integer(required=True, allow_none=True)
    can_move_the_answer = fields.Boolean(
        metadata={"description": "Whether an answer that stands on the file may be another one for it."}
    )


class FileReportSchema(Schema):
    """What reading the file found. columns: field → column of the file. time: how its times are written."""

    format = fields.String(required=True)
    compression = fields.List(fields.String(), required=True)
    dialect = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    bucket_seconds = fields.Integer(required=True, allow_none=True)
    unpacked_bytes = fields.Integer(required=True)
    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    ignored_columns = fields.List(fields.String(), required=True)
    quantities = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={
            "description": "Sums of what is told apart of input and output: cache writes, reasoning, audio, images."
        },
    )
    time = fields.Dict(keys=fields.String(), required=True)
    rows = fields.Nested(FileRowsSchema, required=True)
    rejected_by = fields.List(fields.Nested(RejectedRowsSchema), required=True)
    first_rejects = fields.List(fields.Nested(RejectedRowSchema), required=True)
    findings = fields.List(fields.Nested(FileFindingSchema), required=True)
    first = fields.String(required=True, allow_none=True)
    last = fields.String(required=True, allow_none=True)


class ImportedHistorySchema(Schema):
    """A history out of a split upload. created: whether it was not there before."""

    key = fields.String(required=True)
    created = fields.Boolean(required=True)
    history = fields.Nested(TrafficHistorySchema, required=True, data_key="traffic_history")


class TrafficImportSchema(Schema):
    """What became of a split upload."""

    histories = fields.List(fields.Nested(ImportedHistorySchema), required=True)
    report = fields.Nested(FileReportSchema, required=True)


class LoadPointSchema(Schema):
    """A load that is reached in at least this part of the time."""

    percent_of_time = fields.Integer(required=True)
    reached = fields.Float(required=True, data_key="load", attribute="load")


class LoadDurationSchema(Schema):
    """The load-duration curve: 101 points, from the highest load to the lowest."""

    unit = fields.String(required=True)
    points = fields.List(fields.Nested(LoadPointSchema), required=True)


class DaySchema(Schema):
    """Mean loads of the 24 hours of a day of the week, null where an hour was not observed."""

    day = fields.String(required=True)
    hours = fields.List(fields.Float(allow_none=True), required=True)


class HourOfWeekSchema(Schema):
    """The hour-of-week grid in the workload's zone, Monday first."""

    unit = fields.String(required=True)
    zone = fields.String(required=True)
    days = fields.List(fields.Nested(DaySchema), required=True)


class ChartsSchema(Schema):
    """The profile's two charts as data."""

    load_duration = fields.Nested(LoadDurationSchema, required=True)
    hour_of_week = fields.Nested(HourOfWeekSchema, required=True)


class TrafficProfileSchema(Schema):
    """The measured traffic: `measurement` as in an evaluation with the default policy, and charts as data."""

    traffic_history_id = Identifier("th", required=True)
    digest = fields.String(required=True)
    measurement = fields.Nested(schema_of(Measurement), required=True)
    charts = fields.Nested(ChartsSchema, required=True)


class TrafficQualitySchema(Schema):
    """What was read of the file and what was not, and what the measured window lacks.

    measured: coverage, missing buckets, duplicates, findings; null where nothing can be measured, for the reason
    `not_measured`.
    """

    traffic_history_id = Identifier("th", required=True)
    report = fields.Nested(FileReportSchema, required=True)
    measured = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    not_measured = fields.String(required=True, allow_none=True)
