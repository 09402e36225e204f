"""Files whose checksum was checked once are not checked again; altered files are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.evidence import checked
from harness.evidence.checked import Checked
from harness.evidence.files import sha256_file
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import write_stamped


@pytest.fixture
def stamped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a stamped file, and have the store in a folder of the test's own."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "store"))
    path = tmp_path / "result.json"
    write_stamped(path, {"value": 1.5})
    return path


def test_bytes_that_were_checked_are_known_to_the_next_process(stamped: Path, tmp_path: Path) -> None:
    """The second reader finds their sha256 in the store, and the same content."""
    first = Checked()
    assert {"schema": SCHEMA_VERSION, "value": 1.5} == first.content(stamped)
    first.keep()
    noted = json.loads((tmp_path / "store" / "checked.json").read_bytes())["sha256"]
    assert 1 == len(noted)
    assert {"schema": SCHEMA_VERSION, "value": 1.5} == Checked().content(stamped)


def test_other_bytes_are_checked_whatever_is_noted(stamped: Path) -> None:
    """A file that was sound and is edited afterwards is refused."""
    first = Checked()
    first.content(stamped)
    first.keep()
    stamped.write_bytes(stamped.read_bytes().replace(b"1.5", b"2.5"))
    with pytest.raises(InputError, match="its certificate says"):
        Checked().content(stamped)


def test_a_damaged_note_is_no_note(stamped: Path, tmp_path: Path) -> None:
    """What cannot be read is taken as empty, and written anew."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "checked.json").write_text("[", "utf-8")
    again = Checked()
    assert {"schema": SCHEMA_VERSION, "value": 1.5} == again.content(stamped)
    again.keep()
    assert 1 == len(json.loads((tmp_path / "store" / "checked.json").read_bytes())["sha256"])


def test_the_list_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that were not read for longest leave it; what is read again stays."""
    monkeypatch.setattr(checked, "MOST", 2)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "store"))
    noted: list[list[str]] = []
    for number, again in enumerate([None, None, 0, None]):
        other = tmp_path / f"{number}.json"
        write_stamped(other, {"number": number})
        reader = Checked()
        reader.content(other)
        if again is not None:
            reader.content(tmp_path / f"{again}.json")
        reader.keep()
        noted.append(json.loads((tmp_path / "store" / "checked.json").read_bytes())["sha256"])
    own = [sha256_file(tmp_path / f"{number}.json") for number in range(4)]
    assert [[own[0]], [own[0], own[1]], [own[2], own[0]], [own[0], own[3]]] == noted
