"""What was stored of a price sheet cannot be changed, whoever asks the database."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.kit.db.database import Database
from service.price_sheets import service
from service.price_sheets.models import PriceSheet
from service.price_sheets.validation import load
from tests.clients import new_organization, transaction
from tests.unit.price_sheets.documents import SHEET

PROTECTED = [
    ("price_sheet_versions", "digest"),
    ("price_sheet_versions", "document"),
    ("price_sheet_versions", "effective_from"),
    ("price_sheet_versions", "warnings"),
    ("price_sheet_offers", "offer"),
    ("price_sheet_offers", "model_key"),
    ("price_sheets", "provider"),
    ("price_sheets", "name"),
    ("price_sheets", "currency"),
    ("price_sheets", "organization_id"),
]


@pytest.fixture
def stored(database: Database) -> PriceSheet:
    """Give a stored sheet of three offers."""
    organization_id, _ = new_organization(database, "Example")
    with transaction(database, organization_id) as tx:
        return service.create(tx, service.checked(*load(SHEET)))


@pytest.mark.parametrize(("table", "column"), PROTECTED)
def test_no_column_of_what_was_stored_can_be_updated(
    database: Database, stored: PriceSheet, table: str, column: str
) -> None:
    with pytest.raises(DBAPIError, match="never change"), database.writer.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = {column}"))


@pytest.mark.parametrize("table", ["price_sheet_offers", "price_sheet_versions", "price_sheets"])
def test_nothing_stored_can_be_deleted_one_by_one_or_at_once(
    database: Database, stored: PriceSheet, table: str
) -> None:
    at_once = [] if database.is_sqlite else [f"TRUNCATE {table} CASCADE"]
    for statement in (f"DELETE FROM {table}", *at_once):
        with pytest.raises(DBAPIError, match="never change"), database.writer.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("table", ["price_sheet_offers", "price_sheet_versions", "price_sheets"])
def test_nothing_stored_can_be_replaced(database: Database, stored: PriceSheet, table: str) -> None:
    replace = "INSERT OR REPLACE INTO" if database.is_sqlite else "INSERT INTO"
    told = "never change" if database.is_sqlite else "duplicate key"
    with pytest.raises(DBAPIError, match=told), database.writer.begin() as connection:
        connection.execute(text(f"{replace} {table} SELECT * FROM {table}"))


def test_the_sheet_itself_may_be_revised(database: Database, stored: PriceSheet) -> None:
    with database.writer.begin() as connection:
        changed = connection.execute(text("UPDATE price_sheets SET digest = 'sha256:00', version = version + 1"))
        assert changed.rowcount == 1
