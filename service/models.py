"""Every table of the service: importing this fills `Base.metadata`. A new resource adds its models here."""

from service.access import models as access
from service.bills import models as bills
from service.commitments import models as commitments
from service.decisions import approval_models as approvals
from service.decisions import models as decisions
from service.evaluations import models as evaluations
from service.evaluations.comparisons import models as evaluation_comparisons
from service.events import models as events
from service.kit.db.models import Base
from service.kit.http import idempotency
from service.kit.jobs import queue as jobs
from service.model_names import models as model_names
from service.outcomes import models as outcomes
from service.policies import models as policies
from service.portfolios import models as portfolio_evaluations
from service.price_sheets import models as price_sheets
from service.price_sheets.capacity_profiles import models as capacity_profiles
from service.schedules import models as schedules
from service.traffic_histories import models as traffic_histories
from service.traffic_sources import models as traffic_sources
from service.webhooks import models as webhooks
from service.workloads import models as workloads

__all__ = [
    "Base",
    "access",
    "approvals",
    "bills",
    "capacity_profiles",
    "commitments",
    "decisions",
    "evaluation_comparisons",
    "evaluations",
    "events",
    "idempotency",
    "jobs",
    "model_names",
    "outcomes",
    "policies",
    "portfolio_evaluations",
    "price_sheets",
    "schedules",
    "traffic_histories",
    "traffic_sources",
    "webhooks",
    "workloads",
]
