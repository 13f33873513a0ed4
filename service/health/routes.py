"""Health, open to everyone: what they say is yes or no."""

from flask import Blueprint, Response, jsonify

from service.kit import migrating
from service.kit.problems import BUSY, Problem
from service.kit.runtime import runtime

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """Tell that the process answers. Asks nothing of the database."""
    return jsonify({"status": "live"})


@blueprint.get("/ready")
def ready() -> Response:
    """Tell whether the database answers and is at the revision this version needs; a 503 problem when not."""
    try:
        migrating.require_newest(runtime().database)
    except migrating.WrongSchema as error:
        raise Problem(BUSY, str(error), headers={"Retry-After": "10"}) from error
    return jsonify({"status": "ready"})
