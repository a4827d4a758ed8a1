"""A small object store in memory that speaks as much of S3's protocol as ``pyarrow.fs`` asks for, on the loopback interface."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class ObjectStore(ThreadingHTTPServer):
    """The server; ``objects`` holds what was put, in the order in which it came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.read_only = False
        self.lock = threading.Lock()

    @property
    def uri(self) -> str:
        """Return the URI of a folder in a bucket of this store; with a password, as people write it."""
        place = f"endpoint_override=127.0.0.1%3A{self.server_port}&scheme=http&region=us-east-1"
        return f"s3://key:secret@bucket/sweeps?{place}"


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Run a store as long as the context is open."""
    with ObjectStore() as store:
        thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield store
        finally:
            store.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """PUT, GET, HEAD, DELETE of objects, ListObjectsV2, uploads in parts (Amazon S3 API Reference)."""

    protocol_version = "HTTP/1.1"
    server: ObjectStore

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        data = self._body()
        if self.server.read_only:
            self._answer(403, f"{_HEAD}<Error><Code>AccessDenied</Code><Message>read only</Message></Error>".encode())
            return
        with self.server.lock:
            if "uploadId" in self._asked:
                self.server.parts[self._asked["uploadId"]][int(self._asked["partNumber"])] = data
            else:
                self.server.objects[self._key] = data
        self._answer(200, headers={"ETag": '"0"'})

    def do_POST(self) -> None:
        self._body()
        if "delete" in self._asked:
            self._answer(501)
            return
        with self.server.lock:
            if "uploads" in self._asked:
                upload = str(len(self.server.parts))
                self.server.parts[upload] = {}
                text = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            else:
                parts = self.server.parts[self._asked["uploadId"]]
                self.server.objects[self._key] = b"".join(parts[number] for number in sorted(parts))
                text = "<CompleteMultipartUploadResult><ETag>0</ETag></CompleteMultipartUploadResult>"
        self._answer(403 if self.server.read_only else 200, (_HEAD + text).encode())

    def do_GET(self) -> None:
        if "list-type" in self._asked:
            self._answer(200, self._listed().encode())
            return
        data = self.server.objects.get(self._key)
        if data is None:
            self._answer(404, f"{_HEAD}<Error><Code>NoSuchKey</Code></Error>".encode())
            return
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if span is None:
            self._answer(200, data)
            return
        first, last = int(span[1]), min(int(span[2]), len(data) - 1)
        self._answer(206, data[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(data)}"})

    def do_HEAD(self) -> None:
        data = self.server.objects.get(self._key)
        there = data is not None or "/" not in self._key
        self._answer(200 if there else 404, headers={"Content-Length": str(len(data or b"")), "ETag": '"0"'})

    def do_DELETE(self) -> None:
        with self.server.lock:
            self.server.objects.pop(self._key, None)
        self._answer(204)

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/")

    @property
    def _asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()}

    def _body(self) -> bytes:
        """Return what was sent, out of HTTP's pieces (RFC 9112, 7.1) and those of S3 inside of them, which look the same."""
        stream: IO[bytes] = self.rfile
        if self.headers.get("Transfer-Encoding") == "chunked":
            stream = io.BytesIO(_joined(stream))
        else:
            stream = io.BytesIO(stream.read(int(self.headers.get("Content-Length", 0))))
        return _joined(stream) if "aws-chunked" in self.headers.get("Content-Encoding", "") else stream.read()

    def _listed(self) -> str:
        bucket, asked = self._key, self._asked
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        with self.server.lock:
            keys = sorted(key.removeprefix(f"{bucket}/") for key in self.server.objects)
        folders, found = dict[str, None](), list[str]()
        for key in (key for key in keys if key.startswith(prefix)):
            inside, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            if cut:
                folders[prefix + inside + cut] = None
            else:
                found.append(key)
        size = {key: len(self.server.objects[f"{bucket}/{key}"]) for key in found}
        changed = "<LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        contents = "".join(f"<Contents><Key>{escape(key)}</Key>{changed}<Size>{size[key]}</Size></Contents>" for key in found)
        common = "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in folders)
        count = f"<KeyCount>{len(found) + len(folders)}</KeyCount><IsTruncated>false</IsTruncated>"
        return f"{_HEAD}<ListBucketResult>{count}{contents}{common}</ListBucketResult>"

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _joined(stream: IO[bytes]) -> bytes:
    """Read pieces, each after its size in hexadecimal digits, up to one of no size and the lines that follow it."""
    whole = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        whole += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass
    return whole
