"""Checksums: what is stamped cannot be changed, and what cannot be stamped is refused."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError
from harness.evidence import stamp
from harness.numerics.rounding import rounded
from repro.canonical import canonical

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_the_digest_is_over_the_canonical_form() -> None:
    """Worked by hand: keys sorted, no white space, 1.0 as 1, 1e-07 as 1e-7, the umlaut as UTF-8."""
    form = '{"a":[1,1e-7,true,null],"b":"\u00fc\\n"}'
    value = {"b": "\u00fc\n", "a": [1.0, 1e-07, True, None]}
    assert form.encode() == stamp.canonical(value)
    assert hashlib.sha256(form.encode()).hexdigest() == stamp.digest(value)


def test_the_order_of_keys_does_not_matter_and_that_of_lists_does() -> None:
    """Objects are unordered, lists are not."""
    assert stamp.digest({"a": 1, "b": 2}) == stamp.digest({"b": 2, "a": 1})
    assert stamp.digest([1, 2]) != stamp.digest([2, 1])


@given(st.dictionaries(st.text(), JSON))
def test_the_standalone_check_comes_to_the_same_checksum(content: dict[str, Any]) -> None:
    """What the harness stamps, repro/verify.py finds sound, though they share no code."""
    document = json.loads(stamp.stamp(content))
    actual = hashlib.sha256(canonical(document["content"]).encode()).hexdigest()
    assert document["sha256"] == actual


def test_a_stamped_document_reads_back_whatever_its_layout(tmp_path: Path) -> None:
    """White space and key order of the file are no part of the content."""
    content = {"values": [0.5, 1e-9], "cell": "a"}
    path = tmp_path / "a.json"
    stamp.write_stamped(path, content)
    expected = (content, stamp.digest(content))
    assert expected == stamp.read_stamped(path)
    path.write_text(json.dumps(json.loads(path.read_bytes()), separators=(",", ":"), sort_keys=False))
    assert expected == stamp.read_stamped(path)


def test_stamping_is_deterministic_and_readable() -> None:
    """Sorted keys, two spaces, a final newline, text as it is."""
    expected = '{\n  "content": {\n    "a": "\u00fc",\n    "b": 1\n  },\n  "sha256": "%s"\n}\n'
    content = {"b": 1, "a": "\u00fc"}
    assert (expected % stamp.digest(content)).encode() == stamp.stamp(content)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf], ids=str)
def test_what_is_not_finite_has_no_checksum(number: float) -> None:
    """NaN is an error, never a value; so is infinity."""
    with pytest.raises(InputError, match="no canonical JSON"):
        stamp.stamp({"value": [number]})
    with pytest.raises(InputError, match="expected a finite number"):
        rounded(number)


def test_an_integer_that_a_double_cannot_hold_has_no_checksum() -> None:
    """Beyond 2^53 - 1 two integers would share a form."""
    with pytest.raises(InputError, match="9007199254740992"):
        stamp.digest({"n": 2**53})


GOOD = {"content": {"a": 1}, "sha256": stamp.digest({"a": 1})}
DAMAGED = {
    "content changed": ({**GOOD, "content": {"a": 2}}, "its certificate says"),
    "certificate changed": ({**GOOD, "sha256": "0" * 64}, "its certificate says 000000000000"),
    "certificate of another kind": ({**GOOD, "sha256": 5}, ""),
    "no certificate": ({"content": {"a": 1}}, "expected content and sha256"),
    "a key too many": ({**GOOD, "note": "trust me"}, "expected content and sha256"),
    "a list": ([GOOD], "found list, expected a JSON object"),
}


@pytest.mark.parametrize(
    ("document", "named"),
    [pytest.param(*case, id=name) for name, case in DAMAGED.items()],
)
def test_a_damaged_document_is_refused_with_its_path(tmp_path: Path, document: Any, named: str) -> None:
    """One line that names the file and what is wrong."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError) as caught:
        stamp.read_stamped(path)
    assert [f"{path}"] == str(caught.value).split(":")[:1]
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"content": {"a": NaN}, "sha256": ""}', id="NaN"),
        pytest.param('{"content": {"a": 1', id="truncated"),
        pytest.param("", id="empty"),
        pytest.param('{"content": {"a": 1e999}, "sha256": ""}', id="overflow"),
        pytest.param('{"content": {"\\ud800": 1}, "sha256": ""}', id="half a surrogate pair"),
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param(
            '{"content": {"a": 2, "a": 1}, "sha256": "' + stamp.digest({"a": 1}) + '"}',
            id="key given twice",
        ),
    ],
)
def test_what_is_no_sound_json_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    """Whatever the bytes, the error is the one that names the file."""
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(InputError, match=path.name):
        stamp.read_stamped(path)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    """No traceback for a path that is not there."""
    with pytest.raises(InputError, match=r"nothing\.json"):
        stamp.read_json(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.12345649, 0.123456), (0.12345651, 0.123457), (1234567.0, 1234570.0), (1e-9, 1e-9), (0.0, 0.0)],
)
def test_results_state_six_significant_digits(value: float, expected: float) -> None:
    """Rounded to the nearest, whatever the magnitude."""
    assert expected == rounded(value)
    assert -expected == rounded(-value)


def test_there_is_no_negative_zero() -> None:
    """Two zeros would be two contents in other languages."""
    assert 1.0 == math.copysign(1.0, rounded(-0.0))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_rounding_is_stable_and_near(value: float) -> None:
    """Rounded once is rounded for good, and never off by more than half of the sixth digit."""
    once = rounded(value)
    assert once == rounded(once)
    assert math.isclose(value, once, rel_tol=5.1e-6, abs_tol=1e-320)
