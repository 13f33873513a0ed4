"""Isolation: which hard needs an offer misses, and what unmet preferences are worth."""

from collections.abc import Iterator
from decimal import Decimal

from service.workflow.compute.case import Case
from service.workflow.offers import Dedicated, Offer
from service.workflow.options import Violation
from service.workflow.policy import IsolationNeeds, Policy


def unmet(offer: Offer, needs: IsolationNeeds) -> Iterator[Violation]:
    """Yield what `needs` asks and the offer does not promise."""
    promise = offer.isolation
    if needs.tenancy == "dedicated" and promise.tenancy != "dedicated":
        yield Violation("tenancy", f"{offer.sku} is shared, dedicated tenancy is asked.")
    if needs.version_pinning and not promise.version_pinning:
        yield Violation("version_pinning", f"{offer.sku} does not pin the model version.")
    if needs.residency and not set(needs.residency) & set(promise.residency):
        yield Violation("residency", f"{offer.sku} does not keep data in {' or '.join(needs.residency)}.")
    missing = sorted(set(needs.certifications) - set(promise.certifications))
    if missing:
        yield Violation("certifications", f"{offer.sku} lacks {', '.join(missing)}.")
    if needs.gpu is not None and offer.gpu != needs.gpu:
        yield Violation("gpu", f"{offer.sku} does not promise {needs.gpu}.")
    if needs.quantization is not None and offer.quantization != needs.quantization:
        yield Violation("quantization", f"{offer.sku} does not promise {needs.quantization}.")


def hard_violations(policy: Policy, *offers: Offer) -> tuple[Violation, ...]:
    """Return the required guarantees that any of an option's offers misses."""
    return tuple(violation for offer in offers for violation in unmet(offer, policy.isolation.required))


def missed_preferences(policy: Policy, *offers: Offer) -> frozenset[str]:
    """Return the codes of the preferred guarantees that any of an option's offers misses."""
    return frozenset(violation.code for offer in offers for violation in unmet(offer, policy.isolation.preferred))


def isolation_value(policy: Policy, *offers: Offer) -> Decimal:
    """Return the money a month that an option's unmet preferences are worth, each counted once."""
    isolation = policy.isolation
    if not isolation.value_per_month * isolation.weight:
        return Decimal(0)
    return len(missed_preferences(policy, *offers)) * isolation.value_per_month * isolation.weight


def reserved_violations(case: Case, offer: Dedicated) -> tuple[Violation, ...]:
    """Return the hard needs that reserved capacity misses; without tokens its units cannot be sized either."""
    missed = hard_violations(case.policy, offer)
    if not case.has_no_tokens or not offer.capacity.carries_tokens:
        return missed
    sentence = f"{offer.sku} carries tokens, and this history has only requests: its units cannot be sized."
    return (*missed, Violation("needs_tokens", sentence))
