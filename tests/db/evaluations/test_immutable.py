"""What was stored of evaluations and policies cannot be changed, whoever asks the database."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready

COLUMNS = [
    ("evaluations", "inputs"),
    ("evaluations", "input_key"),
    ("evaluation_price_sheets", "version"),
    ("evaluation_chart_data", "content"),
    ("evaluation_results", "content"),
    ("evaluation_results", "digest"),
    ("evaluation_results", "version"),
    ("evaluation_replays", "identical"),
    ("portfolio_evaluations", "price_sheet_id"),
    ("portfolio_members", "previous_id"),
    ("policy_versions", "document"),
    ("default_policies", "policy_id"),
    ("policies", "organization_id"),
]
TABLES = sorted({table for table, _ in COLUMNS} - {"policies"})

ENGINES_OWN = {
    "sqlite": ["INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "REPLACE INTO {table} SELECT * FROM {table}"],
    "postgresql": ["TRUNCATE {table} CASCADE"],
}
"""Other ways to change a row."""


@pytest.fixture
def stored(api: ApiClient, database: Database) -> None:
    """Store a row in each table."""
    evaluation_id = evaluate(api, ready(api)).json["id"]
    assert api.post(f"/v1/evaluations/{evaluation_id}/replays").status_code == 201
    policy_id = api.post("/v1/policies", json={"name": "House"}).json["id"]
    assert api.post("/v1/default-policies", json={"policy_id": policy_id}).status_code == 201
    assert api.post("/v1/portfolio-evaluations", json={}).status_code == 201
    while Worker(database, JOBS).run_one():
        pass


@pytest.mark.usefixtures("stored")
def test_nothing_stored_can_be_updated_deleted_or_replaced(database: Database) -> None:
    for table, column in COLUMNS:
        with pytest.raises(DBAPIError, match="never change"), database.writer.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {column} = {column}"))
    for table in TABLES:
        with pytest.raises(DBAPIError, match="never change"), database.writer.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))
        for statement in ENGINES_OWN["sqlite" if database.is_sqlite else "postgresql"]:
            with pytest.raises(DBAPIError, match="never change"), database.writer.begin() as connection:
                connection.execute(text(statement.format(table=table)))
        with database.reading() as session:
            assert session.scalar(text(f"SELECT count(*) FROM {table}"))
