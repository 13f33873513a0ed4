"""Copies that prove what they hold, from and to both engines; damage is named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from service.cli import auditing, backing_up
from service.cli.exits import Refused
from service.kit.db.database import Database
from tests.clients import ApiClient
from tests.databases import ENGINES, postgres_url, sqlite_url
from tests.evaluating import evaluate, ready


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a way to say which database the commands work on."""
    return lambda url: monkeypatch.setenv("CROSSOVER_DATABASE_URL", url)


@pytest.fixture
def evaluation(api: ApiClient) -> str:
    """Store a sheet, a history and an evaluation."""
    return str(evaluate(api, ready(api)).json["id"])


@pytest.fixture(params=ENGINES)
def another_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database without anything, on each engine."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "restored" / "restored.sqlite3")
    create: Callable[[], str] = request.getfixturevalue("postgres_database")
    return postgres_url(request.getfixturevalue("postgres_server"), create())


def test_what_is_restored_is_what_was_backed_up(
    api: ApiClient,
    evaluation: str,
    database_url: str,
    another_url: str,
    configured: Callable[[str], None],
    tmp_path: Path,
) -> None:
    stored = api.get(f"/v1/evaluations/{evaluation}").data
    configured(database_url)
    told = backing_up.back_up(tmp_path / "copy.backup")
    assert "every digest checked" in told
    api.post("/v1/workloads", json={"name": "after the copy", "model": "m"})
    configured(another_url)
    assert "restored and proved" in backing_up.restore(tmp_path / "copy.backup")
    restored = Database(another_url)
    with restored.reading() as session:
        found = session.execute(text("SELECT content FROM evaluation_results")).scalar_one()
        assert session.execute(text("SELECT count(*) FROM workloads")).scalar_one() == 1
    restored.dispose()
    assert bytes(found) == stored
    with pytest.raises(Refused, match="not empty"):
        backing_up.restore(tmp_path / "copy.backup")


@pytest.mark.parametrize("place", ["start", "middle", "manifest"])
def test_a_damaged_copy_is_refused(
    evaluation: str,
    database_url: str,
    configured: Callable[[str], None],
    tmp_path: Path,
    place: str,
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("the file is the same")
    configured(database_url)
    path = tmp_path / "copy.backup"
    backing_up.back_up(path)
    manifest = tmp_path / "copy.backup.json"
    if place == "manifest":
        facts = json.loads(manifest.read_text())
        facts["events"] = {name: [size - 1, root] for name, (size, root) in facts["events"].items()}
        manifest.write_text(json.dumps(facts))
    else:
        content = bytearray(path.read_bytes())
        content[10 if place == "start" else len(content) // 2] ^= 1
        path.write_bytes(content)
    configured(sqlite_url(tmp_path / "restored.sqlite3"))
    with pytest.raises(Refused):
        backing_up.restore(path)
    assert not (tmp_path / "restored.sqlite3").exists()


DAMAGE = {
    "price_sheet_versions": ("price sheet", "document", "UPDATE price_sheet_versions SET document = :bytes"),
    "traffic_history_chunks": ("traffic history", "rows", "UPDATE traffic_history_chunks SET data = :bytes"),
    "evaluations": ("evaluation", "inputs", "UPDATE evaluations SET input_key = 'sha256:0'"),
    "evaluation_results": ("evaluation", "answer", "UPDATE evaluation_results SET content = :bytes"),
}


def unprotect(database: Database, table: str) -> None:
    """Do what a trespasser would: take away what keeps rows from being changed."""
    where = "" if database.is_sqlite else f" ON {table}"
    database.write(lambda session: session.execute(text(f"DROP TRIGGER IF EXISTS {table}_refuse_update{where}")))


@pytest.mark.parametrize("table", DAMAGE)
def test_the_audit_names_what_is_damaged(
    api: ApiClient,
    evaluation: str,
    database: Database,
    database_url: str,
    configured: Callable[[str], None],
    table: str,
) -> None:
    configured(database_url)
    whole, _ = auditing.audit(api.organization_id, None, None)
    assert whole
    what, part, statement = DAMAGE[table]
    unprotect(database, table)
    values = {"bytes": b"{}"} if ":bytes" in statement else {}
    database.write(lambda session: session.execute(text(statement), values))
    whole, told = auditing.audit(api.organization_id, None, None)
    assert not whole
    (line,) = [line for line in told.splitlines() if line.startswith("DAMAGED")]
    assert what in line
    assert part in line or "read" in line
