"""The pipeline that an audit recommends, fitted on all rows of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.audits import audit, configuration
from support.vectors import random_floats

from harness.deploy import fit_file, parse_pipeline
from harness.deploy.audited import Choice, chosen
from harness.errors import InputError
from harness.evidence.stamp import write_stamped

FRONTIER = [configuration("aaaa0000", "sign"), configuration("bbbb0000", "pca dims=4 | scalar bits=4")]


def test_the_recommended_pipeline_comes_with_values_and_advice(tmp_path: Path) -> None:
    """The protocol names the audited file, the split and the form of the queries."""
    write_stamped(tmp_path / "audit.json", audit("bbbb0000", None, FRONTIER))
    choice = chosen(None, tmp_path)
    assert parse_pipeline("pca dims=4 | scalar bits=4") == choice.pipeline
    assert ("Take it.", "Few rows for a codebook.") == choice.advice
    (value,) = choice.measured
    assert ("knn-recall@10", 0.75, 0.7, 0.8, 200) == (
        value.metric,
        value.value,
        value.low,
        value.high,
        value.n,
    )
    expected = "audit of x.npy, sha256 000000000000…: fitted on 1,600 rows, measured on 400 others"
    assert f"{expected}, queries compressed" == value.protocol


def test_an_audited_pipeline_is_fitted_on_all_rows(tmp_path: Path) -> None:
    """The card has the audit's values; nothing is held out."""
    write_stamped(tmp_path / "audit.json", audit("bbbb0000", None, FRONTIER))
    np.save(tmp_path / "x.npy", random_floats(2_000, 8))
    choice = chosen(None, tmp_path)
    codec = fit_file(str(tmp_path / "x.npy"), choice.pipeline, audited=choice.measured, advice=choice.advice)
    assert (2_000, 0) == (codec.card.data.fitted_rows, codec.card.data.held_out_rows)
    assert list(choice.measured) == codec.card.measured
    assert list(choice.advice) == codec.card.advice


def test_a_named_pipeline_has_neither_values_nor_advice() -> None:
    """It is what the text says."""
    assert Choice(parse_pipeline("sign")) == chosen("sign", None)


def test_an_audit_without_recommendation_names_the_nearest(tmp_path: Path) -> None:
    """The line says what to pass instead; what is no audit is one line as well."""
    write_stamped(tmp_path / "audit.json", audit(None, "aaaa0000", FRONTIER))
    with pytest.raises(
        InputError, match="found no recommendation, expected one, or a --pipeline such as 'sign'"
    ):
        chosen(None, tmp_path)
    write_stamped(tmp_path / "audit.json", {"sources": []})
    with pytest.raises(InputError, match=r"audit\.json: sources: "):
        chosen(None, tmp_path)
    with pytest.raises(InputError, match=r"none/audit\.json: .*No such file"):
        chosen(None, tmp_path / "none")
