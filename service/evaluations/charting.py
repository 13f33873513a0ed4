"""The job that computes what the charts of an answer need, and the rows it leaves.

It follows every answer that is written, and fails or is late without anybody's answer depending on it: until its row is
there, a report says that its charts are being drawn.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from service import ENGINE_VERSION
from service.evaluations import queries
from service.evaluations.document import Inputs
from service.evaluations.inputs import materials_of
from service.evaluations.models import ChartData
from service.kit.db.transaction import Transaction
from service.kit.http import strict_json
from service.kit.jobs.worker import Finish, Task
from service.reports.chart_data import VERSION, chart_data

Json = dict[str, Any]


def found(tx: Transaction, digest: str) -> Json | None:
    """Return what was computed for an answer by this engine, None where that is still to come."""
    return found_all(tx, [digest]).get(digest)


def found_all(tx: Transaction, digests: Collection[str]) -> dict[str, Json]:
    """Return what was computed for answers by this engine, by their digests."""
    statement = select(ChartData.digest, ChartData.content).where(
        ChartData.organization_id == tx.organization_id,
        ChartData.digest.in_(digests),
        ChartData.engine_version == ENGINE_VERSION,
        ChartData.form == VERSION,
    )
    return dict(tx.session.execute(statement).all())


def load_of(tx: Transaction, digests: Collection[str]) -> dict[str, Json]:
    """Return the load over time of answers by their digests, whichever engine drew it: it is the traffic's own."""
    statement = select(ChartData.digest, ChartData.content).where(
        ChartData.organization_id == tx.organization_id, ChartData.digest.in_(digests), ChartData.form == VERSION
    )
    rows = tx.session.execute(statement.order_by(ChartData.created_at)).all()
    return {digest: content["traffic"] for digest, content in rows}


def run(task: Task) -> Finish:
    """Compute the chart data of the answer whose digest the task works for, unless it is there."""
    task.progress("load", 0.0)
    with task.reading() as tx:
        stored = queries.content(tx, task.arguments["evaluation_id"])
        if stored is None or found(tx, task.resource_id) is not None:
            return lambda _: None
        evaluation: Json = strict_json.loads(stored[1])
        materials = materials_of(tx, Inputs.of(evaluation["inputs"]))
    task.progress("draw", 0.1)
    content = chart_data(materials.history, materials.offers, materials.policy, evaluation)

    def finish(tx: Transaction) -> None:
        """Keep it, unless another evaluation with the same answer has brought it meanwhile."""
        if found(tx, task.resource_id) is None:
            tx.session.add(
                ChartData(
                    organization_id=tx.organization_id,
                    digest=task.resource_id,
                    engine_version=ENGINE_VERSION,
                    form=VERSION,
                    created_at=tx.now,
                    content=content,
                )
            )

    return finish
