"""Starting: settings are checked together, a taken port and an old database are told with the mend."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from service.cli.exits import Refused
from service.cli.serving import require_free
from service.kit.db import schema
from service.kit.db.database import Database
from tests.cli.crossover import crossover
from tests.databases import sqlite_url
from tests.processes import free_port


def test_every_bad_setting_is_named_at_once(tmp_path: Path) -> None:
    done = crossover("migrate", folder=tmp_path, CROSSOVER_PORT="abc", CROSSOVER_WORKERS="0")
    assert done.returncode == 2
    assert "error: CROSSOVER_PORT: Not a valid integer." in done.stderr
    assert "error: CROSSOVER_WORKERS: " in done.stderr
    assert not list(tmp_path.iterdir())


KEYS = ("keys", "create", "--organization", "Example")


@pytest.mark.parametrize("command", [("serve",), ("worker",), KEYS], ids=" ".join)
def test_a_database_without_tables_is_refused_with_the_mend(command: tuple[str, ...], tmp_path: Path) -> None:
    done = crossover(*command, folder=tmp_path, CROSSOVER_PORT=str(free_port()))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Run `crossover migrate`" in done.stderr


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/file", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"])
@pytest.mark.parametrize("command", [("serve",), ("worker",), ("migrate",), KEYS], ids=" ".join)
def test_a_database_that_cannot_be_reached_is_told_in_a_line(
    command: tuple[str, ...], url: str, tmp_path: Path
) -> None:
    done = crossover(*command, folder=tmp_path, CROSSOVER_DATABASE_URL=url, CROSSOVER_PORT=str(free_port()))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: the database cannot be used: ")
    assert done.stderr.endswith("; CROSSOVER_DATABASE_URL says where it is\n")
    assert done.stderr.count("\n") == 1


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "newer.sqlite3"))
    schema.upgrade(database)
    database.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999_later'")))
    database.dispose()
    done = crossover("migrate", folder=tmp_path, CROSSOVER_DATABASE_URL=database.url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: The database is at revision 9999_later, which this version ")


def test_a_taken_port_is_refused_with_the_mend() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match=r"make run PORT="):
            require_free("127.0.0.1", taken.getsockname()[1])


def test_keys_are_made_in_one_organization_of_a_name(tmp_path: Path) -> None:
    assert crossover("migrate", folder=tmp_path).returncode == 0
    first = crossover("keys", "create", "--organization", "Example", folder=tmp_path)
    second = crossover("keys", "create", "--organization", "Example", "--role", "viewer", folder=tmp_path)
    assert first.stdout.startswith("co_")
    assert first.stdout != second.stdout
    refused = crossover("keys", "create", "--organization", "Example", "--role", "boss", folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "boss is not one of viewer, analyst" in refused.stderr
    for name in ("", "x" * 201, "a\x1b[0m"):
        refused = crossover("keys", "create", "--organization", name, folder=tmp_path)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith("error: --organization: ")


def test_openapi_says_whether_a_file_is_current(tmp_path: Path) -> None:
    printed = crossover("openapi", folder=tmp_path)
    assert printed.returncode == 0
    (tmp_path / "openapi.yaml").write_text(printed.stdout)
    assert crossover("openapi", "--check", "openapi.yaml", folder=tmp_path).returncode == 0
    (tmp_path / "openapi.yaml").write_text(printed.stdout + "# changed\n")
    stale = crossover("openapi", "--check", "openapi.yaml", folder=tmp_path)
    assert stale.returncode == 1
    assert "make openapi" in stale.stderr
