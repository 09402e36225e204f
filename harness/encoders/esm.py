"""Protein sequences to vectors by ESM-2 (Lin et al. 2023, doi 10.1126/science.ade2574): mean of the residues.

The tokens that mark begin and end, and padding, are not residues and are left out of the mean.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

from harness.embedding import hf_models
from harness.errors import InputError
from harness.numerics.device import Device, chosen
from harness.types import Floats, PairSet, Place, check_vectors

if TYPE_CHECKING:
    from transformers import EsmModel, EsmTokenizer

RESIDUES = frozenset("ACDEFGHIKLMNPQRSTVWYBUXZO")  # the twenty, and what IUPAC writes for others or unknown
CHUNK = 128  # sequences that are encoded and stored together
_MARKS = 2  # tokens of a sequence that are none of its residues: begin and end


class Params(BaseModel, extra="forbid", frozen=True):
    """A model of the hub; ``weights_sha256`` is checked where it is given.

    Of a sequence the first ``max_residues`` are encoded and the rest is left out: ESM-2 was trained on
    1,024 tokens, begin and end among them. ``batch`` sequences of about one length are encoded together.
    """

    dimension: int = Field(ge=1)
    repo: str
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    weights_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    max_residues: int = Field(default=1022, ge=1)
    batch: int = Field(default=16, ge=1)


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the encoder; raise BlockedError where its weights cannot be had here."""
    return {
        "use": "esm",
        "repo": params.repo,
        "revision": hf_models.commit(params.repo, params.revision, None, place),
        "max_residues": params.max_residues,
        "batch": params.batch,
    }


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any of sequences."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, place: Place) -> Floats:
    """Return the vectors (len(rows), D) float32 of the given sequences of ``data``.

    Raises InputError, with the row, for an empty sequence and for letters that stand for no residue.
    """
    if data.texts is None:
        raise InputError(f"{data.name}: found vectors, expected sequences for the encoder esm")
    sequences = [_checked(data.texts[i], f"{data.name}: row {i}")[: params.max_residues] for i in rows]
    # The order decides the batches, and those the last bits: shortest first, ties by letters.
    order = sorted(range(len(sequences)), key=lambda i: (len(sequences[i]), sequences[i]))
    tokenizer, model = _model(params, place, chosen())
    result = np.empty((len(rows), model.config.hidden_size), np.float32)
    for start in range(0, len(order), params.batch):
        part = order[start : start + params.batch]
        result[part] = _pooled(tokenizer, model, [sequences[i] for i in part], params.repo)
    return check_vectors(result, params.repo, params.dimension)


def _checked(sequence: str, where: str) -> str:
    wrong = sorted(set(sequence) - RESIDUES)
    if wrong or not sequence:
        problem = f"found the letters {''.join(wrong)!r}" if wrong else "found an empty sequence"
        raise InputError(f"{where}: {problem}, expected residues of {''.join(sorted(RESIDUES))}")
    return sequence


def _pooled(tokenizer: EsmTokenizer, model: EsmModel, sequences: list[str], repo: str) -> Floats:
    import torch

    inputs = tokenizer(sequences, padding=True, return_tensors="pt")
    lengths = [len(sequence) for sequence in sequences]
    if inputs["attention_mask"].sum(dim=1).tolist() != [length + _MARKS for length in lengths]:
        raise InputError(f"{repo}: the tokenizer splits otherwise, expected a token a residue, begin and end")
    with torch.inference_mode():
        states = model(**inputs.to(model.device)).last_hidden_state.double()
    means = [state[1 : length + 1].mean(dim=0) for state, length in zip(states, lengths, strict=True)]
    pooled: Floats = torch.stack(means).float().cpu().numpy()
    return pooled


@functools.cache
def _model(params: Params, place: Place, _device: Device) -> tuple[EsmTokenizer, EsmModel]:
    from transformers import EsmModel, EsmTokenizer

    sha = locate(params, place)["revision"]
    folder = hf_models.folder(params.repo, sha, None, params.weights_sha256)
    tokenizer = EsmTokenizer.from_pretrained(str(folder))
    return tokenizer, hf_models.load(EsmModel, folder, add_pooling_layer=False)
