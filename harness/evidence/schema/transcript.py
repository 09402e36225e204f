"""What the smoke test of the HTTP API saw of a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned, check_place, parse

Status = Literal["PASS", "FAIL", "SKIPPED"]


class Request(Model):
    """One request and its answer."""

    method: Name = Field(description="HTTP method.")
    path: Name = Field(description="Path of the URL.")
    status: int = Field(ge=100, le=599, description="Status of the answer.")
    range: str | None = Field(default=None, description="Range header, where one was sent.")
    request_sha256: Sha256 | None = Field(description="sha256 of the body that was sent.")
    response_sha256: Sha256 | None = Field(description="sha256 of what 'hashed' names.")
    hashed: str | None = Field(
        description="'body', or the values of the answer whose canonical JSON is hashed; null for none."
    )


class ServerCheck(Model):
    """One check of the server."""

    name: Name = Field(description="Name of the check.")
    status: Status = Field(description="How it ended.")
    found: str = Field(description="What was found, in words.")
    requests: list[Request] = Field(description="What was sent and answered.")


class ServerName(Model):
    """The server that answered."""

    host: Name = Field(description="Host; 'loopback' for this machine.")
    name: str | None = Field(description="What the server calls itself.")


class Counts(Model):
    """How many checks ended in each way."""

    PASS: Count = Field(description="Checks that passed.")
    FAIL: Count = Field(description="Checks that failed.")
    SKIPPED: Count = Field(description="Checks that could not be made.")


class Transcript(Versioned):
    """What the smoke test saw of a server."""

    claim: Name = Field(description="Claim that the checks are of.")
    server: ServerName = Field(description="The server that answered.")
    sample: int = Field(ge=1, description="Vectors that were read.")
    key: Literal["given", "none"] = Field(description="Whether the server was given a key.")
    checks: list[ServerCheck] = Field(description="The checks, in order.")
    counts: Counts = Field(description="How many checks ended in each way.")


def parse_transcript(path: Path, content: Any) -> Transcript:
    """Return the transcript at ``path``, transcripts/<host>.json; raise InputError if it is none."""
    transcript = parse(Transcript, content, path)
    check_place(path, "server.host", transcript.server.host, path.stem)
    return transcript
