"""A hub on this machine: as much of the hub's protocol as its own client asks for, on two ports.

One port answers as the hub does: commits, lists of files, files, and refusals with ``X-Error-Code``. The
other answers as its CDN does: bytes by their sha256, to which the hub redirects for what is large. Transfers
can be cut, and every request is noted.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import unquote, urlsplit

TOKEN = "hf_of_this_test"  # noqa: S105 - no secret: it opens what this hub has
LARGE = 2_000  # bytes from which the CDN serves a file
Access = Literal["public", "private", "gated"]


@dataclass(frozen=True)
class Repo:
    """A repository: the files of each commit by its sha, the newest commit last."""

    commits: Mapping[str, Mapping[str, bytes]]
    access: Access = "public"

    @property
    def main(self) -> str:
        """Return the newest commit."""
        return list(self.commits)[-1]


@dataclass(frozen=True)
class Request:
    """A request that the hub or its CDN answered."""

    server: Literal["hub", "cdn"]
    method: str
    path: str
    range: str | None
    token: bool


@dataclass
class Hub:
    """Repositories by kind and name; names that redirect to others; and what was asked.

    ``cut``: by the sha256 of a file, after how many bytes its next transfer ends before its time.
    """

    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    address: str = ""
    cdn: str = ""

    def transfers(self, data: bytes) -> list[str | None]:
        """Return the ``Range`` of each transfer of a file from the CDN."""
        path = "/" + sha256(data)
        return [r.range for r in self.requests if (r.server, r.method, r.path) == ("cdn", "GET", path)]


def sha256(data: bytes) -> str:
    """Return the hex sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve a hub and its CDN on free ports of this machine until the block ends."""
    servers = []
    for handler in (_HubHandler, _CdnHandler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type(handler.__name__, (handler,), {"hub": hub}))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)
    hub.address, hub.cdn = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Notes each request and sends bytes, or a range of them."""

    hub: Hub
    server_name: Literal["hub", "cdn"]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a body."""
        self._noted()

    def do_HEAD(self) -> None:
        """Answer without one."""
        self._noted()

    def log_message(self, *_args: object) -> None:
        """Keep the test's output clean."""

    def _noted(self) -> None:
        headers = self.headers
        self.authorised = headers.get("Authorization") == f"Bearer {TOKEN}"
        self.path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(
            Request(
                self.server_name, self.command, self.path, headers.get("Range"), "Authorization" in headers
            )
        )
        self.answer()

    def answer(self) -> None:
        """Answer the request."""
        raise NotImplementedError

    def _send(self, status: int, data: bytes = b"", **headers: str) -> None:
        """Send a status, and ``data`` with its length; a name's underscores stand for dashes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


class _CdnHandler(_Handler):
    """Serves bytes by their sha256, whole or from an offset; never asked with a token."""

    server_name = "cdn"

    def answer(self) -> None:
        """Send a file or the rest of it, and less than announced where its transfer is to be cut."""
        files = (
            data
            for repo in self.hub.repos.values()
            for tree in repo.commits.values()
            for data in tree.values()
        )
        data = next((data for data in files if "/" + sha256(data) == self.path), None)
        if data is None:
            self._send(404)
            return
        first = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(first[1]) if first else 0
        length = self.hub.cut.pop(sha256(data), None) if self.command == "GET" else None
        if length is not None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:length])
            self.close_connection = True
        elif first:
            self._send(206, data[start:], Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self._send(200, data)


class _HubHandler(_Handler):
    """Answers what is asked of commits and files, and refuses as the hub refuses."""

    server_name = "hub"

    def answer(self) -> None:
        """Answer for a repository, redirect from its old name, or say that the hub is there."""
        api = re.fullmatch(r"/api/(model|dataset)s/([^/]+/[^/]+)(?:/(tree|revision)/([^/]+))?", self.path)
        file = re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path)
        match = api or file
        if self.path == "/" or match is None:
            self._send(200 if self.path == "/" else 404)
        elif (name := match[2]) in self.hub.moved:
            self._send(307, Location=self.path.replace(name, self.hub.moved[name]))
        elif api:
            self._described(api[1], name, api[3], api[4])
        else:
            self._resolved("dataset" if match[1] else "model", name, match[3], match[4])

    def _repo(self, kind: str, name: str) -> Repo | None:
        """Return a repository; refuse with 401 one that is not there, or not for everybody to see."""
        repo = self.hub.repos.get((kind, name))
        if repo is None or (repo.access == "private" and not self.authorised):
            # To whoever has not logged in the hub does not say which of the two it is.
            status, code = (404, {"X_Error_Code": "RepoNotFound"}) if self.authorised else (401, {})
            self._send(status, b'{"error":"Repository not found"}', **code)
            return None
        return repo

    def _files(self, repo: Repo, revision: str) -> tuple[str, Mapping[str, bytes]] | None:
        sha = repo.main if revision == "main" else revision
        if sha in repo.commits:
            return sha, repo.commits[sha]
        self._send(404, b'{"error":"Invalid rev id"}', X_Error_Code="RevisionNotFound")
        return None

    def _described(self, kind: str, name: str, part: str | None, revision: str | None) -> None:
        repo = self._repo(kind, name)
        commit = self._files(repo, revision or "main") if repo else None
        if repo is None or commit is None:
            return
        sha, files = commit
        if part == "tree":
            described: object = [_entry(path, data) for path, data in sorted(files.items())]
        else:
            described = {"id": name, "sha": sha, "siblings": [{"rfilename": path} for path in sorted(files)]}
        self._send(200, json.dumps(described).encode(), Content_Type="application/json")

    def _resolved(self, kind: str, name: str, revision: str, path: str) -> None:
        repo = self._repo(kind, name)
        commit = self._files(repo, revision) if repo else None
        if repo is None or commit is None:
            return
        sha, files = commit
        if repo.access == "gated" and not self.authorised:
            self._send(403, b'{"error":"Access is restricted"}', X_Error_Code="GatedRepo")
        elif path not in files:
            self._send(404, X_Error_Code="EntryNotFound", X_Repo_Commit=sha)
        elif len(files[path]) < LARGE:
            self._send(200, files[path], ETag=f'"{_git_blob(files[path])}"', X_Repo_Commit=sha)
        else:
            digest, size = sha256(files[path]), str(len(files[path]))
            linked = {"X_Linked_ETag": f'"{digest}"', "X_Linked_Size": size, "X_Repo_Commit": sha}
            self._send(302, Location=f"{self.hub.cdn}/{digest}", **linked)


def _entry(path: str, data: bytes) -> dict[str, object]:
    """Return a line of a commit's list of files."""
    large = {"lfs": {"oid": sha256(data), "size": len(data), "pointerSize": 1}} if len(data) >= LARGE else {}
    return {"type": "file", "path": path, "size": len(data), "oid": _git_blob(data), **large}


def _git_blob(data: bytes) -> str:
    """Return the name that git gives to a file: the hub's ETag of what is small."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - git's own choice
