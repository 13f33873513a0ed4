"""Who may call what, one line an operation: `python -m tests.guards.role_matrix` writes the file anew."""

from collections.abc import Iterator
from pathlib import Path

from service.access.roles import ROLES, SCOPES
from service.resources import RESOURCES

FILE = Path(__file__).with_name("role_matrix.csv")

HEAD = f"operation,scope,{','.join(ROLES)}"


def lines() -> Iterator[str]:
    """Yield the line of every operation, as the code has it."""
    for resource in RESOURCES:
        for call in resource.calls.values():
            may = ",".join("yes" if call.scope in SCOPES[role] else "no" for role in ROLES)
            yield f"{call.method} {call.rule},{call.scope},{may}"


if __name__ == "__main__":
    FILE.write_text("\n".join([HEAD, *sorted(lines())]) + "\n")
