"""Health, open to everyone: what they say is yes or no."""

from flask import Blueprint, Response, jsonify

from service.kit.app_context import runtime
from service.kit.db import schema
from service.kit.http.problems import BUSY, Problem

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """Tell that the process answers. Asks nothing of the database."""
    return jsonify({"status": "live"})


@blueprint.get("/ready")
def ready() -> Response:
    """Tell whether the database answers and is at the revision this version needs; a 503 problem when not."""
    try:
        schema.require_newest(runtime().database)
    except schema.WrongSchema as error:
        raise Problem(BUSY, str(error), headers={"Retry-After": "10"}) from error
    return jsonify({"status": "ready"})
