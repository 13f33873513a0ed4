"""Identifiers are typed, ordered by time and never collide."""

import time_machine

from service.kit import ids


def test_an_identifier_is_spelled_like_its_kind_only() -> None:
    made = ids.new("wl")
    assert ids.is_id("wl", made)
    assert not ids.is_id("ps", made)
    assert not ids.is_id("wl", made + "\n")
    assert not ids.is_id("wl", made.replace("_", "_8", 1)[:-1])


def test_later_identifiers_sort_later() -> None:
    with time_machine.travel("2026-11-23T20:00:00Z", tick=False) as clock:
        made = []
        for _ in range(50):
            made.append(ids.new("wl"))
            clock.shift(0.001)
    assert made == sorted(made)


def test_identifiers_of_one_millisecond_differ() -> None:
    with time_machine.travel("2026-11-23T20:00:00Z", tick=False):
        assert len({ids.new("wl") for _ in range(10_000)}) == 10_000


def test_an_identifier_is_a_uuid_of_version_7() -> None:
    value = ids.uuid7()
    assert value >> 76 & 0xF == 7
    assert value >> 62 & 0b11 == 0b10
    assert value.bit_length() <= 128
