"""A run's means over seeds and comparisons against the committed ones, suite by suite.

Means of the same results have to be equal. Otherwise values and ends of intervals have the tolerance of a
result's value, and differences that of both groups together; the numbers of items and units have to be equal.
A group with a cell that only one of them has is skipped: that cell has a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from harness.errors import InputError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.stability import Key, Stability
from harness.evidence.stamp import read_stamped
from harness.run.compare import Line, State, furthest, tolerance, values_of
from harness.types import Json

MEANS = "means over seeds"  # in the place of a cell
Groups = dict[str, dict[str, Any]]
_NONE: dict[str, Any] = {"results": {}}  # a group that is not stated


def compare_means(here: Tree, committed: Tree) -> list[Line]:
    """Return a line for each suite with means in either tree.

    MISSING: committed, of a suite of which a result is here, and not here. Raises InputError for means of
    another form.
    """
    jitter = stability.read(committed)
    names = {path.stem for tree in (here, committed) for path in tree.means("*").parent.glob("*.json")}
    return [_line(suite, here, committed, jitter) for suite in sorted(names)]


def _line(suite: str, here: Tree, committed: Tree, jitter: Stability) -> Line:
    if not committed.means(suite).is_file():
        return Line(suite, MEANS, "NOT COMMITTED")
    if not here.means(suite).is_file():
        ran = bool(here.results(suite))
        return Line(suite, MEANS, *(("MISSING", "committed, and not here") if ran else ("NOT RUN HERE",)))
    (ours, our_hash), (theirs, their_hash) = (read_stamped(tree.means(suite)) for tree in (here, committed))
    if our_hash == their_hash:
        return Line(suite, MEANS, "SAME BYTES")
    try:
        why = _differs(suite, ours, theirs, (here, committed), jitter)
    except (KeyError, TypeError, AttributeError) as error:
        paths = f"{here.means(suite)}, {committed.means(suite)}"
        raise InputError(f"{paths}: {error!r}, expected what a run writes") from error
    return Line(suite, MEANS, "DIFFERS", why) if why else Line(suite, MEANS, _state(ours, theirs))


def _state(ours: Json, theirs: Json) -> State:
    """Return how the groups and comparisons made here stand in the committed means; others may be blocked.

    Made by other code, they may be of results with other checksums.
    """
    if ours["interval"] == theirs["interval"]:
        if ours["code"] == theirs["code"] and _holds(_parts(theirs), _parts(ours)):
            return "SAME BYTES"
        if _holds(*(list(map(_without_checksums, _parts(content))) for content in (theirs, ours))):
            return "SAME VALUES"
    return "WITHIN TOLERANCE"


def _parts(content: Json) -> list[dict[str, Any]]:
    """Return the groups and comparisons of all batches."""
    return [part for batch in content["batches"] for part in (*batch["groups"], *batch["comparisons"])]


def _holds(parts: list[dict[str, Any]], others: list[dict[str, Any]]) -> bool:
    return all(part in parts for part in others)


def _without_checksums(part: dict[str, Any]) -> dict[str, Any]:
    """Return a group with the names of its results alone; a comparison as it is."""
    return {**part, "results": sorted(part["results"])} if "results" in part else part


def _differs(suite: str, ours: Json, theirs: Json, trees: tuple[Tree, Tree], jitter: Stability) -> str:
    """Return what differs of two suites' means, here and committed, in words, or nothing."""
    here, committed = trees
    our_groups, their_groups = _groups(ours), _groups(theirs)
    both = _cells(here, suite) & _cells(committed, suite)
    made = {
        name: [set(groups.get(name, _NONE)["results"]) for groups in (our_groups, their_groups)]
        for name in our_groups | their_groups
    }
    shared = {name for name, cells in made.items() if set.union(*cells) <= both}
    if odd := sorted(name for name in shared if made[name][0] != made[name][1]):
        return f"{odd[0]}: of {len(made[odd[0]][0])} seeds here, of {len(made[odd[0]][1])} committed"
    same = {name for name in shared if our_groups[name]["results"] == their_groups[name]["results"]}
    for name in sorted(shared):
        result, _ = read_stamped(committed.result(suite, min(their_groups[name]["results"])))
        allowed = partial(tolerance, jitter, result)
        if why := _unlike(our_groups[name], their_groups[name], allowed, ("n", "units"), exact=name in same):
            return f"{name}: {why}"
    return _comparisons(suite, ours, theirs, committed, jitter, shared, same)


def _comparisons(
    suite: str,
    ours: Json,
    theirs: Json,
    committed: Tree,
    jitter: Stability,
    shared: set[str],
    same: set[str],
) -> str:
    our_pairs, their_pairs = (
        {
            (pair["group"], pair["against"]): pair
            for batch in content["batches"]
            for pair in batch["comparisons"]
            if {pair["group"], pair["against"]} <= shared
        }
        for content in (ours, theirs)
    )
    if odd := sorted(our_pairs.keys() ^ their_pairs.keys()):
        return f"{' against '.join(odd[0])}: compared in one of them only"
    groups = _groups(theirs)
    for names, pair in sorted(our_pairs.items()):
        results = [read_stamped(committed.result(suite, min(groups[name]["results"])))[0] for name in names]

        def allowed(key: Key, results: list[dict[str, Any]] = results) -> float:
            return sum(tolerance(jitter, result, key) for result in results)

        if why := _unlike(pair, their_pairs[names], allowed, (), exact=set(names) <= same):
            return f"{' against '.join(names)}: {why}"
    return ""


def _cells(tree: Tree, suite: str) -> set[str]:
    return {path.stem for path in tree.results(suite)}


def _groups(content: Json) -> Groups:
    return {group["group"]: group for batch in content["batches"] for group in batch["groups"]}


def _unlike(
    ours: Json, theirs: Json, allowed: Callable[[Key], float], counted: tuple[str, ...], *, exact: bool
) -> str:
    """Return how the values of two groups or comparisons differ, in words, or nothing."""
    our_values, their_values = values_of(ours), values_of(theirs)
    keys = our_values.keys() | their_values.keys()
    if exact and (odd := sorted(key for key in keys if our_values.get(key) != their_values.get(key))):
        return f"{' '.join(odd[0])}: not the same, though made from the same results"
    return furthest(our_values, their_values, allowed, counted)
