"""Every resource the service serves, in the order of its documentation, and every kind of job it runs."""

from collections.abc import Mapping

from service.access.routes import blueprint as access
from service.events.routes import blueprint as events
from service.kit.worker import Handler
from service.policies.routes import blueprint as policies
from service.price_sheets.routes import blueprint as price_sheets
from service.workloads.routes import blueprint as workloads

RESOURCES = (price_sheets, workloads, policies, events, access)

JOBS: Mapping[str, Handler] = {}
"""Handlers of jobs, by kind."""
