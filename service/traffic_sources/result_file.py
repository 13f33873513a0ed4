"""What a statement returns as a file that is read like an upload, within an upload's limits."""

import csv
from collections.abc import Callable
from pathlib import Path

from service.traffic_sources.reading_warehouses import FETCHED_AT_ONCE, PullFailed, Run


def write_csv(run: Run, sql: str, path: Path, most_rows: int, most_bytes: int, each: Callable[[], None]) -> int:
    """Write what a statement returns to a CSV file; return how many rows. each: called every so many rows.

    Raises PullFailed where there are more rows or bytes than an upload may have.
    """
    names, rows = run(sql)
    count = 0
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            count += 1
            if count % FETCHED_AT_ONCE == 0:
                each()
                if file.tell() > most_bytes:
                    raise PullFailed(f"The statement returns more than the {most_bytes} bytes that an upload may have.")
            if count > most_rows:
                raise PullFailed(f"The statement returns more than {most_rows} rows; ask for fewer hours, or for sums.")
            writer.writerow(row)
    return count
