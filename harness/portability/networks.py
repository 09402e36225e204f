"""Networks under an emulated processor: token ids to vectors, without what is slow to import there.

Outside the emulator an encoder encodes a few texts, and the inputs of its network are stored. Under the
emulator transformers alone reads the same weights and computes the vectors from these inputs, with the same
calls of torch. Outside the emulator both ways have to give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.embedding import hf_models
from harness.errors import BlockedError, RunError
from harness.evidence import npz
from harness.evidence.files import write_atomic
from harness.planning import registry
from harness.types import Floats, PairSet, Place

ENCODER = "sentence-transformer"
TEXTS = (  # of several lengths: a batch has padding, which attention and means leave out
    "A cat sleeps.",
    "Rain fell all night on the old roof.",
    "Two dogs run after one ball.",
    "Prices rose.",
)


def at_hand() -> dict[str, Any]:
    """Return the parameters of the sentence-transformers whose weights are here, by repository."""
    from harness.planning import catalogue
    from harness.planning.parameters import encoder_params
    from harness.planning.shipped import OWN

    by_repo: dict[str, Any] = {}
    folders, here = catalogue.folders(OWN), Place(Path(), None, offline=True)
    for name in catalogue.names("encoders", folders):
        encoder = catalogue.encoder(name, folders, "encoders")
        if encoder.use != ENCODER or encoder.raw()["repo"] in by_repo:
            continue
        params = encoder_params(encoder)
        try:
            registry.load("encoders", ENCODER, "encoders").locate(params, here)
        except BlockedError:
            continue
        by_repo[params.repo] = params
    return by_repo


def prepare(folder: Path) -> None:
    """Write what each network at hand is handed for the texts to ``folder``, a file a network.

    Raises RunError where the network alone gives other vectors than the encoder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for repo, params in at_hand().items():
        arrays, expected = _watched(repo, params)
        if vectors(arrays).tobytes() != expected.tobytes():
            raise RunError(f"portability: {repo}: the network alone gives other vectors than the encoder")
        write_atomic(folder / f"{repo.replace('/', '--')}.npz", npz.dumps(arrays))


def _watched(repo: str, params: Any) -> tuple[dict[str, Any], Floats]:
    """Return the arrays that an encoder's network is handed, with its folder, and the encoder's vectors."""
    from torch.nn.modules import module as hooks

    handed: dict[str, Any] = {}
    given: dict[str, Any] = {}

    def watch(module: Any, inputs: tuple[Any, ...]) -> None:
        if inputs and isinstance(inputs[0], Mapping) and hasattr(module, "auto_model"):
            folder = module.auto_model.config.name_or_path
            tensors = {name: x.numpy() for name, x in inputs[0].items() if hasattr(x, "numpy")}
            handed.update(tensors, folder=np.array(folder))

    def keep(_module: Any, _inputs: tuple[Any, ...], result: Any) -> None:
        if isinstance(result, Mapping) and "sentence_embedding" in result:
            given["vectors"] = result["sentence_embedding"].numpy()  # the last module's stay

    data = PairSet("texts", TEXTS, None, np.empty((0, 2), np.int64), None, {})
    handles = [hooks.register_module_forward_pre_hook(watch), hooks.register_module_forward_hook(keep)]
    try:
        registry.load("encoders", ENCODER, repo).encode(
            data, list(range(len(TEXTS))), params, Place(Path(), None, offline=True)
        )
    finally:
        for handle in handles:
            handle.remove()
    return handed, given["vectors"]


def vectors(arrays: dict[str, Any]) -> Floats:
    """Return the unit vectors (n, D) float32 of prepared inputs: the network, and the mean of its tokens."""
    import torch
    from torch.nn import functional
    from transformers import AutoModel

    model = hf_models.load(AutoModel, Path(str(arrays["folder"])))
    inputs = {name: torch.from_numpy(x) for name, x in arrays.items() if name != "folder"}
    with torch.inference_mode():
        states = model(**inputs).last_hidden_state
        weights = inputs["attention_mask"].unsqueeze(-1).expand(states.shape).float()
        means = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        result: Floats = functional.normalize(means, p=2, dim=1).numpy()
    return result


def prepared(folder: Path) -> Iterator[tuple[str, Floats]]:
    """Yield name and vectors for each file that ``prepare`` wrote."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as arrays:
            yield path.stem.replace("--", "/"), vectors(dict(arrays))


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
