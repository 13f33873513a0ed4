"""`Prefer` (RFC 7240): whether to wait for an answer, and how long."""

from dataclasses import dataclass

from werkzeug.http import parse_dict_header

MOST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Preference:
    """respond_async: answer 202 at once. wait: seconds to wait for the answer, None where nothing was said."""

    respond_async: bool = False
    wait: int | None = None

    @property
    def applied(self) -> str:
        """What `Preference-Applied` says, empty for nothing."""
        words = ["respond-async"] if self.respond_async else []
        return ", ".join([*words, f"wait={self.wait}"] if self.wait is not None else words)


def preference_of(header: str) -> Preference:
    """Return what a `Prefer` header asks; what it does not understand is ignored, as the RFC says."""
    said = {name.lower(): value for name, value in parse_dict_header(header).items()}
    wait = said.get("wait") or ""
    seconds = min(int(wait), MOST_SECONDS) if wait.isascii() and wait.isdigit() and len(wait) < 6 else None
    return Preference("respond-async" in said, seconds)
