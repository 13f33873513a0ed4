"""The same inputs have the same digest: on both databases, without one, with any number of threads and hash seed."""

import pytest

from tests.at_scale import loose_digests, policies, stored_digests
from tests.clients import ApiClient

POLICIES = policies(4)


@pytest.fixture(scope="module")
def expected() -> list[str]:
    """Give the digests of one process with one thread."""
    return loose_digests(POLICIES, "0", [1])


@pytest.mark.parametrize("hash_seed", ["1", "31337"])
def test_threads_and_hash_seeds_change_nothing(expected: list[str], hash_seed: str) -> None:
    assert loose_digests(POLICIES, hash_seed, [1, 2, 4]) == expected * 3
    assert len(set(expected)) == len(POLICIES)


def test_databases_change_nothing(expected: list[str], api: ApiClient) -> None:
    assert stored_digests(api, POLICIES) == expected
