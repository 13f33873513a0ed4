"""The public data sets that lie beside a checkout: real traffic, prices and measured capacities."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

CASES = SHARED.parent / "cases"


def shared_case(name: str) -> Path:
    """Return the path of a file of a case from outside, or skip the calling test where the folder is absent."""
    path = CASES / name
    if not path.exists():
        pytest.skip(f"needs ../shared/cases/{name}, which is not beside this checkout")
    return path


def shared_data(name: str) -> Path:
    """Return the path of a shared file, or skip the calling test where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}, which is not beside this checkout")
    return path
