"""Uploads and the disk: what would fill it is refused before it is read, and everything else goes on."""

import shutil
from collections import namedtuple

import pytest

from service.kit.http import uploads
from tests.clients import ApiClient
from tests.evaluating import csv_of, new_workload, week

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's own


@pytest.mark.parametrize(("short", "status"), [(0, 201), (1, 507)])
def test_an_upload_needs_room_for_itself_above_the_floor(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, short: int, status: int
) -> None:
    workload, content = new_workload(api), csv_of(week())
    free = uploads.FLOOR + uploads.ROOM * len(content) - short
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free, 0, free))
    headers = {"Content-Type": "text/csv"}
    answer = api.post(f"/v1/workloads/{workload}/traffic-histories", data=content, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 507:
        assert answer.headers["Retry-After"] == "300"
        assert api.get(f"/v1/workloads/{workload}").status_code == 200
        assert api.post("/v1/workloads", json={"name": "w", "model": "m"}).status_code == 201
