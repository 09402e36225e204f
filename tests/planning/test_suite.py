"""Suites: read strictly, and refused in one line that names the file, the table and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.paths import SHIPPED
from support.suites import SmallSuite

from harness.errors import InputError
from harness.planning.suite import load, trains
from harness.planning.suite import tests as sets_tested  # pytest takes what begins with test for a test

EXPECT = """
[[expect]]
chain = "identity"
train = "train-set"
dataset = "test-set"
metric = "spearman@original"
value = 1.0
tolerance = 0.0
why = "nothing was compressed"
"""
LAST = 'path = "test.npz"\n'  # tables can be added after it


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_suites_are_sound_and_ask_a_question(path: Path) -> None:
    """A suite is one question, called as its file."""
    suite = load(path)
    assert path.stem == suite.name
    assert suite.question.endswith("?")
    for encoder in suite.encoders.values():
        for chain in suite.chains:
            assert {*trains(suite, encoder, chain), *sets_tested(suite, encoder, chain)} <= set(
                suite.datasets
            )
    assert [] == [name for name, dataset in suite.datasets.items() if not dataset.licence]


def test_a_suite_says_what_its_file_says(small_suite: SmallSuite) -> None:
    """Read back as written, with the defaults for what was left out."""
    suite = load(small_suite((LAST, LAST + EXPECT)))
    assert ("mine", [0], ["train-set"], ["test-set"]) == (suite.name, suite.seeds, suite.train, suite.test)
    assert ([], {}, False) == (suite.seen, suite.combine, suite.chains[0].stages)
    assert (8.0, 1, ["8x"], 1) == (
        suite.points["8x"].ratio,
        suite.points["8x"].unit_bytes,
        suite.chains[1].points,
        suite.chains[1].bits,
    )
    assert ("identity", 1.0, 0.0) == (suite.expect[0].chain, suite.expect[0].value, suite.expect[0].tolerance)


BROKEN = {
    "unknown key": ("seeds = [0]", "seeds = [0]\nseed = 0", "seed: unknown key"),
    "unknown key of a data set": (
        "[datasets.test-set]\n",
        '[datasets.test-set]\nlicense = "mine"\n',
        "[datasets.test-set] license: unknown key",
    ),
    "unknown key of a chain": ("bits = 1", "bits = 1\nbit = 1", "[chains.1] bit: unknown key"),
    "unknown key of a point": (
        "unit_bytes = 1",
        "unit_bytes = 1\nunits = 1",
        "[points.8x] units: unknown key",
    ),
    "unknown table": (LAST, LAST + "[dataset]\n", "dataset: unknown key"),
    "missing key": ('title = "Vectors of my own"\n', "", "title: the key is missing"),
    "missing key of a chain": (
        'label = "uncompressed float32"\n',
        "",
        "[chains.0] label: the key is missing",
    ),
    "missing key of a data set": (
        '[datasets.test-set]\nlicence = "mine"',
        "[datasets.test-set]",
        "[datasets.test-set] licence: the key is missing",
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
        "[chains.1.grid] sign.x: found [], expected",
    ),
    "grid with a value twice": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.x" = [1, 2, 1] }',
        "[chains.projection-sign] grid sign.x: found 1 twice, expected entries that differ",
    ),
    "grid with a value that is no part of a file's name": (
        "bits = 1",
        'bits = 1\ngrid = { "sign.x" = ["../../a"] }',
        "[chains.projection-sign] grid sign.x: found '../../a', expected a number or a word",
    ),
    "asymmetric as a word": (
        "bits = 1",
        'bits = 1\nasymmetric = "yes"',
        "[chains.1] asymmetric: found 'yes'",
    ),
    "unknown encoder of a chain": (
        "bits = 1",
        'bits = 1\nencoders = ["theirs"]',
        "[chains.projection-sign] encoders: found 'theirs', expected one of own",
    ),
    "encoder of a chain given twice": (
        "bits = 1",
        'bits = 1\nencoders = ["own", "own"]',
        "[chains.projection-sign] encoders: found 'own' twice",
    ),
    "unknown training split of an encoder": (
        "dimension = 8",
        'dimension = 8\ntrain = ["x"]',
        "[encoders.own] train or test: found 'x', expected one of test-set, train-set",
    ),
    "unknown test set of an encoder": (
        "dimension = 8",
        'dimension = 8\ntest = ["x"]',
        "[encoders.own] train or test: found 'x', expected one of test-set, train-set",
    ),
    "encoder tested on what it is trained on": (
        "dimension = 8",
        'dimension = 8\ntrain = ["test-set"]',
        "[chains.identity] train: 'test-set' is also tested on; say so with seen = ['test-set'] or drop it",
    ),
    "timings as a word": ("seeds = [0]", 'seeds = [0]\ntimings = "yes"', "timings: found 'yes', expected"),
    "text as number": ('title = "Vectors of my own"', "title = 5", "title: found 5, expected a valid string"),
    "fraction as whole number": ("bits = 1", "bits = 1.5", "[chains.1] bits: found 1.5, expected"),
    "seed as text": ("seeds = [0]", 'seeds = ["0"]', "[seeds] 0: found '0', expected a valid integer"),
    "true as seed": ("seeds = [0]", "seeds = [true]", "[seeds] 0: found True, expected a valid integer"),
    "one value for a list": (
        'metrics = ["spearman@original"]',
        'metrics = "spearman@original"',
        "metrics: found",
    ),
    "empty list": ("seeds = [0]", "seeds = []", "seeds: found [], expected"),
    "no steps": ('[{ use = "identity" }]', "[]", "[chains.0] steps: found [], expected"),
    "no ratio": ("ratio = 8", "ratio = 0", "[points.8x] ratio: found 0"),
    "ratio that is no number": ("ratio = 8", "ratio = nan", "[points.8x] ratio: found nan"),
    "no unit": ("unit_bytes = 1", "unit_bytes = 0", "[points.8x] unit_bytes: found 0"),
    "too many bits": ("bits = 1", "bits = 33", "[chains.1] bits: found 33"),
    "points without bits": ("bits = 1\n", "", "[chains] 1: found"),
    "bits without points": ('points = ["8x"]\n', "", "points and bits go together"),
    "name with capitals": ('name = "identity"', 'name = "Identity"', "[chains.0] name: found 'Identity'"),
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
    "unknown set of a chain": (
        'label = "uncompressed float32"',
        'label = ""\ntest = ["x"]',
        "[chains.identity] train or test: found 'x', expected one of test-set, train-set",
    ),
    "unknown point": (
        'points = ["8x"]',
        'points = ["9x"]',
        "[chains.projection-sign] points: found '9x', expected",
    ),
    "unknown set of a mean": (
        LAST,
        LAST + "[combine]\nall = { x = 1.0 }\n",
        "[combine.all]: found 'x', expected one",
    ),
    "unknown chain of an expectation": (
        LAST,
        LAST + EXPECT.replace('"identity"', '"x"'),
        "[expect.0] chain: found 'x', expected one of identity, projection-sign",
    ),
    "expectation with a negative tolerance": (
        LAST,
        LAST + EXPECT.replace("tolerance = 0.0", "tolerance = -1"),
        "[expect.0] tolerance: found -1",
    ),
    "chain given twice": (
        'name = "projection-sign"',
        'name = "identity"',
        "[chains] name: found 'identity' twice, expected entries that differ",
    ),
    "tested on what it is trained on": (
        'test = ["test-set"]',
        'test = ["test-set", "train-set"]',
        "[chains.identity] train: 'train-set' is also tested on; say so with seen = ['train-set'] or drop it",
    ),
    "chain tested on what it is trained on": (
        "bits = 1",
        'bits = 1\ntrain = ["test-set"]',
        "'test-set' is also tested on; say so with seen = ['test-set'] or drop it",
    ),
    "no TOML": ("seeds = [0]", "seeds = [0", "expected TOML"),
    "key given twice": ("seeds = [0]", "seeds = [0]\nseeds = [1]", "expected TOML"),
}
TAKEN = {
    "unknown training split of an expectation": (LAST, LAST + EXPECT.replace("train-set", "x"), "expect"),
    "unknown data set of an expectation": (LAST, LAST + EXPECT.replace("test-set", "x"), "expect"),
    "expectation of no number": (LAST, LAST + EXPECT.replace("value = 1.0", "value = nan"), "expect"),
    "expectation that anything meets": (LAST, LAST + EXPECT.replace("= 0.0", "= inf"), "expect"),
    "weight that is no number": (LAST, LAST + "[combine]\nall = { test-set = nan }\n", "combine"),
    "mean called as a data set": (LAST, LAST + "[combine]\ntest-set = { test-set = 1.0 }\n", "combine"),
    "seed that no certificate holds": (
        "seeds = [0]",
        "seeds = [0, 9007199254740992]",
        "seeds.1: found 9007199254740992, expected at most 9007199254740991 either way",
    ),
    "number of a file that no certificate holds": (
        'path = "train.npy"',
        'path = "train.npy"\nrows = { share = 0.5, seed = -9007199254740992 }',
        "datasets.train-set.origins.0.rows.seed: found -9007199254740992, expected",
    ),
    "seed given twice": ("seeds = [0]", "seeds = [0, 0]", "seeds"),
    "point given twice": ('points = ["8x"]', 'points = ["8x", "8x"]', "points"),
    "training split given twice": ('train = ["train-set"]', 'train = ["train-set", "train-set"]', "train"),
    "no encoder": ('[encoders.own]\nuse = "as-is"\ndimension = 8\n', "[encoders]\n", "encoders"),
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
    assert message.startswith(f"{path}: ")
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


# -- Encoders, points, chains and grids of their own ---------------------------------------------------------


def test_what_is_left_out_has_its_default(small_suite: SmallSuite) -> None:
    """No grid, nothing asymmetric, every encoder, no bounds, no timings."""
    suite = load(small_suite())
    chain, point, encoder = suite.chains[1], suite.points["8x"], suite.encoders["own"]
    assert ({}, False, None) == (chain.grid, chain.asymmetric, chain.encoders)
    assert ([], None) == (point.bounds, point.smallest_bytes)
    assert (None, None, 8) == (encoder.train, encoder.test, encoder.dimension)
    assert not suite.timings


def test_a_point_says_what_it_promises(small_suite: SmallSuite) -> None:
    """A ratio for each encoder, the values that its metrics must have, and the smallest size."""
    point = (
        "ratio = { own = 8 }\nsmallest_bytes = 64\n"
        'bounds = [{ dataset = "test-set", metric = "spearman@original", at_least = 0.9 }]'
    )
    found = load(small_suite(("ratio = 8", point))).points["8x"]
    assert ({"own": 8}, 64) == (found.ratio, found.smallest_bytes)
    [bound] = found.bounds
    assert ("test-set", "spearman@original", 0.9) == (bound.dataset, bound.metric, bound.at_least)


def test_an_encoders_table_is_its_plug_ins_but_for_the_sets(small_suite: SmallSuite) -> None:
    """Every other key goes to the plug-in; train and test do not."""
    edit = ("dimension = 8", 'dimension = 8\ntrain = ["train-set"]\ntest = ["test-set"]\nprefix = "query: "')
    encoder = load(small_suite(edit)).encoders["own"]
    assert {"use": "as-is", "dimension": 8, "prefix": "query: "} == encoder.raw()
    assert (["train-set"], ["test-set"]) == (encoder.train, encoder.test)


@pytest.mark.parametrize(
    ("encoder", "chain", "expected"),
    [
        ("", "", ("train-set", "test-set")),
        ('train = ["a"]\ntest = ["b"]', "", ("a", "b")),
        ("", 'train = ["c"]\ntest = ["d"]', ("c", "d")),
        ('train = ["a"]\ntest = ["b"]', 'train = ["c"]\ntest = ["d"]', ("c", "d")),
        ('test = ["b"]', 'train = ["c"]', ("c", "b")),
    ],
    ids=["the suite's", "the encoder's", "the chain's", "the chain's before the encoder's", "one of each"],
)
def test_sets_are_the_chains_or_the_encoders_or_the_suites(
    small_suite: SmallSuite, encoder: str, chain: str, expected: tuple[str, str]
) -> None:
    """In that order, training splits and test sets each on their own."""
    more = "".join(
        f'[datasets.{name}]\nlicence = "mine"\norigins = [{{ use = "files", path = "{name}.npy" }}]\n'
        for name in "abcd"
    )
    edits = (("dimension = 8", "dimension = 8\n" + encoder), ("bits = 1", "bits = 1\n" + chain))
    suite = load(small_suite(*edits, (LAST, LAST + more)))
    space, last = suite.encoders["own"], suite.chains[1]
    assert expected == (*trains(suite, space, last), *sets_tested(suite, space, last))


def test_an_encoder_that_a_chain_leaves_out_binds_it_to_nothing(small_suite: SmallSuite) -> None:
    """What another space is trained on is no fault of a chain that is not measured in it."""
    other = '[encoders.other]\nuse = "as-is"\ndimension = 8\ntrain = ["test-set"]\ntest = ["train-set"]\n'
    own = 'encoders = ["own"]\ntest = ["test-set"]'
    edit = ("bits = 1", "bits = 1\n" + own)
    assert "other" in load(small_suite(edit, (LAST, LAST + other))).encoders
    with pytest.raises(InputError, match=r"\[chains\.projection-sign\] train: 'test-set' is also tested on"):
        load(small_suite(("bits = 1", 'bits = 1\ntest = ["test-set"]'), (LAST, LAST + other)))


def test_an_expectation_may_be_of_an_encoders_own_sets(small_suite: SmallSuite) -> None:
    """What a chain is trained and tested on in any space can be expected of it."""
    edit = ("dimension = 8", 'dimension = 8\ntrain = ["a"]\ntest = ["b"]')
    more = "".join(
        f'[datasets.{name}]\nlicence = "mine"\norigins = [{{ use = "files", path = "{name}.npy" }}]\n'
        for name in "ab"
    )
    expect = EXPECT.replace('"train-set"', '"a"').replace('"test-set"', '"b"')
    assert "b" == load(small_suite(edit, (LAST, LAST + more + expect))).expect[0].dataset
    with pytest.raises(InputError, match=r"\[expect\.0\] train: found 'train-set', expected one of a"):
        load(small_suite(edit, (LAST, LAST + more + EXPECT)))
