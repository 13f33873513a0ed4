"""Price sheets that come in forms: pasted as text or picked as a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request

from service.kit.db.transaction import Actor
from service.kit.http.problems import FieldError, invalid
from service.price_sheets import importing
from service.price_sheets.importing import Prepared

Json = dict[str, Any]


@contextmanager
def pasted_sheet(_actor: Actor, form: Json, **_path: str) -> Iterator[Prepared]:
    """Read the sheet that a form carries, as text or as a file. Raises Problem 400 and 422."""
    file = request.files.get("file")
    content = file.stream.read() if file is not None and file.filename else form.get("text", "").encode()
    if not content.strip():
        raise invalid(FieldError("/text", "required", "Paste a price sheet, or choose a file with one."))
    yield importing.pasted(content)
