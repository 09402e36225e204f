"""An audit on a machine that is slower than its plan."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from support.vectors import random_floats

from harness.audit.preparing import Request
from harness.audit.rows import Options
from harness.audit.run import run
from harness.errors import InputError


def test_a_time_in_which_nothing_was_measured_is_refused(tmp_path: Path) -> None:
    """Every look at the clock is a thousand seconds after the one before."""
    np.save(tmp_path / "x.npy", random_floats(400, 8))
    clock = map(float, itertools.count(0, 1000))
    expected = (
        "--time: found 60 seconds, in which no pipeline was measured, expected a longer time such as 120s"
    )
    with pytest.raises(InputError) as raised:
        run(
            Options(str(tmp_path / "x.npy")),
            Request(target=None, budget=None, rows=None, seconds=60.0),
            str(tmp_path / "audit"),
            lambda *_: None,
            lambda _: None,
            lambda: next(clock),
        )
    assert expected == str(raised.value)
