"""A codec on the hub of models: its folder, with a model card in the hub's own form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.deploy import Codec
from harness.deploy.folder import ARRAYS, CARD, README
from harness.errors import BlockedError, InputError, one_line

TAGS = ["embedding-compression", "vector-quantization"]
_DENIED = {401, 403}
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


def model_card(codec: Codec, folder: Path) -> str:
    """Return the README of a codec's folder behind the metadata that the hub reads.

    That is tags, and each measured value as an evaluation result.
    """
    from huggingface_hub import EvalResult, ModelCardData

    card = codec.card
    results = [
        EvalResult(
            task_type="feature-extraction",
            dataset_type=card.data.sha256[:12],
            dataset_name=card.data.name,
            metric_type=measured.metric,
            metric_value=measured.value,
            metric_name=f"{measured.metric}, {measured.protocol}, {measured.low:.3f} to {measured.high:.3f}",
        )
        for measured in card.measured
    ]
    data = ModelCardData(tags=[*TAGS], eval_results=results or None, model_name=card.pipeline)
    return f"---\n{data.to_yaml(line_break=chr(10))}\n---\n\n{(folder / README).read_text('utf-8')}"


def files_of(codec: Codec, folder: Path) -> dict[str, bytes]:
    """Return the files that ``push`` sends, by name."""
    files = {name: (folder / name).read_bytes() for name in (ARRAYS, CARD)}
    return {**files, README: model_card(codec, folder).encode()}


def push(files: dict[str, bytes], repo: str, *, private: bool) -> str:
    """Send files to a model repository in one commit, and return the commit's address.

    Makes the repository where there is none, ``private`` or public. Raises InputError for a name that is
    none, and BlockedError where the hub refuses or cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    check_name(repo)
    operations = [CommitOperationAdd(path_in_repo=name, path_or_fileobj=data) for name, data in files.items()]
    api = HfApi()
    with _sending(repo):
        api.create_repo(repo, repo_type="model", private=private, exist_ok=True)
        commit = api.create_commit(repo, operations, commit_message="A codec, by harness push")
    return str(commit.commit_url)


def check_name(repo: str) -> None:
    """Raise InputError for what is no name of a repository with its owner."""
    if _NAME.fullmatch(repo) is None:
        raise InputError(f"{repo}: found no name of a repository, expected owner/name")


@contextmanager
def _sending(repo: str) -> Iterator[None]:
    """Turn whatever sending raises into a BlockedError of one line."""
    try:
        yield
    except Exception as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in _DENIED:
            remedy = "log in with a token that may write there: HF_TOKEN=…"
            raise BlockedError(f"{repo}: the hub refused what was sent", remedy) from error
        reason = one_line(error)[:200]
        raise BlockedError(
            f"{repo}: could not be sent: {reason}", "run again with the hub reachable"
        ) from error
