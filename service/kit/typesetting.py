"""Typesetting: documents as PDF and pictures as PNG, by typst, which is an extra: `pip install 'crossover[pdf]'`.

What is set comes as strings under names, which a template reads as `sys.inputs`: nothing is read from disk but the
font, nothing from elsewhere, no time is written in, so that the same inputs give the same bytes.
"""

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

from service.kit.http.problems import Problem, define

NOT_INSTALLED = define(
    "typesetting-not-installed",
    501,
    "Typesetting is not installed",
    "PDF and PNG are made by an extra that this server does not have. Whoever runs it installs it with "
    "`pip install 'crossover[pdf]'` and restarts the server; HTML, SVG, CSV and XLSX need nothing.",
)

PPI = 192
"""Of pictures: two dots a CSS pixel of a chart, sharp on screens and in slides."""

_PICTURE = """#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")
"""


def is_installed() -> bool:
    """Tell whether this installation has the extra."""
    return find_spec("typst") is not None and find_spec("fontpkg_inter") is not None


def pdf(source: str, inputs: Mapping[str, str], standards: Sequence[str] = ("ua-1",)) -> bytes:
    """Return a typst document as a tagged PDF (PDF/UA-1 or the standards named), the same bytes each time.

    source: the document; it must set its title, its language and its date: none, or one out of the inputs. inputs: what
    it reads as `sys.inputs`.
    Raises Problem 501 without the extra.
    """
    made = _compiler(source, inputs).compile(format="pdf", pdf_standards=list(standards))
    assert isinstance(made, bytes)
    return made


def png(svg: str) -> bytes:
    """Return an SVG as a PNG. Raises Problem 501 without the extra."""
    made = _compiler(_PICTURE, {"svg": svg}).compile(format="png", ppi=PPI)
    return made if isinstance(made, bytes) else b"".join(made or ())


def _compiler(source: str, inputs: Mapping[str, str]) -> Any:  # noqa: ANN401 - of a package that may not be there
    if not is_installed():
        raise Problem(
            NOT_INSTALLED, "This server makes no PDF or PNG: install the extra with pip install 'crossover[pdf]'."
        )
    import typst  # noqa: PLC0415 - an extra

    return typst.Compiler(
        input=source.encode(),
        font_paths=_fonts(),
        root=_nothing(),
        sys_inputs=dict(inputs),
        package_path=_nothing(),
        package_cache_path=_nothing(),
    )


@cache
def _fonts() -> Any:  # noqa: ANN401 - as above
    """Return the fonts, read once a process: Inter and those that typst brings for what Inter has not."""
    import typst  # noqa: PLC0415 - an extra

    found = find_spec("fontpkg_inter")
    assert found is not None
    return typst.Fonts(include_system_fonts=False, font_paths=list(found.submodule_search_locations or ()))


@cache
def _nothing() -> str:
    """Return an empty folder: a document can read no file."""
    return tempfile.mkdtemp(prefix="crossover-typesetting-")
