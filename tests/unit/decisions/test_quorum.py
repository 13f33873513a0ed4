"""The quorum: roles and named people are each met by another person, and what is missing is said."""

from dataclasses import dataclass

import pytest

from service.access.models import Member
from service.decisions.guardrails import Also, Need
from service.decisions.quorum import Quorum, quorum

DIGEST = "sha256:1"


@dataclass
class Cast:
    member_id: str
    vote: str = "approve"
    digest: str = DIGEST


PEOPLE = {
    name: Member(id=name, name=name.capitalize(), role=role)
    for name, role in (
        ("dana", "analyst"), ("ann", "approver"), ("ben", "approver"), ("ada", "admin"), ("olga", "owner")
    )
}  # fmt: skip


def count(need: Need, *voters: str) -> Quorum:
    return quorum(need, DIGEST, [Cast(voter) for voter in voters], PEOPLE, [PEOPLE["dana"]])


ADMIN_BESIDES = Need(1, "approver", (Also("admin"),))


@pytest.mark.parametrize(
    ("need", "voters", "missing"),
    [
        (ADMIN_BESIDES, [], 2),
        (ADMIN_BESIDES, ["ann", "ben"], 1),
        (ADMIN_BESIDES, ["ada"], 1),
        (ADMIN_BESIDES, ["ada", "ann"], 0),
        (ADMIN_BESIDES, ["ada", "olga"], 0),
        (Need(1, "approver", (Also("owner"), Also("admin"))), ["ada", "ann", "ben"], 1),
        (Need(2, "admin"), ["ann", "ben", "ada"], 1),
        (Need(1, "approver", (Also(None, "ben"),)), ["ann", "ada"], 1),
        (Need(1, "approver", (Also(None, "ben"),)), ["ben"], 1),
        (Need(1, "approver", (Also(None, "ben"),)), ["ben", "ann"], 0),
        (Need(0, "approver", (Also(None, "ben"),)), ["ben"], 0),
        (Need(1, "approver"), ["dana"], 1),
    ],
)
def test_each_approval_asked_for_is_another_persons(need: Need, voters: list[str], missing: int) -> None:
    found = count(need, *voters)
    assert found.missing == missing
    assert found.is_reached is (missing == 0)


def test_the_sentence_names_whom_a_rule_asks_for() -> None:
    assert count(ADMIN_BESIDES, "ann").sentence == (
        "Needs 1 more approver who is not Dana or Ann; among them one of the role admin."
    )
    named = count(Need(1, "approver", (Also(None, "ben"), Also(None, "dana"))))
    assert named.sentence.endswith("among them Ben and Dana, who may not vote on it.")
