"""Answers that hold statements."""

from marshmallow import fields

from service.kit.http.fields import Schema


class TrafficStatementSchema(Schema):
    """A statement. `digest`: SHA-256 of its text."""

    purpose = fields.String(
        required=True,
        metadata={
            "description": "`sums`: by bucket. `rows`: the requests of the hours from `start` to `end`. `counts`: rows "
            "by what became of them."
        },
    )
    sql = fields.String(required=True)
    digest = fields.String(required=True)
    upload = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Query with which its result is uploaded as CSV or Parquet; null of `counts`."},
    )


class TrafficStatementsSchema(Schema):
    """Statements over a table, and what to know of them."""

    dialect = fields.String(required=True)
    statements = fields.List(fields.Nested(TrafficStatementSchema), required=True)
    notes = fields.List(fields.String(), required=True)
