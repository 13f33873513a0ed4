"""Taking queued work."""

from service import worker
from service.cli.configured import reaching, settings


def work() -> None:
    """Run jobs until interrupted. Raises Refused where the database is not there or not the newest."""
    with reaching():
        worker.run(settings())
