"""The folder of a codec: whole or not there, the same bytes each time, and every damage one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.limits import file_size_limit
from support.tampering import restamp
from support.vectors import random_floats

from harness.codecs.storage import save_codec
from harness.deploy import Codec, Measured, fit, parse_pipeline
from harness.errors import InputError
from harness.evidence.files import sha256_file

FILES = ["README.md", "card.json", "codec.safetensors"]
X = random_floats(300, 16)
STEPS = parse_pipeline("pca dims=8 | scalar bits=4")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the folder of a codec."""
    fit(X, STEPS).save(tmp_path / "codec")
    return tmp_path / "codec"


def test_a_codec_is_read_as_it_was_saved(saved: Path) -> None:
    """Codes, vectors and card are equal; the folder has three files and nothing stands beside it."""
    codec, loaded = fit(X, STEPS), Codec.load(saved)
    assert codec.card == loaded.card
    np.testing.assert_array_equal(codec.encode(X), loaded.encode(X))
    np.testing.assert_array_equal(codec.decode(codec.encode(X)), loaded.decode(codec.encode(X)))
    assert FILES == sorted(path.name for path in saved.iterdir())
    assert [saved] == list(saved.parent.iterdir())


def test_equal_fits_are_saved_as_equal_bytes(saved: Path, tmp_path: Path) -> None:
    """Every file of the folder."""
    fit(X, STEPS).save(tmp_path / "again")
    for name in FILES:
        assert (saved / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_card_has_the_checksum_of_the_arrays(saved: Path) -> None:
    """As sha256sum prints it."""
    card = json.loads((saved / "card.json").read_text())["content"]
    assert sha256_file(saved / "codec.safetensors") == card["arrays_sha256"]


def test_the_readme_has_what_was_measured_advised_and_the_decoder(tmp_path: Path) -> None:
    """As the card has it."""
    measured = Measured(metric="knn-recall@10", value=0.5, low=0.25, high=0.75, n=9, protocol="other rows")
    codec = fit(X, STEPS, measured=[measured], advice=["Keep the originals."])
    codec.with_card(decoder="def decode(codes): ...\n").save(tmp_path / "codec")
    text = (tmp_path / "codec" / "README.md").read_text()
    assert "| knn-recall@10 | 0.500 | 0.250 to 0.750 | 9 | other rows |" in text
    assert "- Keep the originals." in text
    assert "```python\ndef decode(codes): ...\n```" in text


def test_saving_again_changes_nothing_and_another_codec_is_not_overwritten(saved: Path) -> None:
    """Nor is a folder of something else."""
    before = (saved / "card.json").stat().st_mtime_ns
    fit(X, STEPS).save(saved)
    assert before == (saved / "card.json").stat().st_mtime_ns
    with pytest.raises(InputError, match="found another file or folder, expected a new name"):
        fit(X, parse_pipeline("sign")).save(saved)
    assert STEPS == Codec.load(saved).pipeline.steps


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """No folder, no part of one, and one line."""
    codec = fit(X, STEPS)
    with file_size_limit(500), pytest.raises(InputError, match="File too large, expected a folder"):
        codec.save(tmp_path / "codec")
    assert [] == list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    """The folder in the making is begun anew."""
    (tmp_path / ".codec.part").mkdir()
    (tmp_path / ".codec.part" / "codec.safetensors").write_bytes(b"half")
    fit(X, STEPS).save(tmp_path / "codec")
    assert [tmp_path / "codec"] == list(tmp_path.iterdir())


def _truncate(folder: Path) -> None:
    path = folder / "codec.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def _flip(folder: Path) -> None:
    path = folder / "codec.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def _edit_card(folder: Path) -> None:
    path = folder / "card.json"
    path.write_text(path.read_text().replace('"dimension": 16', '"dimension": 17'))


def _other_dimension(folder: Path) -> None:
    restamp(folder / "card.json", lambda card: card.update(dimension=17))


def _huge_dimension(folder: Path) -> None:
    restamp(folder / "card.json", lambda card: card.update(dimension=10**9))


def _other_width(folder: Path) -> None:
    restamp(folder / "card.json", lambda card: card.update(bytes_per_vector=5))


def _newer(folder: Path) -> None:
    def edit(card: dict[str, object]) -> None:
        card["extra"] = 1

    restamp(folder / "card.json", edit)


def _other_arrays(folder: Path) -> None:
    """Arrays that do not fit together, with a card that vouches for them."""
    path = folder / "codec.safetensors"
    parts = [("pca", {"dims": 8, "whiten": 0.0}, {"weights": np.ones((16, 8)), "bias": np.ones(8)})]
    parts += [("scalar", {"bits": 4, "clip": 0.0}, {"ranges": np.ones(6)})]
    save_codec(path, parts)  # type: ignore[arg-type]
    restamp(folder / "card.json", lambda card: card.update(arrays_sha256=sha256_file(path)))


def _other_steps(folder: Path) -> None:
    path = folder / "codec.safetensors"
    save_codec(path, [("sign", {}, {"dimension": np.array([16])})])
    restamp(folder / "card.json", lambda card: card.update(arrays_sha256=sha256_file(path)))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: (folder / "card.json").unlink(),
            "found no card.json, expected the folder of a codec",
        ),
        (lambda folder: (folder / "codec.safetensors").unlink(), "codec.safetensors: not found, expected"),
        (lambda folder: (folder / "card.json").write_text("{"), "card.json: .*expected a JSON object"),
        (_truncate, r"codec.safetensors: found sha256 .*\(truncated or altered\)"),
        (_flip, r"codec.safetensors: found sha256 .*\(truncated or altered\)"),
        (_edit_card, "card.json: content has sha256"),
        (_newer, "card.json: extra: unknown key"),
        (_other_dimension, "codec.safetensors: pca: .*vectors of 17 dimensions"),
        (_other_width, "found 4 bytes and 8 dimensions, expected 5 bytes and 8 dimensions"),
        (_other_arrays, "codec.safetensors: scalar: .*expected arrays that fit together"),
        (_other_steps, "found 'sign', expected 'pca dims=8 . scalar bits=4' as in card.json"),
        (_huge_dimension, "card.json: dimension: found 1,000,000,000 dimensions, expected at most 65,536"),
    ],
)
def test_a_damaged_folder_is_one_line(saved: Path, damage: Callable[[Path], None], message: str) -> None:
    """The line names the file."""
    damage(saved)
    with pytest.raises(InputError, match=message) as raised:
        Codec.load(saved)
    assert 1 == len(str(raised.value).splitlines())
