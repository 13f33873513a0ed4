"""What every service function is handed: the session, who acts, when, and under which request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from service.kit.db import row_security

AFTER_COMMIT = "after_commit"
"""Under which name a session keeps what is to be done after its commit."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, always within one organization.

    kind, id: `api_key` and its id, `person` and `oidc:` with their subject at the identity provider, `job` and the
    job's id, or `command` and the command's name.
    scopes: what the actor may do. signing_key: 32 secret bytes of the organization, for its page cursors.
    member_id: whose key it is, or who the person is; None for jobs and commands.
    first_use: whether this use of the key is its first for an hour, and is to be noted.
    """

    organization_id: str
    kind: Literal["api_key", "person", "job", "command"]
    id: str
    scopes: frozenset[str] = frozenset()
    signing_key: bytes = field(default=b"", repr=False)
    first_use: bool = False
    member_id: str | None = None


@dataclass(slots=True)
class Transaction:
    """One open transaction, narrowed to the actor's organization. Only the door that opened it ends it.

    now: one time for everything the transaction writes. request_id: of the request, job or command.
    """

    session: Session
    actor: Actor
    now: datetime
    request_id: str

    def __post_init__(self) -> None:
        """Let the database, where it can, show and take rows of this organization only."""
        row_security.narrow(self.session, self.organization_id)

    @property
    def organization_id(self) -> str:
        """The organization every row read or written here belongs to."""
        return self.actor.organization_id

    def after_commit(self, act: Callable[[], object]) -> None:
        """Have `act` called once this is committed, before the answer: never for a unit that is undone or repeated.

        What it raises is logged and changes nothing: what was stored stays stored, and is answered so.
        """
        self.session.info.setdefault(AFTER_COMMIT, []).append(act)
