"""Problems as pages, for browsers: what went wrong, the field and the mend, and a way back."""

from flask import Response, g, render_template, request

from service.kit.http import problems, strict_json
from service.pages import door


def as_page(response: Response) -> Response:
    """Return a problem document as a page where the reader would rather have HTML."""
    if response.content_type != problems.CONTENT_TYPE or request.path.startswith("/v1/"):
        return response
    response.headers.add("Vary", "Accept")
    wanted = request.accept_mimetypes
    if not wanted["text/html"] > max(wanted[problems.CONTENT_TYPE], wanted["application/json"]):
        return response
    document = strict_json.loads(response.get_data())
    kind = next((kind for kind in problems.catalogue() if document["type"].endswith(kind.type)), None)
    if (
        "page_session" not in g
    ):  # of an address that no page is at; where the service fails, nothing more is asked of it
        g.page_session = door.signed_in() if response.status_code < 500 else None
    response.set_data(render_template("error.html", problem=document, help=kind.help if kind else ""))
    response.content_type = "text/html; charset=utf-8"
    return response
