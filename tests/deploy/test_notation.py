"""The textual form of a pipeline: read, written, and refused in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.deploy.notation import parse_pipeline, pipeline_text
from harness.errors import InputError
from harness.planning.parameters import validated
from harness.planning.registry import load
from harness.planning.steps import Step

_SHARES, _SIZES = st.floats(0, 1), st.integers(1, 999)
_COLUMNS = st.fixed_dictionaries({"start": st.just(0), "stop": _SIZES})
_FIELDS = {
    "pca": st.fixed_dictionaries({"dims": _SIZES}, optional={"whiten": _SHARES}),
    "scalar": st.fixed_dictionaries({"bits": st.integers(1, 8)}, optional={"clip": st.floats(0, 0.4)}),
    "rabitq": st.fixed_dictionaries({}, optional={"rotate": st.booleans()}),
    "sign": st.just({}),
    "fsq": st.fixed_dictionaries(
        {},
        optional={
            "levels": st.lists(_SIZES, min_size=1, max_size=5),
            "bits": st.none() | st.floats(1, 64),
            "gradient": st.sampled_from(["straight-through", "rotation"]),
        },
    ),
    "autoencoder": st.fixed_dictionaries({"dims": _SIZES}, optional={"hidden": st.none() | _SIZES}),
    "aqea": st.fixed_dictionaries(
        {"dims": _SIZES}, optional={"kind": st.sampled_from(["text", "audio"]), "sigma": st.floats(1e-9, 9)}
    ),
    "crossmap": st.fixed_dictionaries({"source": _COLUMNS, "target": _COLUMNS, "dims": _SIZES}),
}


@st.composite
def _steps(draw: st.DrawFn) -> tuple[Step, ...]:
    names = draw(st.lists(st.sampled_from(sorted(_FIELDS)), min_size=1, max_size=4))
    return tuple(
        Step(
            name,
            validated(load("compressors", name, "").Params, draw(_FIELDS[name]), "").model_dump(),
        )
        for name in names
    )


@given(_steps())
def test_what_is_written_is_read_as_the_same_steps(steps: tuple[Step, ...]) -> None:
    """Every parameter comes back with its value and type, and the text of that is the same text."""
    text = pipeline_text(steps)
    assert steps == parse_pipeline(text)
    assert text == pipeline_text(parse_pipeline(text))


@given(st.text(max_size=40) | st.text(alphabet='pca dims=1|"[]{},.:-\\e', max_size=40))
def test_any_text_is_a_pipeline_or_one_line(text: str) -> None:
    """Nothing but InputError is raised, and its message is one line."""
    try:
        text = pipeline_text(parse_pipeline(text))
    except InputError as error:
        text = str(error)
    assert 1 == len(text.splitlines())


def test_defaults_are_filled_in_and_left_out_of_the_text() -> None:
    """Steps have all their parameters; the text has those that differ from their defaults."""
    steps = parse_pipeline("pca dims=64 | scalar bits=4")
    assert ({"dims": 64, "whiten": 0.0}, {"bits": 4, "clip": 0.0}) == tuple(step.params for step in steps)
    assert "pca dims=64 | scalar bits=4" == pipeline_text(steps)


def test_spaces_and_quotes_do_not_matter() -> None:
    """A word may be quoted, a list spaced, and a bar stand without spaces."""
    plain = parse_pipeline("fsq levels=[8,5] gradient=straight-through | sign")
    assert plain == parse_pipeline('  fsq   levels=[8, 5]\tgradient="straight-through"|sign ')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found the end at character 1, expected the name of a compressor"),
        ("pca dims=64 |", "found the end at character 14, expected the name of a compressor"),
        ("PCA dims=64", "found 'PCA dims=64' at character 1, expected the name of a compressor"),
        ("pca dims=64 4", "found '4' at character 13, expected name=value or '|'"),
        ("pca dims=64scalar", "found 'scalar' at character 12, expected name=value or '|'"),
        ("pca dims=", "found the end at character 10, expected a value"),
        ("pca dims=1 dims=1", "pca: found dims twice, expected it once"),
        ("pca", "pca dims: the key is missing"),
        ("pca dims=many", "pca dims: found 'many', expected a valid integer"),
        ("pca dims=64 bits=4", "pca bits: unknown key"),
        ("pca dims=99999", "found 99,999 dimensions, expected at most 16,384"),
        ("nope", "found 'nope', expected one of aqea, autoencoder"),
        ("fsq levels=" + "[" * 9000, "expected a value"),
        ("a" * 10_001, "found 10,001 characters, expected at most 10,000"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_pipeline_is_one_line_with_its_place(text: str, message: str) -> None:
    """The line begins with where the text came from."""
    with pytest.raises(InputError) as raised:
        parse_pipeline(text, "--pipeline")
    assert str(raised.value).startswith("--pipeline: ")
    assert message in str(raised.value)


def test_a_step_from_a_file_has_no_text() -> None:
    """Text names parameters; a loaded step has none."""
    with pytest.raises(InputError, match=r"lens\.safetensors: lens is loaded from a file"):
        pipeline_text((Step("lens", {}, "lens.safetensors"),))
