"""Files and functions stay small enough to be read at once."""

from statistics import median

from tests.guards.sources import functions, named, python_files

FILE_CAP, FILE_MEDIAN = 400, 98
FUNCTION_CAP, FUNCTION_MEDIAN = 60, 10


def test_no_file_is_over_its_cap() -> None:
    sizes = {named(path): len(path.read_text().splitlines()) for path in python_files("service", "tests", "bench")}
    over = {name: size for name, size in sizes.items() if size > FILE_CAP}
    assert not over, f"split these, none may be over {FILE_CAP} lines: {over}"


def test_no_function_is_over_its_cap() -> None:
    over = {
        f"{named(path)}:{function.name}": size
        for path in python_files("service", "tests", "bench")
        for function in functions(path)
        if (size := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_CAP
    }
    assert not over, f"split these, none may be over {FUNCTION_CAP} lines: {over}"


def test_the_ordinary_file_and_function_are_short() -> None:
    paths = python_files("service")
    lines = [size for path in paths if (size := len(path.read_text().splitlines())) > 3]
    bodies = [(f.end_lineno or 0) - f.lineno + 1 for path in paths for f in functions(path)]
    assert median(lines) <= FILE_MEDIAN
    assert median(bodies) <= FUNCTION_MEDIAN
