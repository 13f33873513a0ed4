"""What ignored columns hold that may be billed: counts of tokens, and kinds of traffic that are priced apart."""

from .aliases import plain_name
from .columns import Columns
from .report import Report

COUNTED = ("token", "cache", "websearch", "tooluse", "audio", "image", "search")
NOT_COUNTS = (
    "max", "id", "limit", "per", "cost", "price", "logprob", "ms", "time", "rate", "budget", "firsttoken", "hit", "key",
    "total", "ttl", "spend", "usd", "name", "type", "ratio", "remaining", "url", "stop", "bias", "seconds", "latency",
)  # fmt: skip
REPEATED = ("both_sum", "input_sum", "output_sum", "beside_sum", "cached_sum", "total_sum")
"""Sums of what was read: an ignored column that has one of them says it once more."""

KEYED = ("model", "tier", "batch")
MOST_IGNORED = 30


def counting(columns: Columns) -> list[str]:
    """Return ignored columns that are named as counts of what is billed."""
    found = []
    for name in columns.ignored:
        plain = plain_name(name)
        last = plain_name(name.rsplit(".", 1)[-1])
        if any(word in plain for word in COUNTED) and not any(word in last for word in NOT_COUNTS):
            found.append(name)
    return found[:MOST_IGNORED]


def keying(columns: Columns) -> list[str]:
    """Return ignored columns that are named as what prices depend on."""
    kept = []
    for name in columns.ignored:
        last = plain_name(name.rsplit(".", 1)[-1])
        if any(word in last for word in KEYED) and not any(word in last for word in ("token", "params")):
            kept.append(name)
    return kept[:MOST_IGNORED]


def tell_ignored(columns: Columns, found: dict[str, int], report: Report) -> None:
    """Say what ignored columns add up to, and how many values they have."""
    told = [found.get(name) for name in REPEATED]
    for index, name in enumerate(counting(columns)):
        count = found[f"ignored_{index}"]
        # A column that adds up to what was read already says the same once more.
        if count and count not in (*told, *report.quantities.values()):
            detail = (
                f"column {name!r} adds up to {count} and was ignored; where it is billed, map it with column.<field>="
            )
            report.find("ignored_count", f"{detail}{name}", count, can_move=True)
    for index, name in enumerate(keying(columns)):
        count = found[f"keyed_{index}"]
        if count > 1:
            detail = f"column {name!r} has {count} values and was ignored; only={name}=VALUE chooses among them"
            report.find("ignored_kinds", detail, count, can_move=True)
