"""Stamped files, one by one: each one's checksum, and what its kind has to state."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from repro.canonical import check_version, checksum
from repro.results import check_files, check_values, claimed_files, essences, named_files
from repro.suites import check_suite


@dataclass
class Seen:
    """What the stamped files of ``artifacts/`` are and name, gathered file by file.

    ``results`` and ``sound``, the results without a problem, are named suite/cell.
    """

    evidence: dict[tuple[str, str], str] = field(default_factory=dict)  # sha256 by kind and name
    results: set[str] = field(default_factory=set)
    sound: list[str] = field(default_factory=list)
    suites: set[str] = field(default_factory=set)  # with a record
    named: set[str] = field(default_factory=set)  # paths
    essences: dict[str, str] = field(default_factory=dict)  # what only one result may state: its path
    checksums: int = 0  # how many hold


def check_stamped(path: str, value: Any, hashes: dict[str, str], seen: Seen) -> None:
    """Check the JSON ``value`` of a file that is stamped or has to be; raise ValueError for a problem."""
    # A suite's record is stamped as well, but is no result: it names no files.
    result = re.fullmatch(r"artifacts/results/(?:([^/]+)\.suite\.json|(.+)\.json|.+)", path)
    transcript = re.fullmatch(r"artifacts/transcripts/(.+?)(?:\.json)?", path)
    derived = re.match(r"artifacts/((means|jitter|noise|portability|bench)/|(labels|peers)/.+\.json$)", path)
    if not (result or transcript or derived or (isinstance(value, dict) and "content" in value)):
        return
    suite, name = (result[1], result[2]) if result else (None, None)
    seen.named.add(path)
    seen.suites |= {suite} if suite else set()
    seen.results |= {name} if name else set()
    if path.endswith(".json") and value is None:
        return  # unreadable, a problem already
    sha256 = checksum(value)
    seen.checksums += 1
    content = value["content"]
    check_version(content)
    if suite:
        check_suite(suite, content)
    elif name:
        _check_result(path, name, sha256, content, hashes, seen)
    elif transcript:
        seen.evidence["transcript", transcript[1]] = sha256
        _check_server(transcript[1], content)
    elif isinstance(content, dict) and isinstance(content.get("files"), dict):
        seen.named |= named_files(content["files"], hashes)
    if alone := re.match(r"artifacts/(portability|noise)/(?!\1\.json$)", path):
        raise ValueError(f"expected nothing beside {alone[1]}.json")


def _check_result(
    path: str, name: str, sha256: str, content: Any, hashes: dict[str, str], seen: Seen
) -> None:
    seen.evidence["cell", name] = sha256
    seen.named |= claimed_files(content)  # of a refused result too: its files are not to blame
    check_files(name, content, hashes)
    check_values(content)
    seen.sound.append(name)
    for essence in essences(content):
        if seen.essences.setdefault(essence, path) != path:
            raise ValueError(f"says what {seen.essences[essence]} says: one measurement, twice")


def _check_server(name: str, content: Any) -> None:
    server = content.get("server") if isinstance(content, dict) else None
    if not isinstance(server, dict) or server.get("host") != name:
        raise ValueError("its server is not that of its place")
