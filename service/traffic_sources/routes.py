"""Calls of traffic sources."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource

from .notes import notes
from .schemas import TrafficStatementsSchema
from .statements import NOT_INSTALLED, statements
from .table_query import TableWords, table_map

blueprint = Resource("traffic-sources", __name__, description="Traffic out of the user's own warehouse.")

READ = "traffic_histories:read"


@blueprint.endpoint(
    "GET", "/traffic-sql", scope=READ, query=TableWords, returns=TrafficStatementsSchema, problems=[NOT_INSTALLED]
)
def get_traffic_sql(tx: Transaction, query: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """Return SQL that makes an upload of a table of requests: run it where the table is, upload what it returns.

    Nothing is connected to, and no name or value is believed: all are quoted.
    """
    table = table_map(query)
    return {"dialect": table.dialect, "statements": statements(table), "notes": notes(table)}
