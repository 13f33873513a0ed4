"""The market by how it is searched: what is paid by use, what is reserved, and what may take an overflow."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.workflow.compute.search.dominance import undominated
from service.workflow.offers import Dedicated, Offer, Serverless


@dataclass(frozen=True, slots=True)
class Market:
    """Offers by kind. takers: serverless offers that an overflow may go to, none of them undercut by another."""

    serverless: tuple[Serverless, ...]
    dedicated: tuple[Dedicated, ...]
    takers: tuple[Serverless, ...]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> "Market":
        """Return the market of some offers."""
        serverless = tuple(offer for offer in offers if isinstance(offer, Serverless))
        dedicated = tuple(offer for offer in offers if isinstance(offer, Dedicated))
        # Which requests may wait is not known one by one, so what spills has none of their price.
        takers = undominated([offer for offer in serverless if not offer.deferred_share])
        return cls(serverless, dedicated, tuple(takers))
