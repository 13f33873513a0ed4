"""Roles grow only in what they add to each other."""

from service.access.roles import ALL_SCOPES, ROLES, SCOPES


def test_every_role_reads_what_a_viewer_reads() -> None:
    for role in ROLES:
        assert SCOPES["viewer"] <= SCOPES[role]


def test_who_computes_does_not_approve() -> None:
    assert "decisions:approve" not in SCOPES["analyst"]
    assert not {scope for scope in SCOPES["approver"] if scope.endswith(":write")}


def test_an_owner_may_everything_and_a_viewer_changes_nothing() -> None:
    assert SCOPES["owner"] == ALL_SCOPES
    assert {scope.partition(":")[2] for scope in SCOPES["viewer"]} == {"read"}
