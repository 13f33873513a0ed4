"""What the workflow refuses, in words a caller can act on."""


class WorkflowError(ValueError):
    """An input the workflow cannot answer for: a stable `code`, the `field` (JSON pointer) and the mend."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        """Keep the three parts; `str()` gives the detail."""
        super().__init__(detail)
        self.code = code
        self.field = field
        self.detail = detail
