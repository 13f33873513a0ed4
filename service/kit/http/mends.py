"""Words of refusals: what was found, and what to send instead."""

from collections.abc import Iterable
from difflib import get_close_matches

UNKNOWN = "Unknown field."
LONGEST = 40
MOST_NAMES = 12
NEAREST = 3


def shown(value: object) -> str:
    """Return what was sent, shortly: a text in quotes, a number as it is, of anything larger what it is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= LONGEST else f'"{value[:LONGEST]}…"'
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else str(value)[:LONGEST]


def unknown(name: str, known: Iterable[str]) -> str:
    """Return what to say of an unknown name: the names near to it, or those that there are."""
    names = sorted(known)
    near = get_close_matches(name.lower(), names, n=NEAREST, cutoff=0.6)
    if near:
        return f"{UNKNOWN} Did you mean {' or '.join(near)}?"
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"{UNKNOWN} Known here: {listed}." if names else UNKNOWN
