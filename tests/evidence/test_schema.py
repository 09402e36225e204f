"""The evidence's schema: the committed files have it, the exported one is it, and versions are checked."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from support.evidence import ENVELOPE, TRANSCRIPT, a_result

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.kinds import EXPORTED, KINDS, json_schema
from harness.evidence.schema.model import parse
from harness.evidence.schema.result import parse_result
from harness.evidence.schema.transcript import parse_transcript
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import dumps, read_json, read_stamped, stamp, write_stamped
from repro import canonical


@pytest.mark.parametrize("kind", KINDS)
def test_every_committed_file_has_its_schema(kind: str) -> None:
    """Each file of a kind is read by its model, unchanged; what is measured on request may have none."""
    pattern, model = KINDS[kind]
    paths = sorted(Path("artifacts").glob(pattern))
    assert paths or kind in {"noise", "peers", "peer-times", "bench"}
    for path in paths:
        document = read_json(path)
        assert document == model.model_validate(document).model_dump(by_alias=True, exclude_unset=True), path


def test_the_committed_schemas_are_what_the_models_export() -> None:
    """Written anew by ``harness schema --out harness/evidence/schemas``."""
    assert {f"{kind}.json" for kind in KINDS} == {path.name for path in EXPORTED.iterdir()}
    for kind in KINDS:
        assert dumps(json_schema(kind)) == (EXPORTED / f"{kind}.json").read_bytes(), kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind: str) -> None:
    """A reader of the schema alone knows what each key says."""
    definitions = json_schema(kind).get("$defs", {})
    undescribed = [
        f"{name}.{key}"
        for name, definition in {kind: json_schema(kind), **definitions}.items()
        for key, field in definition.get("properties", {}).items()
        if not field.get("description") and "$ref" not in field
    ]
    assert [] == undescribed


@pytest.mark.parametrize(
    ("content", "version", "made"),
    [
        ({"schema": SCHEMA_VERSION + 1}, SCHEMA_VERSION + 1, "a newer version of the harness; update yours"),
        ({"schema": 1}, 1, "an older version of the harness; run it again"),
        ({"suite": "of before documents stated it"}, 1, "an older version of the harness; run it again"),
    ],
)
def test_another_schema_is_refused_in_one_line_by_both_readers(
    content: dict[str, Any], version: int, made: str, tmp_path: Path
) -> None:
    """The harness and ``repro/verify.py`` name both versions, and say what to do."""
    path = tmp_path / "x.json"
    path.write_bytes(stamp(content))
    expected = f"found evidence of schema {version}, expected {SCHEMA_VERSION}: made by {made}"
    with pytest.raises(InputError) as refused:
        read_stamped(path)
    assert f"{path}: {expected}" == str(refused.value)
    assert canonical.SCHEMA_VERSION == SCHEMA_VERSION
    with pytest.raises(ValueError, match=f"^{expected}$"):
        canonical.check_version(content)


def test_a_stamped_document_states_the_version(tmp_path: Path) -> None:
    """Whoever writes it need not."""
    write_stamped(tmp_path / "x.json", {"suite": "s"})
    assert {"schema": SCHEMA_VERSION, "suite": "s"} == read_stamped(tmp_path / "x.json")[0]


@pytest.mark.parametrize("version", [0, True, "1", 1.0, None])
def test_what_is_no_version_is_refused(version: Any, tmp_path: Path) -> None:
    """A version is a whole number from 1."""
    path = tmp_path / "x.json"
    write_stamped(path, {"schema": version})
    with pytest.raises(InputError, match=r"schema: found .*, expected a version, a whole number from 1"):
        read_stamped(path)
    with pytest.raises(ValueError, match="expected a version, a whole number from 1"):
        canonical.check_version({"schema": version})


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda e: e.pop("made"), "made: the key is missing"),
        (lambda e: e.update(host="x"), "host: unknown key"),
        (
            lambda e: e["commit"].update(sha="x"),
            "commit.sha: found 'x', expected a commit: 40 to 64 hex digits",
        ),
        (lambda e: e.update(seconds=-1.0), "seconds: found -1.0, expected greater than or equal to 0"),
        (lambda e: e.update(cores="2"), "cores: found '2', expected a valid integer"),
    ],
)
def test_an_envelope_that_is_none_is_refused_with_its_place(edit: Any, line: str) -> None:
    """File, place, what was found and what is right, in one line."""
    envelope = copy.deepcopy(ENVELOPE)
    edit(envelope)
    with pytest.raises(InputError) as refused:
        parse(Envelope, envelope, "e.json")
    assert f"e.json: {line}" == str(refused.value)


def test_a_document_answers_to_its_place() -> None:
    """A result to its suite and cell, a transcript to its host."""
    tree = Tree(Path("out"))
    with pytest.raises(InputError, match=r"c\.s1\.json: cell: found 'c\.s0', expected 'c\.s1', as its place"):
        parse_result(tree.result("s", "c.s1"), a_result({}))
    with pytest.raises(
        InputError, match=r"a\.json: server\.host: found 'loopback', expected 'a', as its place"
    ):
        parse_transcript(tree.transcript("a"), TRANSCRIPT)


def test_the_command_prints_a_schema_and_names_the_kinds(cli: Any, tmp_path: Path) -> None:
    """JSON on standard output; a kind that there is none of is refused with those there are."""
    assert json_schema("envelope") == json.loads(cli("schema", "envelope", cwd=tmp_path).stdout)
    assert list(KINDS) == [line.partition(":")[0] for line in cli("schema", cwd=tmp_path).stdout.splitlines()]
    refused = cli("schema", "x", cwd=tmp_path)
    assert 2 == refused.returncode
    assert refused.stderr.startswith("harness: schema: found 'x', expected one of result, suite")
