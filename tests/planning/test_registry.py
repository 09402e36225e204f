"""Plug-ins by the names of their files, and the digests of the code that they stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness.errors import InputError
from harness.planning import registry
from harness.planning.code_digest import digest_source

ROOT = Path(harness.__file__).parent


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_file_of_a_kind_is_a_plug_in_by_its_name_with_dashes(kind: str) -> None:
    """The file is the registration: no list names it."""
    stems = {path.stem for path in (ROOT / kind).glob("*.py")} - {"__init__"}
    assert sorted(stem.replace("_", "-") for stem in stems) == registry.names(kind)
    for name in registry.names(kind):
        module = registry.load(kind, name, "here")
        assert f"harness.{kind}.{name.replace('-', '_')}" == module.__name__


@pytest.mark.parametrize("name", ["nope", "", "__init__", "as_is", "../core", "PCA"])
@pytest.mark.parametrize("kind", registry.KINDS)
def test_an_unknown_name_lists_the_choices(kind: str, name: str) -> None:
    """The error says where it stood, what was found, and all that would be right."""
    with pytest.raises(InputError) as caught:
        registry.load(kind, name, "suite.toml: [pipelines.x] steps.0.use")
    choices = ", ".join(registry.names(kind))
    assert f"suite.toml: [pipelines.x] steps.0.use: found {name!r}, expected one of {choices}" == str(
        caught.value
    )


def test_the_digest_of_a_module_is_that_of_its_source() -> None:
    """By its dotted name, from the installed harness."""
    source = (ROOT / "compressors" / "pca.py").read_text("utf-8")
    assert digest_source(source) == registry.code_digest("harness.compressors.pca")
    assert registry.code_digest("harness.compressors.pca") != registry.code_digest("harness.compressors.pq")


def test_a_plug_in_stands_on_what_it_imports_and_on_what_that_imports() -> None:
    """At the top or inside a function, and nothing else: the reference method's rotation, not the lens."""
    imports = registry.transitive_imports("harness.compressors.aqea")
    assert {
        "harness.compressors.aqea",
        "harness.codecs.aqea_rotation",
        "harness.codecs.affine",
        "harness.types",
    } <= imports
    assert "harness.compressors.lens" not in imports
    assert {"harness.data.readers", "harness.data.sampling"} <= registry.transitive_imports(
        "harness.sources.mirror"
    )


def test_the_code_of_a_plug_in_names_no_module() -> None:
    """Digests alone, sorted: in another folder they are the same."""
    modules = registry.transitive_imports("harness.compressors.aqea")
    assert sorted({registry.code_digest(name) for name in modules}) == registry.code_of(
        "harness.compressors.aqea"
    )


def test_what_measures_a_cell_is_followed_to_all_that_computes_and_to_nothing_that_plans() -> None:
    """A change in resampling or encoding makes results out of date; one of a suite's reader does not."""
    begin = ("harness.evaluation.context", "harness.evaluation.evaluate")
    modules = set().union(*map(registry.transitive_imports, begin))
    computing = (
        "statistics.clusters",
        "data.identity",
        "embedding.embed",
        "codecs.pipeline",
        "numerics.pinning",
    )
    assert {f"harness.{name}" for name in (*computing, "evaluation.knn", "types")} <= modules
    assert not [
        name for name in modules if name.startswith(("harness.planning", "harness.run", "harness.errors"))
    ]
