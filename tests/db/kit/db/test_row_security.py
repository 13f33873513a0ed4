"""PostgreSQL itself keeps organizations apart, whichever role connects and whatever a query forgets."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import Connection, delete, event, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.expression import true

from service.app import create_app
from service.kit import clock
from service.kit.db import row_security, schema
from service.kit.db.database import Database
from service.kit.db.transaction import Transaction
from service.models import Base
from service.settings import Settings
from service.workloads.models import Workload
from tests.api.kit.test_every_operation import never_existed, sayings
from tests.clients import ApiClient, command_actor, new_organization
from tests.databases import postgres_url
from tests.evaluating import new_workload
from tests.examples import Good, call, good_requests, operations, rows
from tests.foreign_ids import id_fields, told

ORDINARY = "crossover_ordinary"


@pytest.fixture(params=["superuser", "owner"])
def stored(
    request: pytest.FixtureRequest, postgres_server: str, postgres_database: Callable[..., str]
) -> Iterator[Database]:
    """Give a migrated database, reached as a superuser and as an ordinary role that owns it."""
    name = postgres_database() if request.param == "owner" else postgres_database(
        request.getfixturevalue("migrated_postgres")
    )  # fmt: skip
    url = postgres_url(postgres_server, name)
    if request.param == "owner":
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            if connection.execute("SELECT to_regrole(%s)", (ORDINARY,)).fetchone() == (None,):
                connection.execute(f"CREATE ROLE {ORDINARY} LOGIN")
            connection.execute(f'ALTER DATABASE "{name}" OWNER TO {ORDINARY}')
        url = url.replace("postgres@", f"{ORDINARY}@")
    database = Database(url)
    schema.upgrade(database)
    yield database
    database.dispose()


@pytest.fixture
def callers(stored: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ApiClient, ApiClient]]:
    """Give callers of two organizations."""
    work = tmp_path_factory.mktemp("work")
    app = create_app(Settings(database_url=stored.url, work_folder=str(work)))
    yield (
        ApiClient(app, *new_organization(stored, "Example")),
        ApiClient(app, *new_organization(stored, "Other")),
    )
    app.extensions["crossover"].database.dispose()


def as_of(session: Session, api: ApiClient) -> Transaction:
    return Transaction(session, command_actor(api.organization_id), clock.now(), "test")


def test_the_database_says_that_it_binds(stored: Database) -> None:
    assert stored.describe() == "postgresql with row-level security"


def test_a_forgotten_filter_finds_nothing_of_others(stored: Database, callers: tuple[ApiClient, ApiClient]) -> None:
    mine, theirs = callers
    rows(theirs)
    with stored.reading() as session:
        everybody = {t.name: session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}
    with stored.reading() as session:
        as_of(session, mine)
        for table in Base.metadata.sorted_tables:
            column = table.c.get("organization_id", table.c.get("id"))
            assert column is not None
            seen = set(session.scalars(select(column)))
            assert seen <= {mine.organization_id}, table.name
    filled = [name for name, count in everybody.items() if count]
    assert len(filled) > len(everybody) / 2, "the control: others have rows in most tables"


def test_a_forgotten_filter_changes_nothing_of_others(stored: Database, callers: tuple[ApiClient, ApiClient]) -> None:
    mine, theirs = callers
    new_workload(theirs)

    def unit(session: Session) -> list[str]:
        as_of(session, mine)
        changed = session.scalars(update(Workload).values(name="taken").returning(Workload.id)).all()
        deleted = session.scalars(delete(Workload).returning(Workload.id)).all()
        return [*changed, *deleted]

    assert stored.write(unit) == []
    with stored.reading() as session:
        assert session.scalar(select(func.count()).select_from(Workload)) == 1


def test_a_row_of_another_organization_cannot_be_written(
    stored: Database, callers: tuple[ApiClient, ApiClient]
) -> None:
    mine, theirs = callers
    workload = new_workload(mine)

    def give_away(session: Session) -> None:
        as_of(session, mine)
        session.execute(update(Workload).where(Workload.id == workload).values(organization_id=theirs.organization_id))

    def plant(session: Session) -> None:
        row = dict(session.execute(select(Workload.__table__)).one()._mapping)
        as_of(session, mine)
        session.execute(insert(Workload), [{**row, "id": "wl_planted", "organization_id": theirs.organization_id}])

    for unit in (give_away, plant):
        with pytest.raises(DBAPIError, match="row-level security"):
            stored.write(unit)


def test_the_next_transaction_of_a_connection_is_not_narrowed(
    stored: Database, callers: tuple[ApiClient, ApiClient]
) -> None:
    """Jobs of every organization are claimed on the same connections."""
    mine, theirs = callers
    new_workload(theirs)
    for _ in range(3):
        with stored.reading() as session:
            as_of(session, mine)
            assert session.scalar(select(func.count()).select_from(Workload)) == 0
        with stored.reading() as session:
            assert session.scalar(select(func.count()).select_from(Workload)) == 1


def without_filters(_: Connection, statement: object, many: object, parameters: object, __: object) -> object:
    """Return the statement without any condition on the organization."""

    def replaced(element: object, **_: object) -> object:
        if (
            isinstance(element, BinaryExpression)
            and getattr(element.left, "key", None) == "organization_id"
            and isinstance(element.right, BindParameter)
        ):
            stripped.append(element)
            return true()
        return None

    if not isinstance(statement, visitors.ExternallyTraversible):
        return statement, many, parameters
    return visitors.replacement_traverse(statement, {}, replaced), many, parameters


stripped: list[object] = []


@pytest.mark.prove
def test_nothing_leaks_where_the_queries_forget_the_organization(
    stored: Database, callers: tuple[ApiClient, ApiClient]
) -> None:
    """Every operation, asked for another organization's rows, answers as for rows that never were."""
    mine, theirs = callers
    foreign, own = told(theirs, rows(theirs)), rows(mine)
    good = good_requests(mine, own)
    leaks, used = [], mine.app.extensions["crossover"].database
    for engine in (used.reader, used.writer):
        event.listen(engine, "before_execute", without_filters, retval=True)
    for operation in operations(mine.app):
        for name in (name for name in operation.path_parameters if name.endswith("_id")):
            asked = [{**own, name: value[name]} for value in (foreign, never_existed(foreign))]
            answers = [
                sayings(
                    call(mine, operation, one, good.get(operation.id, Good()), **{"X-Request-Id": "same-request"}),
                    {name: one[name]},
                )
                for one in asked
            ]
            if answers[0] != answers[1] or answers[0][0] != 404:
                leaks.append(f"{operation.id}: {answers}"[:600])
    for field in id_fields(mine.app):
        request = good.get(field.operation.id, Good())
        ids = [value[field.names] for value in (foreign, never_existed(foreign))]
        answers = [sayings(field.ask(mine, own, request, one), {"id": one}) for one in ids]
        if answers[0] != answers[1]:
            leaks.append(f"{field}: {answers}"[:600])
    assert not leaks, "\n".join(leaks)
    assert len(stripped) > 100, "the control: conditions on the organization were taken out"


def test_narrowing_flushes_what_belongs_to_the_one_before(
    stored: Database, callers: tuple[ApiClient, ApiClient]
) -> None:
    """A chore that goes through organizations in one session writes each one's rows as that one."""
    ids = [new_workload(api) for api in callers]

    def unit(session: Session) -> None:
        found = {workload.id: workload for workload in session.scalars(select(Workload))}
        for api, workload_id in zip(callers, ids, strict=True):
            row_security.narrow(session, api.organization_id)
            found[workload_id].name = "renamed"

    stored.write(unit)
    with stored.reading() as session:
        assert set(session.scalars(select(Workload.name))) == {"renamed"}
