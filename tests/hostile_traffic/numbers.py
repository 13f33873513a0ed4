"""Hostile numbers in the cells of token counts."""

from tests.hostile_traffic.case import Hostile, cells, csv, good, one_bad, refused, taken

SERIES = "timestamp,requests,input_tokens,output_tokens"

NUMBERS: list[Hostile] = [
    *cells(
        [
            ("NaN", "NaN", "not_a_whole_number"),
            ("infinity", "inf", "not_a_whole_number"),
            ("minus infinity", "-Infinity", "not_a_whole_number"),
            ("beyond a double", "1e309", "not_a_whole_number"),
            ("an exponent", "1e2", "not_a_whole_number"),
            ("minus one", "-1", "negative"),
            ("minus nought", "-0", "negative"),
            ("a fraction", "1.5", "not_a_whole_number"),
            ("almost a whole number", "1.0000000000000000000000001", "not_a_whole_number"),
            ("a plus", "+5", "not_a_whole_number"),
            ("hexadecimal", "0x1F", "not_a_whole_number"),
            ("binary", "0b1", "not_a_whole_number"),
            ("an underscore", "1_000", "not_a_whole_number"),
            ("a thousands separator", '"1,000"', "not_a_whole_number"),
            ("full-width digits", "１２", "not_a_whole_number"),
            ("Arabic digits", "١٢", "not_a_whole_number"),
            ("a word", "many", "not_a_whole_number"),
            ("a boolean", "true", "not_a_whole_number"),
            ("a unit", "12k", "not_a_whole_number"),
            ("a formula", "=1+1", "not_a_whole_number"),
            ("nothing", "", "missing_value"),
            ("quoted nothing", '""', "missing_value"),
            ("null", "null", "missing_value"),
            ("more than a request can hold", "1000000001", "too_large"),
            ("beyond 32 bits", "4294967297", "too_large"),
            ("beyond 64 bits", "18446744073709551617", "too_large"),
            ("a hundred digits", "9" * 100, "too_large"),
        ]
    ),
    taken("blanks around numbers", csv("2026-10-05T00:00:00Z, 12 , 7 ", *good(9)), 10),
    taken("whole numbers with a point", csv("2026-10-05T00:00:00Z,12.0,7.", *good(9)), 10),
    taken("leading noughts", csv("2026-10-05T00:00:00Z,007,0001", *good(9)), 10),
    Hostile(
        "more cached than input",
        csv(
            *[f"{line},0" for line in good(200)],
            "2026-10-05T00:00:00Z,5,1,6",
            header="timestamp,input_tokens,output_tokens,cached_tokens",
        ),
        rows=(201, 200, 1, 0),
        reason="more_cached_than_input",
    ),
    taken("the fullest buckets", csv(*[f"2026-10-05T00:0{n}:00Z,1,{10**15},1" for n in range(5)], header=SERIES), 5),
    refused(
        "a series whose sum is beyond 64 bits",
        csv(*[f"{n},1,{10**15},1" for n in range(5000)], header=SERIES),
        "too_large",
        "start=2026-10-05T00:00:00Z&bucket_seconds=1",
    ),
    one_bad("time in the token's place", "2026-10-05T00:00:00Z,2026-10-05T00:00:00Z,1", "not_a_whole_number"),
]
