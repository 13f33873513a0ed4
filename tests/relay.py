"""A relay in front of PostgreSQL that can fall silent: what it is sent is still acknowledged, and goes nowhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Relay:
    """Carries bytes between a TCP port and the server's socket, but for while it is silent."""

    def __init__(self, url: str) -> None:
        """Listen for connections to the database of a URL of `tests.databases`."""
        target = urlsplit(url)
        self._place = str(Path(parse_qs(target.query)["host"][0]) / ".s.PGSQL.5432")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open = threading.Event()
        self._open.set()
        self._sockets = {self._listening}
        self.url = f"{target.scheme}://postgres@127.0.0.1:{self._listening.getsockname()[1]}{target.path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Carry nothing from now on, and end nothing either."""
        self._open.clear()

    def speak(self) -> None:
        """Carry on, with what was held back."""
        self._open.set()

    def close(self) -> None:
        """End every connection."""
        self.speak()
        for each in self._sockets.copy():
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=[caller], daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self._place)
            self._sockets |= {caller, server}
            back = threading.Thread(target=self._carry, args=[server, caller], daemon=True)
            back.start()
            self._carry(caller, server)
            back.join()
        self._sockets -= {caller, server}

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65_536):
                self._open.wait()
                other.sendall(piece)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(url: str) -> Iterator[Relay]:
    """Run a relay."""
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.close()
