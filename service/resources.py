"""Every resource the service serves, in the order of its documentation. A new resource adds its blueprint here."""

from service.access.routes import blueprint as access
from service.events.routes import blueprint as events
from service.workloads.routes import blueprint as workloads

RESOURCES = (workloads, events, access)
