"""Fixtures that every test may use, and the profile of property tests: laws are never about time."""

import pytest
from hypothesis import settings

from tests.effort import EFFORT

pytest_plugins = ["tests.databases", "tests.clients"]

settings.register_profile("test", deadline=None, derandomize=EFFORT != "prove", print_blob=True)
settings.load_profile("test")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long proofs to `make prove`."""
    if EFFORT == "prove":
        return
    left_out = [item for item in items if item.get_closest_marker("prove")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("prove")]
