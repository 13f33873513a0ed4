"""Which rows of a table are requests of the history, and their values, by the rules of the reader of uploads.

The rules are those of `traffic_histories.reading.casts`, whose macros are named beside each.
"""

import ibis

from service.traffic_histories.reading.casts import LARGEST
from service.traffic_histories.reading.columns import Columns
from service.traffic_histories.reading.time_text import EARLIEST_US, LATEST_US
from service.workflow.traffic import DAY

from .moments import Expression, kind_of, limit_of, micros, trimmed
from .table_map import TableMap

BLANK = ("", "null", "none")
YES = ("true", "t", "1", "1.0", "yes", "hit")
NO = ("false", "f", "0", "0.0", "no", "n")
FAILING = (
    "failure", "failed", "fail", "error", "timeout", "cancelled", "canceled", "aborted", "exception", "throttled",
)  # fmt: skip
NO_ERROR = (*BLANK, "false", "0", "{}", "[]", "nan", "success", "ok", "200", "no")
STATUS = "^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$"

AROUND_US = 2 * DAY
"""More than any two zones are apart."""

TIMES = ("arrival", "end")


class Requests:
    """The rows of a table as requests: expressions of ibis over one table of named columns."""

    def __init__(self, table: TableMap, columns: Columns) -> None:
        """Describe the rows; columns: what the mapped ones mean, as the reader has it."""
        self._map, self._columns = table, columns
        kinds = dict.fromkeys((*table.columns.values(), *(name for name, _ in table.only)), "int64")
        kinds |= {name: "decimal(38, 9)" for field, name in table.columns.items() if _is_number(field)}
        kinds |= {name: kind_of(table) for field, name in table.columns.items() if field in TIMES}
        *above, name = table.table
        place = dict(zip(("database", "catalog"), reversed(above), strict=False))
        self.source: Expression = ibis.table(kinds, name=name, **place)

    def read(self) -> Expression:
        """Return every row that the filters choose: its values, and what became of it.

        `state`: kept, rejected, failed or cache_hit.
        """
        chosen = [self._text(name).isin([value.strip().lower() for value in values]) for name, values in self._map.only]
        chosen += self._around()
        rows = self.source.filter(chosen) if chosen else self.source
        told = rows.select(**self._values(rows))
        inside = [] if self._map.start_us is None else [told.arrival >= self._map.start_us]
        inside += [] if self._map.end_us is None else [told.arrival < self._map.end_us]
        told = told.filter(inside) if inside else told
        return told.mutate(state=self._state(told))

    def kept(self) -> Expression:
        """Return the requests of the history: one of each request id, where one is mapped the first."""
        rows = self.read()
        rows = rows.filter(rows.state == "kept")
        if "request_id" not in self._map.columns:
            return rows
        order = [rows[name] for name in ("arrival", "input_tokens", "cached_input_tokens", "output_tokens")]
        rows = rows.mutate(turn=ibis.row_number().over(group_by=rows.request_id, order_by=order))
        return rows.filter((rows.turn == 0) | rows.request_id.isnull())

    @property
    def parts(self) -> dict[str, str]:
        """What is told apart of input and output: column of the result → field."""
        return {field: field for _, field in self._columns.parts}

    @property
    def keys(self) -> dict[str, str]:
        """What prices depend on and no filter has settled: key → column."""
        settled = {name for name, _ in self._map.only}
        return {key: name for key, name in self._columns.keys.items() if name not in settled}

    def _around(self) -> list[Expression]:
        """Return bounds on the column of times itself, so that engines read only the partitions that are asked for.

        They are wide by what a zone may shift; the exact ones follow.
        """
        column = self.source[self._map.columns["arrival"]]
        bounds = []
        for at, later in ((self._map.start_us, False), (self._map.end_us, True)):
            if at is not None:
                wide = at + (AROUND_US if later else -AROUND_US)
                bound = limit_of(self._map, wide)
                bounds.append(column < bound if later else column >= bound)
        return bounds

    def _values(self, rows: Expression) -> dict[str, Expression]:
        names = self._map.columns
        values = {"arrival": micros(self._map, rows[names["arrival"]]), "failed": self._failed(rows)}
        values["input_tokens"] = self._sum(rows, self._columns.input_parts)
        cached = ("cached_input_tokens",) if "cached_input_tokens" in names else ()
        values["cached_input_tokens"] = self._sum(rows, cached, optional=True)
        values["output_tokens"] = self._sum(rows, self._columns.output_parts)
        values |= {name: self._sum(rows, (field,), optional=True).fill_null(0) for name, field in self.parts.items()}
        if "end" in names:
            values["end_time"] = micros(self._map, rows[names["end"]])
        values |= {field: rows[names[field]] for field in ("seconds", "milliseconds") if field in names}
        values |= {key: rows[name].cast("string") for key, name in self.keys.items()}
        if "cache_hit" in names:
            values["cache_hit"] = self._hit(rows)
        if "request_id" in names:
            said = rows[names["request_id"]].cast("string")
            blank = self._text(names["request_id"], rows).isin(BLANK)
            values["request_id"] = ibis.ifelse(blank, ibis.null("string"), said)
        return values

    def _sum(self, rows: Expression, fields: tuple[str, ...], *, optional: bool = False) -> Expression:
        """Return a sum of columns of whole numbers, NULL where it is none that the reader takes (`tokens`).

        The first must be there unless `optional`, or the request failed and is kept all the same; the others count
        as 0 where they are NULL.
        """
        if not fields:
            return ibis.literal(0, "int64")
        terms = []
        for place, field in enumerate(fields):
            column = rows[self._map.columns[field]]
            whole = column.cast("int64")
            fits = (whole == column) & whole.between(0, LARGEST["log"])
            term = ibis.ifelse(fits, whole, ibis.null("int64"))
            if place or optional or self._map.include_failed:
                may_lack = column.isnull() if place or optional else column.isnull() & self._failed(rows)
                term = ibis.ifelse(may_lack, ibis.literal(0, "int64"), term)
            terms.append(term)
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def _text(self, name: str, rows: Expression | None = None) -> Expression:
        """Return a column as the reader compares text: small letters, no blanks around."""
        column = (self.source if rows is None else rows)[name]
        return trimmed(column.cast("string")).lower()

    def _failed(self, rows: Expression) -> Expression:
        """Return whether a request failed (`failing`, `denied`, `erring`); an answer of a cache did not."""
        names, said = self._map.columns, []
        if "status" in names:
            status = self._text(names["status"], rows)
            said += [status.upper().re_search(STATUS), status.isin(FAILING)]
        said += [self._text(names["success"], rows).isin(NO)] if "success" in names else []
        said += [self._text(names["error"], rows).notin(NO_ERROR)] if "error" in names else []
        failed: Expression = ibis.literal(False)
        for one in said:
            failed |= one.fill_null(False)
        return failed & ~self._hit(rows) if "cache_hit" in names else failed

    def _hit(self, rows: Expression) -> Expression:
        """Return whether a response cache answered (`yes`)."""
        return self._text(self._map.columns["cache_hit"], rows).isin(YES).fill_null(False)

    def _state(self, told: Expression) -> Expression:
        fits = told.arrival.between(EARLIEST_US, LATEST_US)
        fits &= told.input_tokens.between(0, LARGEST["log"]) & told.output_tokens.between(0, LARGEST["log"])
        fits &= told.cached_input_tokens <= told.input_tokens
        cases = []
        if "cache_hit" in self._map.columns and not self._map.include_cache_hits:
            cases.append((told.cache_hit, "cache_hit"))
        if not self._map.include_failed:
            cases.append((told.failed, "failed"))
        return ibis.cases(*cases, (fits.fill_null(False), "kept"), else_="rejected")


def _is_number(field: str) -> bool:
    return field.endswith("_tokens") or field in ("seconds", "milliseconds")
