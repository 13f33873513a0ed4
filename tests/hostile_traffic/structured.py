"""Hostile JSON and usage pages."""

import json

from tests.hostile_traffic.case import Hostile, raw, refused, taken

ROW = '{"timestamp": "2026-10-05T00:00:00Z", "input_tokens": 5, "output_tokens": 1}'
NESTED = ROW.replace('"input', '"attributes": {"gen_ai.usage.input').replace('"output', '"gen_ai.usage.output') + "}"
TEN = [ROW.replace("00:00Z", f"00:{n:02}Z") for n in range(10)]
MANY = [ROW.replace("00:00Z", f"{n // 60:02}:{n % 60:02}Z") for n in range(200)]


def lines(*records: str) -> bytes:
    """Return JSON Lines."""
    return "\n".join([*records, ""]).encode()


def one_bad(name: str, record: str, reason: str) -> Hostile:
    """Return JSON Lines of which one record is rejected."""
    return Hostile(name, raw(lines(*MANY[:100], record, *MANY[100:])), rows=(201, 200, 1, 0), reason=reason)


def with_tokens(value: str) -> str:
    """Return a record with another value for its input tokens."""
    return ROW.replace(": 5", f": {value}")


def with_metadata(text: str) -> str:
    """Return a record with more about it in a text."""
    return f'{ROW[:-1]}, "metadata": {json.dumps(text)}}}'


CUT = [
    json.dumps({"usage_object": {"prompt_tokens_details": {"cached_tokens": 4}}})[:length]
    for length in range(9, 59, 10)
]


def page(*results: dict[str, object], width: int = 3600, more: bool = False) -> bytes:
    """Return a usage page with one bucket."""
    bucket = {"object": "bucket", "start_time": 1_790_000_000 // width * width, "results": list(results)}
    bucket["end_time"] = 1_790_000_000 // width * width + width
    return json.dumps({"object": "page", "data": [bucket], "has_more": more}).encode()


USED: dict[str, object] = {"input_tokens": 10, "input_cached_tokens": 4, "output_tokens": 3, "num_model_requests": 2}

STRUCTURED = [
    taken("an array", raw(f"[{','.join(TEN)}]".encode()), 10),
    taken("an array over many lines", raw(json.dumps([json.loads(row) for row in TEN], indent=2).encode()), 10),
    taken(
        "one object over many lines after another",
        raw("\n".join(json.dumps(json.loads(row), indent=1) for row in TEN).encode()),
        10,
    ),
    taken("records under data", raw(f'{{"data": [{",".join(TEN)}]}}'.encode()), 10),
    taken("no line end at the end", raw("\n".join(TEN).encode()), 10),
    taken("blank lines", raw(lines("", TEN[0], "", *TEN[1:], "")), 10),
    taken("a mark", raw(b"\xef\xbb\xbf" + lines(*TEN)), 10),
    taken("names with quotes, slashes and tildes", raw(lines(*[row[:-1] + ', "a\'b/c~d\\"e": 1}' for row in TEN])), 10),
    taken("texts for numbers", raw(lines(*[with_tokens('"5"'), *TEN[1:]])), 10),
    taken("attributes", raw(lines(*[NESTED] * 10)), 10),
    taken("a usage page", raw(page(USED, USED | {"model": "b"})), 2, finding="summed_rows"),
    refused("a usage page of idle hours alone", raw(page()), "unrecognised_columns"),
    taken("a usage page with more behind it", raw(page(USED, more=True)), 1, finding="more_pages"),
    Hostile("a usage page that says it twice", raw(page(USED, USED)), rows=(2, 1, 0, 1)),
    refused("a usage page of two hours a bucket", raw(page(USED, width=7200)), "bucket_length"),
    refused("a usage page with a negative count", raw(page(USED | {"output_tokens": -1})), "too_many_rejects"),
    refused("an array cut short", raw(f"[{','.join(TEN)}".encode()), "unreadable_file"),
    refused("an array with a comma too many", raw(f"[{','.join(TEN)},]".encode()), "unreadable_file"),
    refused("a million brackets", raw(b"[" * 1_000_000), "unreadable_file"),
    refused(
        "a hundred thousand objects in each other", raw(b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"), "bad_json"
    ),
    refused("an object with a member twice", raw(lines(ROW[:-1] + ', "input_tokens": 6}')), "bad_json"),
    refused("an empty array", raw(b"[]"), "bad_json"),
    refused("an empty object", raw(b"{}"), "bad_json"),
    refused("numbers for records", raw(b"[1, 2, 3]"), "bad_json"),
    refused("arrays for records", raw(b"[[1, 2], [3, 4]]"), "bad_json"),
    refused("501 members", raw(lines(json.dumps({f"c{n}": n for n in range(501)}))), "bad_json"),
    refused("a record of 40 MB", lambda: lines(ROW, ROW[:-1] + f', "x": "{"y" * 40_000_000}"}}'), "unreadable_file"),
    refused("every line broken", raw(lines(*[row[:-1] for row in TEN])), "unreadable_file"),
    refused("other members", raw(b'{"a": 1, "b": 2}\n'), "unrecognised_columns"),
    refused("spans as the collector writes them", raw(b'{"resourceSpans": [{"scopeSpans": []}]}'), "no_rows"),
    refused("metrics of no known shape", raw(b'{"MetricDataResults": [3]}'), "bad_json"),
    refused(
        "metrics that are not a number",
        raw(b'{"MetricDataResults": [{"Values": ["x"], "Timestamps": [1]}]}'),
        "bad_json",
    ),
    taken("objects as text that are cut short", raw(lines(*[with_metadata(cut) for cut in CUT] * 2)), 10),
    taken("objects as text nested too deep", raw(lines(*[with_metadata('{"a":' * 5_000)] * 10)), 10),
    refused("CSV behind a brace", raw(b"{timestamp,input_tokens\n1,2\n"), "unreadable_file"),
    one_bad("a line that is no JSON", "{not json}", "not_a_json_object"),
    one_bad("a line cut short", ROW[:-5], "not_a_json_object"),
    one_bad("a number for a record", "3", "not_a_json_object"),
    one_bad("an array for a record", "[1]", "not_a_json_object"),
    one_bad("null for a record", "null", "not_a_json_object"),
    one_bad("NaN", with_tokens("NaN"), "not_a_whole_number"),
    one_bad("infinity", with_tokens("Infinity"), "not_a_whole_number"),
    one_bad("beyond a double", with_tokens("1e400"), "not_a_whole_number"),
    one_bad("a fraction", with_tokens("1.5"), "not_a_whole_number"),
    one_bad("minus one", with_tokens("-1"), "negative"),
    one_bad("beyond 64 bits", with_tokens("123456789012345678901234567890"), "too_large"),
    one_bad("an object for a number", with_tokens('{"a": 1}'), "not_a_whole_number"),
    one_bad("an array for a number", with_tokens("[5]"), "not_a_whole_number"),
    one_bad("a boolean for a number", with_tokens("true"), "not_a_whole_number"),
    one_bad("null for a number", with_tokens("null"), "missing_value"),
    one_bad("no number", '{"timestamp": "2026-10-05T00:00:00Z", "output_tokens": 1}', "missing_value"),
    one_bad("NUL in a text", with_tokens('"5\\u0000"'), "not_a_whole_number"),
    one_bad("half a surrogate pair", with_tokens('"\\ud800"'), "not_a_json_object"),
]
