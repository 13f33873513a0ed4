"""The one table of what each role may do. Every operation names one scope."""

from typing import Literal, get_args

Role = Literal["viewer", "analyst", "approver", "admin", "owner"]

ROLES: tuple[Role, ...] = get_args(Role)

_VIEWER = frozenset(
    {
        "organization:read",
        "members:read",
        "price_sheets:read",
        "workloads:read",
        "traffic_histories:read",
        "evaluations:read",
        "decisions:read",
    }
)
_ANALYST = _VIEWER | {
    "price_sheets:write",
    "workloads:write",
    "traffic_histories:write",
    "evaluations:write",
    "decisions:propose",
    "decisions:comment",
}
_APPROVER = _VIEWER | {"decisions:comment", "decisions:approve", "decisions:purchase"}
_ADMIN = (
    _ANALYST
    | _APPROVER
    | {"members:write", "events:read", "webhooks:read", "webhooks:write", "api_keys:read", "api_keys:write"}
)
_OWNER = _ADMIN | {"organization:write"}

SCOPES: dict[Role, frozenset[str]] = {
    "viewer": _VIEWER,
    "analyst": _ANALYST,
    "approver": _APPROVER,
    "admin": _ADMIN,
    "owner": _OWNER,
}
"""Scopes of each role."""

ALL_SCOPES = SCOPES["owner"]
"""Every scope there is."""
