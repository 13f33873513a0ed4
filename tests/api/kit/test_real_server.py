"""The server itself: who takes their time holds up nobody, what is no request is told so, stopping loses nothing."""

import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.databases import sqlite_url
from tests.server import Server, serving
from tests.waiting import eventually

THREADS = 3
MANY = 40
"""So many that waiting a few seconds for each is longer than a caller of these tests waits."""

MALFORMED = "malformed-request"
HEALTH = b"GET /health/live HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
WORKLOAD = b'{"name": "a", "model": "m"}'


@contextmanager
def one_worker(migrated_sqlite: Path, folder: Path, patience: int) -> Iterator[Server]:
    """Give a server of one process with few threads."""
    shutil.copy(migrated_sqlite, folder / "test.sqlite3")
    settings = {"WORKERS": "1", "THREADS": str(THREADS), "PATIENCE_SECONDS": str(patience)}
    with serving(sqlite_url(folder / "test.sqlite3"), folder, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def patient(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that waits for slow clients much longer than these tests take."""
    with one_worker(migrated_sqlite, tmp_path_factory.mktemp("patient"), 600) as server:
        yield server


@pytest.fixture(scope="module")
def hasty(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server that waits a second."""
    with one_worker(migrated_sqlite, tmp_path_factory.mktemp("hasty"), 1) as server:
        yield server


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def head(server: Server, *more: str) -> bytes:
    """Return the head of a POST of a workload, with the given lines."""
    lines = (
        "POST /v1/workloads HTTP/1.1",
        "Host: here",
        f"Authorization: Bearer {server.key}",
        "Content-Type: application/json",
        *more,
    )
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def rest(connection: socket.socket) -> bytes:
    """Return everything that comes until the server hangs up."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def answered(content: bytes) -> tuple[int, Any]:
    """Return the status of an answer as it came, and its JSON."""
    top, _, body = content.partition(b"\r\n\r\n")
    return int(top.split(b" ", 2)[1]), json.loads(body)


def asked(server: Server, content: bytes) -> tuple[int, Any]:
    with connected(server) as connection:
        connection.sendall(content)
        return answered(rest(connection))


def names(server: Server) -> int:
    status, page = server.call("GET", "/v1/workloads?limit=200")
    assert status == 200
    return len(page["items"])


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"G",
        b"GET /v1/workloads HTTP/1.1\r\nHost: here\r\nX-Slow: ",
        b"GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"POST /v1/workloads HTTP/1.1\r\nContent-Length: 1000\r\n\r\n",
    ],
    ids=["nothing", "a byte", "half a head", "no goodbye", "no body"],
)
def test_who_has_no_key_and_takes_their_time_holds_up_nobody(patient: Server, beginning: bytes) -> None:
    with ExitStack() as open_ones:
        for _ in range(MANY):
            connection = open_ones.enter_context(connected(patient))
            connection.sendall(beginning)
        assert asked(patient, HEALTH) == (200, {"status": "live"})


def test_who_has_a_key_and_waits_for_slow_calls_holds_up_no_quick_one(patient: Server) -> None:
    """Forty uploads whose bodies do not come take every thread there is for them, and none of the others."""
    path = f"/v1/workloads/{patient.workload('held up')}/traffic-histories"
    beginning = head(patient, "Content-Length: 1000").replace(b"/v1/workloads", path.encode(), 1)
    with ExitStack() as open_ones:
        for _ in range(MANY):
            connection = open_ones.enter_context(connected(patient))
            connection.sendall(beginning.replace(b"application/json", b"text/csv"))
        assert asked(patient, HEALTH) == (200, {"status": "live"})
        assert names(patient) >= 1


def test_a_head_may_come_a_byte_at_a_time(patient: Server) -> None:
    with connected(patient) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in HEALTH:
            connection.sendall(bytes([byte]))
        assert answered(rest(connection)) == (200, {"status": "live"})


def test_one_connection_serves_many_requests_even_sent_at_once(patient: Server) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n"
    with connected(patient) as connection:
        connection.sendall(request * 5 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert rest(connection).count(b'{"status":"live"}') == 6


def test_a_head_that_never_ends_is_hung_up_on(hasty: Server) -> None:
    with connected(hasty) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nX: ")
        assert rest(connection) == b""


def test_a_body_that_never_ends_is_refused_and_its_thread_free_again(hasty: Server) -> None:
    before = names(hasty)
    with ExitStack() as open_ones:
        slow = [open_ones.enter_context(connected(hasty)) for _ in range(2 * THREADS)]
        for connection in slow:
            connection.sendall(head(hasty, "Content-Length: 1000", "Connection: close") + WORKLOAD)
        for connection in slow:
            status, problem = answered(rest(connection))
            assert (status, problem["type"]) == (400, "/docs/problems/malformed-request")
    assert names(hasty) == before


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /health/live\r\n\r\n", 400, MALFORMED),
        (b"GET /health/live HTTP/1.1\nHost: here\n\n", 400, MALFORMED),
        (b"GET /v1/w\xff HTTP/1.1\r\n\r\n", 400, MALFORMED),
        (b"get /health/live HTTP/1.1\r\n\r\n", 400, MALFORMED),
        (b"GET /health/live HTTP/1.1\r\nno colon\r\n\r\n", 400, MALFORMED),
        (b"POST /v1/workloads HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, MALFORMED),
        (b"POST /v1/workloads HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, MALFORMED),
        (b"POST /v1/workloads HTTP/1.1\r\nTransfer-Encoding: odd\r\n\r\n", 400, MALFORMED),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414, "address-too-long"),
        (b"GET /health/live HTTP/1.1\r\n" + b"X: y\r\n" * 65 + b"\r\n", 431, "headers-too-large"),
        (b"GET /health/live HTTP/1.1\r\nX: " + b"y" * 100_000, 431, "headers-too-large"),
        (bytes(range(256)), 400, MALFORMED),
    ],
    ids=lambda value: repr(value)[:50],
)  # fmt: skip
def test_what_is_no_request_is_told_so_in_a_problem_document(
    patient: Server, sent: bytes, status: int, code: str
) -> None:
    found, problem = asked(patient, sent)
    assert (found, problem["status"], problem["type"]) == (status, status, f"/docs/problems/{code}")


def test_a_body_too_large_is_refused_before_it_is_read(patient: Server) -> None:
    """Announced, not a byte of it need be sent; in chunks, it is counted as it comes."""
    for sent in (
        head(patient, "Content-Length: 99999999", "Connection: close"),
        head(patient, "Transfer-Encoding: chunked", "Connection: close") + b"200000\r\n" + b"x" * 0x200000,
    ):
        status, problem = asked(patient, sent)
        assert (status, problem["type"]) == (413, "/docs/problems/body-too-large")


def test_a_chunked_body_is_read(patient: Server) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (WORKLOAD[:9], WORKLOAD[9:]))
    status, workload = asked(
        patient, head(patient, "Transfer-Encoding: chunked", "Connection: close") + chunks + b"0\r\n\r\n"
    )
    assert (status, workload["name"]) == (201, "a")


def test_no_control_socket_is_open(patient: Server) -> None:
    opened = [line.split()[-1] for line in Path("/proc/net/unix").read_text().splitlines() if "gunicorn" in line]
    assert patient.workers()
    assert opened == []


def test_no_key_is_ever_logged(migrated_sqlite: Path, tmp_path: Path) -> None:
    with one_worker(migrated_sqlite, tmp_path, 60) as server:
        asked(server, head(server, f"Content-Length: {len(WORKLOAD)}", "Connection: close") + WORKLOAD)
        asked(server, head(server, "Content-Length: nine"))
        for line in (f"GET /{server.key}", f"GET / HTTP/1.1\r\nAuthorization {server.key}"):
            asked(server, f"{line}\r\n\r\n".encode())
        secret = server.key.split("_")[2]
    log = (tmp_path / "server.log").read_text()
    assert log.count("unreadable request") == 3
    assert secret not in log


def stop(server: Server, number: int, folder: Path) -> None:
    """Signal the server and wait until it says that it stops."""
    os.kill(server.pid, number)
    eventually(lambda: b"Handling signal" in (folder / "server.log").read_bytes())


def test_a_request_in_flight_is_served_before_the_server_stops(migrated_sqlite: Path, tmp_path: Path) -> None:
    with one_worker(migrated_sqlite, tmp_path, 60) as server, connected(server) as connection:
        connection.sendall(head(server, f"Content-Length: {len(WORKLOAD)}", "Connection: close") + WORKLOAD[:9])
        eventually(lambda: server.call("GET", "/health/live")[0] == 200)
        stop(server, signal.SIGTERM, tmp_path)
        connection.sendall(WORKLOAD[9:])
        status, workload = answered(rest(connection))
        assert (status, workload["name"]) == (201, "a")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_its_processes(number: int, migrated_sqlite: Path, tmp_path: Path) -> None:
    with one_worker(migrated_sqlite, tmp_path, 60) as server:
        processes = {server.pid, *server.workers()}
        stop(server, number, tmp_path)
    assert not [pid for pid in processes if Path(f"/proc/{pid}").exists()]
