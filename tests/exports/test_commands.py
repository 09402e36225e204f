"""The commands ``export-codec`` and ``push`` as a user gives them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pytest
import yaml
from support.codecs import fitted
from support.command import Cli
from support.hub_uploads import TOKEN, Uploads, receiving

from harness.deploy import Codec, Measured, fit, parse_pipeline

PIPELINE = "pca dims=11 | scalar bits=4"


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    """Return a hub on this machine that takes commits."""
    with receiving() as hub:
        yield hub


@pytest.fixture
def codec(tmp_path: Path) -> Codec:
    """Return a codec with a measured value, saved as ``codec``."""
    measured = Measured(
        metric="knn-recall@10", value=0.9, low=0.85, high=0.94, n=50, protocol="held-out rows"
    )
    made = fit(fitted(PIPELINE)[1], parse_pipeline(PIPELINE), measured=[measured])
    made.save(tmp_path / "codec")
    return made


def test_an_index_is_filled_with_a_file_of_codes(cli: Cli, codec: Codec, tmp_path: Path) -> None:
    """As harness compress writes it; faiss reads the index."""
    vectors = fitted(PIPELINE)[1]
    np.save(tmp_path / "vectors.npy", vectors)
    cli("compress", "vectors.npy", "--codec", "codec", "-o", "codes.npy", cwd=tmp_path)
    done = cli("export-codec", "codec", "--to", "faiss", "--codes", "codes.npy", "-o", "index", cwd=tmp_path)
    assert (0, "index\n", "") == (done.returncode, done.stdout, done.stderr)
    index = faiss.read_index(str(tmp_path / "index" / "index.faiss"))
    assert len(vectors) == index.ntotal
    np.testing.assert_array_equal(codec.decode(codec.encode(vectors[:3])), index.index.reconstruct_n(0, 3))


@pytest.mark.parametrize("to", ["numpy", "onnx"])
def test_a_codec_is_exported_with_a_readme(to: str, cli: Cli, codec: Codec, tmp_path: Path) -> None:
    """Which says what the files take and give."""
    done = cli("export-codec", "codec", "--to", to, "-o", "to", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    assert codec.card.pipeline in (tmp_path / "to" / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--to", "onnx", "--codes", "x.npy"], "--codes: found it for onnx, expected it for faiss alone"),
        (
            ["--to", "sentence-transformers"],
            "--model: found none, expected it for sentence-transformers alone",
        ),
        (
            ["--to", "numpy", "--model", "x"],
            "--model: found it for numpy, expected it for sentence-transformers alone",
        ),
        (
            ["--to", "faiss", "--codes", "x.npy"],
            "x.npy: No such file or directory, expected a file that can be read",
        ),
    ],
)
@pytest.mark.usefixtures("codec")
def test_a_wrong_option_is_one_line(arguments: list[str], line: str, cli: Cli, tmp_path: Path) -> None:
    """Exit status 2, and nothing is written."""
    done = cli("export-codec", "codec", *arguments, "-o", "to", cwd=tmp_path)
    assert (2, "", f"harness: {line}\n") == (done.returncode, done.stdout, done.stderr)
    assert not (tmp_path / "to").exists()


def environment(uploads: Uploads, token: str = TOKEN) -> dict[str, str]:
    """Return what points the hub's client to the hub of this machine."""
    return {"HF_ENDPOINT": uploads.address, "HF_TOKEN": token, "HF_HUB_OFFLINE": "0"}


@pytest.mark.usefixtures("codec")
def test_without_yes_nothing_is_sent(cli: Cli, uploads: Uploads, tmp_path: Path) -> None:
    """The files and the card are shown; no request is made."""
    done = cli("push", "codec", "me/codec", cwd=tmp_path, env=environment(uploads))
    assert (0, "harness: nothing was sent; --yes sends it\n") == (done.returncode, done.stderr)
    assert "me/codec/codec.safetensors: " in done.stdout
    assert [] == uploads.requests


@pytest.mark.parametrize(("options", "visibility"), [([], "public"), (["--private"], "private")])
def test_with_yes_the_folder_is_sent_with_a_model_card(
    options: list[str], visibility: str, cli: Cli, codec: Codec, uploads: Uploads, tmp_path: Path
) -> None:
    """One commit; what was measured is in the card's metadata, and what comes back is the codec."""
    done = cli("push", "codec", "me/codec", "--yes", *options, cwd=tmp_path, env=environment(uploads))
    assert (0, "") == (done.returncode, done.stderr)
    assert f"{uploads.address}/me/codec/commit/{'c' * 40}\n" == done.stdout
    assert {"me/codec": visibility} == uploads.repos
    (tmp_path / "back").mkdir()
    for name, data in uploads.files.items():
        (tmp_path / "back" / name.removeprefix("me/codec/")).write_bytes(data)
    assert codec.card == Codec.load(tmp_path / "back").card
    _, metadata, text = (tmp_path / "back" / "README.md").read_text("utf-8").split("---\n", 2)
    [result] = yaml.safe_load(metadata)["model-index"][0]["results"]
    assert ("knn-recall@10", 0.9) == (result["metrics"][0]["type"], result["metrics"][0]["value"])
    assert (tmp_path / "codec" / "README.md").read_text("utf-8") == text.removeprefix("\n")


@pytest.mark.usefixtures("codec")
def test_a_refusal_is_one_line_without_the_token(cli: Cli, uploads: Uploads, tmp_path: Path) -> None:
    """It says what to do."""
    done = cli("push", "codec", "me/codec", "--yes", cwd=tmp_path, env=environment(uploads, "hf_other"))
    expected = "the hub refused what was sent; log in with a token that may write there: HF_TOKEN=…"
    assert (2, "", f"harness: me/codec: {expected}\n") == (done.returncode, done.stdout, done.stderr)
    assert {} == uploads.files


@pytest.mark.usefixtures("codec")
def test_a_name_without_an_owner_is_refused(cli: Cli, tmp_path: Path) -> None:
    """Before anything is read or sent."""
    done = cli("push", "codec", "codec", cwd=tmp_path)
    line = "codec: found no name of a repository, expected owner/name"
    assert (2, "", f"harness: {line}\n") == (done.returncode, done.stdout, done.stderr)
