"""Health, open to everyone: what they say is yes or no. Metrics, for who has the token of the settings."""

import hmac

from flask import Blueprint, Response, current_app, jsonify, request

from service.health.collector import exposition
from service.health.readiness import Readiness
from service.kit.app_context import runtime
from service.kit.http.problems import BUSY, NOT_FOUND, Problem

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """Tell that the process answers. Asks nothing of the database."""
    return jsonify({"status": "live"})


@blueprint.get("/health/ready")
def ready() -> Response:
    """Tell whether this process can serve; a 503 problem that says what keeps it from that when not."""
    readiness: Readiness = current_app.extensions.setdefault("readiness", Readiness(runtime()))
    fault = readiness.fault()
    if fault is not None:
        raise Problem(BUSY, fault, headers={"Retry-After": "10"})
    return jsonify({"status": "ready"})


@blueprint.get("/metrics")
def metrics() -> Response:
    """Tell Prometheus how the service is; 404 to whoever does not send the token of the settings."""
    token = runtime().metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(sent.encode(), token.encode()):
        raise Problem(NOT_FOUND, "Nothing is served at this address.")
    return Response(exposition(runtime()), content_type="text/plain; version=0.0.4; charset=utf-8")
