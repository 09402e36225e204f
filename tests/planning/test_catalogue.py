"""Data sets and encoders are said once: where they are looked for, what is refused, and what is listed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from support.command import Cli
from support.paths import ROOT, SHIPPED
from support.suites import END, TEST_SET, TRAIN_SET, SmallSuite, dataset, encoder, write_files

from harness.errors import InputError
from harness.planning import catalogue, registry
from harness.planning.cells import Cell, cells
from harness.planning.parameters import encoder_params, origin_params
from harness.planning.resolve import Inputs, locate
from harness.planning.suite import load
from harness.types import Place

FOLDERS = catalogue.folders(ROOT / "suites")
DATASETS, ENCODERS = catalogue.names("datasets", FOLDERS), catalogue.names("encoders", FOLDERS)
LAST = 'path = "test.npz"\n'


def located(path: Path) -> tuple[Inputs, list[Cell]]:
    """Return the inputs and cells of a suite without a mirror or the hub."""
    suite = load(path)
    return locate(suite, str(path), Place(path.parent, None, offline=True)), cells(suite, str(path))


# -- The shipped ones ----------------------------------------------------------------------------------------


def test_no_shipped_suite_defines_what_it_names() -> None:
    """Each name is one definition: suites differ in which they name."""
    files: dict[str, set[Path]] = defaultdict(set)
    for path in SHIPPED:
        suite = load(path)
        for name, definition in (*suite.datasets.items(), *suite.encoders.items()):
            files[name].add(definition.file)
    assert {1} == {len(digests) for digests in files.values()}


def test_every_shipped_definition_is_named_by_a_suite() -> None:
    """What no suite measures has no place among them."""
    suites = [load(path) for path in SHIPPED]
    assert set(DATASETS) == {name for suite in suites for name in suite.datasets}
    assert set(ENCODERS) == {name for suite in suites for name in suite.encoders}


def test_two_shipped_data_sets_are_never_the_same_rows_in_the_same_pairs() -> None:
    """One split, one name."""
    origins: dict[str, list[str]] = defaultdict(list)
    for name in DATASETS:
        data = catalogue.dataset(name, FOLDERS, "here")
        origins[json.dumps(data.origins, sort_keys=True)].append(name)
    assert [] == [names for names in origins.values() if len(names) > 1]


@pytest.mark.parametrize("name", DATASETS)
def test_a_shipped_data_set_has_valid_origins(name: str) -> None:
    """Every one of them, not only the first that can be had."""
    data = catalogue.dataset(name, FOLDERS, "here")
    assert len(data.origins) == len([origin_params(data, i) for i in range(len(data.origins))])


@pytest.mark.parametrize("name", ENCODERS)
def test_a_shipped_encoder_has_valid_parameters(name: str) -> None:
    """Its plug-in takes them."""
    definition = catalogue.encoder(name, FOLDERS, "here")
    assert definition.dimension == encoder_params(definition).dimension


# -- A user's own --------------------------------------------------------------------------------------------


def test_what_lies_beside_a_suite_counts_before_what_is_shipped(small_suite: SmallSuite) -> None:
    """A name of both is the user's own; a name that is not there is the shipped one."""
    named = ('test = ["test-set"]', 'test = ["stsb-test", "sts12"]')
    suite = load(small_suite(named, (LAST, LAST + dataset("stsb-test", "test.npz"))))
    assert ["mine", "SemEval STS task; texts by their subsets, research use"] == [
        suite.datasets[name].licence for name in ("stsb-test", "sts12")
    ]
    assert [suite.datasets["train-set"].folder, ROOT / "suites"] == [
        suite.datasets[name].folder for name in ("stsb-test", "sts12")
    ]


def test_a_suite_anywhere_runs_on_the_files_beside_it(
    quick: Cli, small_suite: SmallSuite, tmp_path: Path
) -> None:
    """Paths start from the folder of the suite, wherever the command is given."""
    path, elsewhere = small_suite(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = quick("run", str(path), "--jobs", "1", cwd=elsewhere)
    assert (0, "mine: 2 run, 0 done before, 0 blocked\n") == (done.returncode, done.stdout)


def test_one_file_and_a_name_in_each_suite_add_a_data_set(small_suite: SmallSuite, tmp_path: Path) -> None:
    """Ten suites name it, and nothing else of them changes."""
    first = small_suite()
    text = first.read_text("utf-8")
    (tmp_path / "suites" / "datasets" / "added.toml").write_text(
        'title = "Added"\nlicence = "mine"\norigins = [{ use = "files", path = "test.npz" }]\n', "utf-8"
    )
    for i in range(10):
        own = text.replace('name = "mine"', f'name = "suite-{i}"', 1)
        own = own.replace('test = ["test-set"]', 'test = ["test-set", "added"]')
        path = write_files(first.with_name(f"suite-{i}.toml"), own)
        _, planned = located(path)
        assert {("test-set", "added")} == {cell.tests for cell in planned}


def test_a_name_that_is_nowhere_is_refused_with_what_exists(small_suite: SmallSuite) -> None:
    """One line, the user's own first."""
    path = small_suite(('test = ["test-set"]', 'test = ["sts99"]'))
    with pytest.raises(InputError) as caught:
        load(path)
    expected = ["test-set", "train-set", *DATASETS]
    assert f"{path}: test: found 'sts99', expected one of {', '.join(expected)}" == str(caught.value)


def test_a_definition_in_a_suite_is_refused_with_where_it_belongs(small_suite: SmallSuite) -> None:
    """The line names the file to write and the key to name it in."""
    path = small_suite((END, '\n[datasets.mine]\nlicence = "mine"\n' + END))
    with pytest.raises(InputError) as caught:
        load(path)
    file = path.parent / "datasets" / "mine.toml"
    expected = f"[datasets.mine]: found a table, expected it as {file}, named in train or test"
    assert f"{path}: {expected}" == str(caught.value)


def test_a_definition_outside_the_folder_is_refused(small_suite: SmallSuite, tmp_path: Path) -> None:
    """A link out of the suite's folder is no way to read other files."""
    path = small_suite()
    outside = (path.parent / "datasets" / "test-set.toml").rename(tmp_path / "outside.toml")
    (path.parent / "datasets" / "test-set.toml").symlink_to(outside)
    with pytest.raises(InputError, match=r"'datasets/test-set\.toml' leaves .* by a link"):
        load(path)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("a" * 2**18 + "b", "found 262,145 bytes, expected at most 262,144"),
        ("a = " + "[" * 17 + "]" * 17, "found 17 levels of tables and lists, expected at most 16"),
        ("title = 'a\tb\x00'", "expected TOML"),
        ("title", "expected TOML"),
    ],
    ids=["too long", "too deep", "with NUL", "no TOML"],
)
def test_the_limits_of_a_suite_are_those_of_what_it_names(
    small_suite: SmallSuite, content: str, named: str
) -> None:
    """A data set's file is as little trusted as the suite."""
    path = small_suite()
    file = path.parent / "datasets" / "test-set.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{file}: ")
    assert named in str(caught.value)


# -- Counts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("rows = 80\npairs = 40", ""),
        ("rows = 81", "rows: found 81, expected 80, as in files"),
        ("pairs = 41", "pairs: found 41, expected 40, as in files"),
    ],
    ids=["right", "other rows", "other pairs"],
)
def test_declared_counts_are_checked_when_a_set_is_read(
    small_suite: SmallSuite, declared: str, expected: str
) -> None:
    """Other counts mean another split under the same name."""
    path = small_suite((TEST_SET, f"{TEST_SET}{declared}\n"))
    inputs, _ = located(path)
    if not expected:
        assert 40 == len(inputs.read("test-set").pairs)
        return
    with pytest.raises(InputError) as caught:
        inputs.read("test-set")
    assert f"{path.parent}/datasets/test-set.toml: {expected}" == str(caught.value)


# -- The name that draws are seeded by -----------------------------------------------------------------------

INDEX = 'index = { use = "ivf", nlist = 4, nprobe = 1 }\nmetrics = ["vs-teacher@success@10"]\n'
SAMPLED = (
    ('["spearman@original"]', '["spearman@original", "spearman-random@original", "success@10"]'),
    ("seeds = [0]", "seeds = [0, 1, 2]"),
    ("ratio = 8", "ratio = 4"),
    ("bits = 1\n", "bits = 1\n" + INDEX),
)
RENAMED = (
    ('train = ["train-set"]', 'train = ["new-train"]'),
    ('test = ["test-set"]', 'test = ["new-test"]'),
    (TRAIN_SET, TRAIN_SET.replace("train-set", "new-train") + 'drawn_as = "train-set"\n'),
    (TEST_SET, TEST_SET.replace("test-set", "new-test") + 'drawn_as = "test-set"\n'),
)


def values_of(quick: Cli, small_suite: SmallSuite, *edits: tuple[str, str]) -> list[object]:
    """Return the values of a run's cells and means, with data sets called train and test."""
    folder = small_suite(*SAMPLED, *edits).parents[1]
    done = quick("run", "mine", "--jobs", "1", cwd=folder)
    assert 0 == done.returncode, done.stderr
    paths = [*sorted((folder / "out/results/mine").glob("*.json")), folder / "out/means/mine.json"]
    sampled: list[object] = []
    for path in paths:
        text = re.sub("(new-)?(train|test)(-set)?", r"\2", path.read_text("utf-8"))
        content = json.loads(text)["content"]
        groups = [group["values"] for batch in content.get("batches", []) for group in batch["groups"]]
        sampled.append([content.get("cell"), content.get("values"), content.get("sizes"), groups])
    return sampled


def test_a_data_set_that_was_renamed_has_the_values_it_had(quick: Cli, small_suite: SmallSuite) -> None:
    """Pairs, queries, intervals, indexes and means over seeds are drawn as under the earlier name."""
    before = values_of(quick, small_suite)
    assert len(before) > 3
    assert before == values_of(quick, small_suite, *RENAMED)
    anew = [(old, new.partition("drawn_as")[0]) for old, new in RENAMED]
    assert before != values_of(quick, small_suite, *anew)


def test_a_result_says_under_which_name_its_draws_are_seeded(small_suite: SmallSuite) -> None:
    """The name is no part of what identifies the split, from which fits are seeded."""
    plain, _ = located(small_suite())
    renamed, (cell, _) = located(small_suite(*RENAMED))
    datasets = renamed.identity(cell)["datasets"]
    assert {"new-train": "train-set", "new-test": "test-set"} == {
        name: identity["drawn_as"] for name, identity in datasets.items()
    }
    assert plain.datasets["train-set"] == renamed.datasets["new-train"]
    assert ("own.new-train.identity.s0", "own.train-set.identity.s0") == (cell.id, cell.drawn_as)


# -- Listed --------------------------------------------------------------------------------------------------


def test_list_shows_data_sets_with_counts_licence_and_place(quick: Cli, tmp_path: Path) -> None:
    """In JSON and in words, from anywhere."""
    done = quick("list", "datasets", "--json", cwd=tmp_path)
    assert 0 == done.returncode, done.stderr
    listed = json.loads(done.stdout)["datasets"]
    assert sorted(DATASETS) == sorted(listed)
    assert {
        "title": "STS-B, test split: pairs of English sentences, scored by people from 0 to 5",
        "rows": 2758,
        "pairs": 1379,
        "licence": "CC BY-SA 4.0 (scores); texts by their subsets",
        "large": None,
        "from": ["mirror: path sts/stsb-test.jsonl", "hub: repo mteb/stsbenchmark-sts"],
    } == listed["stsb-test"]
    text = quick("list", "datasets", cwd=tmp_path).stdout
    assert "2,758 rows; 1,379 pairs; CC BY-SA 4.0 (scores)" in text
    assert "mirror: path sts/stsb-test.jsonl; hub: repo mteb/stsbenchmark-sts" in text


def test_list_shows_encoders_with_dimension_parameters_and_place(quick: Cli, tmp_path: Path) -> None:
    """The user's own, beside suites/, are among them."""
    write_files(tmp_path / "suites" / "x.toml", encoder("ours", 'use = "as-is"\ndimension = 7'))
    listed = json.loads(quick("list", "encoders", "--json", cwd=tmp_path).stdout)["encoders"]
    assert ["ours", *ENCODERS] == list(listed)
    assert ("ours", 7, ["as-is"]) == tuple(listed["ours"][key] for key in ("title", "dimension", "from"))
    assert "query: " == listed["e5-large-v2"]["parameters"]["prefix"]
    assert {"query": "query: ", "document": "passage: "} == listed["e5-small-v2"]["parameters"]["prefixes"]
    assert "1,024 dimensions; large: a model of 1.3 GB" in quick("list", "encoders", cwd=tmp_path).stdout


@pytest.mark.parametrize("kind", registry.KINDS)
def test_list_names_the_plug_ins_of_every_kind(quick: Cli, tmp_path: Path, kind: str) -> None:
    """Those that encoders use are encoder-kinds: encoders are what suites name."""
    shown = "encoder-kinds" if kind == "encoders" else kind
    done = quick("list", shown, "--json", cwd=tmp_path)
    assert {shown: registry.names(kind)} == json.loads(done.stdout)


def test_a_kind_that_is_none_is_refused(quick: Cli, tmp_path: Path) -> None:
    """With the kinds there are."""
    done = quick("list", "dataset", cwd=tmp_path)
    assert 2 == done.returncode
    assert "list: found 'dataset', expected one of suites, datasets, encoders, " in done.stderr


def test_a_shipped_data_set_is_read_from_the_folder_that_defines_it(
    small_suite: SmallSuite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its relative paths do not start from a user's suite."""
    shipped = tmp_path / "shipped"
    write_files(shipped / "x.toml", dataset("theirs", "theirs.npz"))
    rng = np.random.default_rng(1)
    np.savez(shipped / "theirs.npz", left=rng.random((9, 8)), right=rng.random((9, 8)))
    monkeypatch.setattr("harness.planning.shipped.SHIPPED", shipped)
    inputs, _ = located(small_suite(('test = ["test-set"]', 'test = ["theirs"]')))
    assert 9 == len(inputs.read("theirs").pairs)
