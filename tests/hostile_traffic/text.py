"""Hostile text: encodings, line ends, delimiters, quotes, rows of the wrong length, headers."""

from tests.hostile_traffic.case import HEADER, Hostile, among, csv, good, one_bad, raw, refused, taken

TEN = good(10)
PLAIN = csv(*TEN)()
WITH_NOTE = f"{HEADER},note"
NOTED = [f"{line},x" for line in good(200)]


def noted(cell: str) -> bytes:
    """Return 200 rows with a column nobody asked for, one of them holding `cell`."""
    return "\n".join([WITH_NOTE, *NOTED[:100], f"{good(1)[0]},{cell}", *NOTED[100:], ""]).encode()


TEXT = [
    refused("nothing", raw(b""), "empty_file"),
    refused("blanks and line ends only", raw(b" \n\r\n\t\n"), "empty_file"),
    refused("header only", csv(), "no_rows"),
    refused("header without a line end", raw(HEADER.encode()), "no_rows"),
    refused("no header", raw("\n".join(TEN).encode()), "bad_header"),
    refused("a column twice", csv(*TEN, header="timestamp,input_tokens,input_tokens"), "bad_header"),
    refused("a column twice, in capitals", csv(*TEN, header="timestamp,tokens,TOKENS"), "bad_header"),
    refused("unknown columns", csv(*TEN, header="a,b,c"), "unrecognised_columns"),
    refused("times alone", csv("2026-10-05T00:00:00Z", header="timestamp"), "unrecognised_columns"),
    refused("no output tokens", csv(*TEN, header="timestamp,input_tokens,other"), "unrecognised_columns"),
    refused(
        "a header with an open quote", raw(b'timestamp,"input_tokens,output_tokens\n1,2,3\n'), "unrecognised_columns"
    ),
    refused("a header of 5 MB", raw(b"a" * 5_000_000), "bad_header"),
    refused("501 columns", csv(*TEN, header=",".join(f"c{n}" for n in range(501))), "bad_header"),
    refused("a header in Latin-1", raw("größe,b,c\n1,2,3\n".encode("latin-1")), "unrecognised_columns"),
    refused("UTF-16 with a mark", raw(PLAIN.decode().encode("utf-16")), "unsupported_file"),
    refused("UTF-16 big-endian with a mark", raw(b"\xfe\xff" + PLAIN.decode().encode("utf-16-be")), "unsupported_file"),
    refused("UTF-16 without a mark", raw(PLAIN.decode().encode("utf-16-le")), "unsupported_file"),
    refused("UTF-32", raw(PLAIN.decode().encode("utf-32")), "unsupported_file"),
    refused("NUL after 100 kB", raw(noted("x" * 100_000 + "\0")), "unsupported_file"),
    refused("every row short", csv(*[line.rsplit(",", 1)[0] for line in TEN]), "too_many_rejects"),
    refused("every row long", csv(*[f"{line},9" for line in TEN]), "too_many_rejects"),
    refused("one bad row of ten", csv(*TEN, "x,1,1"), "too_many_rejects"),
    refused("a quote that never closes", csv(*TEN, '"2026-10-05T00:00:00Z,1,1', *TEN), "bad_quotes"),
    refused(
        "a quote that opens in the last cell",
        csv(*[f"{line},x" for line in TEN], f'{TEN[0]},"x', header=WITH_NOTE),
        "bad_quotes",
    ),
    refused("SQL for a column name", csv(*TEN, header="'); DROP TABLE x; --,b,c"), "unrecognised_columns"),
    refused("a path for a column", csv("/etc/passwd,1,1"), "unrecognised_time"),
    refused("HTML", raw(b"<!doctype html><title>no</title>"), "unsupported_file"),
    refused("XML", raw(b"<?xml version='1.0'?><a/>"), "unsupported_file"),
    taken("UTF-8 with a mark", raw(b"\xef\xbb\xbf" + PLAIN), 10),
    taken("carriage returns and line feeds", csv(*TEN, newline="\r\n"), 10),
    taken("carriage returns alone", csv(*TEN, newline="\r"), 10),
    taken(
        "three kinds of line ends",
        raw(b"\r\n".join(PLAIN.split(b"\n")[:5]) + b"\n" + b"\r".join(PLAIN.split(b"\n")[5:])),
        10,
    ),
    taken("no line end at the end", csv(*TEN, end=False), 10),
    taken("semicolons", raw(PLAIN.replace(b",", b";")), 10),
    taken("tabs", raw(PLAIN.replace(b",", b"\t")), 10),
    taken("bars", raw(PLAIN.replace(b",", b"|")), 10),
    taken("blank lines everywhere", csv("", TEN[0], "", "", *TEN[1:], ""), 10),
    taken("blank lines first", raw(b"\n\n" + PLAIN), 10),
    taken("a line end in quotes", csv(*[f'{line},"a\nb"' for line in TEN], header=WITH_NOTE), 10),
    taken("delimiters and quotes in quotes", csv(*[f'{line},"a,""b"",c"' for line in TEN], header=WITH_NOTE), 10),
    taken(
        "formulas in a column nobody reads", csv(*[f"{line},=cmd|'/c calc'!A1" for line in TEN], header=WITH_NOTE), 10
    ),
    taken(
        "right-to-left marks in a column nobody reads",
        csv(*[f"{line},\u202ex\u2066" for line in TEN], header=WITH_NOTE),
        10,
    ),
    taken(
        "SQL for a column nobody reads",
        csv(*[f"{line},1" for line in TEN], header=f'{HEADER},"x\'); DROP TABLE y; --"'),
        10,
    ),
    taken("a nameless last column", csv(*[f"{line}," for line in TEN], header=f"{HEADER},"), 10),
    taken("names in capitals and with blanks", csv(*TEN, header="Time Stamp, Input Tokens ,OUTPUT-TOKENS"), 10),
    one_bad("a row too short", "2026-10-05T00:00:00Z,1", "too_few_columns"),
    one_bad("a row too long", "2026-10-05T00:00:00Z,1,1,1", "too_many_columns"),
    one_bad("a quote in the middle of a cell", '2026-10-05T00:00:00Z,1"1,1', "not_a_whole_number"),
    one_bad("text behind a closing quote", '2026-10-05T00:00:00Z,"1"x,1', "bad_quotes"),
    Hostile(
        "Latin-1 in a column nobody reads",
        raw(noted("gr\xf6\xdfe").replace("größe".encode(), b"gr\xf6\xdfe")),
        rows=(201, 201, 0, 0),
        finding="not_utf8",
    ),
    one_bad("Latin-1 digits", "2026-10-05T00:00:00Z,1\u00b2,1", "not_a_whole_number"),
    Hostile("a cell of 2 MB", raw(noted("x" * 2_000_000)), rows=(201, 200, 1, 0), reason="line_too_long"),
    Hostile(
        "all rows bad, all allowed",
        csv("x,1,1", "y,1,1", TEN[0]),
        query="max_rejected_share=1",
        rows=(3, 1, 2, 0),
        reason="not_a_time",
    ),
    refused("no row good, all allowed", among("x", rows=0), "unrecognised_time", "max_rejected_share=1"),
]
