"""Vectors from an HTTP endpoint of OpenAI's form: ``POST <url>/embeddings`` with model and input.

The key comes from the environment alone and goes into one header of one host, if the user allowed that
variable for that host (``embedding.api_keys``): redirects are not followed, and no answer's text is repeated
in an error, since servers quote the key. An endpoint has no revision and
its last bits may vary between calls; what makes a run repeatable is the store of vectors.
"""

from __future__ import annotations

import ipaddress
import json
import os
from typing import Annotated, Any
from urllib.parse import urlsplit

import numpy as np
from pydantic import AfterValidator, BaseModel, Field

from harness.embedding.api_keys import check_allowed
from harness.embedding.http_client import post
from harness.errors import BlockedError, InputError
from harness.types import Floats, PairSet, Place, check_vectors

CHUNK = 2048  # texts that are stored together


def _safe(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket without its other half
        raise ValueError("https://host/path and nothing else") from None
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("https://host/path and nothing else")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("a URL in ASCII, without spaces")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("a port from 1 to 65535, or none")
    if parts.scheme != "https" and not (parts.scheme == "http" and _loopback(parts.hostname)):
        raise ValueError("https, or http on this machine: the key is sent to it")
    return url.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Params(BaseModel, extra="forbid", frozen=True):
    """``model`` of the endpoint at ``url``; the key stands in the environment variable ``key_env``.

    ``shorten`` sends ``dimensions``, which OpenAI's third generation cuts its vectors to. ``prefix`` goes
    before each text. ``batch`` texts a request, ``timeout`` seconds for a whole answer, ``retries`` after a
    failure that may pass, ``pause`` seconds before the first of them, twice as long before each next.
    """

    dimension: int = Field(ge=1)
    model: str = Field(min_length=1)
    url: Annotated[str, AfterValidator(_safe)] = "https://api.openai.com/v1"
    key_env: str = Field(default="OPENAI_API_KEY", pattern="^[A-Z][A-Z0-9_]*$")
    shorten: bool = False
    prefix: str = ""
    batch: int = Field(default=128, ge=1, le=2048)
    timeout: float = Field(default=60.0, gt=0, le=600)
    retries: int = Field(default=5, ge=0, le=10)
    pause: float = Field(default=1.0, gt=0, le=60)


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the encoder; raise BlockedError offline and where there is no key for it."""
    if place.offline:
        raise BlockedError(
            f"{params.model} is at {params.url} and the run is offline", "run without --offline"
        )
    _key(params, place)
    return {
        "use": "embeddings-api",
        "url": params.url,
        "model": params.model,
        "shorten": params.shorten,
        "prefix": params.prefix,
    }


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any of texts."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, place: Place) -> Floats:
    """Return the vectors (len(rows), D) float32 of the given rows of ``data``.

    Raises BlockedError where the endpoint refuses the key or gives no answer, InputError for an answer
    that is not one vector of D finite numbers for each text.
    """
    if data.texts is None or data.waves is not None:
        raise InputError(f"{data.name}: found no texts, expected some for the encoder embeddings-api")
    texts = [params.prefix + data.texts[i] for i in rows]
    for i, text in zip(rows, texts, strict=True):
        if not text.strip():
            raise InputError(f"{data.name}: row {i}: found an empty text, expected one with words")
    batches = [texts[start : start + params.batch] for start in range(0, len(texts), params.batch)]
    return np.concatenate([_batch(batch, params, place) for batch in batches])


def _batch(texts: list[str], params: Params, place: Place) -> Floats:
    body: dict[str, Any] = {"model": params.model, "input": texts}
    if params.shorten:
        body["dimensions"] = params.dimension
    answer = post(
        params.url + "/embeddings",
        json.dumps(body).encode(),
        key=_key(params, place),
        key_name=params.key_env,
        timeout=params.timeout,
        retries=params.retries,
        pause=params.pause,
    )
    return _vectors(answer, len(texts), params)


def _vectors(answer: Any, count: int, params: Params) -> Floats:
    """Return the vectors of an answer in the order of the texts."""
    where = params.url + "/embeddings"
    try:
        vectors = {item["index"]: item["embedding"] for item in answer["data"]}
        listed = len(answer["data"])
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{where}: found no data of index and embedding, expected {count} of them"
        ) from error
    if listed != count or set(vectors) != set(range(count)):
        raise InputError(f"{where}: found {listed} vectors, expected {count} with index 0 to {count - 1}")
    for i, vector in vectors.items():
        if not isinstance(vector, list) or len(vector) != params.dimension:
            size = f"{len(vector)} numbers" if isinstance(vector, list) else "no list"
            raise InputError(f"{where}: vector {i}: found {size}, expected {params.dimension}")
        if not all(type(number) in {int, float} for number in vector):
            raise InputError(f"{where}: vector {i}: found what is no number, expected numbers")
    try:
        matrix = np.array([vectors[i] for i in range(count)], np.float64)
    except OverflowError as error:
        raise InputError(f"{where}: found a number out of range, expected finite numbers") from error
    return check_vectors(matrix, where, params.dimension)


def _key(params: Params, place: Place) -> str:
    check_allowed(params.url, params.key_env, place.allowed_keys)
    key = os.environ.get(params.key_env, "")
    if not key:
        raise BlockedError(
            f"{params.model} needs a key and {params.key_env} is not set", f"set {params.key_env}"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        # The HTTP library would quote it in its complaint.
        missing = f"{params.key_env} holds a character that no key has"
        raise BlockedError(missing, f"set {params.key_env} again")
    return key
