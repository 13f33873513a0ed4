"""Logs: one JSON object a line on standard error, with the request's id in every line it causes."""

import logging
import sys
from typing import Any

import structlog


def configure(level: str) -> None:
    """Send structlog and the standard library's loggers to standard error as JSON lines from `level` up."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared)
    )
    logging.getLogger("alembic.runtime").setLevel(logging.WARNING)  # a line for every look at the revision
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def get() -> Any:  # noqa: ANN401 - structlog's lazy proxy
    """Return the logger: `get().info("event", name=value)`."""
    return structlog.get_logger()
