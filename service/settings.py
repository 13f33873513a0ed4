"""Settings: every one is an environment variable `CROSSOVER_<NAME>`, listed here with its default and meaning."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from typing import Any

from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate

PREFIX = "CROSSOVER_"

ROLES = ("viewer", "analyst", "approver", "admin", "owner")
"""As `access/roles.py` has them, which settings cannot know."""

OWN_PATHS = [
    "decisions", "docs", "evaluate-all", "evaluations", "health", "metrics", "openapi.json", "prices", "settings",
    "sign-in", "sign-out", "start", "static", "v1", "workloads",
]  # fmt: skip
"""First parts of the service's own addresses, which the routes know and settings cannot."""

CONNECTED = ("postgres", "duckdb")
"""Warehouses whose drivers are installed with the service."""

CLUSTER_ADDRESS = r"(tcp|tls)://[^\s/]+:\d+$"

LEVELS = ("debug", "info", "warning", "error")


def _are_networks(values: Sequence[str]) -> None:
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            raise ValidationError(f"{error}; name networks such as 10.0.0.0/8 or fd00::/8") from error


def _named(value: str, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is said of each name of a JSON object; each must say `wanted`, organizations among them."""
    try:
        said = json.loads(value or "{}")
    except ValueError as error:
        raise ValidationError("is no JSON object of objects by name") from error
    if not isinstance(said, dict) or not all(isinstance(facts, dict) for facts in said.values()):
        raise ValidationError("is no JSON object of objects by name")
    for name, facts in said.items():
        if facts.keys() != wanted:
            raise ValidationError(f"{name}: name {', '.join(sorted(wanted))}, and nothing else")
        organizations = facts["organizations"]
        texts = isinstance(organizations, list) and all(isinstance(each, str) for each in organizations)
        if not organizations or not texts:
            raise ValidationError(f'{name}: organizations lists ids of organizations, or ["*"] for all')
        yield name, facts


def _are_warehouses(value: str) -> None:
    for name, facts in _named(value, {"dialect", "dsn_env", "organizations"}):
        if facts["dialect"] not in CONNECTED:
            raise ValidationError(
                f"{name}: this service connects to {' and '.join(CONNECTED)}; of others, run what crossover "
                "traffic-sql prints and upload its result"
            )
        if not isinstance(facts["dsn_env"], str) or not facts["dsn_env"]:
            raise ValidationError(f"{name}: dsn_env names the environment variable that holds the address")


def _are_object_stores(value: str) -> None:
    for name, facts in _named(value, {"prefix", "options_env", "organizations"}):
        if not isinstance(facts["prefix"], str) or not re.fullmatch(r"(s3|gs|az)://[^/]+/(.+/)?", facts["prefix"]):
            raise ValidationError(f"{name}: prefix is an address such as s3://bucket/traffic/, with its last /")
        if not isinstance(facts["options_env"], str):
            raise ValidationError(f"{name}: options_env names the environment variable with its options, or is empty")


def _are_roles(values: Sequence[str]) -> None:
    for value in values:
        group, equals, role = value.rpartition("=")
        if not equals or not group or role not in ROLES:
            raise ValidationError(f"{value} is not group=role with a role of {', '.join(ROLES)}")


def _is_nobodys(value: str) -> None:
    first = value.strip("/").partition("/")[0]
    if first in OWN_PATHS:
        raise ValidationError(
            f"/{first} is an address of the service itself, which could not be told from the prefix; choose another "
            "first part, such as /crossover"
        )


def _setting(default: Any, meaning: str, *checks: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - dataclass field
    return field(default=default, metadata={"meaning": meaning, "checks": checks})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a process. `from_environment` reads them; the table in the user's guide is made of them."""

    database_url: str = _setting(
        "sqlite:///var/crossover.sqlite3",
        "Where everything is stored: `sqlite:///path` or `postgresql+psycopg://user:password@host/name`.",
        validate.Regexp(r"sqlite:///.|postgresql\+psycopg://", error="Starts with sqlite:/// or postgresql+psycopg://"),
    )
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on.", validate.Range(1, 65535))
    workers: int = _setting(2, "Server processes.", validate.Range(1, 64))
    threads: int = _setting(8, "Requests a server process serves at once.", validate.Range(1, 64))
    embedded_worker: bool = _setting(True, "Run queued jobs beside the server, without `crossover worker`.")
    newer_schema: bool = _setting(
        False, "Start on the schema of a later version too: for going back to this one while that one serves."
    )
    job_retention_days: int = _setting(
        30, "Days that the rows of finished jobs are kept; evaluations stay.", validate.Range(1, 3650)
    )
    max_body_bytes: int = _setting(
        1_048_576, "Largest JSON body, in bytes; price sheets and uploads have their own.", validate.Range(1024)
    )
    max_upload_bytes: int = _setting(
        1_073_741_824, "Largest uploaded traffic file, in bytes, as sent.", validate.Range(1024)
    )
    patience_seconds: int = _setting(
        30,
        "Seconds a client may take to send a request's head, to send each 256 KiB of its body, and to take the answer.",
        validate.Range(1, 600),
    )
    work_folder: str = _setting("var", "Folder for uploads while they are read; on the same disk as the database.")
    trusted_hosts: Sequence[str] = _setting((), "Host names the service answers to, comma-separated; empty: any.")
    trusted_proxies: int = _setting(
        0,
        "Proxies in front, each of which sets `X-Forwarded-For`, `-Proto`, `-Host` and, below a prefix, `-Prefix`; 0: "
        "those headers are not believed.",
        validate.Range(0, 10),
    )
    path_prefix: str = _setting(
        "",
        "Path below which the service is reached, such as `/crossover`, whether or not a proxy takes it off.",
        validate.Regexp(r"(/[A-Za-z0-9._~-]+)*$", error="Starts with / and ends without, such as /crossover"),
        _is_nobodys,
    )
    webhook_networks: Sequence[str] = _setting(
        (),
        "Networks such as `10.0.0.0/8` that webhooks may reach besides the public internet, comma-separated; also "
        "without TLS.",
        _are_networks,
    )
    warehouses: str = _setting(
        "",
        'Warehouses that traffic may be pulled from, as JSON: `{"lake": {"dialect": "postgres", "dsn_env": "LAKE_DSN", '
        '"organizations": ["org_..."]}}`.',
        _are_warehouses,
    )
    object_stores: str = _setting(
        "",
        'Object stores that uploads may be read from, as JSON: `{"lake": {"prefix": "s3://bucket/traffic/", '
        '"options_env": "LAKE_STORE", "organizations": ["org_..."]}}`.',
        _are_object_stores,
    )
    requests_per_minute: int = _setting(
        120_000, "Requests a key may send to a server process a minute; 0: any number.", validate.Range(0)
    )
    oidc_issuer: str = _setting(
        "",
        "OpenID Connect provider people sign in with, by its issuer such as `https://login.example.com/realms/main`.",
        validate.Regexp(
            r"$|https://.|http://(localhost|127\.0\.0\.1|\[::1\])[:/]",
            error="Starts with https://, as the provider says",
        ),
    )
    oidc_client_id: str = _setting("", "What the provider calls this service.")
    oidc_client_secret: str = _setting("", "Secret of that client; empty for a public client, which PKCE protects.")
    oidc_audience: str = _setting(
        "", "Audience of access tokens the API takes as `Bearer` from that provider; empty: it takes none."
    )
    oidc_organization: str = _setting("", "Organization of everybody who signs in, by id or name.")
    oidc_organization_claim: str = _setting("", "Claim that holds the organization instead, by id or name.")
    oidc_roles_claim: str = _setting("groups", "Claim that holds a person's groups; `a.b` is `b` of the object `a`.")
    oidc_roles: Sequence[str] = _setting(
        (),
        "Roles by group, such as `finance=approver,platform=admin,*=viewer`, comma-separated; `*` is everybody.",
        _are_roles,
    )
    oidc_clock_skew_seconds: int = _setting(
        60, "Seconds by which the provider's clock may differ.", validate.Range(0, 600)
    )
    cluster: str = _setting(
        "",
        "Scheduler of a Dask cluster for large replays, such as `tcp://scheduler:8786`; empty: none.",
        validate.Regexp(rf"$|{CLUSTER_ADDRESS}", error="Is tcp://host:port or tls://host:port"),
    )
    access_log: bool = _setting(False, "Log every request: who called what, the status and how long it took.")
    metrics_token: str = _setting("", "Bearer token that `/metrics` asks for; empty: `/metrics` is not served.")
    traces_endpoint: str = _setting(
        "",
        "Where traces are sent, as OTLP over HTTP: `http://collector:4318/v1/traces`; empty: nowhere.",
        validate.Regexp(r"$|https?://.", error="Starts with http:// or https://"),
    )
    log_level: str = _setting("info", "Least severe log lines written.", validate.OneOf(LEVELS))

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read every setting from the process's environment.

        Raises environs.EnvValidationError that lists every setting that does not hold.
        """
        env = Env(eager=False, prefix=PREFIX)
        read: dict[str, Any] = {"str": env.str, "int": env.int, "bool": env.bool, "tuple": env.list}
        values = {
            setting.name: read[type(setting.default).__name__](
                setting.name.upper(), setting.default, validate=list(setting.metadata["checks"])
            )
            for setting in fields(cls)
        }
        env.seal()
        _require_whole(values)
        return cls(**values)


def _require_whole(values: Mapping[str, Any]) -> None:
    """Refuse settings that say only half of what is needed. Raises environs.EnvValidationError."""
    if not values["oidc_issuer"]:
        return
    missing = [name for name in ("oidc_client_id", "oidc_roles") if not values[name]]
    if bool(values["oidc_organization"]) == bool(values["oidc_organization_claim"]):
        missing.append("oidc_organization or else oidc_organization_claim")
    if missing:
        names = ", ".join(name.upper().replace("OIDC", f"{PREFIX}OIDC").replace(" OR ", " or ") for name in missing)
        told = f"With {PREFIX}OIDC_ISSUER, set {names} too"
        raise EnvValidationError(f"Environment variables invalid: {told}", {f"{PREFIX}OIDC_ISSUER": [told]})
