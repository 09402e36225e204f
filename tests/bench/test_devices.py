"""Devices compared: every case agrees with itself, and outcomes further apart than allowed are named."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.bench import devices
from harness.bench.device_cases import TRAINED, Case, cases
from harness.bench.random_encoder import DIMENSION, random_encoder, texts
from harness.codecs import principal_axes
from harness.encoders import sentence_transformer
from harness.numerics.device import has_cuda
from harness.types import Place


@pytest.fixture(scope="module")
def listed() -> Iterator[dict[str, Case]]:
    """Return the cases for few rows, by name."""
    with random_encoder() as encoder:
        yield {case.name: case for case in cases(300, 32, encoder, 6)}


@pytest.mark.parametrize("name", ["product", "neighbours", "teacher", "copies", "fit lens", "encoding"])
def test_a_case_agrees_with_itself_and_not_with_another_outcome(name: str, listed: dict[str, Case]) -> None:
    """An outcome is 0 from itself, and from its rows in another order further than allowed."""
    case = listed[name]
    outcome = case.outcome(case.run())
    assert 0 == case.apart(outcome, outcome)
    assert case.allowed < case.apart(outcome, np.roll(outcome, 7, axis=0))


def test_every_compressor_that_torch_trains_is_a_case(listed: dict[str, Case]) -> None:
    """Those that import torch or the autoencoder's training; and aqea, for its products."""
    folder = Path(sentence_transformer.__file__).parent.parent / "compressors"
    by_torch = {
        path.stem.replace("_", "-")
        for path in folder.glob("*.py")
        if "import torch\n" in (text := path.read_text("utf-8")) or "autoencoder_training import" in text
    }
    assert {*by_torch, "aqea"} == set(TRAINED)
    assert {f"fit {name}" for name in TRAINED} == {name for name in listed if name.startswith("fit ")}


def test_every_fit_computes_its_axes(listed: dict[str, Case]) -> None:
    """Nothing of the last repeat is cached when the clock starts."""
    case = listed["fit lens"]
    case.run()
    assert principal_axes._cache
    case.before()
    assert not principal_axes._cache


def test_the_random_encoder_tells_texts_apart() -> None:
    """Vectors of MiniLM's dimension; no two texts have the same, and padding changes none."""
    data, place = texts(6, 0), Place(Path(), None, offline=True)
    with random_encoder() as encoder:
        together = sentence_transformer.encode(data, list(range(6)), encoder, place)
        alone = sentence_transformer.encode(data, [3], encoder, place)
    assert (6, DIMENSION) == together.shape
    assert 6 == len(np.unique(together, axis=0))
    np.testing.assert_allclose(alone[0], together[3], atol=1e-4)


def test_the_document_has_a_row_a_case(monkeypatch: pytest.MonkeyPatch, listed: dict[str, Case]) -> None:
    """With the machine, the median between the extremes, and repeats of the same bytes on the CPU."""
    chosen = [listed["product"], listed["neighbours"]]
    monkeypatch.setattr(devices, "cases", lambda *_: chosen)
    monkeypatch.setattr("harness.numerics.device.has_cuda", lambda: False)
    steps: list[str] = []
    document = devices.measured(300, 32, 6, lambda step, _done, _of: steps.append(step))
    assert ["cpu: product", "cpu: neighbours"] == steps
    assert ["product", "neighbours"] == [row["case"] for row in document["cases"]]
    assert "cpu" == document["machine"]["device"]
    for row in document["cases"]:
        assert row["cpu"]["shortest"] <= row["cpu"]["seconds"] <= row["cpu"]["longest"]
        assert row["cpu"]["repeats_same_bytes"]
    assert [] == devices.differing(document)


def test_an_outcome_further_apart_than_allowed_is_named(listed: dict[str, Case]) -> None:
    """With what it is measured in and what was expected; NaN is never within."""
    case = dataclasses.replace(listed["copies"], apart=lambda a, b: float(np.abs(a - b).max()), allowed=2.0)
    cpu = devices.Runs([1.0, 3.0, 2.0], [np.zeros(3)])
    rows = [
        devices._row(case, {"cpu": cpu, "cuda": devices.Runs([0.5], [np.full(3, x)])}) for x in (2, 5, np.nan)
    ]
    assert [4.0, 4.0, 4.0] == [row["times_faster"] for row in rows]
    assert [
        "copies: other rows: found 5 apart, expected at most 2",
        "copies: other rows: found nan apart, expected at most 2",
    ] == devices.differing({"cases": rows})


@pytest.mark.skipif(not has_cuda(), reason="torch can use no CUDA device here")
def test_cuda_agrees_with_the_cpu_and_with_itself() -> None:
    """Every case is within what is allowed, and gives the same bytes again on the device."""
    document = devices.measured(2_000, 64, 64, lambda _step, _done, _of: None)
    assert [] == devices.differing(document)
    assert [] == [row["case"] for row in document["cases"] if not row["cuda"]["repeats_same_bytes"]]
