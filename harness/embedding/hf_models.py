"""Models of the hub for transformers: weights from safetensors only, and no code of a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.data import hub
from harness.errors import BlockedError, InputError
from harness.evidence.files import check_digest, write_atomic
from harness.numerics import device
from harness.types import Place

WEIGHTS = "model.safetensors"
_FILES = ["*.json", "*.txt", WEIGHTS]


def commit(repo: str, revision: str | None, reference: str | None, place: Place) -> str:
    """Return the commit of a model: ``revision``, else that of ``reference``, else the main branch's.

    ``reference`` is a name such as ``refs/pr/2``: converted weights are often in a pull request alone. Its
    commit is noted at the first download and used from then on. Raises BlockedError where there is none.
    """
    if revision is not None or reference is None:
        return hub.commit(repo, "model", revision, place)
    note = _note(repo, reference)
    noted = note.read_text("utf-8").strip() if note.is_file() else reference
    resolved = hub.commit(repo, "model", noted, place)
    if resolved != reference:
        return resolved
    from huggingface_hub import HfApi

    with hub.fetching("model", repo):
        sha = HfApi().model_info(repo, revision=reference).sha
    if sha is None:
        raise BlockedError(f"the hub names no commit of {repo} {reference}", "pin a revision in the suite")
    return sha


def folder(repo: str, sha: str, reference: str | None, weights_sha256: str | None) -> Path:
    """Return the folder of a commit's configuration and weights, downloaded if need be.

    Raises BlockedError where the commit has no safetensors, InputError where they are not those pinned.
    """
    path = hub.snapshot(repo, "model", sha, _FILES)
    if not (path / WEIGHTS).is_file():
        raise BlockedError(
            f"model {repo} has no {WEIGHTS} at {sha[:12]}",
            "name a commit that has it in `revision`, or a pull request of the hub in `reference`",
        )
    if weights_sha256:
        check_digest(path / WEIGHTS, weights_sha256)
    if reference and not (note := _note(repo, reference)).is_file():
        write_atomic(note, sha.encode())
    return path


def load(kind: Any, path: Path, **options: Any) -> Any:
    """Return the model of class ``kind`` in a folder on the run's device, ready to infer, in float32.

    Raises InputError where the file lacks a weight of the model: transformers would initialise it at random.
    """
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model, loading_info = kind.from_pretrained(
            str(path),
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch.float32,
            output_loading_info=True,
            **options,
        )
    finally:
        logging.set_verbosity(verbosity)
    if loading_info["missing_keys"]:
        missing = sorted(loading_info["missing_keys"])
        raise InputError(
            f"{path / WEIGHTS}: {len(missing)} weights are missing, the first {missing[0]}, expected all"
        )
    return model.eval().to(device.chosen())


def _note(repo: str, reference: str) -> Path:
    # Where the hub's own client notes it, too.
    return hub.cache_folder(repo, "model") / "refs" / reference
