"""What a defect is."""

from typing import NamedTuple


class Defect(NamedTuple):
    """One change of the source that takes one guarantee away, and the tests that must miss it.

    breaks: the guarantee that is gone. file, found, put: what stands in place of what. tests: arguments of pytest.
    """

    breaks: str
    file: str
    found: str
    put: str
    tests: str
