"""Every kind of option. One more is a file beside this one, and its name here."""

from service.workflow.compute.kinds.autoscaled import AutoscaledKind
from service.workflow.compute.kinds.dedicated import DedicatedKind
from service.workflow.compute.kinds.hybrid import HYBRIDS
from service.workflow.compute.kinds.kind import Kind, ReservedKind
from service.workflow.compute.kinds.warm_pools import SERVERLESS
from service.workflow.policy import Mode

RESERVED_KINDS: dict[Mode, ReservedKind] = {kind.mode: kind for kind in (DedicatedKind(), AutoscaledKind(), HYBRIDS)}
"""By mode, in the order in which policies list them."""

KINDS: dict[Mode, Kind] = {SERVERLESS.mode: SERVERLESS, **RESERVED_KINDS}
"""The same, and what is paid by use alone."""
