"""Every resource the service serves, in the order of its documentation, and every kind of job it runs."""

from collections.abc import Mapping

from service.access.routes import blueprint as access
from service.events.routes import blueprint as events
from service.kit.worker import Handler
from service.price_sheets.routes import blueprint as price_sheets
from service.workloads.routes import blueprint as workloads

RESOURCES = (price_sheets, workloads, events, access)

JOBS: Mapping[str, Handler] = {}
"""Handlers of jobs, by kind."""
