"""The parser process: whatever becomes of it, a file is read or refused, and nothing stays behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from service.traffic_histories.reading import ReadLimits, ReadOptions, RefusedError, read_histories, read_history
from service.traffic_histories.reading.process import FORK_SERVER, parse
from tests.hostile_traffic.case import csv, good

LIMITS = ReadLimits()


def written(folder: Path, content: bytes) -> Path:
    """Return the path of a new file."""
    path = folder / "sent.csv"
    path.write_bytes(content)
    return path


def large(folder: Path) -> Path:
    """Return a file that takes a while to read."""
    lines = "\n".join(f"{1_790_000_000 + n}.5, {n} ,1" for n in range(600_000))
    return written(folder, f"timestamp,input_tokens,output_tokens\n{lines}\n".encode())


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, by any of its threads."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in listed for child in each.read_text().split()]


def fork_servers(pid: int) -> list[int]:
    """Return the fork servers among a process's children."""
    return [child for child in children(pid) if FORK_SERVER.encode() in Path(f"/proc/{child}/cmdline").read_bytes()]


def parsers() -> list[int]:
    """Return the parser processes that this process has asked for."""
    return [parser for server in fork_servers(os.getpid()) for parser in children(server)]


@contextmanager
def shot(number: signal.Signals) -> Iterator[None]:
    """Send a signal to the parser process as soon as it is there."""
    done = threading.Event()

    def shoot() -> None:
        while not done.is_set():
            for pid in parsers():
                os.kill(pid, number)
                return

    thread = threading.Thread(target=shoot)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def code_of(path: Path, options: ReadOptions | None = None) -> str:
    """Return the code of the refusal."""
    with pytest.raises(RefusedError) as caught:
        read_history(path, options)
    return caught.value.code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM])
def test_a_parser_that_dies_refuses_the_file_and_the_next_is_read(number: signal.Signals, tmp_path: Path) -> None:
    path = large(tmp_path)
    with shot(number):
        assert code_of(path) == "parser_died"
    assert read_history(written(tmp_path, csv(*good(3))())).report["rows"]["stored"] == 3


def test_a_parser_that_hangs_is_ended(tmp_path: Path) -> None:
    options = ReadOptions(limits=replace(LIMITS, seconds=2))
    began = time.monotonic()
    with shot(signal.SIGSTOP):
        assert code_of(large(tmp_path), options) == "parser_timeout"
    assert time.monotonic() - began < 60, "its two seconds were longer"
    assert not parsers()


def test_a_parser_that_computes_too_long_is_ended(tmp_path: Path) -> None:
    lines = "\n".join(f"2026-10-05T00:00:00Z,{n} ,1" for n in range(3_000_000))
    path = written(tmp_path, f"timestamp,input_tokens,output_tokens\n{lines}\n".encode())
    assert code_of(path, ReadOptions(limits=replace(LIMITS, seconds=1))) == "parser_timeout"


@pytest.mark.parametrize("mebibytes", [320, 360, 400])
def test_a_parser_without_memory_says_so(mebibytes: int, tmp_path: Path) -> None:
    """Whether a library says so or writes where it got none is up to the very megabyte, and to the machine."""
    limits = replace(LIMITS, address_mib=mebibytes, memory_mib=4096)
    with pytest.raises(RefusedError, match="needs more memory than it may have") as refused:
        read_history(large(tmp_path), ReadOptions(limits=limits))
    assert refused.value.code in ("parser_memory", "parser_died")


def test_a_query_without_memory_says_so(tmp_path: Path) -> None:
    limits = replace(LIMITS, memory_mib=8, unpacked_bytes=40_000_000)
    assert code_of(large(tmp_path), ReadOptions(limits=limits)) == "parser_memory"


def test_a_parser_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    """The asking process is killed while its parser is stopped; woken up, the parser finds itself alone and ends."""
    path = large(tmp_path)
    program = (
        "import sys; from pathlib import Path; from service.traffic_histories.reading import read_history; "
        f"read_history(Path({str(path)!r}))"
    )
    asking = subprocess.Popen([sys.executable, "-c", program])
    while not (servers := fork_servers(asking.pid)) or not (listed := children(servers[0])):
        assert asking.poll() is None
    handles = [os.pidfd_open(pid) for pid in (*servers, *listed)]
    asking.kill()
    asking.wait()
    assert all(ended(handle) for handle in handles)


def test_a_fork_server_that_was_killed_is_started_anew(tmp_path: Path) -> None:
    path = written(tmp_path, csv(*good(3))())
    assert read_history(path).report["rows"]["stored"] == 3
    (server,) = fork_servers(os.getpid())
    handle = os.pidfd_open(server)
    os.kill(server, signal.SIGKILL)
    assert ended(handle)
    assert read_history(path).report["rows"]["stored"] == 3
    assert fork_servers(os.getpid()) != [server]


def test_a_fork_server_that_dies_between_two_questions_is_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked for, found alive, and is dead when it is asked."""
    path = written(tmp_path, csv(*good(3))())
    assert read_history(path).report["rows"]["stored"] == 3
    (server,) = fork_servers(os.getpid())
    handle = os.pidfd_open(server)
    os.kill(server, signal.SIGKILL)
    assert ended(handle)
    monkeypatch.setattr(subprocess.Popen, "poll", lambda _: None)
    assert read_history(path).report["rows"]["stored"] == 3
    monkeypatch.undo()


def test_a_process_that_ends_waits_for_its_fork_server() -> None:
    program = (
        "from service.traffic_histories.reading import process; "
        "process._fork_server._start(); print(process._fork_server._process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert not Path(f"/proc/{done.stdout.strip()}").exists()


def ended(handle: int) -> bool:
    """Wait for the process behind a handle to end; tell whether it did."""
    import select

    readable, _, _ = select.select([handle], [], [], 60)
    os.close(handle)
    return bool(readable)


def test_the_parser_sees_no_secret_of_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSOVER_DATABASE_URL", "postgresql+psycopg://user:secret@host/name")
    path = large(tmp_path)
    seen: list[bytes] = []
    thread = threading.Thread(target=lambda: seen.append(environment_of_parser()))
    thread.start()
    read_history(path)
    thread.join()
    assert seen[0]
    assert b"secret" not in seen[0]


def environment_of_parser() -> bytes:
    """Return the environment of the parser process that is to come."""
    while True:
        for pid in parsers():
            if environment := Path(f"/proc/{pid}/environ").read_bytes():
                return environment


def test_nothing_is_left_in_the_work_folder_but_what_was_asked(tmp_path: Path) -> None:
    path = written(tmp_path, csv(*good(3))())
    folder = tmp_path / "work"
    folder.mkdir()
    encoded = parse(path, folder, ReadOptions())
    assert len(encoded.histories) == 1
    assert {entry.name for entry in folder.iterdir()} <= {"request.json", "result.json", "columns.bin", "errors.txt"}
    assert path.read_bytes() == csv(*good(3))()


def test_a_split_file_gives_its_histories_by_key(tmp_path: Path) -> None:
    rows = [f"{row},{'ab'[place % 2]}" for place, row in enumerate(good(10))]
    path = written(tmp_path, csv(*rows, header="timestamp,input_tokens,output_tokens,model")())
    found = read_histories(path, ReadOptions(split_by="model"))
    assert {key: result.history.input_tokens.tolist() for key, result in found.items()} == {
        "a": [0, 2, 4, 6, 8],
        "b": [1, 3, 5, 7, 9],
    }


def test_the_same_file_gives_the_same_bytes_whatever_the_number_of_threads(tmp_path: Path) -> None:
    path = large(tmp_path)
    blobs = set()
    for threads in (1, 2, 4):
        folder = tmp_path / str(threads)
        folder.mkdir()
        encoded = parse(path, folder, ReadOptions(limits=replace(LIMITS, threads=threads)))
        blobs.add((encoded.histories[0].facts.digest, (folder / "columns.bin").read_bytes()))
    assert len(blobs) == 1
