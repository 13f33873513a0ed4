"""What to do about a text that is no JSON: the usual slips, each with the change that makes it JSON."""

import json
import re


def json_mend(text: str, error: json.JSONDecodeError) -> str:
    """Return what to change where a text stops being JSON, empty where it is not known."""
    before, at = text[: error.pos].rstrip(), text[error.pos : error.pos + 1]
    mend = ""
    if not text.strip():
        mend = " The file is empty: write an object in it, { … }."
    elif re.search(r",\s*[]}]", text[max(len(before) - 1, 0) : error.pos + 1]):
        mend = " Remove the comma before the bracket that closes."
    elif at in ("/", "#"):
        mend = " JSON has no comments: remove them."
    elif at in ("'", "\u2018", "\u2019", "\u201c", "\u201d", "\u00ab"):
        mend = ' Names and texts stand in straight double quotes, "so".'
    elif error.msg == "Extra data":
        mend = " One value is due: send one object a file, or put several into a list where one is due."
    elif error.msg.startswith("Expecting ',' delimiter") and at:
        mend = " A comma or the bracket that closes is missing before this place."
    return mend or _of_word(text, error)


def _of_word(text: str, error: json.JSONDecodeError) -> str:
    word = re.match(r"[A-Za-z_][\w.]*", text[error.pos :])
    known = {"True": "true", "False": "false", "None": "null", "undefined": "null", "yes": "true", "no": "false"}
    if word is not None and word[0] in known:
        return f" Write {known[word[0]]} instead of {word[0]}."
    if error.pos == len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return " The text ends too early: a quote or bracket is not closed."
    if not text.lstrip().startswith(("{", "[")):
        return " A JSON object is due, which begins with {."
    if word is not None:
        return f' Texts stand in double quotes, "{word[0]}".'
    return ""
