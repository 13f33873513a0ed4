"""Calls to addresses that users name: only to the public internet, checked on the very address that is connected to.

A name is resolved once, each of its addresses is checked, and the connection is made to that address and no name: a
name that resolves differently a moment later, a spelling that only the resolver understands, or an answer that sends
the caller elsewhere cannot lead inside. Redirects are not followed, proxies of the environment are not used.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Network = IPv4Network | IPv6Network

DEADLINE_SECONDS = 10.0
"""For a whole call, however slowly the other side takes and gives its bytes."""

EXCERPT_BYTES = 500

_UNICAST6 = IPv6Network("2000::/3")
"""All of IPv6 that is assigned for use between networks; what embeds IPv4 elsewhere is outside of it."""

_SPECIAL: tuple[Network, ...] = (
    IPv4Network("168.63.129.16/32"),  # the host of a virtual machine on Azure, in a public range
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890); a metadata service among them
    IPv4Network("192.88.99.0/24"),  # relays into IPv6 (RFC 7526)
    IPv6Network("2001::/23"),  # protocol assignments, tunnels among them (RFC 2928, RFC 4380)
    IPv6Network("2002::/16"),  # 6to4, which embeds IPv4 (RFC 3056)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)


class Refused(Exception):  # noqa: N818
    """The address may not be called; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP. retry_after: seconds the other side asks to wait, if it does. excerpt: how its body begins."""

    status: int
    retry_after: int | None
    excerpt: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """networks: what may be called besides the public internet, and also without TLS."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def to(cls, networks: Sequence[str]) -> "Outbound":
        """Return the rules for networks as they are written, such as `10.0.0.0/8`."""
        return cls(tuple(ip_network(network) for network in networks))

    def fault(self, url: str) -> str | None:
        """Return what is wrong with an address as far as can be told without a call, None where nothing is."""
        try:
            target = _split(url)
            for address in _literal(target.hostname or ""):
                self.require(address, tls=target.scheme == "https")
        except Refused as refused:
            return str(refused)
        if target.scheme == "http" and not self.networks:
            return "Use https: without TLS anybody on the way can read what is sent."
        return None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body`; return the answer, a redirect included. Raises Refused, OSError, http.client.HTTPException."""
        target = _split(url)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        with _connection(target, self) as connection:
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            response = connection.getresponse()
            excerpt = response.read(EXCERPT_BYTES).decode(errors="replace")
            if connection.is_cut:  # a head that was cut off reads like one that ended
                raise TimeoutError(f"no whole answer within {DEADLINE_SECONDS:g} seconds")
            return Answer(response.status, _seconds(response.getheader("Retry-After")), excerpt)

    def connect(self, host: str, port: int, *, tls: bool) -> socket.socket:
        """Connect to the first allowed address of `host` that answers. Raises Refused where none is, and OSError."""
        refusal: Exception = OSError(f"{host} has no address")
        for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                self.require(ip_address(str(place[0])), tls=tls)
                return _connected(socket.socket(family, kind, protocol), place)
            except (Refused, OSError) as error:
                refusal = error
        raise refusal

    def require(self, address: IPv4Address | IPv6Address, *, tls: bool) -> None:
        """Raise Refused unless the address may be called."""
        plain = _unmapped(address)
        if any(plain in network for network in self.networks if network.version == plain.version):
            return
        if not is_public(address):
            raise Refused(f"{plain} is not an address of the public internet.")
        if not tls:
            raise Refused("Use https: without TLS anybody on the way can read what is sent.")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the public internet: not private, loopback, link-local or special."""
    if isinstance(address, IPv6Address) and address not in _UNICAST6:
        return False
    special = any(address in network for network in _SPECIAL if network.version == address.version)
    return address.is_global and not (special or address.is_multicast or address.is_reserved)


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for when a socket connects to it (RFC 4291, 2.5.5.2)."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _split(url: str) -> SplitResult:
    try:
        target = urlsplit(url)
        port = target.port
    except ValueError as error:
        raise Refused(f"This is not an address: {error}.") from error
    if target.scheme not in ("https", "http") or not target.hostname or port == 0:
        raise Refused("An address begins with https:// and a host name.")
    if target.username is not None or target.password is not None:
        raise Refused("An address holds no user or password; a signature proves the sender.")
    if target.fragment or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Refused("Spell the address in printable ASCII, percent-encoded, without a fragment.")
    return target


def _literal(host: str) -> list[IPv4Address | IPv6Address]:
    """Return the addresses that a host names by itself, in whichever spelling the resolver knows; of a name, none."""
    with suppress(OSError, UnicodeError, ValueError):
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [ip_address(str(place[0])) for *_, place in found]
    return []


def _connected(sock: socket.socket, place: tuple[object, ...]) -> socket.socket:
    try:
        sock.settimeout(DEADLINE_SECONDS)
        sock.connect(place)
    except BaseException:
        sock.close()
        raise
    return sock


class _Plain(http.client.HTTPConnection):
    """A connection to an address that was checked."""

    def __init__(self, host: str, port: int, outbound: Outbound, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=DEADLINE_SECONDS)
        self._outbound = outbound
        self._context = context
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the checked address, the name kept for TLS and the Host header."""
        sock = self._outbound.connect(self.host, self.port, tls=self._context is not None)
        self.sock = sock if self._context is None else self._context.wrap_socket(sock, server_hostname=self.host)


@contextmanager
def _connection(target: SplitResult, outbound: Outbound) -> Iterator[_Plain]:
    """Give a connection that is cut when the deadline has passed."""
    tls = target.scheme == "https"
    port = target.port or (443 if tls else 80)
    connection = _Plain(target.hostname or "", port, outbound, _context() if tls else None)
    deadline = threading.Timer(DEADLINE_SECONDS, _cut, [connection])
    deadline.daemon = True
    deadline.start()
    try:
        yield connection
    finally:
        deadline.cancel()
        connection.close()


def _cut(connection: _Plain) -> None:
    connection.is_cut = True
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _seconds(retry_after: str | None) -> int | None:
    text = (retry_after or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
