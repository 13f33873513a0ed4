"""What is said about a price sheet: findings, each with a code, a JSON pointer and a sentence."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: an `error` refuses the sheet, a `warning` is stored with the version and shown.

    code: stable name of the rule. pointer: JSON pointer (RFC 6901) into the sheet. detail: what is wrong and the mend.
    """

    severity: Literal["error", "warning"]
    code: str
    pointer: str
    detail: str

    def document(self) -> dict[str, str]:
        """Return the finding as JSON."""
        return asdict(self)


class SheetError(ValueError):
    """A price sheet that cannot be taken; `findings` holds every error found."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the errors; `str()` lists them as `pointer: detail`."""
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{finding.pointer or '/'}: {finding.detail}" for finding in self.findings))


def error(code: str, pointer: str, detail: str) -> Finding:
    """Return a finding that refuses the sheet."""
    return Finding("error", code, pointer, detail)


def warning(code: str, pointer: str, detail: str) -> Finding:
    """Return a finding that is kept with the sheet."""
    return Finding("warning", code, pointer, detail)
