"""Every resource the service serves, in the order of its documentation, and every kind of job it runs."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from service.access.routes import blueprint as access
from service.bills.routes import blueprint as bills
from service.commitments.routes import blueprint as commitments
from service.decisions.approval_routes import blueprint as approvals
from service.decisions.breaking_glass import RAISE_REVIEWS
from service.decisions.guardrail_routes import blueprint as guardrails
from service.decisions.lapsing import LAPSE
from service.decisions.routes import blueprint as decisions
from service.evaluations import service as evaluating
from service.evaluations.charting import run as draw
from service.evaluations.comparisons import comparing
from service.evaluations.comparisons.routes import blueprint as evaluation_comparisons
from service.evaluations.jobs import run as evaluate
from service.evaluations.reviews.routes import blueprint as reviews
from service.evaluations.routes import blueprint as evaluations
from service.evaluations.scenarios.routes import blueprint as scenarios
from service.events.routes import blueprint as events
from service.jobs.routes import blueprint as jobs_of_organization
from service.kit.http.outbound import Outbound
from service.kit.jobs.worker import Chore, Handler
from service.model_names.routes import blueprint as model_aliases
from service.outcomes.routes import blueprint as outcomes
from service.policies.routes import blueprint as policies
from service.pools.routes import blueprint as pooled_evaluations
from service.portfolios.routes import blueprint as portfolio_evaluations
from service.price_sheets.capacity_profiles.routes import blueprint as capacity_profiles
from service.price_sheets.routes import blueprint as price_sheets
from service.procurement.routes import blueprint as procurement
from service.renewals.reminders import REMIND
from service.renewals.routes import blueprint as renewals
from service.schedules import jobs as scheduled
from service.schedules.routes import blueprint as schedules
from service.settings import Settings
from service.traffic_histories.routes import blueprint as traffic_histories
from service.traffic_sources import pulling
from service.traffic_sources.asking import JOB as PULL
from service.traffic_sources.routes import blueprint as traffic_sources
from service.traffic_sources.warehouses import warehouses_of
from service.webhooks import jobs as sending
from service.webhooks.routes import blueprint as webhooks
from service.workloads.routes import blueprint as workloads

RESOURCES = (
    price_sheets,
    capacity_profiles,
    model_aliases,
    workloads,
    traffic_histories,
    traffic_sources,
    policies,
    evaluations,
    evaluation_comparisons,
    scenarios,
    reviews,
    schedules,
    jobs_of_organization,
    portfolio_evaluations,
    pooled_evaluations,
    decisions,
    approvals,
    guardrails,
    commitments,
    renewals,
    procurement,
    bills,
    outcomes,
    events,
    webhooks,
    access,
)

JOBS: Mapping[str, Handler] = {
    evaluating.JOB: evaluate,
    evaluating.CHARTS: draw,
    comparing.JOB: comparing.run,
    scheduled.JOB: scheduled.run,
}
"""Handlers of jobs that call nobody, by kind."""

CHORES: Sequence[Chore] = (sending.SCHEDULE, sending.PURGE, REMIND, LAPSE, RAISE_REVIEWS, scheduled.DUE)
"""What the clock asks for."""


def jobs(settings: Settings) -> Mapping[str, Handler]:
    """Return the handlers of all jobs, by kind; those that call others do so by the settings."""
    pull = partial(
        pulling.run,
        warehouses=warehouses_of(settings.warehouses),
        work_folder=Path(settings.work_folder),
        most_bytes=settings.max_upload_bytes,
    )
    deliver = partial(sending.deliver, outbound=Outbound.to(settings.webhook_networks))
    return {**JOBS, sending.JOB: deliver, PULL: pull}
