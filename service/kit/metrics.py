"""What is measured while the service runs, for Prometheus.

Several processes share their numbers where `PROMETHEUS_MULTIPROC_DIR` names a folder, which `crossover serve` sees to.
Labels are of small, known sets: an operation's name, a status, a kind of job. No id, key or address is one.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

REQUEST_SECONDS = Histogram(
    "crossover_request_seconds",
    "Time from a request's head to its answer, by operation and status; its count is the number of requests.",
    ("operation", "status"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
UPLOAD_BYTES = Counter("crossover_upload_bytes", "Bytes of uploads received whole.", registry=REGISTRY)
REPEATED_UNITS = Counter(
    "crossover_database_repeated_units", "Units of work run again because they lost a race.", registry=REGISTRY
)
JOBS_ENDED = Counter(
    "crossover_jobs_ended", "Attempts at jobs that ended, by kind and how.", ("kind", "outcome"), registry=REGISTRY
)
