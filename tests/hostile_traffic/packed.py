"""Hostile packing: bombs, damaged and nested compression, files that are something else."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile

import zstandard

from tests.hostile_traffic.case import Hostile, csv, good, raw, refused, taken

PLAIN = csv(*good(10))()
GZIP = gzip.compress(PLAIN)
ZSTD = zstandard.compress(PLAIN)
MIB = 1024 * 1024


def zipped() -> bytes:
    """Return a zip archive, as spreadsheets are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def tarred() -> bytes:
    """Return a tar archive with a file that climbs out of its folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("../../etc/passwd")
        entry.size = len(PLAIN)
        archive.addfile(entry, io.BytesIO(PLAIN))
    return buffer.getvalue()


def gzip_bomb() -> bytes:
    """Return 300 MiB of zeros in 300 kB."""
    return gzip.compress(bytes(300 * MIB))


def zstd_bomb() -> bytes:
    """Return 1 GiB of zeros in 32 kB."""
    compressor = zstandard.ZstdCompressor().compressobj()
    return b"".join(compressor.compress(bytes(MIB)) for _ in range(1024)) + compressor.flush()


def wide_window() -> bytes:
    """Return a zstd frame that asks for 2 GiB of window."""
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return compressor.compress(PLAIN) + compressor.flush()


PACKED = [
    taken("gzip", raw(GZIP), 10),
    taken("zstd", raw(ZSTD), 10),
    taken("two gzip members", raw(gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:])), 10),
    taken("two zstd frames", raw(zstandard.compress(PLAIN[:100]) + zstandard.compress(PLAIN[100:])), 10),
    taken("gzip in zstd", raw(zstandard.compress(GZIP)), 10),
    taken("a zstd frame to skip first", raw(b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + ZSTD), 10),
    refused("gzip in gzip in gzip", raw(gzip.compress(gzip.compress(GZIP))), "bad_compression"),
    refused("gzip cut short", raw(GZIP[:-12]), "bad_compression"),
    refused("gzip with a wrong checksum", raw(GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:]), "bad_compression"),
    refused("gzip with a wrong length", raw(GZIP[:-4] + b"\1\0\0\0"), "bad_compression"),
    refused("gzip with garbage behind", raw(GZIP + b"garbage"), "bad_compression"),
    refused("gzip of nothing", raw(gzip.compress(b"")), "empty_file"),
    refused("a gzip head alone", raw(GZIP[:5]), "bad_compression"),
    refused("zstd cut short", raw(ZSTD[:-8]), "bad_compression"),
    refused("zstd with garbage behind", raw(ZSTD + b"garbage"), "bad_compression"),
    refused("zstd with a window of 2 GiB", wide_window, "bad_compression"),
    refused("a gzip bomb", gzip_bomb, "too_large_unpacked"),
    refused("a zstd bomb", zstd_bomb, "too_large_unpacked"),
    refused("a gzip bomb in zstd", lambda: zstandard.compress(gzip_bomb()), "too_large_unpacked"),
    refused("zip", zipped, "unsupported_file"),
    refused("an empty zip", raw(b"PK\x05\x06" + bytes(18)), "unsupported_file"),
    refused("tar", tarred, "unsupported_file"),
    refused("tar in gzip", lambda: gzip.compress(tarred()), "unsupported_file"),
    refused("bzip2", raw(bz2.compress(PLAIN)), "unsupported_file"),
    refused("xz", raw(lzma.compress(PLAIN)), "unsupported_file"),
    refused("7z", raw(b"7z\xbc\xaf\x27\x1c\x00\x04"), "unsupported_file"),
    refused("pickle", raw(pickle.dumps({"timestamp": 1})), "unsupported_file"),
    refused("an Arrow file", raw(b"ARROW1\0\0" + bytes(64)), "unsupported_file"),
    refused("an Arrow stream", raw(b"\xff\xff\xff\xff\x10\0\0\0" + bytes(64)), "unsupported_file"),
    refused("Feather", raw(b"FEA1" + bytes(64)), "unsupported_file"),
    refused("an SQLite database", raw(b"SQLite format 3\0" + bytes(84)), "unsupported_file"),
    refused("PDF", raw(b"%PDF-1.7\n"), "unsupported_file"),
    refused("a picture", raw(b"\x89PNG\r\n\x1a\n" + bytes(32)), "unsupported_file"),
    refused("a program", raw(b"\x7fELF\x02\x01\x01" + bytes(57)), "unsupported_file"),
    Hostile("plain text called gzip", raw(PLAIN), "bad_compression", headers={"Content-Encoding": "gzip"}),
    Hostile("gzip called gzip", raw(GZIP), rows=(10, 10, 0, 0), headers={"Content-Encoding": "gzip"}),
    Hostile(
        "a coding nobody reads", raw(PLAIN), "unsupported-media-type", status=415, headers={"Content-Encoding": "br"}
    ),
    Hostile(
        "gzip over gzip over gzip",
        raw(PLAIN),
        "unsupported-media-type",
        status=415,
        headers={"Content-Encoding": "gzip, gzip, gzip"},
    ),
    Hostile(
        "a form",
        raw(PLAIN),
        "unsupported-media-type",
        status=415,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    ),
    Hostile("another digest", raw(PLAIN), "digest_mismatch", headers={"Content-Digest": f"sha-256=:{'A' * 43}=:"}),
    Hostile("a digest that is none", raw(PLAIN), "invalid", headers={"Content-Digest": "sha-256=nonsense"}),
]
