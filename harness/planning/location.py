"""Where inputs can be had: what identifies a data set or an encoder, or why it is not at hand."""

from __future__ import annotations

import dataclasses
from typing import Any

from harness.errors import BlockedError, LeftOutError
from harness.planning import registry
from harness.planning.definitions import Dataset
from harness.planning.models import Suite
from harness.planning.parameters import encoder_params, origin_params
from harness.types import Json, Place


def encoder_identity(
    suite: Suite, name: str, datasets: Json, where: str, place: Place
) -> dict[str, Any] | BlockedError:
    """Return what identifies a space, or why it cannot be had: by its plug-in, parts, corpus."""
    space = suite.encoders[name]
    params = encoder_params(space)
    needed = [encoder_identity(suite, part, datasets, where, place) for part in getattr(params, "parts", ())]
    corpus = [datasets[params.corpus]] if hasattr(params, "corpus") else []
    missing = next((entry for entry in (*needed, *corpus) if isinstance(entry, BlockedError)), None)
    if missing:
        return missing
    cost = None if place.large else space.large
    try:
        encoder = registry.load("encoders", space.use, where)
        identity: dict[str, Any] = encoder.locate(params, _near(place, cost))
    except BlockedError as error:
        return left_out(cost) if cost else error
    extra: dict[str, Any] = {"parts": needed} if needed else {}
    extra |= {"corpus": corpus[0]} if corpus else {}
    extra |= {"prefixes": space.prefixes.model_dump()} if space.prefixes else {}
    return {**identity, **extra}


def dataset_identity(suite: Suite, name: str, where: str, place: Place) -> dict[str, Any] | BlockedError:
    """Return what identifies a data set at the first origin that can be had, or why none can."""
    reasons: list[BlockedError] = []
    dataset = suite.datasets[name]
    cost = None if place.large else dataset.large
    for i, raw in enumerate(dataset.origins):
        params = origin_params(dataset, i)
        try:
            source = registry.load("sources", raw["use"], where)
            identity = source.locate(params, _near(beside(place, dataset), cost))
        except BlockedError as error:
            reasons.append(error)
        else:
            return {**identity, "origin": i}
    if cost:
        return left_out(cost)
    missing = f"{name}: " + ", ".join(reason.missing for reason in reasons)
    return BlockedError(missing, " or ".join(dict.fromkeys(reason.remedy for reason in reasons)))


def left_out(cost: str) -> LeftOutError:
    """Return the error for an input that is large and was not asked for."""
    return LeftOutError(f"large: {cost}", "--all (make reproduce ALL=1) runs it")


def beside(place: Place, dataset: Dataset) -> Place:
    """Return the place in which a data set's relative paths start from the folder that defines it."""
    return dataclasses.replace(place, folder=dataset.folder)


def _near(place: Place, cost: str | None) -> Place:
    """Return the place in which an input is looked for: where it is left out, not beyond this machine."""
    return dataclasses.replace(place, offline=True) if cost else place


def encoder_cost(suite: Suite, name: str) -> str | None:
    """Return what an encoder, or the first of its parts that is large, costs."""
    space = suite.encoders[name]
    parts = (space.model_extra or {}).get("parts", ())
    return space.large or next((cost for part in parts if (cost := encoder_cost(suite, part))), None)
