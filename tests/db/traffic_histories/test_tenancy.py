"""Chunks of a history are read and deleted in their own organization only."""

import pytest
from sqlalchemy import func, select

from service.kit.db.database import Database
from service.traffic_histories import queries
from service.traffic_histories.models import HistoryChunk
from tests.clients import ApiClient
from tests.evaluating import new_workload, upload


@pytest.fixture
def planted(api: ApiClient, database: Database) -> str:
    """Give a history among whose chunks one was planted that belongs to somebody else."""
    history = upload(api, new_workload(api))
    chunk = HistoryChunk(traffic_history_id=history, ordinal=99, organization_id="org_other", rows=1, data=b"planted")
    database.write(lambda session: session.add(chunk))
    return history


def test_nobody_elses_chunk_is_read(api: ApiClient, database: Database, planted: str) -> None:
    with database.reading() as session:
        assert queries.load_history(session, api.organization_id, planted) is not None
        assert queries.load_history(session, "org_other", planted) is None


def test_nobody_elses_chunk_is_deleted(api: ApiClient, database: Database, planted: str) -> None:
    database.write(lambda session: queries.delete_chunks(session, api.organization_id, planted))
    with database.reading() as session:
        left = session.scalars(select(HistoryChunk.organization_id)).all()
        assert left == ["org_other"]
        assert session.scalar(select(func.count()).select_from(HistoryChunk)) == 1
