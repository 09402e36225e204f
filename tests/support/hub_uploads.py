"""A hub on this machine that takes commits: as much of the protocol as the hub's client asks for."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hf_that_may_write"  # noqa: S105 - no secret: it opens this hub


@dataclass
class Uploads:
    """Repositories that were made, with their visibility; files of their commits; requests, in order."""

    address: str = ""
    repos: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Uploads]:
    """Serve on a free port of this machine until the block ends."""
    uploads = Uploads()
    handler = type("Handler", (_Handler,), {"uploads": uploads})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    uploads.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield uploads
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers POST; a request without the token is refused."""

    uploads: Uploads
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer for the making of a repository, and for the parts of a commit."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.uploads.requests.append(self.path)
        part = re.fullmatch(r"/api/models/([^/]+/[^/]+)/(preupload|commit)/main", self.path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" and self.path != "/api/validate-yaml":
            self._send(401, {"error": "Invalid username or password."})
        elif self.path == "/api/validate-yaml":
            self._send(200, {"errors": [], "warnings": []})
        elif self.path == "/api/repos/create":
            repo = json.loads(body)
            name = f"{repo['organization']}/{repo['name']}"
            self.uploads.repos[name] = repo.get("visibility") or "public"
            self._send(200, {"url": f"{self.uploads.address}/{name}"})
        elif part and part[2] == "preupload":
            paths = [file["path"] for file in json.loads(body)["files"]]
            modes = [{"path": path, "uploadMode": "regular", "shouldIgnore": False} for path in paths]
            self._send(200, {"files": modes})
        elif part:
            self._committed(part[1], [json.loads(line) for line in body.splitlines()])
        else:
            self._send(404, {"error": "Not found"})

    def log_message(self, *_args: object) -> None:
        """Keep the test's output clean."""

    def _committed(self, repo: str, lines: list[dict[str, dict[str, str]]]) -> None:
        for line in lines:
            if line["key"] == "file":
                value = line["value"]
                self.uploads.files[f"{repo}/{value['path']}"] = base64.b64decode(value["content"])
        address = f"{self.uploads.address}/{repo}/commit/{'c' * 40}"
        self._send(200, {"commitUrl": address, "commitOid": "c" * 40})

    def _send(self, status: int, document: object) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
