"""What the steps found so far, a few words a step, so that whoever comes back knows where they are."""

from service.kit.db.transaction import Transaction
from service.price_sheets import queries as price_sheets
from service.price_sheets.service import names_offered
from service.reports import words
from service.traffic_histories import queries
from service.traffic_histories.models import StoredHistory
from service.workflow.traffic import DAY, SECOND
from service.workloads import service as workloads


def found_so_far(tx: Transaction, workload_id: str, sheets: int | None = None) -> dict[int, str]:
    """Return what is known, by the number of the step: traffic, its length, sheets, of which `sheets` are ticked."""
    history = queries.current(tx.session, tx.organization_id, workload_id)
    if history is None:
        return {}
    if sheets is None:
        meant = names_offered(tx, workloads.get(tx, workload_id).model)
        sheets = len(list(tx.session.scalars(price_sheets.in_force(tx.organization_id, tx.now, meant))))
    found = {1: _volume(history), 2: _length(history)}
    return found | ({3: words.plural(sheets, "sheet")} if sheets else {})


def _volume(history: StoredHistory) -> str:
    if history.requests is not None:
        return words.plural(history.requests, "request")
    return f"{words.quantity(history.input_tokens + history.output_tokens)} tokens"


def _length(history: StoredHistory) -> str:
    start = history.first_us if history.start_us is None else history.start_us
    end = history.last_us if history.end_us is None else history.end_us
    days = round((end - start) / DAY)
    return words.duration((end - start) / SECOND) if days <= 1 else words.plural(days, "day")
