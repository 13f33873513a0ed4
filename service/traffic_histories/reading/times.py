"""How a file writes its times, told from its first rows or declared, and the SQL that reads them exactly."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from service.workflow.traffic import DAY

from .duckdb_connection import literal
from .errors import RefusedError
from .options import ReadOptions, TimeUnit
from .time_text import EARLIEST_US, LATEST_US

Reference = Literal["utc", "zone", "start"]
Order = Literal["mdy", "dmy", "ymd"]

LONGEST_RELATIVE_US = 3660 * DAY

UNIT_DIGITS: dict[TimeUnit, int] = {"s": 6, "ms": 3, "us": 0}
"""Decimal digits from a unit down to a microsecond."""

_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,30})?)?"
_WALL = rf"(19|20|21)[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}([T ]{_CLOCK})?"
_OFFSET = r" ?(Z|UTC|GMT|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
_DATED = r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}[, T]*([0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)? ?([AP]M)?)?"
_NUMBER = r"[0-9]{1,19}([.][0-9]{0,30})?"

MACROS = rf"""
CREATE MACRO iso(x) AS replace(upper(trim(x)), ',', '.');
CREATE MACRO wall(x) AS CASE WHEN regexp_full_match(x, '{_WALL}') THEN coalesce(
    (epoch_ns(TRY_CAST(x AS TIMESTAMP_NS)) + 500) // 1000,
    CASE WHEN regexp_full_match(x, '.*:(14|29|44|59):60([.][0-9]*)?') THEN
        (epoch_ns(TRY_CAST(replace(x, ':60', ':59') AS TIMESTAMP_NS)) + 500) // 1000 + 1000000 END) END;
CREATE MACRO offset_us(x) AS CASE WHEN regexp_matches(x, '[+-][0-9]{{2}}:?([0-9]{{2}})?$') THEN
    (CASE WHEN regexp_extract(x, '([+-])[0-9:]*$', 1) = '-' THEN -60000000 ELSE 60000000 END)
    * (CAST(regexp_extract(x, '[+-]([0-9]{{2}})[0-9:]*$', 1) AS BIGINT) * 60
       + coalesce(TRY_CAST(regexp_extract(x, '[+-][0-9]{{2}}:?([0-9]{{2}})$', 1) AS BIGINT), 0)) ELSE 0 END;
CREATE MACRO instant(x) AS CASE WHEN regexp_full_match(x, '({_WALL}){_OFFSET}') THEN
    wall(regexp_replace(x, '{_OFFSET}$', '')) - offset_us(x) END;
CREATE MACRO micros(x, digits) AS CASE WHEN regexp_full_match(x, '{_NUMBER}')
        AND strlen(split_part(x, '.', 1)) + digits <= 18 THEN
    CAST(split_part(x, '.', 1) || left(rpad(split_part(x, '.', 2), digits, '0'), digits) AS BIGINT)
    + CAST(substr(rpad(split_part(x, '.', 2), digits + 1, '0'), digits + 1, 1) >= '5' AS BIGINT) END;
CREATE MACRO dated(x) AS regexp_replace(regexp_replace(
    replace(replace(upper(trim(x)), chr(8239), ' '), chr(160), ' '),
    '^([0-9]{{1,4}})[/.-]([0-9]{{1,2}})[/.-]([0-9]{{1,4}})[, T]*', '\1/\2/\3 '), ' ?([AP]M)$', ' \1');
CREATE MACRO nanos(x) AS CASE WHEN regexp_full_match(x, '[0-9]{{1,18}}|[0-8][0-9]{{18}}')
    THEN (CAST(x AS BIGINT) + 500) // 1000 END;
"""
"""`iso` settles spelling. `wall` and `instant` give µs since 1970, of the wall clock and of UTC. A second 60 is
read as the second after :59. `micros` reads a decimal in units of 10^digits µs. All round to the nearest µs,
halves up."""


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How times are written.

    reference: what they count from: 1970 UTC, the wall clock of a zone, or a declared start. unit: of numbers,
    None for ISO 8601. pattern: strptime pattern of the commonest ISO spelling, None where it needs more than that.
    order: of day, month and year in dates as spreadsheets write them, None for ISO 8601; short_year: without century.
    """

    reference: Reference
    unit: TimeUnit | None = None
    pattern: str | None = None
    order: Order | None = None
    short_year: bool = False

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and greatest time that is believed, in µs from the reference."""
        return (0, LONGEST_RELATIVE_US) if self.reference == "start" else (EARLIEST_US, LATEST_US)

    def fast(self, cell: str) -> str | None:
        """Return SQL that reads the commonest spelling alone, NULL for any other; None where there is no such."""
        if self.pattern is None:
            return None
        moment = f"try_strptime({cell}, {literal(self.pattern)})"
        return f"(epoch_ns({moment}) + 500) // 1000" if "%n" in self.pattern else f"epoch_us({moment})"

    def full(self, cell: str) -> str:
        """Return SQL for `cell` in whole µs from the reference; NULL where it is no believable time."""
        low, high = self.bounds
        return f"between_or_null({self._read(cell)}, {low}, {high})"

    def fault(self, cell: str) -> str:
        """Return SQL for the reason why `cell` is no time of this form."""
        whens = [
            f"WHEN blank({cell}) THEN 'missing_value'",
            f"WHEN {self._read(cell)} IS NOT NULL THEN 'time_out_of_range'",
        ]
        if self.unit is not None:
            whens.append(f"WHEN regexp_full_match(trim({cell}), '{_NUMBER}') THEN 'time_out_of_range'")
        if self.unit is None and self.reference == "utc":
            whens.append(f"WHEN wall(iso({cell})) IS NOT NULL THEN 'zone_missing'")
        if self.reference == "zone" and self.order is None:
            whens.append(f"WHEN instant(iso({cell})) IS NOT NULL THEN 'zone_unexpected'")
        return f"CASE {' '.join(whens)} ELSE 'not_a_time' END"

    def _read(self, cell: str) -> str:
        if self.unit == "ns":
            return f"nanos(trim({cell}))"
        if self.unit is not None:
            return f"micros(trim({cell}), {UNIT_DIGITS[self.unit]})"
        if self.order is not None:
            listed = ", ".join(literal(pattern) for pattern in _patterns(self.order, short_year=self.short_year))
            return f"epoch_us(try_strptime(trim(dated({cell})), [{listed}]))"
        return f"{'wall' if self.reference == 'zone' else 'instant'}(iso({cell}))"


def recognise_time(values: Iterable[str | None], options: ReadOptions, dialect_unit: TimeUnit | None) -> TimeForm:
    """Return the form most of the sampled `values` have. dialect_unit: of times that count from a start.

    Raises RefusedError: `no_rows`, `unrecognised_time`, `zone_required`, `start_required`.
    """
    values = list(values)
    if not values:
        raise RefusedError("no_rows", "the file has column names but no rows: export a time in which there was traffic")
    written = [value.strip() for value in values if value is not None and value.strip()]
    order = _order(written, options)
    forms = Counter(form for value in written if (form := _form(value, options, dialect_unit, order)) is not None)
    if not forms:
        shown = f", such as {written[0][:40]!r}" if written else ""
        raise RefusedError(
            "unrecognised_time",
            f"the time column holds no times{shown}: ISO 8601 (2026-10-05T12:00:00Z), dates as spreadsheets write "
            "them (10/5/2026 1:00:00 PM) and numbers are read; another column is named with column.arrival=..., a "
            "date and a time in two columns with column.arrival=DATE+TIME",
            "column.arrival",
        )
    form = forms.most_common(1)[0][0]
    if form.reference == "zone" and options.zone is None:
        raise RefusedError(
            "zone_required",
            f"times such as {written[0][:40]!r} do not say their zone; declare it, zone=UTC or zone=Europe/Berlin",
            "zone",
        )
    if form.reference == "start" and options.time_unit is None and dialect_unit is None and _are_days(written):
        detail = f"times such as {written[0][:40]!r} are days as spreadsheets count them; show the column as date and "
        raise RefusedError("unrecognised_time", f"{detail}time there and save the file again", "column.arrival")
    if form.reference == "start" and options.start_us is None:
        raise RefusedError(
            "start_required",
            f"times such as {written[0][:40]!r} count from the start of the log; declare it, "
            "start=2026-10-05T00:00:00Z",
            "start",
        )
    return form


def _are_days(written: list[str]) -> bool:
    """Whether numbers are days since 1899, of this century, as spreadsheets keep dates: 46328.5 is 2 Nov 2026, noon."""
    return all(re.fullmatch(r"[0-9]{5}([.][0-9]+)?", value) and 36_526 <= float(value) < 73_051 for value in written)


def _order(written: list[str], options: ReadOptions) -> Order | None:
    """Return the order of day, month and year, None where no date needs one. Raises RefusedError: `date_order`."""
    dates = [value for value in written if _is_dated(value)]
    if len(dates) * 2 < len(written) or options.date_order is not None:
        return options.date_order if dates else None
    parts = [re.split(r"[/.-]", re.split(r"[, T]", value)[0]) for value in dates]
    firsts, seconds = {int(part[0]) for part in parts}, {int(part[1]) for part in parts}
    if max(firsts) > 31:
        return "ymd"
    if max(firsts) > 12 or any("." in value.split(" ")[0] for value in dates):
        return "dmy"
    if max(seconds) > 12 or any(value.upper().endswith("M") for value in dates):
        return "mdy"
    detail = (
        f"dates such as {dates[0][:40]!r} may begin with the month or the day; say date_order=mdy or date_order=dmy"
    )
    raise RefusedError("date_order", detail, "date_order")


def _is_dated(value: str) -> bool:
    settled = value.upper().replace("\u202f", " ").replace("\u00a0", " ")
    return re.fullmatch(_DATED, settled) is not None and re.fullmatch(_WALL, settled.replace(",", ".")) is None


def _patterns(order: Order, *, short_year: bool) -> list[str]:
    year = "%y" if short_year else "%Y"
    date = {"mdy": f"%m/%d/{year}", "dmy": f"%d/%m/{year}", "ymd": f"{year}/%m/%d"}[order]
    clocks = ("%I:%M:%S.%f %p", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f", "%H:%M:%S", "%H:%M")
    return [*(f"{date} {clock}" for clock in clocks), date]


def _form(
    value: str, options: ReadOptions, dialect_unit: TimeUnit | None, order: Order | None = None
) -> TimeForm | None:
    if re.fullmatch(_NUMBER, value):
        return _number_form(float(value), options.time_unit, dialect_unit)
    settled = value.upper().replace(",", ".")
    if re.fullmatch(_WALL, settled):
        return TimeForm("zone", pattern=_pattern(value))
    if order is not None and _is_dated(value):
        years = re.split(r"[/.-]", re.split(r"[, T]", value)[0])
        return TimeForm("zone", order=order, short_year=all(len(part) < 3 for part in years))
    return TimeForm("utc", pattern=_pattern(value)) if re.fullmatch(_WALL + _OFFSET, settled) else None


def _number_form(value: float, declared: TimeUnit | None, dialect_unit: TimeUnit | None) -> TimeForm:
    in_seconds: dict[TimeUnit, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
    if declared is not None:
        return TimeForm("start" if value * in_seconds[declared] < 1e8 else "utc", declared)
    # 10^8 s is March 1973: as a count of s, ms, µs or ns since 1970, a time of this century has one unit only.
    if value < 1e8:
        return TimeForm("start", dialect_unit or "s")
    return TimeForm("utc", "s" if value < 1e11 else "ms" if value < 1e14 else "us" if value < 1e17 else "ns")


def _pattern(value: str) -> str | None:
    match = re.fullmatch(r"[0-9-]{10}([T ])[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z?)", value)
    return match and f"%Y-%m-%d{match[1]}%H:%M:%S{'.%n' if match[2] else ''}{match[3]}"
