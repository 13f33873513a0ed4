"""WAL is used with a library that keeps it whole, and with no other."""

import sqlite3

import pytest

from service.kit.db import sqlite
from service.kit.db.sqlite import Version


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_versions_known_to_lose_pages_are_not_trusted(version: Version, safe: bool) -> None:
    assert sqlite.wal_is_safe(version) is safe


def test_an_unsafe_library_gets_the_slower_journal() -> None:
    assert "journal_mode=TRUNCATE" in sqlite.pragmas((3, 40, 1))
    assert "journal_mode=WAL" in sqlite.pragmas((3, 51, 3))


def test_the_systems_library_is_passed_over_when_it_is_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert sqlite.choose_driver() is not sqlite3
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert sqlite.choose_driver() is sqlite3
