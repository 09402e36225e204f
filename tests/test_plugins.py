"""Plug-ins by the names of their files, and the digest of what their code says."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness import plugins
from harness.core import InputError

KINDS = ("compressors", "encoders", "metrics", "protocols", "sources")
ROOT = Path(harness.__file__).parent

SOURCE = '''\
"""A module."""

from __future__ import annotations

LIMIT = 3


def area(width: float, height: float) -> float:
    """Return the area."""
    if width < 0:
        raise ValueError(f"found {width}")
    return width * height  # in square metres
'''


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_a_kind_is_a_plug_in_by_its_name_with_dashes(kind: str) -> None:
    """The file is the registration: no list names it."""
    stems = {path.stem for path in (ROOT / kind).glob("*.py")} - {"__init__"}
    assert sorted(stem.replace("_", "-") for stem in stems) == plugins.names(kind)
    for name in plugins.names(kind):
        module = plugins.load(kind, name, "here")
        assert f"harness.{kind}.{name.replace('-', '_')}" == module.__name__


@pytest.mark.parametrize("name", ["nope", "", "__init__", "as_is", "../core", "PCA"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_name_lists_the_choices(kind: str, name: str) -> None:
    """The error says where it stood, what was found, and all that would be right."""
    with pytest.raises(InputError) as caught:
        plugins.load(kind, name, "suite.toml: [chains.x] steps.0.use")
    choices = ", ".join(plugins.names(kind))
    assert f"suite.toml: [chains.x] steps.0.use: found {name!r}, expected one of {choices}" == str(
        caught.value
    )


SILENT = {
    "comment changed": ("# in square metres", "# in square feet"),
    "comment gone": ("  # in square metres", ""),
    "comment added": ("LIMIT = 3\n", "# how many\nLIMIT = 3  # at most\n"),
    "docstring changed": (
        '"""Return the area."""',
        '"""Return width times height.\n\n    In any unit.\n    """',
    ),
    "module docstring changed": ('"""A module."""', "'''Another module.'''"),
    "blank lines": ("LIMIT = 3\n", "\nLIMIT = 3\n\n\n\n"),
    "spaces": ("LIMIT = 3", "LIMIT   =  3"),
    "line broken": ("(width: float, height: float)", "(\n    width: float, height: float\n)"),
    "a message": ('f"found {width}"', 'f"found {width}, expected a width"'),
    "no line end": ("square metres\n", "square metres"),
}


@pytest.mark.parametrize(("old", "new"), SILENT.values(), ids=SILENT)
def test_an_edit_that_cannot_matter_does_not_change_the_digest(old: str, new: str) -> None:
    """Comments, docstrings, layout and the words of messages: results of before stay valid."""
    assert 1 == SOURCE.count(old)
    assert plugins.digest_source(SOURCE) == plugins.digest_source(SOURCE.replace(old, new))


TELLING = {
    "number": ("LIMIT = 3", "LIMIT = 4"),
    "operator": ("width * height", "width + height"),
    "name": ("LIMIT", "LIMITS"),
    "order": ("width * height", "height * width"),
    "default": ("height: float)", "height: float = 1)"),
    "statement added": ("    return", "    width = abs(width)\n    return"),
    "statement gone": ("LIMIT = 3\n", ""),
    "indentation": (
        '        raise ValueError(f"found {width}")\n    return',
        '        raise ValueError(f"found {width}")\n        return',
    ),
    "text": ("LIMIT = 3", 'LIMIT = "3"'),
    "kind of error": ("ValueError", "TypeError"),
}


@pytest.mark.parametrize(("old", "new"), TELLING.values(), ids=TELLING)
def test_an_edit_of_the_code_changes_the_digest(old: str, new: str) -> None:
    """Whatever may change a result makes those of before out of date."""
    assert 1 == SOURCE.count(old)
    assert plugins.digest_source(SOURCE) != plugins.digest_source(SOURCE.replace(old, new))


def test_a_text_that_is_a_value_is_code() -> None:
    """Only a text that stands alone is a docstring."""
    assert plugins.digest_source('def f():\n    return "a"\n') != plugins.digest_source(
        'def f():\n    return "b"\n'
    )
    assert plugins.digest_source('x = ["a"]\n') != plugins.digest_source('x = ["b"]\n')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "def f():\n    return 1\n", 'def f():\n    """Doc."""\n    return 1\n', id="docstring added"
        ),
        pytest.param("x = f(a, b)\n", "x = f(\n    a,\n    b\n)\n", id="lines broken inside brackets"),
    ],
)
def test_layout_and_first_docstrings_do_not_change_the_digest(one: str, other: str) -> None:
    """What the docstring of ``code_digest`` promises."""
    assert plugins.digest_source(one) == plugins.digest_source(other)


def test_the_digest_is_the_same_on_every_version_of_python() -> None:
    """Python 3.12 began to cut f-strings up; a result of one version is valid on the others."""
    nested = 'x = f"{a!r:>{width}} {c}"\ny = rf"{a}" f"{b}"\n'
    assert "98b54847867c2b1d" == plugins.digest_source(SOURCE)
    assert "fa97b6d65d02046f" == plugins.digest_source(nested)


def test_the_digest_of_a_module_is_that_of_its_source() -> None:
    """By its dotted name, from the installed harness."""
    source = (ROOT / "compressors" / "pca.py").read_text("utf-8")
    assert plugins.digest_source(source) == plugins.code_digest("harness.compressors.pca")
    assert plugins.code_digest("harness.compressors.pca") != plugins.code_digest("harness.compressors.pq")


def test_a_plug_in_stands_on_what_it_imports_and_on_what_that_imports() -> None:
    """At the top or inside a function, and nothing else: the reference method's rotation, not the lens."""
    found = plugins.stands_on("harness.compressors.aqea")
    assert {"harness.compressors.aqea", "harness.aqea_weights", "harness.codecs", "harness.core"} <= found
    assert "harness.compressors.lens" not in found
    assert {"harness.records", "harness.drawn"} <= plugins.stands_on("harness.sources.mirror")
