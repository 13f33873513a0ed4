"""Object stores for tests: a server on this machine that speaks as S3 does, and a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from flask import Flask
from obstore.store import LocalStore

from service.traffic_sources.object_stores import ObjectStore
from tests.processes import in_background


@dataclass
class Bucket:
    """Objects by key. address: where the server listens. asked: paths that were asked for, with who signed."""

    objects: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False


class FolderStore(ObjectStore):
    """A store of files: what needs an object, but no server."""

    folder: ClassVar[Path]

    def client(self) -> LocalStore:
        return LocalStore(self.folder)


def open_folder(app: Flask, objects: dict[str, bytes]) -> None:
    """Open `s3://example/` to everybody, holding these objects."""
    FolderStore.folder = app.extensions["crossover"].uploads.folder / "objects"
    FolderStore.folder.mkdir(parents=True, exist_ok=True)
    for key, content in objects.items():
        (FolderStore.folder / key).write_bytes(content)
    app.extensions["object_stores"] = {"example": FolderStore("example", "s3://example/", "", ("*",))}


@contextmanager
def serving(bucket: Bucket) -> Iterator[Bucket]:
    """Serve a bucket until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            bucket.asked.append((self.path, self.headers.get("Authorization", "")))
            content = bucket.objects.get(self.path.removeprefix("/bucket/"))
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.send_header("Last-Modified", "Sat, 28 Nov 2026 12:00:00 GMT")
            self.send_header("ETag", '"tag"')
            self.end_headers()
            half = len(content or b"") // 2 if bucket.cut else None
            self.wfile.write((content or b"")[:half])
            self.close_connection = bucket.cut

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base names it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bucket.address = f"http://127.0.0.1:{server.server_port}"
    with in_background(server):
        yield bucket
