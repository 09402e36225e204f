"""The digest of what code computes: layout, docstrings and moves change nothing, all else does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pythons import VERSIONS, interpreter

import harness
from harness.planning.code_digest import digest_source, own_imports

ROOT = Path(harness.__file__).parent
SCRIPT = """
import json, pathlib, runpy, sys
digest_source = runpy.run_path(sys.argv[1])["digest_source"]
sources = json.load(sys.stdin)
print(json.dumps({name: digest_source(source) for name, source in sources.items()}))
"""

SOURCE = '''\
"""A module."""

from __future__ import annotations

import numpy as np
from harness import stats
from harness.core import Floats, InputError

LIMIT = 3


def area(width: float, height: float) -> float:
    """Return the area."""
    if width < 0:
        raise ValueError(f"found {width}")
    return width * height  # in square metres
'''


SILENT = {
    "comment changed": ("# in square metres", "# in square feet"),
    "comment gone": ("  # in square metres", ""),
    "comment added": ("LIMIT = 3\n", "# how many\nLIMIT = 3  # at most\n"),
    "docstring changed": (
        '"""Return the area."""',
        '"""Return width times height.\n\n    In any unit.\n    """',
    ),
    "docstring gone": ('    """Return the area."""\n', ""),
    "module docstring changed": ('"""A module."""', "'''Another module.'''"),
    "docstring of a constant": ("LIMIT = 3\n", 'LIMIT = 3\n"""How many."""\n'),
    "blank lines": ("LIMIT = 3\n", "\nLIMIT = 3\n\n\n\n"),
    "spaces": ("LIMIT = 3", "LIMIT   =  3"),
    "brackets": ("width * height  #", "(width * height)  #"),
    "line broken": ("(width: float, height: float)", "(\n    width: float,\n    height: float,\n)"),
    "quotes": ('f"found {width}"', "f'found {width}'"),
    "text in two pieces": ('f"found {width}"', '"fou" f"nd {width}" ""'),
    "number written otherwise": ("LIMIT = 3", "LIMIT = 0x3"),
    "no line end": ("square metres\n", "square metres"),
    "a module in another folder": ("from harness import stats", "from harness.evaluation import stats"),
    "names in another module": (
        "from harness.core import Floats, InputError",
        "from harness.errors import InputError\nfrom harness.types import Floats",
    ),
    "imports sorted otherwise": (
        "import numpy as np\nfrom harness import stats\n",
        "from harness import stats\nimport numpy as np\n",
    ),
}


@pytest.mark.parametrize(("old", "new"), SILENT.values(), ids=SILENT)
def test_an_edit_that_cannot_matter_does_not_change_the_digest(old: str, new: str) -> None:
    """Comments, docstrings, layout, the place of our own modules: results of before stay valid."""
    assert 1 == SOURCE.count(old)
    assert digest_source(SOURCE) == digest_source(SOURCE.replace(old, new))


TELLING = {
    "number": ("LIMIT = 3", "LIMIT = 4"),
    "kind of number": ("LIMIT = 3", "LIMIT = 3.0"),
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
    "bytes": ("LIMIT = 3", 'LIMIT = b"3"'),
    "tuple": ("LIMIT = 3", "LIMIT = (3,)"),
    "kind of error": ("ValueError", "TypeError"),
    "text of an f-string": ('f"found {width}"', 'f"Found {width}"'),
    "braces of an f-string": ('f"found {width}"', 'f"found {{width}}"'),
    "format": ("{width}", "{width:.3f}"),
    "format of a format": ("{width}", "{width:{height}}"),
    "conversion": ("{width}", "{width!r}"),
    "expression": ("{width}", "{height}"),
    "f-string or not": ('f"found {width}"', '"found {width}"'),
    "imported name": ("import Floats, InputError", "import Doubles, InputError"),
    "another name for it": ("import stats", "import stats as s"),
    "foreign module": ("import numpy as np", "import scipy as np"),
}


@pytest.mark.parametrize(("old", "new"), TELLING.values(), ids=TELLING)
def test_an_edit_of_the_code_changes_the_digest(old: str, new: str) -> None:
    """Whatever may change a result makes those of before out of date."""
    assert 1 == SOURCE.count(old)
    assert digest_source(SOURCE) != digest_source(SOURCE.replace(old, new))


def _f_string(text: str, conversion: str, spec: str) -> str:
    written = (
        text.encode("unicode_escape").decode().replace("{", "{{").replace("}", "}}").replace("'", "\\x27")
    )
    return f"x = f'{written}{{a{conversion}:{spec}}}'\n"


F_STRINGS = st.tuples(
    st.text(max_size=5),
    st.sampled_from(["", "!r", "!s", "!a"]),
    st.from_regex("[0-9.a-z<>^]{0,4}", fullmatch=True),
)


@given(F_STRINGS, F_STRINGS)
def test_two_f_strings_have_one_digest_only_where_all_of_them_is_equal(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Text, conversion and format are code: they write numbers into results."""
    assert (one == other) == (digest_source(_f_string(*one)) == digest_source(_f_string(*other)))


@given(st.text(), st.text())
def test_two_texts_have_one_digest_only_where_they_are_equal(one: str, other: str) -> None:
    """Also with quotes, backslashes and what is no letter."""
    assert (one == other) == (digest_source(f"x = {one!a}") == digest_source(f"x = {other!a}"))


def test_a_text_that_is_a_value_is_code() -> None:
    """Only a text that stands alone is a docstring."""
    assert digest_source('def f():\n    return "a"\n') != digest_source('def f():\n    return "b"\n')
    assert digest_source('x = ["a"]\n') != digest_source('x = ["b"]\n')


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_python_has_the_same_digests(version: str) -> None:
    """Of every module here, and of f-strings, which Python 3.12 began to read in another way."""
    sources = {str(path): path.read_text("utf-8") for path in ROOT.rglob("*.py")}
    sources |= {
        "nested": 'x = f"{a!r:>{width}} {c}"\ny = rf"{a}\\d" f"{b}"\n',
        "itself": 'x = f"a {b = } c" "d" f"{e=:.3f}{{}}" f""\n',
        "format": 'x = f"{a:%Y-%m{b}\\n}{c:}{d!s}"\n',
        "letters": "x = '\u0378\ufffd\U0001fae8'\n",
    }
    done = subprocess.run(
        [interpreter(version), "-c", SCRIPT, str(ROOT / "planning" / "code_digest.py")],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
    )
    assert {name: digest_source(source) for name, source in sources.items()} == json.loads(done.stdout)


def test_own_imports_are_the_dotted_names_of_ours() -> None:
    """Of modules and of what is in them, at the top or inside a function; nothing foreign."""
    source = SOURCE + "\n\ndef f():\n    import harness.hub\n    from harness.files import inside\n"
    expected = {"harness", "harness.stats", "harness.core", "harness.core.Floats", "harness.core.InputError"}
    assert expected | {"harness.hub", "harness.files", "harness.files.inside"} == own_imports(source)
