"""The body and its digest: what counts, and what only names rows."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import date
from typing import Any, cast

import pytest
import rfc8785

from service.evaluations.document import Envelope, Inputs, Pinned, body_of, digest_of
from tests.answers import answered, answered_option

ANSWER = answered("serverless:a", answered_option("serverless:a", "1.00"))
INPUTS = Inputs(
    traffic_history=Pinned("sha256:t"),
    price_sheets=(Pinned("sha256:b"), Pinned("sha256:a")),
    model="m70",
    policy={"margin": "0.1"},
    engine_version="1",
    seed=7,
)
STORED = replace(
    INPUTS,
    traffic_history=Pinned("sha256:t", "th_1"),
    price_sheets=(Pinned("sha256:a", "ps_1", 2), Pinned("sha256:b", "ps_2", 9)),
)


def test_rows_names_do_not_change_the_digest() -> None:
    loose = body_of(Envelope(), INPUTS, ANSWER)
    kept = body_of(Envelope("completed", "ev_1", "wl_1", 3, "2026-11-24T00:00:00Z"), STORED, ANSWER)
    assert loose["digest"] == kept["digest"]
    assert INPUTS.key == STORED.key


@pytest.mark.parametrize(
    "changed",
    [
        replace(INPUTS, traffic_history=Pinned("sha256:u")),
        replace(INPUTS, price_sheets=(Pinned("sha256:a"),)),
        replace(INPUTS, model="m8"),
        replace(INPUTS, policy={"margin": "0.2"}),
        replace(INPUTS, engine_version="2"),
        replace(INPUTS, seed=8),
        replace(INPUTS, as_of=date(2026, 11, 1)),
    ],
)
def test_every_input_changes_the_digest(changed: Inputs) -> None:
    assert body_of(Envelope(), changed, ANSWER)["digest"] != body_of(Envelope(), INPUTS, ANSWER)["digest"]
    assert changed.key != INPUTS.key


@pytest.mark.parametrize("part", [field.name for field in fields(ANSWER)])
def test_every_part_of_the_answer_changes_the_digest(part: str) -> None:
    other = replace(ANSWER, **{part: cast("Any", "other")})
    assert body_of(Envelope(), INPUTS, other)["digest"] != body_of(Envelope(), INPUTS, ANSWER)["digest"]


def test_the_digest_can_be_checked_by_hand() -> None:
    text = json.dumps(body_of(Envelope("completed", "ev_1", "wl_1", 3, "2026-11-24T00:00:00Z"), STORED, ANSWER))
    body = json.loads(text)
    for name in ("id", "workload_id", "version", "state", "created_at"):
        del body[name]
    expected = body.pop("digest")
    for pinned in (body["inputs"]["traffic_history"], *body["inputs"]["price_sheets"]):
        pinned.pop("id"), pinned.pop("version", None)
    assert f"sha256:{hashlib.sha256(rfc8785.dumps(body)).hexdigest()}" == expected


def test_taking_the_digest_leaves_the_body_alone() -> None:
    body = body_of(Envelope(), STORED, ANSWER)
    before = json.dumps(body)
    assert digest_of(body) == body["digest"]
    assert json.dumps(body) == before


def test_inputs_read_back_as_they_were_written() -> None:
    dated = replace(STORED, as_of=date(2026, 11, 1))
    assert Inputs.of(json.loads(json.dumps(dated.document()))) == dated
