"""Realize: one named option, exactly, on any case: an incumbent, or a choice paid for on later traffic."""

from collections.abc import Sequence

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.kinds import KINDS
from service.workflow.offers import Offer
from service.workflow.option_key import OptionKey
from service.workflow.options import Option


def realize(case: Case, key: str, offers: Sequence[Offer]) -> Option | None:
    """Return the option that `key` names, replayed on the case; None where nothing of exactly that name is sold."""
    named = OptionKey.parse(key)
    option = None if named is None else KINDS[named.mode].named(case, named, offers)
    return option if option is not None and option.key == key else None
