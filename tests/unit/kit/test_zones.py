"""Names of time zones: found once."""

from service.kit import zones


def test_the_names_are_found_once() -> None:
    assert {"UTC", "Europe/Berlin"} <= zones.zone_names()
    assert zones.zone_names() is zones.zone_names()
