"""Text encoders in the ONNX format, from Python packages that carry one: the mean of tokens' hidden states.

A package has the model, another the tokenizer, each pinned by its sha256: what runs are the operators of
onnxruntime on these very bytes, and no code of a package is imported. One thread adds in one order, so that
the bytes of a vector do not depend on the machine's load. This is the pooling of Sentence-BERT (Reimers and
Gurevych 2019, arXiv 1908.10084), padding left out.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

from harness.data.packages import PackageName, package_folder
from harness.errors import BlockedError, InputError
from harness.types import Floats, PairSet, Place, check_vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

CHUNK = 256  # texts that are encoded and stored together
LIBRARIES = ("numpy", "onnxruntime", "tokenizers")  # another version, other last bits
_SHA256 = "^[0-9a-f]{64}$"


class Params(BaseModel, extra="forbid", frozen=True):
    """The file ``model`` of an installed ``distribution``, and ``tokenizer.json`` of ``tokenizer_package``.

    The model takes ``input_ids`` and ``attention_mask``; of its outputs the one of the shape (texts, tokens,
    ``dimension``) is averaged. Of a text the first ``max_tokens`` are encoded, begin and end among them.
    ``extra``: what of this project installs the distribution. ``batch`` texts are encoded together.
    """

    dimension: int = Field(ge=1)
    distribution: str = Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    model: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.onnx$")
    model_sha256: str = Field(pattern=_SHA256)
    tokenizer_package: PackageName
    tokenizer_sha256: str = Field(pattern=_SHA256)
    extra: str = Field(pattern="^[a-z][a-z0-9-]*$")
    max_tokens: int = Field(ge=3)
    batch: int = Field(default=64, ge=1)


def locate(params: Params, _place: Place) -> dict[str, Any]:
    """Return what identifies the encoder; raise BlockedError for a package that is not installed."""
    needed = {
        params.distribution: bool(_files(params)),
        params.tokenizer_package: package_folder(params.tokenizer_package) is not None,
        "onnxruntime": importlib.util.find_spec("onnxruntime") is not None,
    }
    for package, installed in needed.items():
        if not installed:
            own = f"'embedding-compression-evidence[{params.extra}]'"
            remedy = f"pip install {own} (make reproduce EXTRAS=dev,{params.extra})"
            raise BlockedError(f"the package {package} is not installed", remedy)
    identifying = ("model_sha256", "tokenizer_sha256", "max_tokens", "batch")
    return {"use": "onnx-transformer", **params.model_dump(include=set(identifying))}


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any of texts."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, _place: Place) -> Floats:
    """Return the vectors (len(rows), D) float32 of the given rows of ``data``.

    Raises InputError where it has no texts, and for a model or tokenizer that is not the pinned one.
    """
    if data.texts is None or data.waves is not None:
        raise InputError(f"{data.name}: found no texts, expected texts for the encoder onnx-transformer")
    texts = [data.texts[i] for i in rows]
    # The order decides the batches, and those the last bits: shortest first, ties by text.
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i]))
    tokenizer, session, output = _model(params)
    result = np.empty((len(texts), params.dimension), np.float32)
    for start in range(0, len(order), params.batch):
        own = order[start : start + params.batch]
        ids, mask = _tokens(tokenizer, [texts[i] for i in own])
        [states] = session.run([output], {"input_ids": ids, "attention_mask": mask})
        result[own] = _means(np.asarray(states), mask)
    return check_vectors(result, params.distribution, params.dimension)


def _tokens(tokenizer: Tokenizer, texts: list[str]) -> tuple[Any, Any]:
    """Return token ids and mask, both (n, longest) int64; what pads a text is 0 in both."""
    encoded = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    mask = np.arange(max(map(len, encoded))) < np.array([[len(ids)] for ids in encoded])
    tokens = np.zeros(mask.shape, np.int64)
    tokens[mask] = np.concatenate(encoded)
    return tokens, mask.astype(np.int64)


def _means(states: Floats, mask: Any) -> Floats:
    """Return the means (n, D) float32 of states (n, tokens, D) over the tokens that are not masked."""
    total = np.einsum("ntd,nt->nd", states.astype(np.float64), mask.astype(np.float64))
    means: Floats = (total / mask.sum(axis=1, keepdims=True)).astype(np.float32)
    return means


@functools.cache
def _model(params: Params) -> tuple[Tokenizer, InferenceSession, str]:
    """Return the tokenizer, the model, and the name of its output of hidden states."""
    import onnxruntime
    from tokenizers import Tokenizer

    folder = package_folder(params.tokenizer_package) or Path()
    read = _pinned(folder / "model" / "tokenizer.json", params.tokenizer_sha256)
    tokenizer = Tokenizer.from_str(read.decode("utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(params.max_tokens)
    files = _files(params)
    if len(files) != 1:
        raise InputError(f"{params.distribution}: found {len(files)} files {params.model}, expected one")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    # The bytes that were checked, and not the path: nothing can change in between.
    session = onnxruntime.InferenceSession(
        _pinned(files[0], params.model_sha256), options, providers=["CPUExecutionProvider"]
    )
    shapes = {output.name: output.shape for output in session.get_outputs() if output.type == "tensor(float)"}
    states = [name for name, shape in shapes.items() if len(shape) == 3 and shape[-1] == params.dimension]  # noqa: PLR2004 - texts, tokens, dimensions
    if len(states) != 1:
        expected = f"one of (texts, tokens, {params.dimension})"
        raise InputError(f"{files[0]}: found float outputs of {list(shapes.values())}, expected {expected}")
    return tokenizer, session, states[0]


def _files(params: Params) -> list[Path]:
    """Return the files of the model's name that the distribution lists; none where it is not installed.

    The folder may have a name that cannot be imported, so that the list of files is what names it.
    """
    try:
        listed = importlib.metadata.distribution(params.distribution).files
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in listed or () if file.name == params.model]


def _pinned(path: Path, sha256: str) -> bytes:
    """Return the bytes of a file; raise InputError where they have another digest, or it is missing."""
    try:
        read = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a file with sha256 {sha256[:12]}…") from error
    actual = hashlib.sha256(read).hexdigest()
    if actual != sha256:
        raise InputError(f"{path}: found sha256 {actual[:12]}…, expected {sha256[:12]}…, as it is pinned")
    return read
