"""A suite's file, and the files of the data sets and encoders that it names, read to one Suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.planning import catalogue, strict_toml
from harness.planning.catalogue import Folders
from harness.planning.checks import check_names, check_written
from harness.planning.definitions import Dataset, Encoder
from harness.planning.models import Suite, SuiteFile

_NAMED_IN = {"datasets": "train or test", "encoders": "encoders"}


def load(path: Path) -> Suite:
    """Return the suite in a TOML file; raise InputError with one line for anything wrong in it.

    The data sets and encoders that it names are read as well (``catalogue`` says from where).
    """
    document = strict_toml.read(path, "a suite")
    _refuse_definitions(document, path)
    written = strict_toml.validated(SuiteFile, document, path)
    if written.name != path.stem:
        raise InputError(
            f"{path}: name: found {written.name!r}, expected {path.stem!r}, as the file is called"
        )
    check_written(written, str(path))
    folders = catalogue.folders(path.parent)
    encoders = {name: catalogue.encoder(name, folders, f"{path}: encoders") for name in written.encoders}
    datasets = _datasets(written, encoders, folders, str(path))
    suite = Suite(**{**dict(written), "encoders": encoders, "datasets": datasets})
    check_names(suite, str(path))
    return suite


def _refuse_definitions(document: dict[str, Any], path: Path) -> None:
    """Raise InputError for a data set or encoder defined in the suite: it has a file of its own."""
    for kind, key in _NAMED_IN.items():
        tables = document.get(kind)
        if isinstance(tables, dict):
            name = next(iter(tables), "x")
            file = path.parent / kind / f"{name}.toml"
            raise InputError(f"{path}: [{kind}.{name}]: found a table, expected it as {file}, named in {key}")


def _datasets(
    written: SuiteFile, encoders: dict[str, Encoder], folders: Folders, where: str
) -> dict[str, Dataset]:
    """Return the data sets that a suite names, in the order in which it first names them."""
    datasets: dict[str, Dataset] = {}
    for named_in, name in _named(written, encoders, where):
        if name not in datasets:
            datasets[name] = catalogue.dataset(name, folders, named_in)
    return datasets


def _named(written: SuiteFile, encoders: dict[str, Encoder], where: str) -> Iterator[tuple[str, str]]:
    """Yield each place in which a data set is named, and the name."""
    tables = [("", written), *((f"[splits.{name}] ", own) for name, own in written.splits.items())]
    tables += [(f"[pipelines.{pipeline.name}] ", pipeline) for pipeline in written.pipelines]
    for table, keys in tables:
        for key in ("train", "test"):
            yield from ((f"{where}: {table}{key}", name) for name in getattr(keys, key) or ())
    for encoder in encoders.values():
        corpus = (encoder.model_extra or {}).get("corpus")
        if isinstance(corpus, str):
            yield f"{encoder.file}: corpus", corpus
