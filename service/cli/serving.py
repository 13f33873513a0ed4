"""Starting the server, and bringing its database up to date."""

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from service.cli.configured import database, named, reaching, settings
from service.cli.exits import Refused
from service.kit import tracing
from service.kit.db import schema


def serve(host: str | None, port: int | None, *, migrate: bool) -> None:
    """Become gunicorn. Raises Refused where the port is taken or the database is not there or not the newest."""
    configured = settings()
    try:
        tracing.require_installed(configured.traces_endpoint)
    except tracing.TracingMissing as error:
        raise Refused(str(error)) from error
    host, port = host or configured.host, port or configured.port
    require_free(host, port)
    stored = database()
    with reaching():
        if migrate:
            schema.upgrade(stored)
        schema.require_newest(stored)
    stored.dispose()
    os.environ |= {named("host"): host, named("port"): str(port), "PROMETHEUS_MULTIPROC_DIR": _measurements(port)}
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:service.server.gunicorn_conf",
        "service.server.wsgi:app",
    ]
    os.execv(sys.executable, gunicorn)  # noqa: S606 - our own program, no shell


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
