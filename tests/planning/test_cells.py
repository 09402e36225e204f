"""Plans: a suite becomes cells with names of their own, whole bytes, and no seed too many."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.paths import SHIPPED
from support.suites import END, SmallSuite, dataset, encoder

from harness.errors import InputError
from harness.planning import registry
from harness.planning.cells import Cell, cells
from harness.planning.models import Point, Suite
from harness.planning.points import budget
from harness.planning.suite import load


def planned(path: Path) -> list[Cell]:
    """Return the cells of a suite's file."""
    return cells(load(path), str(path))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_cell_of_a_shipped_suite_has_a_name_of_its_own(path: Path) -> None:
    """Two cells with one name would write one file; case is no difference on some machines."""
    names = [cell.id.lower() for cell in planned(path)]
    assert len(set(names)) == len(names) > 0


def test_the_order_of_cells_is_the_suites() -> None:
    """Encoder by encoder, then pipeline, training split, point and seed; the same whenever it is asked."""
    path = next(path for path in SHIPPED if path.stem == "sts-generalization")
    suite, cells = load(path), planned(path)
    pipelines = [pipeline.name for pipeline in suite.pipelines]
    keys = [
        (
            list(suite.encoders).index(cell.encoder),
            pipelines.index(cell.pipeline),
            suite.train.index(cell.train),
            list(suite.points).index(cell.point) if cell.point else -1,
            cell.seed,
        )
        for cell in cells
    ]
    assert sorted(keys) == keys
    assert cells == planned(path)


# payload bytes: 4 D / ratio, in float32 values (29x) or bytes (the others)
BUDGETS = {
    ("29x", 384): 52,
    ("110x", 384): 14,
    ("117x", 384): 13,
    ("219x", 384): 7,
    ("29x", 1024): 140,
    ("110x", 1024): 37,
    ("117x", 1024): 35,
    ("219x", 1024): 19,
}


@pytest.mark.parametrize(
    ("point", "dimension", "expected"), [(*key, value) for key, value in BUDGETS.items()]
)
def test_the_points_of_the_sts_suite_have_the_published_bytes(
    point: str, dimension: int, expected: int
) -> None:
    """13 float32 values, 14, 13 and 7 bytes for MiniLM; 35 float32 values and 35 bytes for E5-large."""
    path = next(path for path in SHIPPED if path.stem == "sts-generalization")
    suite = load(path)
    encoder = next(name for name, definition in suite.encoders.items() if dimension == definition.dimension)
    assert expected == budget(suite, point, encoder, "here")


@pytest.mark.parametrize(
    ("pipeline", "dims", "subvectors"),
    [
        ("lens.29x", 13, None),
        ("lens-pq.117x", 13, 13),
        ("lens-wide-pq.110x", 56, 14),
        ("lens-wide-pq.219x", 28, 7),
        ("lens-wide-4.29x", 104, None),
        ("projection-sign.117x", 104, None),
        ("truncation.29x", 13, None),
    ],
)
def test_bytes_and_bits_give_the_dimensions(pipeline: str, dims: int, subvectors: int | None) -> None:
    """8 bytes x 8 bits / 2 bits a dimension and so on: 7 bytes hold 28 dimensions of 2 bits."""
    path = next(path for path in SHIPPED if path.stem == "sts-generalization")
    cell = next(cell for cell in planned(path) if cell.id == f"minilm.stsb-train.{pipeline}.s0")
    assert dims == cell.steps[0].params["dims"]
    assert subvectors == cell.steps[-1].params.get("subvectors")
    assert cell.target_bytes == BUDGETS[pipeline.rpartition(".")[2], 384]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_there_is_one_seed_where_nothing_is_random(path: Path) -> None:
    """And all of them where something is: by what is known of the methods, not by their own word."""
    suite = load(path)
    fixed = {"columns", "identity", "normalize", "pca", "principal-projection", "scalar"}
    fixed |= {"scalar-per-vector", "sign", "truncation", "variance-bits"}
    fixed |= {None, "flat"}  # no index, or an exhaustive one
    own = {pipeline.name: pipeline.seeds or suite.seeds for pipeline in suite.pipelines}
    seeds: dict[str, list[int]] = {}
    expected = {}
    for cell in planned(path):
        name = cell.id.rpartition(".")[0]
        seeds.setdefault(name, []).append(cell.seed)
        used = {step.use for step in cell.steps} | {cell.index.use if cell.index else None}
        expected[name] = own[cell.pipeline][:1] if used <= fixed else own[cell.pipeline]
    assert expected == seeds


def test_codecs_of_the_named_points_are_kept_for_the_first_seed() -> None:
    """One file a named point, training split and encoder."""
    path = next(path for path in SHIPPED if path.stem == "sts-generalization")
    suite = load(path)
    with_codec = [cell for cell in planned(path) if cell.keep_codec]
    assert {*suite.codecs} == {f"{cell.pipeline}.{cell.point}" for cell in with_codec}
    assert {suite.seeds[0]} == {cell.seed for cell in with_codec}
    assert len(suite.codecs) * len(suite.train) * len(suite.encoders) == len(with_codec)


def test_a_cell_says_all_that_decides_it(small_suite: SmallSuite) -> None:
    """Two cells that differ in anything but their name have different specifications."""
    path = small_suite(("seeds = [0]", "seeds = [0, 1]"))
    cells = planned(path)
    assert ["identity.s0", "projection-sign.8x.s0", "projection-sign.8x.s1"] == [
        cell.id.removeprefix("own.train-set.") for cell in cells
    ]
    expected = {
        "encoder": "own",
        "train": "train-set",
        "pipeline": "projection-sign",
        "point": "8x",
        "seed": 1,
        "steps": [{"use": "random-projection", "params": {"dims": 32}}, {"use": "sign", "params": {}}],
        "tests": ["test-set"],
        "metrics": {"test-set": ["spearman@original"]},
        "stages": False,
        "asymmetric": False,
        "index": None,
        "grid": {},
        "guardrails": {},
    }
    assert expected == cells[2].spec()


KINDS = ("compressors", "encoders", "metrics", "protocols")
CHOICES = {kind: ", ".join(registry.names(kind)) for kind in KINDS}
SIGN = '[{ use = "random-projection" }, { use = "sign" }]'
IDENTITY = '[{ use = "identity" }]'
BROKEN = {
    "unknown compressor": (
        IDENTITY,
        '[{ use = "zip" }]',
        "[pipelines.identity]…found 'zip', expected one of " + CHOICES["compressors"],
    ),
    "no compressor": (
        IDENTITY,
        "[{ dims = 3 }]",
        "[pipelines.identity]…found '', expected one of " + CHOICES["compressors"],
    ),
    "unknown second compressor": (
        SIGN,
        SIGN.replace('"sign"', '"zip"'),
        "[pipelines.projection-sign]…found 'zip', expected one of " + CHOICES["compressors"],
    ),
    "unknown metric": (
        'metrics = ["spearman@original"]',
        'metrics = ["kendall@original"]',
        "metrics: found 'kendall', expected one of " + CHOICES["metrics"],
    ),
    "unknown metric of a data set": (
        END,
        '\n[metrics_on]\ntest-set = ["kendall@human"]\n' + END,
        "metrics: found 'kendall', expected one of " + CHOICES["metrics"],
    ),
    "unknown protocol": (
        'protocols = ["as-published"]',
        'protocols = ["lenient"]',
        "protocols: found 'lenient', expected one of " + CHOICES["protocols"],
    ),
    "unknown encoder": (
        'use = "as-is"',
        'use = "word2vec"',
        "encoders/own.toml: use: found 'word2vec', expected one of " + CHOICES["encoders"],
    ),
    "unknown key of an encoder": (
        "dimension = 8",
        "dimension = 8\nsize = 3",
        "encoders/own.toml: size: unknown key",
    ),
    "ill-typed key of an encoder": (
        "dimension = 8",
        'dimension = "8"',
        "encoders/own.toml: dimension: found '8', expected a valid integer",
    ),
    "missing key of an encoder": ("dimension = 8\n", "", "encoders/own.toml: dimension: the key is missing"),
    "unknown parameter": (
        IDENTITY,
        '[{ use = "identity", dims = 3 }]',
        "[pipelines.identity] steps.0 dims: unknown key",
    ),
    "ill-typed parameter": (
        IDENTITY,
        '[{ use = "pca", dims = "3" }]',
        "[pipelines.identity] steps.0 dims: found '3', expected a valid integer",
    ),
    "missing parameter": (
        IDENTITY,
        '[{ use = "pca" }]',
        "[pipelines.identity] steps.0 dims: the key is missing",
    ),
    "parameter out of range": (
        IDENTITY,
        '[{ use = "pca", dims = 0 }]',
        "[pipelines.identity] steps.0 dims: found 0",
    ),
    "more bits than a code has": (
        IDENTITY,
        '[{ use = "scalar", bits = 9 }]',
        "[pipelines.identity] steps.0 bits: found 9",
    ),
    "more dimensions than there are": (
        IDENTITY,
        '[{ use = "pca", dims = 9 }]',
        "[pipelines.identity] steps.0.dims: found 9, expected at most the encoder's 8",
    ),
    "parameters beside a file": (
        IDENTITY,
        '[{ use = "pca", load = "a.safetensors", dims = 3 }]',
        "[pipelines.identity] steps.0: found ['dims'] beside load, expected none: the file has them",
    ),
    "ratio that no whole number of bytes meets": (
        "ratio = 8",
        "ratio = 7",
        "[points.8x] ratio: found 7, expected one that…number of 1-byte units meets: 32 bytes / 5 = 6.40",
    ),
    "ratio beyond a vector of one unit": (
        "ratio = 8",
        "ratio = 100",
        "[points.8x] ratio: found 100, expected one that…number of 1-byte units meets: 32 bytes / 1 = 32.00",
    ),
    "point without a ratio for the encoder": (
        "ratio = 8",
        "ratio = {}",
        "[points.8x] ratio: found none for own, expected one",
    ),
    "retention of what nobody rated": (
        'metrics = ["spearman@original"]',
        'metrics = ["retention@original"]',
        "metrics: found 'retention@original', expected retention@human",
    ),
    "recall at an odd depth": (
        'metrics = ["spearman@original"]',
        'metrics = ["success@7"]',
        "metrics: found 'success@7', expected success@1, success@10, success@50, success@100",
    ),
    "grid of a compressor that the pipeline has not": (
        "bits = 1",
        'bits = 1\ngrid = { "pca.dims" = [3] }',
        "[pipelines.projection-sign] grid: found 'pca.dims', expected compressor.parameter of a step",
    ),
    "grid of no parameter": (
        "bits = 1",
        'bits = 1\ngrid = { "sign" = [3] }',
        "[pipelines.projection-sign] grid: found 'sign', expected compressor.parameter of a step",
    ),
    "grid of compressors": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.use" = ["scalar"] }',
        "[pipelines.projection-sign] grid: found 'sign.use', expected compressor.parameter of a step",
    ),
    "grid of files": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.load" = ["x"] }',
        "[pipelines.projection-sign] grid: found 'sign.load', expected compressor.parameter of a step",
    ),
    "grid of an unknown parameter": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.dims" = [3] }',
        "[pipelines.projection-sign] steps.1 dims: unknown key",
    ),
    "grid with a value that the parameter cannot have": (
        "bits = 1",
        'bits = 1\ngrid = { "random-projection.dims" = [4, "x"] }',
        "[pipelines.projection-sign] steps.0 dims: found 'x', expected a valid integer",
    ),
    "step at an unknown point": (
        IDENTITY,
        '[{ use = "pca", at = "9x" }]',
        "[pipelines.identity] steps.0.at: found '9x', expected one of 8x",
    ),
    "step at no point at all": (
        IDENTITY,
        '[{ use = "pca", at = ["8x"] }]',
        "[pipelines.identity] steps.0.at: found ['8x'], expected one of 8x",
    ),
    "bits that do not fill the bytes": (
        "bits = 1",
        "bits = 3",
        "[pipelines.projection-sign] steps.0: 4 bytes are no whole number of 3-bit dimensions",
    ),
    "codec of no pipeline": (
        "seeds = [0]",
        'seeds = [0]\ncodecs = ["identity.8x"]',
        "codecs: found 'identity.8x', expected a pipeline, or pipeline.point, of this suite",
    ),
}
LATE = {
    "metric without a reference": (
        'metrics = ["spearman@original"]',
        'metrics = ["spearman"]',
        "metrics: found 'spearman'",
    ),
    "metric against something unknown": (
        'metrics = ["spearman@original"]',
        'metrics = ["spearman@gold"]',
        "metrics: found 'spearman@gold'",
    ),
    "added loss without stages": (
        "bits = 1\n",
        'bits = 1\nmetrics = ["added-loss@human"]\n',
        "stages",
    ),
    "ratio next to nothing": ("ratio = 8", "ratio = 1e-310", "[points.8x] ratio: found 1e-310"),
    "infinite ratio": ("ratio = 8", "ratio = inf", "[points.8x] ratio: found inf"),
}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        *(pytest.param(*case, id=name) for name, case in BROKEN.items()),
        *(pytest.param(*case, id=name) for name, case in LATE.items()),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_one_line(
    small_suite: SmallSuite, old: str, new: str, named: str
) -> None:
    """The line names the file, the table and the key, what was found and what is right."""
    path = small_suite((old, new))
    with pytest.raises(InputError) as caught:
        planned(path)
    message = str(caught.value)
    assert re.match(
        re.escape(f"{path.parent}/") + ".*" + ".*".join(map(re.escape, named.split("…"))), message
    ), message
    assert 1 == len(message.splitlines())


def with_point(path: Path, **fields: object) -> Suite:
    """Return the small suite with its point replaced; vectors have 8 dimensions, 32 bytes."""
    return load(path).model_copy(update={"points": {"x": Point.model_validate(fields)}})


@pytest.mark.parametrize(
    ("ratio", "unit", "expected"), [(8, 1, 4), (8, 4, 4), (8, 2, 4), (31.5, 1, 1), (1, 4, 32)]
)
def test_a_budget_is_the_whole_number_of_units_nearest_to_the_ratio(
    small_suite: SmallSuite, ratio: float, unit: int, expected: int
) -> None:
    """8 float32 values are 32 bytes."""
    assert expected == budget(with_point(small_suite(), ratio=ratio, unit_bytes=unit), "x", "own", "here")


@pytest.mark.parametrize(("ratio", "meets"), [(31.2, False), (31.3, True), (32.8, True), (32.9, False)])
def test_a_budget_misses_its_ratio_by_a_fortieth_at_most(
    small_suite: SmallSuite, ratio: float, *, meets: bool
) -> None:
    """32 bytes to 1 is 32x: within 2.5 % of 31.3 and 32.8, not of 31.2 and 32.9."""
    suite = with_point(small_suite(), ratio=ratio, unit_bytes=1)
    if meets:
        assert 1 == budget(suite, "x", "own", "here")
    else:
        with pytest.raises(InputError, match=rf"here: \[points\.x\] ratio: found {ratio}"):
            budget(suite, "x", "own", "here")


# -- Encoders with sets and ratios of their own, grids, steps at another point -------------------------------

LAST = 'path = "test.npz"\n'
OTHER = (
    ('encoders = ["own"]', 'encoders = ["own", "other"]'),
    (END, '\n[splits.other]\ntrain = ["other-train"]\ntest = ["other-test"]\n' + END),
    (
        LAST,
        LAST
        + encoder("other", 'use = "as-is"\ndimension = 16')
        + dataset("other-train", "other-train.npy")
        + dataset("other-test", "other-test.npz"),
    ),
)


def test_an_encoder_has_cells_of_its_own_sets_and_bytes(small_suite: SmallSuite) -> None:
    """32 bytes / 8 are 4 in the one space, 64 bytes / 16 are 4 in the other; their sets are not the same."""
    path = small_suite(("ratio = 8", "ratio = { own = 8, other = 16 }"), *OTHER)
    by_id = {cell.id: cell for cell in planned(path)}
    assert [
        "own.train-set.identity.s0",
        "own.train-set.projection-sign.8x.s0",
        "other.other-train.identity.s0",
        "other.other-train.projection-sign.8x.s0",
    ] == list(by_id)
    other = by_id["other.other-train.projection-sign.8x.s0"]
    assert ("other-train", ("other-test",)) == (other.train, other.tests)
    assert (("other-test", ("spearman@original",)),) == other.metrics
    assert [4, 4] == [cell.target_bytes for cell in by_id.values() if cell.point]


def test_a_pipeline_of_one_encoder_has_no_cells_in_another(small_suite: SmallSuite) -> None:
    """And its point needs no ratio there."""
    edits = (("ratio = 8", "ratio = { own = 8 }"), ("bits = 1", 'bits = 1\nencoders = ["own"]'))
    path = small_suite(*OTHER, *edits)
    ids = [cell.id for cell in planned(path)]
    assert 3 == len(ids)
    assert "own.train-set.projection-sign.8x.s0" == ids[1]
    with pytest.raises(InputError, match=r"\[points\.8x\] ratio: found none for other, expected one"):
        planned(small_suite(edits[0], *OTHER))


def test_a_grid_has_a_cell_for_each_combination(small_suite: SmallSuite) -> None:
    """Two values of one parameter and two of another are four cells, called by what they set."""
    grid = 'grid = { "pca.dims" = [2, 4], "scalar.bits" = [4, 8] }'
    path = small_suite((IDENTITY, '[{ use = "pca" }, { use = "scalar" }]\n' + grid))
    uncompressed = [cell for cell in planned(path) if "identity" == cell.pipeline]
    expected = [(2, 4), (2, 8), (4, 4), (4, 8)]
    assert [f"own.train-set.identity.dims-{d}.bits-{b}.s0" for d, b in expected] == [
        cell.id for cell in uncompressed
    ]
    assert expected == [(cell.steps[0].params["dims"], cell.steps[1].params["bits"]) for cell in uncompressed]
    assert {"pca.dims": 2, "scalar.bits": 8} == uncompressed[1].spec()["grid"]
    assert 4 == len({str(cell.spec()) for cell in uncompressed})


def test_a_grid_at_a_point_names_both(small_suite: SmallSuite) -> None:
    """The point, then the settings, then the seed; each setting has all seeds."""
    path = small_suite(
        (SIGN, '[{ use = "lens" }, { use = "sign" }]'),
        ("bits = 1", 'bits = 1\ngrid = { "lens.human_weight" = [0.0, 0.5] }'),
        ("seeds = [0]", "seeds = [0, 1]"),
        ("ratio = 8", "ratio = 32"),
    )
    ids = [cell.id for cell in planned(path) if cell.pipeline == "projection-sign"]
    weights = ("0.0", "0.5")
    assert [
        f"own.train-set.projection-sign.8x.human_weight-{weight}.s{seed}"
        for weight in weights
        for seed in (0, 1)
    ] == ids


def test_a_step_at_another_point_has_its_float32_dimensions(small_suite: SmallSuite) -> None:
    """8x of 32 bytes are 4 bytes, or one float32; 16x are 2 bytes, and PQ of them 2 sub-vectors."""
    path = small_suite(
        (SIGN, '[{ use = "pca", at = "4x" }, { use = "pq" }]'),
        ('points = ["8x"]\nbits = 1', 'points = ["16x"]\nbits = 8'),
        ("[points.8x]\nratio = 8", "[points.4x]\nratio = 4\nunit_bytes = 4\n\n[points.16x]\nratio = 16"),
    )
    cell = planned(path)[1]
    assert (2, 2) == (cell.steps[0].params["dims"], cell.steps[1].params["subvectors"])
    assert ("16x", 2) == (cell.point, cell.target_bytes)


def test_a_step_at_a_point_of_no_whole_float32_values_is_refused(small_suite: SmallSuite) -> None:
    """Two bytes are no float32 dimension."""
    path = small_suite(
        (IDENTITY, '[{ use = "pca", at = "16x" }]'),
        ("[points.8x]", "[points.16x]\nratio = 16\nunit_bytes = 1\n\n[points.8x]"),
    )
    with pytest.raises(
        InputError, match=r"\[pipelines\.identity\] steps\.0: 2 bytes are no whole number of 32-bit"
    ):
        planned(path)


def test_what_a_point_promises_stands_in_its_cells(small_suite: SmallSuite) -> None:
    """Bounds and the smallest size are in the specification of its cells, and of no others."""
    bound = {"dataset": "test-set", "metric": "spearman@original", "at_least": 0.9}
    text = 'bounds = [{ dataset = "test-set", metric = "spearman@original", at_least = 0.9 }]'
    path = small_suite(("ratio = 8", "ratio = 8\nsmallest_bytes = 64\n" + text))
    assert [{}, {"bounds": [bound], "smallest_bytes": 64}] == [
        cell.spec()["guardrails"] for cell in planned(path)
    ]


def test_cells_say_whether_they_are_asymmetric_and_timed(small_suite: SmallSuite) -> None:
    """Asymmetric comparison decides a result; timing one does not, and is in no specification."""
    path = small_suite(
        ("bits = 1", "bits = 1\nasymmetric = true"), ("seeds = [0]", "seeds = [0]\ntimings = true")
    )
    cells = planned(path)
    assert [(False, True), (True, True)] == [(cell.asymmetric, cell.timings) for cell in cells]
    assert [False, True] == [cell.spec()["asymmetric"] for cell in cells]
    assert not any("timings" in cell.spec() for cell in cells)
