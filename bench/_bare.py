"""The yardstick of serving: a Flask application with one route that returns the bytes of a file."""

import os
from pathlib import Path

from flask import Flask, Response

app = Flask("bare")
CONTENT = Path(os.environ["BARE_CONTENT"]).read_bytes()


@app.get("/answer")
def answer() -> Response:
    """Return the bytes."""
    return Response(CONTENT, content_type="application/json")
