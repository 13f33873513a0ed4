"""Readiness that tells the truth: the schema fits, the database and the disk take a write, somebody takes jobs.

It is asked in a thread of its own, so that a database that hangs cannot hold up who asks: they are told what was found
last, or that nothing was found in time.
"""

import os
import shutil
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from service.kit import logging
from service.kit.app_context import Runtime
from service.kit.db import schema
from service.kit.db.database import DatabaseBusy, DatabaseFailing, DatabaseFull, database_now
from service.kit.http.uploads import FLOOR
from service.kit.jobs.queue import Job

FRESH_SECONDS = 1.0
"""How long an answer is given again without looking, so that asking often costs nothing."""

PATIENCE_SECONDS = 1.0
"""How long who asks waits for a look that is under way."""

FIRST_SECONDS = 5.0
"""The same while nothing was found yet: a process that begins."""

STALE_SECONDS = 15.0
"""How long the last answer stands in for a look that has not ended."""

WAITED = timedelta(minutes=5)
"""A job that waits longer while none runs shows that nobody takes any."""


class Readiness:
    """What a process knows of its readiness. For all threads."""

    def __init__(self, runtime: Runtime) -> None:
        """Know nothing yet."""
        self._runtime = runtime
        self._lock = threading.Lock()
        self._looking: threading.Thread | None = None
        self._fault: str | None = None
        self._found_at: float | None = None

    def fault(self) -> str | None:
        """Return what keeps the service from serving, for people, or None where it is ready."""
        if not self._is_within(FRESH_SECONDS):
            self._look().join(PATIENCE_SECONDS if self._found_at else FIRST_SECONDS)
        if self._is_within(STALE_SECONDS):
            return self._fault
        return "The database or the disk does not answer in time."

    def _is_within(self, seconds: float) -> bool:
        return self._found_at is not None and time.monotonic() - self._found_at < seconds

    def _look(self) -> threading.Thread:
        with self._lock:
            if self._looking is None or not self._looking.is_alive():
                self._looking = threading.Thread(target=self._find, name="readiness", daemon=True)
                self._looking.start()
            return self._looking

    def _find(self) -> None:
        fault = _fault(self._runtime)
        if fault != self._fault:
            logging.get().warning("readiness changed", fault=fault)
        self._fault, self._found_at = fault, time.monotonic()


def _fault(runtime: Runtime) -> str | None:
    try:
        schema.require_served(runtime.database)
        fault = _disk_fault(runtime.uploads.folder)
        runtime.database.write(_touch)
        with runtime.database.reading() as session:
            return fault or _jobs_fault(session)
    except schema.WrongSchema as error:
        return str(error)
    except DatabaseFailing:
        return "The disk under the database fails or cannot be written."
    except DatabaseFull:
        return "The disk under the database is full."
    except DatabaseBusy as error:
        return None if "locked" in str(error) else "The database does not answer."
    except Exception as error:  # noqa: BLE001 - whatever it is, this process cannot serve
        logging.get().error("readiness", reason=type(error).__name__)
        return "The database cannot be used."


def _touch(session: Session) -> None:
    """Write to the database what it has already: a real write, which a read-only or failing disk refuses."""
    session.execute(text("UPDATE alembic_version SET version_num = version_num"))


def _disk_fault(folder: Path) -> str | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"ready")
            probe.flush()
            os.fsync(probe.fileno())
        if shutil.disk_usage(folder).free < FLOOR:
            return "Too little space is free on the disk of the work folder: uploads are refused."
    except OSError as error:
        return f"The disk of the work folder fails or cannot be written ({os.strerror(error.errno or 0)})."
    return None


def _jobs_fault(session: Session) -> str | None:
    waits = exists().where(Job.state == "queued", Job.available_at < database_now(session) - WAITED)
    runs = exists().where(Job.state == "running")
    waiting, running = session.execute(select(waits, runs)).one()
    return "Jobs wait and no worker takes them; start `crossover worker`." if waiting and not running else None
