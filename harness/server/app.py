"""The HTTP contract of claim C6 on this project's codecs: its routes, and what is sent and answered.

An error is one line, ``{"detail": …}``, and repeats nothing of what was sent: 422 wrong input, 409 a model
without a codebook, and what ``server.guard`` refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, FailFast, Field, FiniteFloat
from pydantic.alias_generators import to_camel

from harness.errors import InputError
from harness.server.guard import Guard, refusal
from harness.server.models import Model
from harness.types import Floats, check_vectors

if TYPE_CHECKING:
    from fastapi import FastAPI

SERVER = "embedding-compression-evidence reference server"
EXPORT = "/exports/sample.aqed"
MOST_ROWS = 1024
MOST_DIMENSIONS = 2**14
OPEN = ("/health", "/api/v1/models", "/openapi.json", EXPORT)  # without a key


# -- What is sent and answered, in the contract's names ------------------------------------------------------


class _Sent(BaseModel, extra="forbid", strict=True):
    pass


class _Answered(BaseModel, alias_generator=to_camel, populate_by_name=True):
    pass


Row = Annotated[list[FiniteFloat], Field(min_length=1, max_length=MOST_DIMENSIONS), FailFast()]


class Options(_Sent):
    """``targetDims`` wanted of a vector; 0 for the default of its dimension."""

    targetDims: int = Field(default=0, ge=0, le=MOST_DIMENSIONS)  # noqa: N815 - the contract's name


class Batch(_Sent):
    """Vectors of one dimension, and perhaps which ``model`` is to shorten them."""

    vectors: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS), FailFast()]
    options: Options = Options()
    model: str | None = None


class One(_Sent):
    """A vector, and the model whose codebook is to be used."""

    vector: Row
    model: str


class BatchMetadata(_Answered):
    """``compression_ratio``: float32 bytes before over float32 bytes after."""

    compression_ratio: float
    original_dim: int
    compressed_dim: int
    model: str


class Shortened(_Answered):
    """The float vectors, in the order sent."""

    compressed: list[list[float]]
    metadata: BatchMetadata


class CodesMetadata(_Answered):
    """``expected_quality`` is null: what a codec keeps is known for whole data sets, not for a vector."""

    expected_quality: float | None
    compression_ratio: float


class Codes(_Answered):
    """One number from 0 to 255 a byte."""

    codes: list[int]
    metadata: CodesMetadata


# -- The routes ----------------------------------------------------------------------------------------------


def build(models: Sequence[Model], export: Path, key: str) -> FastAPI:
    """Return the server of ``models`` and of the AQED file ``export``, for those who have ``key``."""
    from fastapi import FastAPI, HTTPException
    from fastapi.responses import FileResponse

    app = FastAPI(title=SERVER, docs_url=None, redoc_url=None)
    app.add_middleware(Guard, key=key, without=OPEN)
    _explain_errors(app)

    @app.get("/health")
    def health() -> dict[str, str]:
        """Return that the server answers."""
        return {"status": "ok", "server": SERVER}

    @app.get("/api/v1/models")
    def listed() -> dict[str, list[dict[str, Any]]]:
        """Return what is known of each model."""
        names = ("id", "input_dim", "compressed_dim", "code_bytes", "sha256")
        return {"models": [{name: getattr(model, name) for name in names} for model in models]}

    @app.get("/api/v1/auth/verify")
    def verify() -> dict[str, bool]:
        """Return that the key is valid."""
        return {"valid": True}  # the guard has let it pass

    @app.post("/api/v1/compress/batch")
    def compress(body: Batch) -> Shortened:
        """Return the vectors as the chosen model shortens them."""
        x = _matrix(body.vectors, "vectors")
        model = _chosen(models, x.shape[1], body)
        ratio = model.input_dim / model.compressed_dim
        metadata = BatchMetadata(
            compression_ratio=ratio,
            original_dim=model.input_dim,
            compressed_dim=model.compressed_dim,
            model=model.id,
        )
        return Shortened(compressed=model.shortened(x).tolist(), metadata=metadata)

    @app.post("/api/v1/compress-pq")
    def compress_pq(body: One) -> Codes:
        """Return the codes of a vector, one number a byte; 409 for a model without a codebook."""
        model = _named(models, body.model)
        if model.code_bytes is None:
            raise HTTPException(409, f"model {model.id}: there is no codebook for it")
        x = _matrix([body.vector], "vector", model.input_dim)
        ratio = 4 * model.input_dim / model.code_bytes
        metadata = CodesMetadata(expected_quality=None, compression_ratio=ratio)
        return Codes(codes=model.pipeline.encode(x)[0].tolist(), metadata=metadata)

    @app.get(EXPORT, response_model=None)
    def exported() -> Any:
        """Return the AQED file, or the range of it that is asked for."""
        return FileResponse(export, media_type="application/octet-stream")  # which knows Range

    return app


def _explain_errors(app: FastAPI) -> None:
    from fastapi import Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse

    @app.exception_handler(RequestValidationError)
    def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        return refusal(422, _explain(error.errors()[0]))

    @app.exception_handler(InputError)
    def refuse_input(_: Request, error: InputError) -> JSONResponse:
        return refusal(422, str(error))

    @app.exception_handler(Exception)
    def apologise(_: Request, _error: Exception) -> JSONResponse:
        return refusal(500, "the server failed; its log says how")


def _matrix(rows: list[list[float]], where: str, dimension: int | None = None) -> Floats:
    if len({len(row) for row in rows}) > 1:
        raise InputError(f"{where}: found rows of different lengths, expected one dimension")
    return check_vectors(np.array(rows, np.float64), where, dimension)


def _named(models: Sequence[Model], name: str) -> Model:
    chosen = next((model for model in models if model.id == name), None)
    if chosen is None:
        raise InputError("model: found no such id, expected one that /api/v1/models lists")
    return chosen


def _chosen(models: Sequence[Model], dimension: int, body: Batch) -> Model:
    """Return the model named, else the first one, those without PQ before the others, that has the sizes."""
    named = [_named(models, body.model)] if body.model is not None else models
    fitting = [model for model in named if model.input_dim == dimension and model.compressed_dim < dimension]
    wanted = [model for model in fitting if body.options.targetDims in {0, model.compressed_dim}]
    if not wanted:
        sizes = sorted({model.compressed_dim for model in fitting}) or "none"
        raise InputError(f"found {dimension} dimensions and no such targetDims, expected one of {sizes}")
    return min(wanted, key=lambda model: model.code_bytes is not None)


def _explain(error: dict[str, Any]) -> str:
    """Return pydantic's error without the input: an unknown key is one, and is not repeated."""
    unknown = error["type"] == "extra_forbidden"
    where = ".".join(str(part) for part in (error["loc"][:-1] if unknown else error["loc"]))
    return " ".join(f"{where}: {'found an unknown key' if unknown else error['msg']}".split())
