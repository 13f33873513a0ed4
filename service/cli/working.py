"""Taking queued work."""

from service import worker
from service.cli.configured import settings
from service.cli.serving import newest_schema


def work() -> None:
    """Run jobs until interrupted. Raises Refused where the database is not at the newest revision."""
    with newest_schema():
        worker.run(settings())
