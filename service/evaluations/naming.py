"""Names that hold from one answer to the next.

An answer calls an offer by its sku, and by `provider/sku` only while another provider sells the same sku. So what an
offer is called changes when a rival comes or goes. Whoever compares answers calls every offer by one name in all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.workflow.offers import Offer
from service.workflow.prepare import named_apart


@dataclass(frozen=True)
class Names:
    """What offers are called wherever some sets of offers are compared."""

    common: Mapping[tuple[str, str], str]

    @classmethod
    def across(cls, *books: Iterable[Offer]) -> "Names":
        """Name the offers of all sets apart, by provider and sku."""
        every = {(offer.provider, offer.sku): offer for book in books for offer in book}
        return cls(dict(zip(every, (named.sku for named in named_apart(tuple(every.values()))), strict=True)))

    def of(self, offer: Offer) -> str:
        """Return what an offer of one of the sets is called."""
        return self.common[offer.provider, offer.sku]

    def within(self, offers: Sequence[Offer]) -> dict[str, str]:
        """Return what the offers of one set are called, by what the answer on that set calls them.

        Those that sheets list differently under one name keep the names by which the answer tells them apart.
        """
        distinct = list(dict.fromkeys(offers))
        times = Counter((offer.provider, offer.sku) for offer in distinct)
        return {
            named.sku: self.of(offer) if times[offer.provider, offer.sku] == 1 else named.sku
            for named, offer in zip(named_apart(distinct), distinct, strict=True)
        }
