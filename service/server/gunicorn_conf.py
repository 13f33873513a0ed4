"""How gunicorn serves Crossover: threads in a few processes, no control socket.

The application is loaded once, before the processes part, so that one that was killed is back in a moment; it holds
no connection, thread or lock by then, so that nothing that a fork would break is carried over. What only computations
need is loaded beside the first requests.

gunicorn reads the names below (https://docs.gunicorn.org/en/stable/settings.html).
"""

import gc
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from service.evaluations.cluster import chosen
from service.kit import metrics, tracing
from service.kit.http.blueprint import Resource
from service.server.fair_pool import FairPool
from service.server.http_worker import beginnings
from service.settings import Settings
from service.workflow.replay import compiled

_settings = Settings.from_environment()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "service.server.http_worker.HttpWorker"
workers = _settings.workers
threads = _settings.threads
timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = 200_000  # a new process takes seconds to start: more often would cost more than leaks ever do
max_requests_jitter = 50_000
preload_app = True
control_socket_disable = True
limit_request_line = 8190
limit_request_fields = 64
forwarded_allow_ips = ""
accesslog = None
loglevel = _settings.log_level
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat file, never data


def on_starting(server: Any) -> None:  # noqa: ANN401 - gunicorn's master
    """Have USR2 start what is installed by then, on the same sockets: as a module, not by a path that hides others."""
    server.START_CTX["args"] = [sys.executable, "-m", "gunicorn", *sys.argv[1:]]


def child_exit(_server: Any, worker: Any) -> None:  # noqa: ANN401
    """Keep what a process measured that has ended, however it did."""
    metrics.absorb(worker.pid)


def when_ready(_server: Any) -> None:  # noqa: ANN401 - gunicorn's master
    """Keep the garbage collector of every process off what was loaded before they part, and let it work again."""
    gc.freeze()
    gc.enable()


def post_worker_init(worker: Any) -> None:  # noqa: ANN401 - gunicorn's worker
    """Say how long clients may take, and start running jobs beside the requests where the settings say so.

    What is loaded by now stays, so the garbage collector need not walk it again: that would cost more than requests do.
    """
    tracing.start(_settings.traces_endpoint)
    chosen.choose(_settings.cluster)
    worker.patience = float(_settings.patience_seconds)
    resources = [one for one in worker.wsgi.blueprints.values() if isinstance(one, Resource)]
    worker.slow = beginnings(call for resource in resources for call in resource.calls.values())
    slow = max(2, threads - 2)
    worker.slow_pool = FairPool(slow, slow - 1)  # one is always left to somebody else
    with suppress(OSError):  # a disk that fails is told by readiness
        worker.wsgi.extensions["crossover"].uploads.sweep()
    threading.Thread(target=_load_the_rest, name="loading", daemon=True).start()
    if _settings.embedded_worker:
        from service.worker import start_embedded  # noqa: PLC0415 - only after the fork

        worker.crossover_jobs = start_embedded(worker.wsgi, _settings)
    gc.collect()
    gc.freeze()


def _load_the_rest() -> None:
    compiled.load()
    gc.freeze()


def worker_exit(_server: Any, worker: Any) -> None:  # noqa: ANN401
    """Let the running job give itself back."""
    from service.evaluations import inline  # noqa: PLC0415 - as above

    inline.stop()
    jobs = getattr(worker, "crossover_jobs", None)
    if jobs is not None:
        jobs.stop()
    tracing.flush()
