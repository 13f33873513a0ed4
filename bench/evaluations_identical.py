"""1,000 identical requests at once to a server of two processes: one computation."""

import time

from bench._places import places
from tests.at_scale import repeat
from tests.processes import serving

REQUESTS = 1_000


def main() -> None:
    """Print on each database how they were answered and by how much work."""
    with places() as found:
        for place in found:
            with serving(place.url, place.folder / "work") as address:
                started = time.monotonic()
                done = repeat(place.api, place.database, address, REQUESTS)
                seconds = time.monotonic() - started
            statuses = ", ".join(f"{count} times {status}" for status, count in sorted(done.statuses.items()))
            print(
                f"  {place.name:11} {REQUESTS:,} requests in {seconds:.1f} s: {statuses}; {done.bodies} body, "
                f"{done.evaluations} evaluation, {done.attempts} computation",
                flush=True,
            )
            assert (done.bodies, done.evaluations, done.results, done.attempts) == (1, 1, 1, 1)
