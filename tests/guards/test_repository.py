"""The repository speaks of itself alone, and can be built anywhere."""

import re

import pytest

from tests.guards.sources import ROOT, named, repository_files

# One letter of each stands in brackets, so that this file does not find itself.
BANNED = [
    ("an address of a package registry", r"py[p]i\.org|python[h]osted\.org|npm[j]s\.(com|org)|crates\.i[o]\b"),
    ("an index of packages", r" --(extra-index|index|find)-(ur[l]|link[s])\b"),
    ("a path on somebody's machine", r"(?<![\w.])/(wor[k]|roo[t]|hom[e]|opt/wheel[s]|opt/pyp[i])/"),
    ("an unfinished thought", r"\b(TOD[O]|FIXM[E]|XX[X])\b"),
]
TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".html", ".css", ".js", ".mako", ".csv", ""}


@pytest.mark.parametrize(("what", "pattern"), BANNED, ids=[what for what, _ in BANNED])
def test_no_file_mentions(what: str, pattern: str) -> None:
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in repository_files()
        if path.suffix in TEXT and path != ROOT / "LICENSE"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, f"{what}: {found}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_locked_and_hold_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    requirements = [entry for entry in entries if not entry.startswith("#")]
    unlocked = [entry.splitlines()[0] for entry in requirements if "==" not in entry or "--hash=sha256:" not in entry]
    assert not unlocked


def test_the_lock_holds_what_the_project_names() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = (ROOT / "requirements.txt").read_text()
    for dependency in project["project"]["dependencies"]:
        name_and_version = re.sub(r"\[.*?\]", "", dependency.partition(";")[0].strip())
        assert f"{name_and_version} " in locked, f"run `make lock`: {dependency}"


def test_links_in_the_documentation_lead_somewhere() -> None:
    broken = [
        f"{named(path)}: {target}"
        for path in repository_files()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert not broken
