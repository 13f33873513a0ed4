"""The sizes of the code: files, lines, medians, circles of imports, exceptions from rules, untyped dictionaries."""

import re
from statistics import median, quantiles

import grimp

from tests.guards.sources import functions, named, python_files

UNTYPED = re.compile(r"dict\[str, Any\]")
NAMED_UNTYPED = re.compile(r"\bJson\b")
Imports = dict[str, set[str]]

OWN_NAME = re.compile(r"^\s*Json = dict\[str, Any\]|import .*\bJson\b", re.MULTILINE)


def main() -> None:
    """Print the sizes of the service, of its workflow, of tests and measurements, and what the imports say."""
    for folder in ("service", "service/workflow", "tests", "bench"):
        _print_sizes(folder)
    texts = [path.read_text() for path in python_files("service")]
    noqa = sum(text.count("# noqa") for text in texts)
    untyped = sum(len(UNTYPED.findall(text)) for text in texts)
    named = sum(len(NAMED_UNTYPED.findall(text)) - len(OWN_NAME.findall(text)) for text in texts)
    print(f"  service: {noqa} noqa; dict[str, Any] {untyped} times, and by its short name {named} times")
    graph = _imports()
    for what, circles in (("files", _circles(graph)), ("packages", _circles(_of_packages(graph)))):
        print(f"  circles of {what}: {len(circles)}" + "".join(f"\n    {', '.join(circle)}" for circle in circles))


def _print_sizes(folder: str) -> None:
    paths = [path for path in python_files(folder.split("/", maxsplit=1)[0]) if named(path).startswith(f"{folder}/")]
    lines = [len(path.read_text().splitlines()) for path in paths]
    bodies = [(f.end_lineno or 0) - f.lineno + 1 for path in paths for f in functions(path)]
    files = [size for size in lines if size > 3]  # without what only says that a folder is a package
    print(
        f"  {folder}: {len(paths)} files, {sum(lines):,} lines; a file {_spread(files)}, "
        f"{sum(size < 50 for size in files)} below 50, {sum(size > 300 for size in files)} over 300; "
        f"{len(bodies):,} functions, one {_spread(bodies)}"
    )


def _spread(sizes: list[int]) -> str:
    return f"{median(sizes):g} / {quantiles(sizes, n=10)[-1]:.0f} / {max(sizes)} lines (median / p90 / most)"


def _imports() -> Imports:
    built = grimp.build_graph("service", cache_dir=None)
    return {module: built.find_modules_directly_imported_by(module) for module in built.modules}


def _of_packages(imports: Imports) -> Imports:
    """Return the imports between the folders directly below service, and the verbs below workflow."""
    found: Imports = {}
    for module, others in imports.items():
        found.setdefault(_package(module), set()).update(_package(other) for other in others)
    return {package: others - {package} for package, others in found.items()}


def _package(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[:2] == ["service", "workflow"] else 2])


def _circles(imports: Imports) -> list[list[str]]:
    """Return the groups of modules of which each leads to each other."""
    reached = {module: _reached(imports, module) for module in imports}
    circles = {tuple(sorted(o for o in reached[m] if m in reached[o])) for m in imports if m in reached[m]}
    return [list(circle) for circle in sorted(circles)]


def _reached(imports: Imports, start: str) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        more = imports.get(ahead.pop(), set()) - found
        found |= more
        ahead += more
    return found
