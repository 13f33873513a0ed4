"""Eight processes read, add one and write on the same rows: no update is lost, and no raw error of a lock is seen."""

import multiprocessing
from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.kit.db.database import Database, DatabaseBusy
from tests.effort import EFFORT

PROCESSES, ROWS = 8, 3
UPDATES = 1250 if EFFORT == "prove" else 20
"""Of each process."""

pytestmark = pytest.mark.stress


def add_one(session: Session, row: int) -> None:
    read = session.execute(text("SELECT value FROM sums WHERE id = :row"), {"row": row}).scalar_one()
    session.execute(text("UPDATE sums SET value = :value WHERE id = :row"), {"value": read + 1, "row": row})


def update(url: str, process: int) -> Counter[str]:
    """Make one process's updates, each as often as it is told to come again; return what was told."""
    database, told = Database(url), Counter[str]()
    for number in range(UPDATES):
        done = False
        while not done:
            try:
                database.write(lambda session: add_one(session, (process + number) % ROWS))  # noqa: B023 - called at once
                done = True
            except DatabaseBusy:
                told["busy"] += 1
            except Exception as error:  # noqa: BLE001 - what must not be seen
                told[type(error).__name__] += 1
                done = True
    database.dispose()
    return told


def test_no_update_of_eight_processes_is_lost(database: Database) -> None:
    def make(session: Session) -> None:
        session.execute(text("CREATE TABLE sums (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)"))
        for row in range(ROWS):
            session.execute(text("INSERT INTO sums VALUES (:row, 0)"), {"row": row})

    database.write(make)
    database.dispose()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        told = sum(pool.starmap(update, [(database.url, number) for number in range(PROCESSES)]), Counter[str]())
    with database.reading() as session:
        total = session.execute(text("SELECT sum(value) FROM sums")).scalar_one()
    print(f"{PROCESSES * UPDATES} updates, {total} there, told: {dict(told)}")  # noqa: T201 - figures
    assert total == PROCESSES * UPDATES
    assert set(told) <= {"busy"}
