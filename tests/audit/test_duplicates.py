"""Equal rows are counted in a whole file, also where a sample of it is audited."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.audit.duplicates import RowDigests
from harness.audit.rows import Options, read_rows


def test_every_row_with_the_bytes_of_an_earlier_one_counts() -> None:
    """However the rows come in blocks: as many as NumPy's distinct rows are fewer."""
    vectors = np.random.default_rng(0).integers(0, 3, (500, 4)).astype(np.float32)
    digests = RowDigests(len(vectors))
    for start in range(0, len(vectors), 70):
        digests.add(vectors[start : start + 70])
    assert len(vectors) - len(np.unique(vectors, axis=0)) == digests.duplicates()


@pytest.mark.parametrize("most", [100, 10_000])
def test_the_whole_file_is_looked_at(tmp_path: Path, most: int) -> None:
    """Of 1,000 rows 30 are copies and two are broken, which are no copies of one another."""
    vectors = np.random.default_rng(0).standard_normal((1_000, 8)).astype(np.float32)
    vectors[500:530] = vectors[:30]
    vectors[[700, 800]] = np.nan
    path = tmp_path / "vectors.npy"
    np.save(path, vectors)
    options = Options(str(path), drop_broken=True)
    clean, source = read_rows(str(path), "vectors", options, "document", lambda *_: None, most)
    assert (min(most, 998), 30) == (len(clean.vectors), source.exact_duplicates)
    assert [("NaN", 2)] == [(each.reason, each.count) for each in source.broken]
