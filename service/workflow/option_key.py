"""The identity of an option: built, read and spelled here alone.

    serverless:sku[+warmN]                    a serverless offer, with a pool of N warm instances
    dedicated:sku@termxU                      U units at the rate of a term
    autoscaled:sku@termxM-U                   M to U units that follow the load
    …:sku@termxU+V…                           U units, and V of the axis whose units are bought apart
    hybrid:sku@termxU[~S]+sku                 U units that spill to a serverless offer, from S streams in service on
    dedicated:sku@term, hybrid:sku@term, …    the group: whatever the number of units

`sku` is `provider/sku` in what answers say, so that a key stays the same when a rival comes or goes. A term is months,
or days (`14d`) or weeks (`2w`), with `.N` for the Nth rate of that term. `sku@term` is a label.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, get_args

from service.workflow.policy import Mode

_LABEL = r"(?P<label>.+@\d+[dw]?(\.\d+)?)"

_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<mode>serverless):(?P<serverless>.+?)(\+warm(?P<warm>\d+))?",
        rf"(?P<mode>hybrid):{_LABEL}x(?P<units>\d+)(\+(?P<second>\d+))?(~(?P<threshold>\d+))?\+(?P<serverless>.+)",
        rf"(?P<mode>dedicated|autoscaled):{_LABEL}x((?P<minimum>\d+)-)?(?P<units>\d+)(\+(?P<second>\d+))?",
        rf"(?P<mode>dedicated|autoscaled|hybrid):{_LABEL}",
    )
)
"""Read in this order: what names units before the group, since a serverless offer may end as a term does."""


_NUMBERS = ("units", "second", "minimum", "threshold", "warm")


@dataclass(frozen=True, slots=True)
class OptionKey:
    """What an option is.

    label: `sku@term` of what is reserved, None for serverless. units: None for a group. minimum: units that autoscaling
    keeps. threshold: streams at which a hybrid spills, None at the policy's. serverless: sku of the serverless offer.
    warm: instances of its pool. second: units of the axis that is bought apart, 0 without.
    """

    mode: Mode
    label: str | None = None
    units: int | None = None
    minimum: int | None = None
    threshold: int | None = None
    serverless: str | None = None
    warm: int = 0
    second: int = 0

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the key that a text spells, None for a text that spells none."""
        found = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
        if found is None:
            return None
        said = found.groupdict()
        numbers = {name: int(said[name]) for name in _NUMBERS if said.get(name)}
        (mode,) = (mode for mode in get_args(Mode) if mode == said["mode"])
        return cls(mode, said.get("label"), serverless=said.get("serverless"), **numbers)

    @property
    def reserved(self) -> str | None:
        """The sku of what is reserved."""
        return None if self.label is None else self.label.rpartition("@")[0]

    @property
    def term(self) -> str | None:
        """The term of what is reserved, as it is spelled: 0, 12, 14d, 12.2."""
        return None if self.label is None else self.label.rpartition("@")[2]

    @classmethod
    def bound(cls, text: str | None) -> tuple[str, int] | None:
        """Return label and units that the option of a key has reserved whatever the load; None where it has none."""
        key = None if text is None else cls.parse(text)
        if key is None or key.mode == "autoscaled" or key.label is None or key.units is None:
            return None
        return key.label, key.units

    @property
    def group(self) -> "OptionKey":
        """The same whatever its units and where it spills to; a serverless option is a group of its own."""
        return self if self.label is None else OptionKey(self.mode, self.label)

    def renamed(self, names: Mapping[str, str]) -> "OptionKey":
        """Return the key with the offers that have another name there called by it."""
        label = None if self.label is None else relabelled(self.label, names)
        serverless = None if self.serverless is None else _renamed(self.serverless, names)
        return replace(self, label=label, serverless=serverless)

    def __str__(self) -> str:
        """Spell the key."""
        if self.label is None:
            return f"serverless:{self.serverless}" + (f"+warm{self.warm}" if self.warm else "")
        if self.units is None:
            return f"{self.mode}:{self.label}"
        least = "" if self.minimum is None else f"{self.minimum}-"
        second = f"+{self.second}" if self.second else ""
        lowered = "" if self.threshold is None else f"~{self.threshold}"
        overflow = "" if self.serverless is None else f"+{self.serverless}"
        return f"{self.mode}:{self.label}x{least}{self.units}{second}{lowered}{overflow}"


def relabelled(label: str, names: Mapping[str, str]) -> str:
    """Return `sku@term` with the sku called by its other name there, where it has one."""
    sku, _, term = label.rpartition("@")
    return f"{names.get(sku, sku)}@{term}" if sku else label


def _renamed(sku: str, names: Mapping[str, str]) -> str:
    """Return the other name of a serverless offer, or of each of two that serve together (`prompt~waiting`)."""
    return names[sku] if sku in names else "~".join(names.get(part, part) for part in sku.split("~"))
