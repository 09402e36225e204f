"""One audit of planted vectors for every test here: broken rows, a copy, drift, a prediction."""

from __future__ import annotations

import numpy as np
import pytest

from harness.audit.preparing import Request
from harness.audit.rows import Options
from harness.audit.run import run
from harness.evidence.schema.audit import Audit
from report.audits.render import rendered

ROWS, DIMENSION = 3300, 8


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Return the audit."""
    folder, random = tmp_path_factory.mktemp("audit"), np.random.default_rng(0)
    vectors = random.standard_normal((ROWS, DIMENSION)) / np.arange(1, DIMENSION + 1) + 0.2
    vectors[41], vectors[7] = vectors[40], np.nan
    np.save(folder / "planted.npy", vectors.astype(np.float32))
    np.save(folder / "newer.npy", (vectors[100:400] + 0.3).astype(np.float32))
    options = Options(str(folder / "planted.npy"), against=str(folder / "newer.npy"), drop_broken=True)
    request = Request("knn-recall@10 >= 0.6", None, 100_000, 60.0)
    return run(options, request, "audit", lambda *_: None, lambda _: None).audit


@pytest.fixture(scope="session")
def files(audited: Audit) -> dict[str, bytes]:
    """Return what is rendered of it."""
    return rendered(audited)
