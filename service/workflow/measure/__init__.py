"""Measure: the first verb. A traffic history becomes a profile, and the requests that the replays take."""

from service.workflow.measure.arrivals import make_arrivals
from service.workflow.measure.buckets import bucket_arrivals
from service.workflow.measure.measure import measure
from service.workflow.measure.profile import Finding, TrafficProfile
from service.workflow.measure.scaling import scale_arrivals
from service.workflow.measure.seeds import seed_of
from service.workflow.measure.window import InsufficientTraffic, clip

__all__ = [
    "Finding",
    "InsufficientTraffic",
    "TrafficProfile",
    "bucket_arrivals",
    "clip",
    "make_arrivals",
    "measure",
    "scale_arrivals",
    "seed_of",
]
