"""Forbidden addresses are not connected to in any spelling: a socket that connects is the failure."""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest

from service.kit.http.outbound import Outbound, Refused, is_public
from tests.receiver import receiving

FORBIDDEN4 = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.1.2.3",
    "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip

FORBIDDEN6 = [
    "::", "::1", "fe80::1", "fe80::1%lo", "fec0::1", "fc00::1", "fd00:ec2::254", "fdff::1", "ff02::1", "ff0e::1",
    "2001:db8::1", "2001::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "100::1", "2001:10::1", "2001:2::1", "3fff::1", "5f00::1", "::7f00:1", "::ffff:0:7f00:1", "4000::1",
]  # fmt: skip

ALLOWED = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::5"]

LOCAL = Outbound((IPv4Network("127.0.0.0/8"),))


def spellings(address: str) -> Iterator[str]:
    """Yield the ways to write an IPv4 address as a host: inet_aton's, and IPv6 that stands for it."""
    first, second, third, fourth = parts = [int(part) for part in address.split(".")]
    number = int(IPv4Address(address))
    yield address
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield ".".join(hex(part) for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield f"{first}.{(second << 16) + (third << 8) + fourth}"
    yield f"{first}.{second}.{(third << 8) + fourth}"
    yield f"0x{first:x}.{second}.0{third:o}.{fourth}"
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[0:0:0:0:0:ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[::{number >> 16:x}:{number & 0xFFFF:x}]"


HOSTS = [
    *itertools.chain.from_iterable(spellings(address) for address in FORBIDDEN4),
    *(f"[{address}]" for address in FORBIDDEN6),
    *("localhost", "LOCALHOST", "localhost.", "ip6-localhost"),
]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Give the list of every place a socket connects to; none is let through."""
    tried: list[object] = []

    def connect(_self: socket.socket, place: object) -> None:
        tried.append(place)
        raise ConnectionRefusedError

    class Watched(socket.socket):
        """A socket that tells."""

    Watched.connect = connect  # type: ignore[assignment, method-assign]
    monkeypatch.setattr(socket, "socket", Watched)
    return tried


def test_no_spelling_of_a_forbidden_address_is_connected_to(connections: list[object]) -> None:
    assert len(HOSTS) >= 300
    outbound = Outbound()
    for host, scheme in itertools.product(HOSTS, ("https", "http")):
        with pytest.raises((Refused, OSError)):
            outbound.post(f"{scheme}://{host}:8443/hook", b"{}", {})
    assert connections == []


def test_allowed_addresses_are_connected_to(connections: list[object]) -> None:
    for address in ALLOWED:
        host = f"[{address}]" if ":" in address else address
        with pytest.raises(ConnectionRefusedError):
            Outbound().post(f"https://{host}/hook", b"{}", {})
    assert [ip_address(place[0]) for place in connections] == [ip_address(address) for address in ALLOWED]  # type: ignore[index]


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["::ffff:10.0.0.1"], ["10.0.0.1", "fd00::1"], ["169.254.169.254"]])
def test_what_a_name_leads_to_when_connecting_counts(
    connections: list[object], monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    """A name that was public when it was entered and leads inside now: the second resolution is the one that counts."""
    turns = iter([["8.8.8.8"], answers])

    def resolve(_host: str, port: int, **_: object) -> list[object]:
        found = next(turns)
        return [(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(ConnectionRefusedError):
        Outbound().post("https://rebinding.example/hook", b"{}", {})
    with pytest.raises(Refused, match="public internet"):
        Outbound().post("https://rebinding.example/hook", b"{}", {})
    assert connections == [("8.8.8.8", 443)]


def test_of_a_name_with_both_only_the_public_address_is_tried(
    connections: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in ("10.0.0.1", "8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    with pytest.raises((Refused, OSError)):
        Outbound().post("https://both.example/", b"{}", {})
    assert connections == [("8.8.8.8", 443)]


def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    with receiving() as inside, receiving(status=307, headers={"Location": inside.url}) as receiver:
        answer = LOCAL.post(receiver.url, b"{}", {"webhook-id": "m"})
    assert answer.status == 307
    assert len(receiver.messages) == 1
    assert inside.messages == []


def test_networks_that_are_named_may_be_called_without_tls() -> None:
    with receiving() as receiver:
        assert LOCAL.post(receiver.url + "?a=b", b"{}", {"webhook-id": "m"}).status == 204
    assert receiver.messages[0][0]["host"] == f"127.0.0.1:{receiver.server_port}"


def test_nothing_else_is_called_without_tls(connections: list[object]) -> None:
    for outbound in (Outbound(), LOCAL):
        with pytest.raises(Refused, match="https"):
            outbound.post("http://8.8.8.8/", b"{}", {})
    assert connections == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "//a.example/", "a.example", "https://", "https:///x", "https://u:p@a.example/",
        "https://u@a.example/", "https://a.example/#x", "https://a.example/ x", "https://a.example:0/",
        "https://a.example:99999/", "https://a.example\\@b.example/", "https://ä.example/", "https://[::1/",
        "http://a.example/", "https://127.0.0.1/", "https://0x7f000001/", "https://[::1]/", "https://2130706433/",
    ],
)  # fmt: skip
def test_what_can_be_told_without_a_call_is_told(url: str) -> None:
    assert Outbound().fault(url)


def test_good_addresses_have_no_fault() -> None:
    for url in (
        "https://a.example/",
        "https://a.example:8443/x?y=z",
        "https://8.8.8.8/",
        "https://xn--bcher-kva.example/",
    ):
        assert Outbound().fault(url) is None
    assert LOCAL.fault("http://127.0.0.1:9/") is None


def test_a_slow_receiver_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.kit.http.outbound.DEADLINE_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises((OSError, HTTPException)):
        LOCAL.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {})


def test_a_receiver_that_answers_drop_by_drop_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the answer would be complete in the end: only the deadline of the whole call ends it."""
    monkeypatch.setattr("service.kit.http.outbound.DEADLINE_SECONDS", 0.3)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 204 No Content\r\n")
            for number in range(90):
                connection.sendall(b"X-Drop: %d\r\n" % number)
                over.wait(0.05)
            connection.sendall(b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server])
        thread.start()
        try:
            with pytest.raises((OSError, HTTPException)):
                LOCAL.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        finally:
            over.set()
            thread.join()


def test_addresses_are_judged_one_by_one() -> None:
    assert not any(is_public(IPv4Address(address)) for address in FORBIDDEN4)
    assert not any(is_public(IPv6Address(address)) for address in FORBIDDEN6)
    assert all(is_public(ip_address(address)) for address in ALLOWED)
