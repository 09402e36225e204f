"""docs/billion.md: its arithmetic, and that its extrapolations follow from its measurements."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from support.paths import ROOT

from repro.billion import CORES, DIMENSION, MACHINES, ROWS, Step, table, write_vectors

NUMBER = r"([\d,.]+)"


def test_a_step_is_extrapolated_by_hand() -> None:
    """A thousandth of a second a row: a million seconds of one core, and 4 KiB from each of 16 of them."""
    step = Step("compress: x", 128, 0.001)
    assert "1,000 rows a second" == step.measured().split(maxsplit=2)[2]
    words = step.extrapolated().split()[2:]
    assert (16, 16) == (MACHINES, CORES)
    assert ["128", "GB", "277.78", "h", "17.36", "h", "65.10", "min", "0.07", "GB/s"] == words
    assert 277.78 == pytest.approx(1e6 / 3600, abs=0.005)
    assert 0.07 == pytest.approx(16 * 4096 * 1000 / 1e9, abs=0.005)


def test_measured_and_extrapolated_are_told_apart() -> None:
    """The table has a part for each, and names the machine."""
    lines = table([Step("x", 0, 0.5)], "a processor, 2 cores").splitlines()
    assert [0, 4] == [i for i, line in enumerate(lines) if line.startswith(("measured:", "extrapolated:"))]
    assert "on a processor, 2 cores" == lines[1]


def test_vectors_are_finite_and_have_a_direction(tmp_path: Path) -> None:
    """NumPy reads them: float32 of either sign, no two rows alike."""
    write_vectors(tmp_path / "x.npy", 20, 0)
    x = np.load(tmp_path / "x.npy", allow_pickle=False)
    assert ((20, DIMENSION), np.float32) == (x.shape, x.dtype)
    assert 0.5 <= np.abs(x).min() <= np.abs(x).max() < 1
    assert {-1.0, 1.0} == set(np.sign(x).ravel().tolist())
    assert 20 == len(np.unique(x, axis=0))


def test_the_page_extrapolates_what_it_measured() -> None:
    """Each step's hours are a billion rows by its rate."""
    text = (ROOT / "docs" / "billion.md").read_text("utf-8")
    measured, extrapolated = text.split("extrapolated: ")
    rates = dict(re.findall(rf"^(\S.*?) +{NUMBER} rows a second$", measured, re.MULTILINE))
    hours = dict(
        re.findall(
            rf"^(\S.*?) +(?:{NUMBER.replace('(', '(?:')} GB|-) +{NUMBER} h ", extrapolated, re.MULTILINE
        )
    )
    assert 6 == len(rates)
    assert rates.keys() == hours.keys()
    for name, rate in rates.items():
        expected = ROWS / float(rate.replace(",", "")) / 3600
        assert expected == pytest.approx(float(hours[name].replace(",", "")), rel=0.01, abs=0.006)
