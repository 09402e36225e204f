"""Table of the auto-encoder system, step by step, with real encoders on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from report.evidence.means import Comparisons
from report.evidence.paired import Difference
from report.evidence.values import Mean
from report.tables.rows import Rows, Setting

DATASET = "nfcorpus"
METRIC, KEPT, PROTOCOL = "ndcg@10", "ndcg-retention@10", "as-published"
# What each space of concatenated encoders is made of, and how its pipelines' names end.
SPACES = {"mpnet-l6-l3": "-of-mpnet", "minilm-l6-l3": ""}
LARGE = {"mpnet-l6-l3": "MPNet", "minilm-l6-l3": "MiniLM-L6"}
# The suite of each space and encoder, and its training split.
_MPNET, _MINILM = ("autoencoder-mpnet", "stsb-train"), ("autoencoder-encoders", "scifact-documents")
MEASURED = {
    "mpnet-l6-l3": _MPNET,
    "minilm-l6-l3": _MINILM,
    "mpnet-retrieval": _MPNET,
    "paraphrase-minilm-l3": _MINILM,
}
SMALL = {"mpnet-l6-l3": "MiniLM-L6 and -L3", "minilm-l6-l3": "MiniLM-L3"}
STEPS = {
    "identity": "{large} with {small}, side by side",
    "large": "{large}",
    "small": "{small}",
    "large-encoded": "{large}, auto-encoded",
    "mapped": "{small}, mapped onto that",
    "mapped-residual": "{small}, mapped onto that with a residual link",
    "small-half": "{small}, PCA",
    "large-encoded-half": "{large}, auto-encoded to half",
    "mapped-residual-half": "{small}, mapped onto that, residual link",
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in a space, over every query; ``less``: its nDCG@10 minus that of the small encoders.

    The small encoders have as many dimensions: as they are, or their principal components. ``less`` is None
    for these themselves and for other dimensions. ``retention``: of the nDCG@10 of all encoders side by side.
    """

    id: str
    encoder: str
    train: str
    step: str
    what: str
    dims: int
    seeds: int
    ndcg: Mean
    retention: Mean | None
    less: Difference | None


def called(encoder: str, step: str) -> str:
    """Return what a step is called in a space.

    >>> called("minilm-l6-l3", "large-encoded")
    'MiniLM-L6, auto-encoded'
    """
    return STEPS[step].format(large=LARGE[encoder], small=SMALL[encoder])


def step_of(encoder: str, pipeline: str) -> str | None:
    """Return the step that a pipeline of a space is; None for a pipeline that is none.

    >>> step_of("mpnet-l6-l3", "mapped-of-mpnet"), step_of("mpnet-l6-l3", "mapped")
    ('mapped', None)
    """
    suffix = "" if pipeline == "identity" else SPACES.get(encoder, "")
    step = pipeline.removesuffix(suffix)
    return step if encoder in SPACES and step in STEPS and step + suffix == pipeline else None


def lines(rows: Rows, comparisons: Comparisons) -> list[StepLine]:
    """Return a line for each measured step, space by space, in the order of the steps."""
    return [line for encoder in SPACES for line in _lines(rows, comparisons, encoder)]


def _lines(rows: Rows, comparisons: Comparisons, encoder: str) -> Iterator[StepLine]:
    suite, train = MEASURED[encoder]
    settings = {step_of(encoder, x.pipeline): x for x in rows.settings(suite, encoder, train)}
    for step in STEPS:
        setting = settings.get(step)
        if setting is None:
            continue
        ndcg, retention = (
            rows.means(suite, encoder, DATASET, metric, train, setting.place)[PROTOCOL]
            for metric in (METRIC, KEPT)
        )
        base = settings.get("small-half" if step.endswith("-half") else "small")
        if ndcg:
            yield StepLine(
                id=f"{suite}/{setting.group}",
                encoder=encoder,
                train=train,
                step=step,
                what=called(encoder, step),
                dims=setting.bytes // 4,
                seeds=setting.seeds,
                ndcg=ndcg,
                retention=retention,
                less=_less(comparisons, suite, setting, base),
            )


def _less(comparisons: Comparisons, suite: str, setting: Setting, base: Setting | None) -> Difference | None:
    if base is None or base is setting or base.bytes != setting.bytes:
        return None
    less = comparisons.difference(suite, setting.group, base.group, (PROTOCOL, DATASET, METRIC))
    return None if less is None else Difference(less.value, less.low, less.high)
