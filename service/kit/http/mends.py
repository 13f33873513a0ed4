"""Words of refusals: what was found, and what to send instead."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

UNKNOWN = "Unknown field."
MISSING = "Missing data for required field."
NO_OBJECT = "Invalid input type."
LONGEST = 40
MOST_NAMES = 40
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


def missing(name: str, kind: str) -> str:
    """Return what to say of a field that is not there. kind: what it is, such as `a list`."""
    return f"{MISSING} Add `{name}`, {kind}."


def no_object(value: object) -> str:
    """Return what to say where an object is due."""
    inside = " Send what is inside the list, one at a time." if isinstance(value, list) else ""
    return f"Must be an object, {{ … }}, not {shown(value)}.{inside}"


def chosen(value: object, choices: Sequence[str], alike: Mapping[str, str]) -> str:
    """Return what to say of a word that is none of the choices, and which one it may mean."""
    word = value.strip().casefold().replace(" ", "_").replace("-", "_") if isinstance(value, str) else ""
    plain = {choice.casefold().replace("-", "_"): choice for choice in choices}
    near = [plain[name] for name in get_close_matches(word, plain, n=1, cutoff=0.85)]
    meant = alike.get(word) or next(iter(near), "")
    mend = f' Write "{meant}".' if meant in choices else ""
    return f"Must be one of: {', '.join(choices)}; not {shown(value)}.{mend}"
