"""Settings: every one is an environment variable `CROSSOVER_<NAME>`, listed here with its default and meaning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from typing import Any

from environs import Env
from marshmallow import ValidationError, validate

PREFIX = "CROSSOVER_"

LEVELS = ("debug", "info", "warning", "error")


def _are_networks(values: Sequence[str]) -> None:
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            raise ValidationError(f"{error}; name networks such as 10.0.0.0/8 or fd00::/8") from error


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
    webhook_networks: Sequence[str] = _setting(
        (),
        "Networks such as `10.0.0.0/8` that webhooks may reach besides the public internet, comma-separated; also "
        "without TLS.",
        _are_networks,
    )
    requests_per_minute: int = _setting(
        120_000, "Requests a key may send to a server process a minute; 0: any number.", validate.Range(0)
    )
    access_log: bool = _setting(False, "Log every request: who called what, the status and how long it took.")
    metrics_token: str = _setting("", "Bearer token that `/metrics` asks for; empty: `/metrics` is not served.")
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
        return cls(**values)
