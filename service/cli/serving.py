"""Starting the server, and bringing its database up to date."""

import gc
import os
import runpy
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from service.cli.configured import database, named, opened, reaching, settings
from service.cli.exits import Refused
from service.settings import Settings


def serve(host: str | None, port: int | None, *, migrate: bool) -> None:
    """Become gunicorn, in this process. Raises Refused where the port is taken or the database is not there or old.

    What was loaded to look at the database is what the server needs too: a second interpreter would load it again.
    """
    configured = settings()
    host, port = host or configured.host, port or configured.port
    require_free(host, port)
    gc.disable()  # what is loaded stays: looking for garbage would take a fifth of the start; when_ready enables it
    # Before anything is loaded that measures: that looks once where it is told to put its numbers.
    os.environ |= {named("host"): host, named("port"): str(port), "PROMETHEUS_MULTIPROC_DIR": _measurements(port)}
    _require_database(configured, migrate=migrate)
    sys.argv = ["gunicorn", "--config", "python:service.server.gunicorn_conf", "service.server.wsgi:app"]
    runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)


def _require_database(configured: Settings, *, migrate: bool) -> None:
    from service.evaluations import cluster  # noqa: PLC0415 - after the environment is set
    from service.kit import tracing  # noqa: PLC0415
    from service.kit.db import schema  # noqa: PLC0415

    try:
        tracing.require_installed(configured.traces_endpoint)
        cluster.require_installed(configured.cluster)
    except (tracing.TracingMissing, cluster.ExtraMissing) as error:
        raise Refused(str(error)) from error
    with reaching(), opened() as stored:
        if migrate:
            schema.upgrade(stored)
        schema.require_startable(stored, newer=configured.newer_schema)


def _measurements(port: int) -> str:
    """Return a new folder in memory where the server's processes put what they measure."""
    memory = Path("/dev/shm")  # noqa: S108 - numbers that need not outlive the server, never data
    base = memory if memory.is_dir() else Path(tempfile.gettempdir())
    folder = base / f"crossover-metrics-{os.getuid()}-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return str(folder)


def migrate() -> str:
    """Bring the configured database to the newest revision; say which."""
    from service.kit.db import schema  # noqa: PLC0415 - as above

    with reaching():
        schema.upgrade(database())
    return f"The database is at revision {schema.newest()}."


def require_free(host: str, port: int) -> None:
    """Raise Refused where nothing can listen on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"nothing can listen on {host} port {port} ({error.strerror}); choose another port with "
                f"`make run PORT=...`, `crossover serve --port ...` or {named('port')}"
            ) from error
