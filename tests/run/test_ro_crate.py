"""The RO-Crate description of the evidence: whole, deterministic, and checked without a package."""

from __future__ import annotations

import json

import pytest
from support.claimed import claimed_checkout
from support.paths import ROOT

from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.run.ro_crate import NAME, described, write
from repro.ro_crate import check_crate


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return the evidence of a small suite with a report; tests leave it as it is."""
    return claimed_checkout(tmp_path_factory.mktemp("claimed"))


def test_every_folder_and_file_of_the_report_is_described(tree: Tree) -> None:
    """What the format asks of a root: name, description, licence, date; and whose it is."""
    entities = {entity["@id"]: entity for entity in described(tree, ROOT)["@graph"]}
    root = entities["./"]
    assert {"@id": "./"} == entities[NAME]["about"]
    made = json.loads(next(tree.root.glob("envelopes/*/*.json")).read_text())["made"]
    assert (made[:10], "https://spdx.org/licenses/Apache-2.0") == (
        root["datePublished"],
        root["license"]["@id"],
    )
    assert all(root[key] for key in ("name", "description", "author"))
    folders = {f"{path.name}/" for path in tree.root.iterdir() if path.is_dir()}
    parts = {part["@id"] for part in root["hasPart"]}
    assert folders | {"report/claims.json"} == parts
    assert sha256_file(tree.report() / "claims.json") == entities["report/claims.json"]["sha256"]
    references = [part["@id"] for entity in entities.values() for part in entity.get("hasPart", ())]
    references += [
        entity[key]["@id"]
        for entity in entities.values()
        for key in ("license", "isBasedOn")
        if key in entity
    ]
    assert set(references) <= set(entities)


def test_the_same_evidence_is_described_in_the_same_bytes(tree: Tree) -> None:
    """No clock, and no table of this machine; the description is no part of itself."""
    first = write(tree, ROOT).read_bytes()
    assert first == write(tree, ROOT).read_bytes()


def _checked(tree: Tree, **changed: str) -> tuple[set[str], list[str]]:
    path = write(tree, ROOT)
    root = tree.root.parent
    files = [file for file in tree.root.rglob("*") if file.is_file()]
    hashes = {file.relative_to(root).as_posix(): sha256_file(file) for file in files} | changed
    problems: list[str] = []
    named = check_crate({f"artifacts/{NAME}": json.loads(path.read_text())}, hashes, problems)
    return named, problems


def test_it_is_checked_against_the_files_without_a_package(tree: Tree) -> None:
    """A file with another sha256 is named."""
    assert ({f"artifacts/{NAME}"}, []) == _checked(tree)
    _, (problem,) = _checked(tree, **{"artifacts/report/claims.json": "0" * 64})
    assert "report/claims.json: expected a file with the sha256 that it states" in problem


def test_a_folder_that_it_names_has_to_be_there() -> None:
    """And what is no description is a problem of its own."""
    path = f"artifacts/{NAME}"
    problems: list[str] = []
    document = {"@graph": [{"@id": "scores/", "@type": "Dataset"}]}
    assert {path} == check_crate({path: document}, {path: "0"}, problems)
    assert [f"{path}: scores/: expected a folder with files"] == problems
    assert {path} == check_crate({path: []}, {path: "0"}, problems)
    assert f"{path}: expected a list of entities in @graph" == problems[1]
    assert set() == check_crate({}, {}, problems)
