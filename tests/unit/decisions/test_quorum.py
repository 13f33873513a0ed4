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
    on_behalf_of: str | None = None


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


@pytest.mark.parametrize(
    ("cast", "approving"),
    [
        ([Cast("ann"), Cast("ann", digest="sha256:2")], []),
        ([Cast("ann", "reject"), Cast("ann")], ["ann"]),
        ([Cast("dana", on_behalf_of="ann")], []),
        ([Cast("ben", on_behalf_of="dana")], []),
        ([Cast("ada", on_behalf_of="ann")], ["ann"]),
        ([Cast("ada"), Cast("ada", on_behalf_of="ann")], ["ann"]),
        ([Cast("ada", on_behalf_of="ann"), Cast("ann", "reject")], []),
        ([Cast("ann", "reject"), Cast("ada", on_behalf_of="ann")], []),
        ([Cast("ada", on_behalf_of="ann"), Cast("ben", on_behalf_of="ann")], ["ann"]),
        ([Cast("olga", on_behalf_of="ann")], []),
    ],
)
def test_a_person_is_one_vote_and_their_own_goes_before_a_delegates(cast: list[Cast], approving: list[str]) -> None:
    pairs = {("ann", "ada"), ("ann", "ben"), ("ann", "dana"), ("dana", "ben")}
    found = quorum(Need(1, "approver"), DIGEST, cast, PEOPLE, [PEOPLE["dana"]], pairs)
    assert [member.id for member in found.approving] == approving


def test_the_sentence_names_whom_a_rule_asks_for() -> None:
    assert count(ADMIN_BESIDES, "ann").sentence == (
        "Needs 1 more approver who is not Dana or Ann; among them one of the role admin."
    )
    named = count(Need(1, "approver", (Also(None, "ben"), Also(None, "dana"))))
    assert named.sentence.endswith("among them Ben and Dana, who may not vote on it.")
