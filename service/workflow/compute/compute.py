"""Compute: every option for a case, exact or ruled out by its bound."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from service.workflow.compute.bounds import Bounds
from service.workflow.compute.candidates import candidates
from service.workflow.compute.case import Case
from service.workflow.compute.option import Option
from service.workflow.compute.search import Search
from service.workflow.compute.serverless import serverless_options
from service.workflow.offers import Dedicated, Offer, Serverless


@dataclass(frozen=True)
class Computed:
    """Every option, cheapest first, and the search that found them, for questions asked later."""

    options: tuple[Option, ...]
    search: Search
    bounds: Bounds


def compute(case: Case, offers: Sequence[Offer], executor: Executor) -> Computed:
    """Return the options of every family the policy allows, sorted by rank."""
    serverless = [offer for offer in offers if isinstance(offer, Serverless)]
    dedicated = [offer for offer in offers if isinstance(offer, Dedicated)]
    found: list[Option] = []
    if "serverless" in case.policy.modes:
        for options in executor.map(lambda offer: list(serverless_options(case, offer)), serverless):
            found += options
    search, bounds = Search(case, serverless, executor), Bounds(case, serverless)
    if case.arrivals is not None:
        found += search.run(candidates(case, dedicated, serverless, bounds))
    return Computed(tuple(sorted(found, key=lambda option: option.rank)), search, bounds)
