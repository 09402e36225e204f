"""Notes on sources: what is noted is what the source says, and a damaged file of notes counts as empty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.planning import code_digest
from harness.planning.source_facts import Notes

SOURCE = "from harness.types import Json\n\nTEN: Json = {}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that has the notes of one source."""
    path = tmp_path / "sources.json"
    first = Notes(path)
    first.facts(SOURCE)
    first.keep()
    return path


def test_facts_are_those_of_the_source(file: Path) -> None:
    """From the notes or not, the digest and the imports are what reading the source gives."""
    expected = code_digest.digest_source(SOURCE), frozenset(code_digest.own_imports(SOURCE))
    assert expected == Notes(file.with_name("none.json")).facts(SOURCE)
    assert expected == Notes(file).facts(SOURCE)


def test_what_is_noted_is_not_parsed_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next process finds it; another source is parsed."""
    expected = Notes(file).facts(SOURCE)
    monkeypatch.delattr(code_digest, "digest_source")
    assert expected == Notes(file).facts(SOURCE)
    with pytest.raises(AttributeError):
        Notes(file).facts(SOURCE + "ELEVEN = 11\n")


def test_an_edited_source_has_another_digest(file: Path) -> None:
    """A note counts for the very text alone."""
    other = SOURCE.replace("{}", "{1: 2}")
    assert code_digest.digest_source(other) == Notes(file).facts(other)[0] != Notes(file).facts(SOURCE)[0]


@pytest.mark.parametrize("damage", ["[", '{"content": {}, "sha256": ""}'])
def test_a_damaged_file_is_written_anew(file: Path, damage: str) -> None:
    """Facts come from the source then."""
    file.write_text(damage, "utf-8")
    again = Notes(file)
    assert code_digest.digest_source(SOURCE) == again.facts(SOURCE)[0]
    again.keep()
    assert 1 == len(json.loads(file.read_bytes())["content"]["sources"])


def test_an_altered_note_is_not_believed(file: Path) -> None:
    """A digest that is edited in the file fails its checksum: the source is read."""
    digest = code_digest.digest_source(SOURCE)
    file.write_bytes(file.read_bytes().replace(digest.encode(), b"0" * len(digest)))
    assert digest == Notes(file).facts(SOURCE)[0]
