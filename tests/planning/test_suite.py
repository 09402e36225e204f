"""Suites: read strictly, and refused in one line that names the file, the table and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.paths import SHIPPED
from support.suites import END, TEST_SET, SmallSuite, dataset, encoder

from harness.errors import InputError
from harness.planning.suite import load

EXPECT = """
[[expect]]
pipeline = "identity"
train = "train-set"
dataset = "test-set"
metric = "spearman@original"
value = 1.0
tolerance = 0.0
why = "nothing was compressed"
"""
LAST = 'path = "test.npz"\n'  # files can be added after it
LABEL = 'label = "uncompressed float32"'


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_suites_are_sound_and_ask_a_question(path: Path) -> None:
    """A suite is one question, called as its file."""
    suite = load(path)
    assert path.stem == suite.name
    assert suite.question.endswith("?")
    for name in suite.encoders:
        for pipeline in suite.pipelines:
            assert {*suite.trains(name, pipeline), *suite.tests(name, pipeline)} <= set(suite.datasets)
    assert [] == [name for name, data in suite.datasets.items() if not data.licence]


def test_a_suite_says_what_its_file_says(small_suite: SmallSuite) -> None:
    """Read back as written, with the defaults for what was left out."""
    suite = load(small_suite((END, EXPECT + END)))
    assert ("mine", [0], ["train-set"], ["test-set"]) == (suite.name, suite.seeds, suite.train, suite.test)
    assert ([], {}, False) == (suite.seen, suite.combine, suite.pipelines[0].stages)
    assert (8.0, 1, ["8x"], 1) == (
        suite.points["8x"].ratio,
        suite.points["8x"].unit_bytes,
        suite.pipelines[1].points,
        suite.pipelines[1].bits,
    )
    assert ("identity", 1.0, 0.0) == (
        suite.expect[0].pipeline,
        suite.expect[0].value,
        suite.expect[0].tolerance,
    )


BROKEN = {
    "unknown key": ("seeds = [0]", "seeds = [0]\nseed = 0", "seed: unknown key"),
    "unknown key of a data set": (
        TEST_SET,
        f'{TEST_SET}license = "mine"\n',
        "datasets/test-set.toml: license: unknown key",
    ),
    "unknown key of a pipeline": ("bits = 1", "bits = 1\nbit = 1", "[pipelines.1] bit: unknown key"),
    "unknown key of a point": (
        "unit_bytes = 1",
        "unit_bytes = 1\nunits = 1",
        "[points.8x] units: unknown key",
    ),
    "unknown table": (END, "\n[dataset]\n" + END, "dataset: unknown key"),
    "missing key": ('title = "Vectors of my own"\n', "", "title: the key is missing"),
    "missing key of a pipeline": (
        'label = "uncompressed float32"\n',
        "",
        "[pipelines.0] label: the key is missing",
    ),
    "missing key of a data set": (
        'title = "Pairs to test on"\nlicence = "mine"',
        'title = "Pairs to test on"',
        "datasets/test-set.toml: licence: the key is missing",
    ),
    "number as text": ("ratio = 8", 'ratio = "8"', "[points.8x] ratio: found '8', expected a valid number"),
    "true as a ratio": (
        "ratio = 8",
        "ratio = true",
        "[points.8x] ratio: found True, expected a valid number",
    ),
    "infinite ratio": ("ratio = 8", "ratio = inf", "[points.8x] ratio: found inf, expected a finite number"),
    "ratio under one": ("ratio = 8", "ratio = 0.9", "[points.8x] ratio: found 0.9, expected a valid number"),
    "ratio of an encoder under one": (
        "ratio = 8",
        "ratio = { own = 0 }",
        "[points.8x] ratio: found {'own': 0}, expected a valid number of at least 1, or a table of one for",
    ),
    "ratio of an unknown encoder": (
        "ratio = 8",
        "ratio = { own = 8, theirs = 8 }",
        "[points.8x] ratio: found 'theirs', expected one of own",
    ),
    "bound that no number can meet": (
        "ratio = 8",
        'ratio = 8\nbounds = [{ dataset = "test-set", metric = "spearman@original", at_least = nan }]',
        "[points.8x.bounds.0] at_least: found nan, expected",
    ),
    "bound of no metric": (
        "ratio = 8",
        'ratio = 8\nbounds = [{ dataset = "test-set", at_least = 0.9 }]',
        "[points.8x.bounds.0] metric: the key is missing",
    ),
    "smallest size of nothing": (
        "ratio = 8",
        "ratio = 8\nsmallest_bytes = 0",
        "[points.8x] smallest_bytes: found 0",
    ),
    "grid without values": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.x" = [] }',
        "[pipelines.1.grid] sign.x: found [], expected",
    ),
    "grid with a value twice": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.x" = [1, 2, 1] }',
        "[pipelines.projection-sign] grid sign.x: found 1 twice, expected entries that differ",
    ),
    "grid with a value that is no part of a file's name": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.x" = ["../../a"] }',
        "[pipelines.projection-sign] grid sign.x: found '../../a', expected a number or a word",
    ),
    "asymmetric as a word": (
        "bits = 1",
        'bits = 1\nasymmetric = "yes"',
        "[pipelines.1] asymmetric: found 'yes'",
    ),
    "unknown encoder of a pipeline": (
        "bits = 1",
        'bits = 1\nencoders = ["theirs"]',
        "[pipelines.projection-sign] encoders: found 'theirs', expected one of own",
    ),
    "encoder of a pipeline given twice": (
        "bits = 1",
        'bits = 1\nencoders = ["own", "own"]',
        "[pipelines.projection-sign] encoders: found 'own' twice",
    ),
    "unknown training split of an encoder": (
        END,
        '\n[splits.own]\ntrain = ["x"]\n' + END,
        "[splits.own] train: found 'x', expected one of test-set, train-set, ",
    ),
    "unknown test set of an encoder": (
        END,
        '\n[splits.own]\ntest = ["x"]\n' + END,
        "[splits.own] test: found 'x', expected one of test-set, train-set, ",
    ),
    "encoder tested on what it is trained on": (
        END,
        '\n[splits.own]\ntrain = ["test-set"]\n' + END,
        "[pipelines.identity] train: 'test-set' is also tested on; say so with seen = ['test-set']",
    ),
    "timings as a word": ("seeds = [0]", 'seeds = [0]\ntimings = "yes"', "timings: found 'yes', expected"),
    "text as number": ('title = "Vectors of my own"', "title = 5", "title: found 5, expected a valid string"),
    "fraction as whole number": ("bits = 1", "bits = 1.5", "[pipelines.1] bits: found 1.5, expected"),
    "seed as text": ("seeds = [0]", 'seeds = ["0"]', "[seeds] 0: found '0', expected a valid integer"),
    "true as seed": ("seeds = [0]", "seeds = [true]", "[seeds] 0: found True, expected a valid integer"),
    "one value for a list": (
        'metrics = ["spearman@original"]',
        'metrics = "spearman@original"',
        "metrics: found",
    ),
    "empty list": ("seeds = [0]", "seeds = []", "seeds: found [], expected"),
    "no steps": ('[{ use = "identity" }]', "[]", "[pipelines.0] steps: found [], expected"),
    "no ratio": ("ratio = 8", "ratio = 0", "[points.8x] ratio: found 0"),
    "ratio that is no number": ("ratio = 8", "ratio = nan", "[points.8x] ratio: found nan"),
    "no unit": ("unit_bytes = 1", "unit_bytes = 0", "[points.8x] unit_bytes: found 0"),
    "too many bits": ("bits = 1", "bits = 33", "[pipelines.1] bits: found 33"),
    "points without bits": ("bits = 1\n", "", "[pipelines] 1: found"),
    "bits without points": ('points = ["8x"]\n', "", "points and bits go together"),
    "name with capitals": ('name = "identity"', 'name = "Identity"', "[pipelines.0] name: found 'Identity'"),
    "name with a dot": ("[points.8x]", '[points."8.0x"]', "8.0x"),
    "name not as the file": (
        'name = "mine"',
        'name = "yours"',
        "name: found 'yours', expected 'mine', as the file",
    ),
    "unknown training split": (
        'train = ["train-set"]',
        'train = ["train"]',
        "train: found 'train', expected one of",
    ),
    "unknown test set": (
        'test = ["test-set"]',
        'test = ["tests"]',
        "test: found 'tests', expected one of test-set",
    ),
    "unknown seen set": (
        "seeds = [0]",
        'seeds = [0]\nseen = ["x"]',
        "seen: found 'x', expected one of test-set, train",
    ),
    "unknown set of a pipeline": (
        LABEL,
        'label = ""\ntest = ["x"]',
        "[pipelines.identity] test: found 'x', expected one of test-set, train-set, ",
    ),
    "unknown point": (
        'points = ["8x"]',
        'points = ["9x"]',
        "[pipelines.projection-sign] points: found '9x', expected",
    ),
    "unknown set of a mean": (
        END,
        "\n[combine]\nall = { x = 1.0 }\n" + END,
        "[combine.all]: found 'x', expected one",
    ),
    "unknown pipeline of an expectation": (
        END,
        EXPECT.replace('"identity"', '"x"') + END,
        "[expect.0] pipeline: found 'x', expected one of identity, projection-sign",
    ),
    "expectation with a negative tolerance": (
        END,
        EXPECT.replace("tolerance = 0.0", "tolerance = -1") + END,
        "[expect.0] tolerance: found -1",
    ),
    "pipeline given twice": (
        'name = "projection-sign"',
        'name = "identity"',
        "[pipelines] name: found 'identity' twice, expected entries that differ",
    ),
    "tested on what it is trained on": (
        'test = ["test-set"]',
        'test = ["test-set", "train-set"]',
        "[pipelines.identity] train: 'train-set' is also tested on; say so with seen = ['train-set']",
    ),
    "pipeline tested on what it is trained on": (
        "bits = 1",
        'bits = 1\ntrain = ["test-set"]',
        "'test-set' is also tested on; say so with seen = ['test-set'] or drop it",
    ),
    "no TOML": ("seeds = [0]", "seeds = [0", "expected TOML"),
    "key given twice": ("seeds = [0]", "seeds = [0]\nseeds = [1]", "expected TOML"),
}
TAKEN = {
    "unknown training split of an expectation": (END, EXPECT.replace("train-set", "x") + END, "expect"),
    "unknown data set of an expectation": (END, EXPECT.replace("test-set", "x") + END, "expect"),
    "expectation of no number": (END, EXPECT.replace("value = 1.0", "value = nan") + END, "expect"),
    "expectation that anything meets": (END, EXPECT.replace("= 0.0", "= inf") + END, "expect"),
    "weight that is no number": (END, "\n[combine]\nall = { test-set = nan }\n" + END, "combine"),
    "mean called as a data set": (END, "\n[combine]\ntest-set = { test-set = 1.0 }\n" + END, "combine"),
    "seed that no certificate holds": (
        "seeds = [0]",
        "seeds = [0, 9007199254740992]",
        "seeds.1: found 9007199254740992, expected at most 9007199254740991 either way",
    ),
    "number of a file that no certificate holds": (
        'path = "train.npy"',
        'path = "train.npy"\nrows = { share = 0.5, seed = -9007199254740992 }',
        "datasets/train-set.toml: origins.0.rows.seed: found -9007199254740992, expected",
    ),
    "seed given twice": ("seeds = [0]", "seeds = [0, 0]", "seeds"),
    "point given twice": ('points = ["8x"]', 'points = ["8x", "8x"]', "points"),
    "training split given twice": ('train = ["train-set"]', 'train = ["train-set", "train-set"]', "train"),
    "no encoder": ('encoders = ["own"]', "encoders = []", "encoders"),
    "encoder given twice": ('encoders = ["own"]', 'encoders = ["own", "own"]', "encoders: found 'own' twice"),
    "unknown encoder": (
        'encoders = ["own"]',
        'encoders = ["x"]',
        "encoders: found 'x', expected one of own, ",
    ),
    "encoder whose name is a path": (
        'encoders = ["own"]',
        'encoders = ["../own"]',
        "[encoders] 0: found '../own', expected a name of small letters, digits and dashes",
    ),
    "data set whose name is a path": (
        'test = ["test-set"]',
        'test = ["../datasets/test-set"]',
        "[test] 0: found '../datasets/test-set', expected a name of small letters, digits and dashes",
    ),
    "data set defined in the suite": (
        END,
        '\n[datasets.test-set]\nlicence = "mine"\n' + END,
        "[datasets.test-set]: found a table, expected it as ",
    ),
    "splits of an unknown encoder": (
        END,
        '\n[splits.theirs]\ntrain = ["train-set"]\n' + END,
        "[splits]: found 'theirs', expected one of own",
    ),
    "metrics on an unknown data set": (
        END,
        '\n[metrics_on]\nx = ["spearman@human"]\n' + END,
        "[metrics_on]: found 'x', expected one of test-set, train-set",
    ),
    "two data sets drawn as one": (
        TEST_SET,
        f'{TEST_SET}drawn_as = "train-set"\n',
        "found 'train-set' and 'test-set', both drawn as 'train-set', expected names that differ",
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        *(pytest.param(*case, id=name) for name, case in BROKEN.items()),
        *(pytest.param(*case, id=name) for name, case in TAKEN.items()),
    ],
)
def test_a_broken_suite_is_refused_in_one_line(
    small_suite: SmallSuite, old: str, new: str, named: str
) -> None:
    """The line names the file, the table and the key, what was found and what is right."""
    path = small_suite((old, new))
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path.parent))
    assert named in message
    assert 1 == len(message.splitlines())


def test_what_is_declared_as_seen_may_be_tested_on(small_suite: SmallSuite) -> None:
    """Training and testing on one set is a choice that the suite has to state."""
    suite = load(
        small_suite(('test = ["test-set"]', 'test = ["test-set", "train-set"]\nseen = ["train-set"]'))
    )
    assert ["train-set"] == suite.seen


@pytest.mark.parametrize(
    ("data", "named"), [(None, "No such file"), (b"\xff\xfe", "expected TOML"), (b"", "the key is missing")]
)
def test_a_file_that_holds_no_suite_is_refused(tmp_path: Path, data: bytes | None, named: str) -> None:
    """Missing, not text, or empty."""
    path = tmp_path / "mine.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError, match=named) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_long_wrong_value_is_cut(small_suite: SmallSuite) -> None:
    """The line stays readable."""
    path = small_suite(("seeds = [0]", f'seeds = "{"x" * 1000}"'))
    with pytest.raises(InputError, match=r"seeds: found 'x+…, expected a valid list") as caught:
        load(path)
    assert len(str(caught.value)) < len(str(path)) + 150


# -- Encoders, points, pipelines and grids of their own -----------------------------------------------------


def test_what_is_left_out_has_its_default(small_suite: SmallSuite) -> None:
    """No grid, nothing asymmetric, every encoder, no bounds, no timings."""
    suite = load(small_suite())
    pipeline, point, encoder = suite.pipelines[1], suite.points["8x"], suite.encoders["own"]
    assert ({}, False, None) == (pipeline.grid, pipeline.asymmetric, pipeline.encoders)
    assert ([], None) == (point.bounds, point.smallest_bytes)
    assert (8, None, None) == (encoder.dimension, encoder.prefixes, encoder.large)
    assert ({}, {}) == (suite.splits, suite.metrics_on)
    assert not suite.timings


def test_a_point_says_what_it_promises(small_suite: SmallSuite) -> None:
    """A ratio for each encoder, the values that its metrics must have, and the smallest size."""
    point = (
        "ratio = { own = 8 }\nsmallest_bytes = 64\n"
        'bounds = [{ dataset = "test-set", metric = "spearman@original", at_least = 0.9 }]'
    )
    parsed = load(small_suite(("ratio = 8", point))).points["8x"]
    assert ({"own": 8}, 64) == (parsed.ratio, parsed.smallest_bytes)
    [bound] = parsed.bounds
    assert ("test-set", "spearman@original", 0.9) == (bound.dataset, bound.metric, bound.at_least)


def test_an_encoders_file_is_its_plug_ins_table_but_for_what_every_encoder_has(
    small_suite: SmallSuite,
) -> None:
    """Every other key goes to the plug-in; title, prefixes and what is large do not."""
    edit = ("dimension = 8", 'dimension = 8\nlarge = "hours"\nprefix = "query: "')
    own = load(small_suite(edit)).encoders["own"]
    assert {"use": "as-is", "dimension": 8, "prefix": "query: "} == own.raw()
    assert ("Vectors as they come", "hours") == (own.title, own.large)


@pytest.mark.parametrize(
    ("splits", "pipeline", "expected"),
    [
        ("", "", ("train-set", "test-set")),
        ('train = ["a"]\ntest = ["b"]', "", ("a", "b")),
        ("", 'train = ["c"]\ntest = ["d"]', ("c", "d")),
        ('train = ["a"]\ntest = ["b"]', 'train = ["c"]\ntest = ["d"]', ("c", "d")),
        ('test = ["b"]', 'train = ["c"]', ("c", "b")),
    ],
    ids=[
        "the suite's",
        "the encoder's",
        "the pipeline's",
        "the pipeline's before the encoder's",
        "one of each",
    ],
)
def test_sets_are_the_pipelines_or_the_encoders_or_the_suites(
    small_suite: SmallSuite, splits: str, pipeline: str, expected: tuple[str, str]
) -> None:
    """In that order, training splits and test sets each on their own."""
    more = "".join(dataset(name, f"{name}.npy") for name in "abcd")
    edits = ((END, "\n[splits.own]\n" + splits + "\n" + END), ("bits = 1", "bits = 1\n" + pipeline))
    suite = load(small_suite(*edits, (LAST, LAST + more)))
    last = suite.pipelines[1]
    assert expected == (*suite.trains("own", last), *suite.tests("own", last))


def test_an_encoder_that_a_pipeline_leaves_out_binds_it_to_nothing(small_suite: SmallSuite) -> None:
    """What another space is trained on is no fault of a pipeline that is not measured in it."""
    own = 'encoders = ["own"]\ntest = ["test-set"]'
    other = (
        ('encoders = ["own"]', 'encoders = ["own", "other"]'),
        (END, '\n[splits.other]\ntrain = ["test-set"]\ntest = ["train-set"]\n' + END),
        (LAST, LAST + encoder("other", 'use = "as-is"\ndimension = 8')),
    )
    assert "other" in load(small_suite(*other, ("bits = 1", "bits = 1\n" + own))).encoders
    with pytest.raises(
        InputError, match=r"\[pipelines\.projection-sign\] train: 'test-set' is also tested on"
    ):
        load(small_suite(("bits = 1", 'bits = 1\ntest = ["test-set"]'), *other))


def test_an_expectation_may_be_of_an_encoders_own_sets(small_suite: SmallSuite) -> None:
    """What a pipeline is trained and tested on in any space can be expected of it."""
    splits = '\n[splits.own]\ntrain = ["a"]\ntest = ["b"]\n'
    more = (LAST, LAST + dataset("a", "a.npy") + dataset("b", "b.npy"))
    expect = EXPECT.replace('"train-set"', '"a"').replace('"test-set"', '"b"')
    assert "b" == load(small_suite((END, splits + expect + END), more)).expect[0].dataset
    with pytest.raises(InputError, match=r"\[expect\.0\] train: found 'train-set', expected one of a"):
        load(small_suite((END, splits + EXPECT + END), more))
