"""1,000 queued evaluations while workers are killed at random: each answered once, none lost."""

from bench._places import places
from tests.at_scale import survive_kills

EVALUATIONS = 1_000
KILLS = 50


def main() -> None:
    """Print what became of them on each database. Fails where one is lost or answered twice."""
    with places() as found:
        for place in found:
            done = survive_kills(place.api, place.database, place.url, EVALUATIONS, KILLS)
            taken_over = done.attempts - done.asked
            print(
                f"  {place.name:11} {done.answered:,} of {done.asked:,} answered once, versions without a gap; "
                f"{done.kills} workers killed, {taken_over} jobs taken over, {done.seconds:.0f} s",
                flush=True,
            )
