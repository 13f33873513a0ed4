"""The application factory: everything is put together here and nowhere else."""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider

from service.access import people
from service.access.key_cache import KnownKeys
from service.access.people import Directory, OpenId
from service.access.roles import Role
from service.access.service import authenticate, note_use
from service.health.routes import blueprint as health
from service.kit import logging, metrics, tracing
from service.kit.app_context import Runtime
from service.kit.db.database import Database
from service.kit.db.transaction import Actor
from service.kit.http import errors, openapi, proxies, strict_json
from service.kit.http.blueprint import Resource
from service.kit.http.outbound import Outbound
from service.kit.http.problems import NOT_FOUND, Problem
from service.kit.http.rate_limit import RateLimit
from service.kit.http.uploads import Uploads
from service.kit.presence import Presence
from service.pages import blueprint as pages
from service.resources import RESOURCES
from service.settings import Settings
from service.traffic_sources.object_stores import object_stores_of
from service.traffic_sources.warehouses import warehouses_of

View = Callable[..., Any]

API_VERSION = "1.0.0"
"""Version of the API: additions raise the middle number, the first is the `/v1` of its addresses."""

DESCRIPTION = """
Crossover decides, from measured traffic and stored prices, whether LLM inference belongs on serverless, dedicated or
hybrid capacity. Send `Authorization: Bearer <API key>`. Every error is a problem document (RFC 9457).
""".strip()

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Service(Flask):
    """Flask with synchronous views only: asking each function on the way whether it is a coroutine costs more."""

    def ensure_sync(self, func: View) -> View:
        """Return the function as it is."""
        return func


class StrictJson(JSONProvider):
    """Flask's JSON, strict in both directions."""

    def dumps(self, obj: object, **_: object) -> str:
        """Write compact JSON in the order of the fields."""
        return strict_json.dumps(obj)

    def loads(self, s: str | bytes, **_: object) -> object:
        """Read strict JSON."""
        return strict_json.loads(s.encode() if isinstance(s, str) else s)


def create_app(settings: Settings, resources: Sequence[Resource] = RESOURCES) -> Flask:
    """Return the application serving `resources`. It opens no connection before the first request."""
    app = Service("service", static_folder=None)
    app.json = StrictJson(app)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=100,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        PROPAGATE_EXCEPTIONS=False,
    )
    connect(app, settings)
    tracing.trace_requests(app)
    app.before_request(_begin)
    app.after_request(_end)
    app.after_request(partial(_measured, settings.access_log))
    proxies.trust(app, settings.trusted_proxies, settings.path_prefix)
    errors.register(app)
    api = openapi.create(app, title="Crossover", version=API_VERSION, description=DESCRIPTION)
    for resource in resources:
        api.register_blueprint(resource)
    app.register_blueprint(health)
    app.register_blueprint(pages)
    return app


def connect(app: Flask, settings: Settings) -> None:
    """Give an application what it stands on: database, work folder, identity provider. It opens no connection."""
    database = Database(settings.database_url, threads=settings.threads)
    known = KnownKeys(Path(settings.work_folder))
    presence = Presence(Path(settings.work_folder))
    openid = app.extensions["openid"] = _openid(settings)
    app.extensions["object_stores"] = object_stores_of(settings.object_stores)
    app.extensions["warehouses"] = warehouses_of(settings.warehouses)
    app.extensions["crossover"] = Runtime(
        database=database,
        authenticate=partial(_authenticated, database, known, openid),
        forget_keys=known.forget,
        note_use=note_use,
        max_body_bytes=settings.max_body_bytes,
        patience_seconds=settings.patience_seconds,
        outbound=Outbound.to(settings.webhook_networks),
        uploads=_uploads(settings, presence),
        presence=presence,
        metrics_token=settings.metrics_token,
        rate_limit=RateLimit(settings.requests_per_minute),
    )


def _openid(settings: Settings) -> OpenId | None:
    if not settings.oidc_issuer:
        return None
    from service.access.identity_provider import IdentityProvider  # noqa: PLC0415 - slow to load

    provider = IdentityProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_audience,
        settings.oidc_clock_skew_seconds,
    )
    roles = {group: cast("Role", role) for group, _, role in (value.rpartition("=") for value in settings.oidc_roles)}
    where = (settings.oidc_organization, settings.oidc_organization_claim, settings.oidc_roles_claim)
    return OpenId(provider, Directory(*where, roles))


def _authenticated(
    database: Database, known: KnownKeys, openid: OpenId | None, authorization: str, looks: bool
) -> Actor:
    token = None if openid is None else people.token_of(authorization)
    if openid is not None and token is not None:
        return people.bearer(database, openid, token)
    return authenticate(database, authorization, known if looks else None)


def _uploads(settings: Settings, presence: Presence) -> Uploads:
    # Two threads are always left, so that uploads alone never keep a process from answering.
    return Uploads(Path(settings.work_folder), settings.max_upload_bytes, max(1, settings.threads - 2), presence)


def _begin() -> None:
    g.began = time.perf_counter()
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if REQUEST_ID.fullmatch(sent) else secrets.token_hex(16)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if strict_json.text_fault(request.path):
        raise Problem(NOT_FOUND, "Nothing is served at this address.")


def _end(response: Response) -> Response:
    wanted = {"X-Request-Id": g.request_id, **SECURITY_HEADERS, **g.get("rate", {})}
    if request.path.startswith("/v1/"):
        wanted["Cache-Control"] = "private, no-cache"
    present = {name.lower() for name, _ in response.headers}
    response.headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in present])
    return response


def _measured(access_log: bool, response: Response) -> Response:
    """Measure the request, and log it where the settings say so: never its query, body or key."""
    seconds = time.perf_counter() - g.began
    operation = request.endpoint or "none"
    metrics.REQUEST_SECONDS.labels(operation, response.status_code).observe(seconds)
    if access_log:
        actor = g.get("actor")
        logging.get().info(
            "request",
            method=request.method,
            path=request.path,
            client=request.remote_addr,
            operation=operation,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
            bytes=response.content_length,
            actor=actor and actor.id,
            organization=actor and actor.organization_id,
        )
    return response
