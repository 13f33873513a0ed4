"""The corpus of hostile traffic files: each with what must become of it."""

from tests.hostile_traffic.case import Hostile
from tests.hostile_traffic.numbers import NUMBERS
from tests.hostile_traffic.packed import PACKED
from tests.hostile_traffic.parquet import PARQUET
from tests.hostile_traffic.structured import STRUCTURED
from tests.hostile_traffic.text import TEXT
from tests.hostile_traffic.times import TIMES

CORPUS: dict[str, Hostile] = {
    f"{kind}: {case.name}": case
    for kind, cases in {
        "text": TEXT,
        "number": NUMBERS,
        "time": TIMES,
        "packing": PACKED,
        "json": STRUCTURED,
        "parquet": PARQUET,
    }.items()
    for case in cases
}
"""By kind and name."""
