"""1,000 evaluations of 200 questions, on both databases and without one, with 1, 2, 4 threads: how many digests."""

from concurrent.futures import ThreadPoolExecutor

from bench._places import places
from tests.at_scale import loose_digests, policies, stored_digests

QUESTIONS = 200
ALONE = {
    "1 thread, hash seed 0": ("0", 1),
    "2 threads, hash seed 1": ("1", 2),
    "4 threads, hash seed 31337": ("31337", 4),
}


def main() -> None:
    """Print how many evaluations were made and how many digests they have. Fails where equal ones differ."""
    asked = policies(QUESTIONS)
    with places() as found, ThreadPoolExecutor(2) as processes:
        loose = {
            name: processes.submit(loose_digests, asked, seed, [threads]) for name, (seed, threads) in ALONE.items()
        }
        digests = {place.name: stored_digests(place.api, asked) for place in found}
        digests |= {name: future.result() for name, future in loose.items()}
    [expected] = {tuple(column) for column in digests.values()}
    print(f"  {sum(map(len, digests.values())):,} evaluations: {'; '.join(digests)}")
    print(f"  {len(asked)} questions, {len(set(expected))} digests, the same everywhere")
    assert len(set(expected)) == len(asked)
