"""Receipts: what a rerun confirmed, as a statement that others can check and count."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.checkouts import ran_checkout
from support.claimed import COMMIT, SIGN, claimed_checkout
from support.command import Cli
from support.suites import COMPARED, edited

from harness.errors import BlockedError, InputError
from harness.evidence import dsse
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.schema.receipt import PAYLOAD
from harness.evidence.stamp import read_stamped, write_stamped
from harness.run.receipts import statement, write_receipt
from harness.verification.receipts import check_receipts, read_receipt, summary
from repro.receipts import check_receipts as check_names

CELL = f"{SIGN}.s0"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with evidence in artifacts/ and a rerun of it in out/; tests leave it as it is."""
    root = tmp_path_factory.mktemp("checkout")
    committed = claimed_checkout(root)
    _, rerun, _ = ran_checkout(tmp_path_factory.mktemp("elsewhere"), edited(*COMPARED))
    shutil.copytree(rerun.root, root / "out")
    for name in committed.root.glob("envelopes/*/*.json"):
        shutil.copyfile(name, root / "out" / name.relative_to(committed.root))
    return root


@pytest.fixture
def trees(checkout: Path, tmp_path: Path) -> tuple[Tree, Tree]:
    """Return copies of the rerun and of the committed evidence, to be changed."""
    copy = Path(shutil.copytree(checkout, tmp_path / "copy"))
    return Tree(copy / "out"), Tree(copy / "artifacts")


def stated(trees: tuple[Tree, Tree]) -> dict[str, Any]:
    """Return the statement of the rerun."""
    out, committed = trees
    return statement(out, committed, committed.root.parent / "constraints.txt")


def move(tree: Tree, by: float) -> None:
    """Move the values of a result, stamped anew."""
    content, _ = read_stamped(tree.result("mine", CELL))
    for value in content["values"]:
        value |= {name: value[name] + by for name in ("value", "low", "high")}
    write_stamped(tree.result("mine", CELL), content)


# -- What it says


def test_a_receipt_names_every_cell_its_digest_and_what_it_was_run_with(trees: tuple[Tree, Tree]) -> None:
    """Commit, packages and machine; no time, so that the same rerun gives the same bytes."""
    content = stated(trees)
    cells = [f"mine/{path.stem}" for path in trees[1].results()]
    expected = [
        {"name": f"artifacts/results/{cell}.json", "digest": {"sha256": sha256_file(path)}}
        for cell, path in zip(cells, trees[1].results(), strict=True)
    ]
    assert expected == content["subject"]
    predicate = content["predicate"]
    assert ("PASSED", cells, [], []) == (
        predicate["result"],
        *(predicate[f"{name}Tests"] for name in ("passed", "warned", "failed")),
    )
    parts = {part["name"]: part for part in predicate["configuration"]}
    assert {"gitCommit": COMMIT} == parts["commit"]["digest"]
    pins = sha256_file(trees[1].root.parent / "constraints.txt")
    assert {"sha256": pins} == parts["constraints.txt"]["digest"]
    assert {"platform", "processor", "python", "packages"} <= parts["environment"]["annotations"].keys()
    assert "made" not in json.dumps(content)
    assert content == stated(trees)


@pytest.mark.parametrize(("by", "result", "name"), [(1e-9, "WARNED", "warned"), (-0.05, "FAILED", "failed")])
def test_a_cell_that_is_not_the_same_is_listed_apart(
    by: float, result: str, name: str, trees: tuple[Tree, Tree]
) -> None:
    """Within tolerance it warns, beyond it fails."""
    move(trees[0], by)
    predicate = stated(trees)["predicate"]
    assert (result, [f"mine/{CELL}"]) == (predicate["result"], predicate[f"{name}Tests"])


def test_a_receipt_is_of_the_cells_that_were_run(trees: tuple[Tree, Tree]) -> None:
    """Another cell of the suite is neither confirmed nor failed: a rerun may be of a few cells alone."""
    trees[0].result("mine", CELL).unlink()
    content = stated(trees)
    assert "PASSED" == content["predicate"]["result"]
    assert f"mine/{CELL}" not in json.dumps(content)
    assert len(trees[1].results()) - 1 == len(content["subject"])


# -- Checked by others


def test_a_receipt_is_counted_while_its_results_are_there(trees: tuple[Tree, Tree]) -> None:
    """Of earlier evidence it says nothing of today's, and is no problem."""
    committed = trees[1]
    path = write_receipt(stated(trees), committed.root / "receipts", None)
    assert path.stem == sha256_file(path)
    assert [] == check_receipts(committed)
    total = len(committed.results())
    assert f"1 receipts, 0 signed: {total} of {total} results confirmed" == summary(committed)
    move(committed, -0.05)
    assert f"1 receipts, 0 signed: {total - 1} of {total} results confirmed" == summary(committed)
    assert [] == check_receipts(committed)


def _edited(edit: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Return a function that edits a receipt and renames it by its new bytes."""

    def change(path: Path) -> None:
        document = json.loads(path.read_text())
        edit(document)
        path.write_text(json.dumps(document))
        path.rename(path.with_name(f"{sha256_file(path)}.json"))

    return change


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_truncate, "expected the sha256 of its bytes as its name"),
        (lambda path: path.rename(path.with_name("mine.json")), "expected the sha256 of its bytes"),
        (_edited(lambda x: x.update(_type="other")), "_type: found 'other'"),
        (_edited(lambda x: x["subject"].pop()), "found other cells than the subjects"),
        (_edited(lambda x: x["subject"][0].update(name="artifacts/../x.json")), "subject.0.name: found"),
        (_edited(lambda x: x["predicate"].update(result="FAILED")), "found FAILED, expected PASSED"),
        (_edited(lambda x: x.update(clock=1)), "clock: unknown key"),
    ],
    ids=["cut", "renamed", "kind", "subject gone", "leaves its folder", "verdict", "unknown key"],
)
def test_what_is_no_receipt_is_a_problem_in_one_line(
    edit: Callable[[Path], object], message: str, trees: tuple[Tree, Tree]
) -> None:
    """File, place, found, expected."""
    committed = trees[1]
    edit(write_receipt(stated(trees), committed.root / "receipts", None))
    (line,) = check_receipts(committed)
    assert message in line
    assert "\n" not in line


def test_a_receipt_is_known_by_its_name_without_a_package(trees: tuple[Tree, Tree]) -> None:
    """repro/verify.py takes a file named by its own sha256, and names any other problem."""
    data = write_receipt(stated(trees), trees[1].root / "receipts", None).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    path = f"artifacts/receipts/{sha256}.json"
    cases: list[tuple[str, Any, int]] = [
        (sha256, json.loads(data), 0),
        ("0" * 64, json.loads(data), 1),
        (sha256, {}, 1),
    ]
    for digest, value, count in cases:
        problems: list[str] = []
        assert {path} == check_names({path: value}, {path: digest}, problems)
        assert count == len(problems)
    assert set() == check_names({}, {"artifacts/receipts/mine.json": sha256}, [])


# -- Signed


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return a file with a fresh ed25519 key."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    path = tmp_path / "key.pem"
    private = ed25519.Ed25519PrivateKey.generate()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(private.private_bytes(encoding, form, serialization.NoEncryption()))
    return path


def test_a_signed_receipt_is_checked_and_counted(key: Path, trees: tuple[Tree, Tree]) -> None:
    """The same key and rerun give the same bytes; the private key is in none of them."""
    committed = trees[1]
    path = write_receipt(stated(trees), committed.root / "receipts", key)
    data = path.read_bytes()
    assert path == write_receipt(stated(trees), committed.root / "receipts", key)
    assert data == path.read_bytes()
    assert read_receipt(path).signed
    assert [] == check_receipts(committed)
    assert summary(committed).startswith("1 receipts, 1 signed: ")
    secret = key.read_text().splitlines()[1]
    assert secret[-44:].encode() not in data


def _other_payload(document: dict[str, Any]) -> None:
    document["payload"] = _base64(base64.b64decode(document["payload"]).replace(b"PASSED", b"WARNED"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_other_payload, "signatures.0: the signature does not fit payload and key"),
        (lambda x: x["signatures"][0].update(sig="AAAA"), "the signature does not fit"),
        (lambda x: x["signatures"][0].update(keyid="0" * 64), "signatures.0.keyid: expected the sha256"),
        (lambda x: x.update(payload="%"), "payload: .*expected base64"),
        (lambda x: x.update(signatures=[]), "signatures"),
    ],
    ids=["payload", "signature", "key", "no base64", "none"],
)
def test_a_wrong_signature_is_a_problem(
    edit: Callable[[dict[str, Any]], object], message: str, key: Path, trees: tuple[Tree, Tree]
) -> None:
    """Whatever its name."""
    path = write_receipt(stated(trees), trees[1].root / "receipts", key)
    _edited(edit)(path)
    (changed,) = (trees[1].root / "receipts").glob("*.json")
    with pytest.raises(InputError, match=message):
        read_receipt(changed)


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_without_a_key_is_refused_and_not_quoted(content: bytes, tmp_path: Path) -> None:
    """One line that names the file."""
    pytest.importorskip("cryptography")
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"key\.pem: expected an ed25519 private key in PEM") as raised:
        dsse.signed(b"{}", PAYLOAD, path)
    assert "secret" not in str(raised.value)


def test_without_the_package_nothing_is_signed_and_nothing_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trees: tuple[Tree, Tree]
) -> None:
    """Signing names the extra; a signature of others is counted as not checked, and is no problem."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(BlockedError, match="the package cryptography is not installed") as raised:
        dsse.signed(b"{}", PAYLOAD, tmp_path / "key.pem")
    assert "pip install 'embedding-compression-evidence[receipts]'" == raised.value.remedy
    public = bytes(32)
    signature = {"keyid": hashlib.sha256(public).hexdigest(), "public_key": _base64(public), "sig": "AAAA"}
    payload = _base64(json.dumps(stated(trees)).encode())
    document = {"payload": payload, "payloadType": PAYLOAD, "signatures": [signature]}
    path = trees[1].root / "receipts" / "receipt.json"
    path.parent.mkdir()
    path.write_text(json.dumps(document))
    path.rename(path.with_name(f"{sha256_file(path)}.json"))
    assert [] == check_receipts(trees[1])
    assert "1 receipts, 1 signed (not checked: install the extra receipts): " in summary(trees[1])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# -- The command


def test_the_command_writes_a_receipt_beside_the_run(quick: Cli, trees: tuple[Tree, Tree]) -> None:
    """Its path, how many cells passed, warned and failed, and whether it is signed."""
    run = quick("receipt", cwd=trees[0].root.parent)
    assert (0, "") == (run.returncode, run.stderr)
    path, _, counts = run.stdout.strip().partition(": ")
    assert f"PASSED, {len(trees[1].results())} passed, 0 warned, 0 failed, not signed" == counts
    assert read_receipt(trees[0].root.parent / path).statement.predicate.passed
