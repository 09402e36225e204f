"""A codec's folder: ``codec.safetensors``, ``card.json`` (stamped) and ``README.md``."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from harness.codecs.pipeline import Pipeline, load_pipeline, try_codec
from harness.deploy.card import Card
from harness.deploy.checks import check_one_decoding
from harness.deploy.notation import pipeline_text
from harness.deploy.readme import readme
from harness.errors import InputError
from harness.evidence.files import check_digest, write_atomic
from harness.evidence.schema.model import parse
from harness.evidence.stamp import read_stamped, stamp
from harness.vectors import limits

ARRAYS, CARD, README = "codec.safetensors", "card.json", "README.md"


def write(path: Path, pipeline: Pipeline, card: Card) -> None:
    """Write a codec's folder by way of a temporary one: all of it or none.

    Does nothing where ``path`` holds this codec already; raises InputError where it holds anything else.
    """
    content = stamp(card.model_dump(mode="json", by_alias=True))
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        if _same(path, content):
            return
        raise InputError(f"{path}: found another file or folder, expected a new name or an empty folder")
    temporary = path.with_name(f".{path.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)  # of a run that was killed
    try:
        temporary.mkdir(parents=True)
        pipeline.save(temporary / ARRAYS)
        write_atomic(temporary / CARD, content)
        write_atomic(temporary / README, readme(card).encode())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a folder that can be written") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read(path: Path) -> tuple[Pipeline, Card]:
    """Return the pipeline and the card of a folder; raise InputError where it is damaged or no codec."""
    if not (path / CARD).is_file():
        raise InputError(f"{path}: found no {CARD}, expected the folder of a codec (harness fit makes one)")
    content, _ = read_stamped(path / CARD)
    card = parse(Card, content, path / CARD)
    limits.DIMENSIONS.check(card.dimension, f"{path / CARD}: dimension")
    check_digest(path / ARRAYS, card.arrays_sha256)
    pipeline = load_pipeline(path / ARRAYS)
    if (actual := pipeline_text(pipeline.steps)) != card.pipeline:
        raise InputError(f"{path / ARRAYS}: found {actual!r}, expected {card.pipeline!r} as in {CARD}")
    _check_sizes(pipeline, card, path)
    return pipeline, card


def _same(path: Path, content: bytes) -> bool:
    """Return whether a folder holds, undamaged, the codec that ``content`` is the card of."""
    try:
        return (path / CARD).read_bytes() == content and read(path) is not None
    except (OSError, InputError):
        return False


def _check_sizes(pipeline: Pipeline, card: Card, path: Path) -> None:
    """Encode and decode a vector: arrays of a file may have shapes that do not fit together."""
    x = np.ones((1, card.dimension), np.float32)
    for step, codec in zip(pipeline.steps, pipeline.codecs, strict=True):
        where = f"{path / ARRAYS}: {step.use}"
        before, x = x, try_codec(codec, x, where)
        check_one_decoding(codec, before, where)
    actual = pipeline.codecs[-1].encode(before).shape[1], x.shape[1]
    if actual != (card.bytes_per_vector, card.decoded_dimension):
        expected = f"{card.bytes_per_vector} bytes and {card.decoded_dimension} dimensions as in {CARD}"
        raise InputError(
            f"{path / ARRAYS}: found {actual[0]} bytes and {actual[1]} dimensions, expected {expected}"
        )
