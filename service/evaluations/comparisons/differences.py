"""Where two JSON values differ."""

from collections.abc import Iterator
from typing import Any

from service.kit.http.strict_json import pointer


def differences(before: object, after: object, at: str = "") -> Iterator[dict[str, Any]]:
    """Yield JSON pointer and both values of each leaf that differs, in the order of names; None for an absent one."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), at + pointer(name))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from differences(_item(before, index), _item(after, index), at + pointer(index))
    elif before != after:
        yield {"pointer": at, "before": before, "after": after}


def _item(items: list[Any], index: int) -> object:
    return items[index] if index < len(items) else None
