"""What the uploader says about a file, and the limits under which it is read."""

from dataclasses import dataclass, field
from typing import Literal

from service.workflow.traffic import BUCKET_SECONDS

Kind = Literal["log", "series"]
TimeUnit = Literal["s", "ms", "us", "ns"]
Absent = Literal["missing", "idle"]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bounds on one file and on the process that reads it.

    unpacked_bytes: largest file after decompression. ratio: largest decompressed ÷ compressed size, applied
    above ratio_free_bytes of output. rows: most rows. columns: most columns. histories: most parts of a split.
    span_days: longest time between first and last row. buckets: most buckets of a series, absent ones included.
    memory_mib: what DuckDB may hold. address_mib: address space of the process. seconds: wall clock, and CPU
    seconds of each of its `threads`.
    """

    unpacked_bytes: int = 2048 * MIB
    ratio: int = 100
    ratio_free_bytes: int = 16 * MIB
    rows: int = 20_000_000
    columns: int = 500
    histories: int = 100
    span_days: int = 1830
    buckets: int = 8_000_000
    memory_mib: int = 384
    address_mib: int = 4096
    seconds: int = 120
    threads: int = 2


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the uploader declares; everything is optional and recognised from the file where it can be.

    kind: request log or series. columns: (field, column name in the file) pairs that override recognition.
    zone: IANA name for times without a zone. time_unit: of numeric times. start_us, end_us: observed span
    [start, end) in µs since 1970 UTC; start is also the origin of relative times. bucket_seconds, absent: of a
    series. include_failed, include_cache_hits: keep failed requests, and answers of a response cache, in the
    history. cached_included: whether input tokens include the cached ones (None: as the dialect has it).
    max_rejected_share: share of rejected rows above which the file is refused. split_by: column by whose values
    the file is cut into several histories. only: (column or key, value) pairs that rows must have. combine: keys whose
    values are taken as one traffic (see keys.Key). model: what the traffic is to be priced for, which chooses among
    several models. decimal_mark: of numbers. date_order: of dates with slashes. content_encoding: transfer codings
    around the file, outermost first.
    """

    kind: Kind | None = None
    columns: tuple[tuple[str, str], ...] = ()
    zone: str | None = None
    time_unit: TimeUnit | None = None
    start_us: int | None = None
    end_us: int | None = None
    bucket_seconds: int | None = None
    absent: Absent = "missing"
    include_failed: bool = False
    include_cache_hits: bool = False
    cached_included: bool | None = None
    max_rejected_share: float = 0.01
    split_by: str | None = None
    only: tuple[tuple[str, str], ...] = ()
    combine: tuple[str, ...] = ()
    model: str | None = None
    aliases: tuple[str, ...] = ()
    decimal_mark: Literal[".", ","] | None = None
    date_order: Literal["mdy", "dmy"] | None = None
    content_encoding: tuple[str, ...] = ()
    limits: ReadLimits = field(default_factory=ReadLimits)

    def __post_init__(self) -> None:
        """Refuse a bucket length that no series can have."""
        if self.bucket_seconds is not None and self.bucket_seconds not in BUCKET_SECONDS:
            raise ValueError(f"bucket_seconds must be one of {', '.join(map(str, BUCKET_SECONDS))}")
