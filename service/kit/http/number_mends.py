"""What to write instead of numbers and days that are spelled as people and spreadsheets spell them."""

import re
from decimal import Decimal, InvalidOperation

SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9}
"""What stands behind a number for a power of ten."""

WORDS = {"million": 10**6, "thousand": 10**3, "billion": 10**9, "monthly": 1, "yearly": 12, "annual": 12}
"""Words for whole numbers: of tokens in a price, of months in a term."""

_MARKED = re.compile(r"-?\d{1,3}([., '\u00a0\u202f_]\d{3})+([.,]\d+)?|-?\d+([.,]\d+)?(e[+-]?\d{1,2})?", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})([T ].*)?")


def amount_mend(value: object) -> str:
    """Return what to write instead of what is no amount: a decimal string, both readings where a mark has two."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f'Put it in quotes, "{_plain(Decimal(str(value)))}": a JSON number is not exact.'
    readings = numbers(value) if isinstance(value, str) else []
    if readings:
        listed = " or ".join(f'"{_plain(number)}"' for number in readings)
        return f"Write {listed}: digits and a point, no other marks."
    return 'Write it such as "12.50", at most 18 digits before and 12 after the point.'


def whole_mend(value: object) -> str:
    """Return what to write instead of what is no whole number, empty where it is not known."""
    found = numbers(value) if isinstance(value, str) else []
    if isinstance(value, str) and value.strip().casefold() in WORDS:
        found = [Decimal(WORDS[value.strip().casefold()])]
    if isinstance(value, float | Decimal):
        found = [Decimal(str(value))]
    whole = [f"{number:.0f}" for number in found if number.is_finite() and number == number.to_integral_value()]
    return f" Write {' or '.join(whole)}." if whole else ""


def decimal_mend(value: object, high: Decimal) -> str:
    """Return what to write instead of what is no decimal number up to `high`: percentages as shares of 1."""
    text = str(value).strip() if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool) else ""
    percent = text.endswith(("%", "percent"))
    found = [number / 100 if percent else number for number in numbers(text.removesuffix("%"))]
    if not percent and high == 1:
        found = [number / 100 if 1 < number <= 100 else number for number in found]
    fitting = [f'"{_plain(number)}"' for number in dict.fromkeys(found) if 0 <= number <= high]
    return f" Write {' or '.join(fitting)}." if fitting else ""


def day_mend(value: object) -> str:
    """Return the days that a text may mean, empty where it means none."""
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return ""
    first, second, third = match[1], match[2], match[3]
    readings = [(first, second, third)] if len(first) == 4 else [(third, second, first), (third, first, second)]
    days = [f'"{year}-{int(month):02}-{int(day):02}"' for year, month, day in readings if int(month) <= 12]
    # With points between its parts a date begins with the day.
    return f" Write {' or '.join(dict.fromkeys(days[:1] if '.' in match[0] else days))}." if days else ""


def numbers(text: str) -> list[Decimal]:
    """Return the numbers that a text may mean: currency, units and marks of thousands aside; none, one or two."""
    match = re.fullmatch(r"[^\d-]*(-?\d[\d., '\u00a0\u202f_]*(?:e[+-]?\d{1,2})?)\s*(.*)", text.strip(), re.IGNORECASE)
    if match is None or not _MARKED.fullmatch(match[1].strip()):
        return []
    scale = SCALES.get(re.split(r"[^a-z]", match[2].casefold())[0], 1)
    try:
        return [Decimal(spelled) * scale for spelled in _spellings(match[1].strip())]
    except InvalidOperation:
        return []


def _spellings(number: str) -> list[str]:
    bare = re.sub("[ '\u00a0\u202f_]", "", number)
    marks = re.findall(r"[.,]", bare)
    if not marks:
        return [bare]
    if len(set(marks)) == 2:
        other = "." if marks[-1] == "," else ","
        return [bare.replace(other, "").replace(",", ".")]
    whole, part = bare.replace(marks[0], ""), bare.replace(",", ".")
    if len(marks) > 1:
        return [whole]
    return [part] if marks[0] == "." or not re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", bare) else [whole, part]


def _plain(number: Decimal) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
