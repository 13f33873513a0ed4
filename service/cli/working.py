"""Taking queued work."""

from service import worker
from service.cli.configured import reaching, settings
from service.cli.exits import Refused
from service.evaluations.cluster import ExtraMissing


def work() -> None:
    """Run jobs until interrupted.

    Raises Refused where the database is not there or not the newest, or the cluster's extra is not installed.
    """
    with reaching():
        try:
            worker.run(settings())
        except ExtraMissing as error:
            raise Refused(str(error)) from error
