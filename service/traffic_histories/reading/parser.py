"""The parser process: reads one file under limits it sets itself, and leaves its result in the work folder."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .columns_file import COLUMNS, REQUEST, RESULT, columns_of, facts_of
from .confinement import confine, end_with_parent
from .errors import RefusedError
from .options import ReadLimits, ReadOptions
from .read import read_file
from .stored_columns import encode


def run(folder: Path) -> None:
    """Read the file that `request.json` names; write `result.json` and `columns.bin`. Limits this process for good."""
    end_with_parent()
    request = json.loads((folder / REQUEST).read_text())
    options = options_of(request["options"])
    confine(options.limits)
    try:
        result = _read(Path(request["path"]), folder, options)
    except RefusedError as error:
        result = {"refused": _refusal(error)}
    except MemoryError:
        detail = "reading the file needs more memory than it may have; send it in parts"
        result = {"refused": _refusal(RefusedError("parser_memory", detail))}
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        result = {"refused": _refusal(RefusedError("no_space", "there is not enough free space to read the file"))}
    (folder / RESULT).write_text(json.dumps(result))


def options_of(data: dict[str, Any]) -> ReadOptions:
    """Return the options that `dataclasses.asdict` and JSON have made `data`."""
    return ReadOptions(
        **data
        | {
            "columns": tuple((field, name) for field, name in data["columns"]),
            "only": tuple((column, value) for column, value in data["only"]),
            "combine": tuple(data["combine"]),
            "aliases": tuple(data["aliases"]),
            "content_encoding": tuple(data["content_encoding"]),
            "limits": ReadLimits(**data["limits"]),
        }
    )


def _refusal(error: RefusedError) -> dict[str, Any]:
    rejects = [asdict(reject) for reject in error.rejects]
    columns = [asdict(column) for column in error.columns]
    said = {"code": error.code, "detail": error.detail, "parameter": error.parameter}
    return said | {"rejects": rejects, "columns": columns}


def _read(path: Path, folder: Path, options: ReadOptions) -> dict[str, Any]:
    parts, report = read_file(path, folder, options)
    histories = []
    # Hashing and compressing both leave the interpreter's lock, so one hides behind the other.
    with (folder / COLUMNS).open("wb") as file, ThreadPoolExecutor(1) as executor:
        for part in parts:
            facts = executor.submit(facts_of, part.history)
            chunks = []
            for rows, chunk in encode(columns_of(part.history), folder):
                file.write(chunk)
                chunks.append([rows, len(chunk)])
            histories.append({"key": part.key, "facts": asdict(facts.result()), "chunks": chunks})
    return {"report": report.as_json(), "histories": histories}
