"""The parameters of plug-ins, validated by the models that the plug-ins have of them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from harness.errors import InputError
from harness.evidence.validation import explain
from harness.planning import registry
from harness.planning.definitions import Dataset, Encoder
from harness.types import Json


def encoder_params(encoder: Encoder) -> Any:
    """Return the validated parameters of an encoder; raise InputError for what its plug-in does not take."""
    return plugin_params("encoders", encoder.raw(), f"{encoder.file}:")


def origin_params(dataset: Dataset, origin: int) -> Any:
    """Return the validated parameters of an origin of a data set; raise InputError for what is none."""
    return plugin_params("sources", dataset.origins[origin], f"{dataset.file}: [origins.{origin}]")


def plugin_params(kind: str, raw: Json, where: str) -> Any:
    """Return the validated parameters of a table whose key ``use`` names a plug-in of a kind."""
    fields = dict(raw)
    module = registry.load(kind, str(fields.pop("use", "")), f"{where} use")
    return validated(module.Params, fields, where)


def validated(model: Any, fields: Json, where: str) -> Any:
    """Return a plug-in's parameters; raise InputError for the first field that does not fit its model."""
    try:
        return model.model_validate(fields, strict=True)
    except ValidationError as error:
        raise InputError(f"{where} {explain(error)}") from error
