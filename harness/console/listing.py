"""What there is, kind by kind: suites, data sets, encoders, and the plug-ins of every kind."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from harness.planning import catalogue, registry
from harness.planning.definitions import Dataset, Encoder
from harness.planning.parameters import encoder_params
from harness.planning.shipped import OWN, suites
from harness.planning.suite import load
from harness.types import Json

# Keys of a source's or an encoder's table that say where it can be had.
_PLACES = ("package", "extra", "repo", "url", "path", "corpus", "parts")
_INDENT = 30


def kinds() -> dict[str, Callable[[], Any]]:
    """Return each kind with a function that returns its entries: names, or names with what is said of them.

    ``encoders`` are those that suites name; the plug-ins that they use are ``encoder-kinds``.
    """
    plugins = {"encoder-kinds" if kind == "encoders" else kind: kind for kind in registry.KINDS}
    return {
        "suites": lambda: {name: load(path).question for name, path in suites().items()},
        "datasets": datasets,
        "encoders": encoders,
        **{shown: functools.partial(registry.names, kind) for shown, kind in plugins.items()},
    }


def datasets() -> dict[str, Json]:
    """Return every data set that a suite in suites/ can name: counts, licence, and where it can be had."""
    where = catalogue.folders(OWN)
    return {
        name: _dataset(catalogue.dataset(name, where, "list")) for name in catalogue.names("datasets", where)
    }


def encoders() -> dict[str, Json]:
    """Return every encoder that a suite in suites/ can name: dimension, parameters, where it can be had."""
    where = catalogue.folders(OWN)
    return {
        name: _encoder(catalogue.encoder(name, where, "list")) for name in catalogue.names("encoders", where)
    }


def text(listed: Mapping[str, Any]) -> str:
    """Return the kinds as lines under a heading each; of a single kind everything, of several a line each."""
    lines = []
    for kind, entries in listed.items():
        lines.append(f"{kind}:")
        if isinstance(entries, Mapping):
            lines += [line for entry in entries.items() for line in _lines(*entry, whole=len(listed) == 1)]
        else:
            lines.append("  " + ", ".join(entries))
    return "\n".join(lines)


def _dataset(dataset: Dataset) -> dict[str, Any]:
    counts = {"rows": dataset.rows, "pairs": dataset.pairs}
    from_ = [_had_from(origin) for origin in dataset.origins]
    return {
        "title": dataset.title, **counts, "licence": dataset.licence, "large": dataset.large, "from": from_
    }  # fmt: skip


def _encoder(encoder: Encoder) -> dict[str, Any]:
    parameters = encoder_params(encoder).model_dump(exclude={"dimension"})
    prefixes = encoder.prefixes.model_dump() if encoder.prefixes else None
    return {
        "title": encoder.title,
        "dimension": encoder.dimension,
        "parameters": {**parameters, **({"prefixes": prefixes} if prefixes else {})},
        "large": encoder.large,
        "from": [_had_from(encoder.raw())],
    }


def _had_from(table: Json) -> str:
    """Return a plug-in's name, and the package, repository or file that it reads."""
    places = []
    for key in _PLACES:
        value = table.get(key)
        value = value.get("path") if isinstance(value, Mapping) else value
        if value:
            places.append(f"{key} {', '.join(value) if isinstance(value, list) else value}")
    return f"{table.get('use')}: {', '.join(places)}" if places else str(table.get("use"))


def _lines(name: str, entry: Any, *, whole: bool) -> list[str]:
    """Return the lines of an entry: its sentence, and if it is to be ``whole`` what else is said of it."""
    if isinstance(entry, str):
        return [f"  {name:<{_INDENT - 2}} {entry}"]
    lines = [f"  {name:<{_INDENT - 2}} {entry['title']}"]
    facts = [f"{entry[key]:,} {key}" for key in ("rows", "pairs") if entry.get(key) is not None]
    facts += [f"{entry['dimension']:,} dimensions"] if "dimension" in entry else []
    facts += [str(entry["licence"])] if "licence" in entry else []
    facts += [f"large: {entry['large']}"] if entry["large"] else []
    details = ["; ".join(facts), "; ".join(entry["from"])] if whole else []
    return lines + [" " * (_INDENT + 1) + line for line in details]
