"""Typed identifiers: a prefix naming the kind, then a time-ordered UUID (version 7) in Crockford base 32.

The spelling is TypeID's: `wl_01k9x3v5s8f5ma8d2p3h6q7r9t`. https://github.com/jetify-com/typeid (specification 0.3)
"""

import re
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
SUFFIX = r"[0-7][0-9a-hjkmnp-tv-z]{25}"

_DIGITS = 26
_RANDOM_HIGH_BITS = 12
_RANDOM_LOW_BITS = 62


def uuid7() -> int:
    """Return a new UUID version 7 (RFC 9562, 5.7) as an integer: 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    high = secrets.randbits(_RANDOM_HIGH_BITS)
    low = secrets.randbits(_RANDOM_LOW_BITS)
    return milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low


def new(prefix: str) -> str:
    """Return a new identifier `<prefix>_<26 characters>`; later ones sort after earlier ones, by the millisecond."""
    value = uuid7()
    digits = [ALPHABET[value >> 5 * place & 31] for place in reversed(range(_DIGITS))]
    return f"{prefix}_{''.join(digits)}"


def pattern(prefix: str) -> str:
    """Return the regular expression that identifiers of `prefix` match in full."""
    return f"{prefix}_{SUFFIX}"


def is_id(prefix: str, text: str) -> bool:
    """Tell whether `text` is spelled like an identifier of `prefix`."""
    return re.fullmatch(pattern(prefix), text) is not None
