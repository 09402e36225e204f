"""How much a lens keeps of a space's own similarities."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding
from report.findings.words import encoder, listed, share
from report.tables.intrinsic import SUITE, IntrinsicLine
from report.tables.source import Source

PROTOCOL = "decontaminated"


def findings(source: Source) -> list[Finding]:
    """Return the sentences on published values, on maps without training, and on neighbours."""
    return [*_published(source), *_axes(source), *_neighbours(source)]


def _published(source: Source) -> Iterator[Finding]:
    """Yield the lens beside both published values of each measured space."""
    lines = [line for line in source.tables.intrinsic.summary(PROTOCOL) if line.lens and line.published]
    values = [
        f"{share(line.lens)} on {encoder(line.encoder)} (report: {line.published.printed}, program's page: "
        f"{line.second.printed if line.second else 'none'})"
        for line in lines
        if line.lens and line.published
    ]
    if values:
        yield Finding(
            f"Of the original similarities (Spearman), the lens keeps {listed(values)}.",
            tuple(_id(source, line.encoder, "lens") for line in lines),
            ("C3", "C10"),
        )


def _axes(source: Source) -> Iterator[Finding]:
    """Yield principal axes and a random projection beside the lens, in the same bytes."""
    lines = [line for line in source.tables.intrinsic.summary(PROTOCOL) if line.axes and line.projection]
    axes = [f"{share(line.axes)} on {encoder(line.encoder)}" for line in lines if line.axes]
    projection = [f"{share(line.projection)} on {encoder(line.encoder)}" for line in lines if line.projection]
    if lines:
        yield Finding(
            f"In as many bytes, uncentred principal axes keep {listed(axes)}; an untrained random projection "
            f"keeps {listed(projection)}.",
            tuple(_id(source, line.encoder, name) for line in lines for name in ("axes", "projection")),
            ("C11",),
        )


def _neighbours(source: Source) -> Iterator[Finding]:
    """Yield how many nearest neighbours the lens keeps, beside the similarities."""
    lines = [line for name in source.tables.intrinsic.encoders() if (line := _lens(source, name))]
    values = [
        f"{share(line.knn_recall)} on {encoder(name)}"
        for name, line in zip(source.tables.intrinsic.encoders(), lines, strict=False)
        if line.knn_recall
    ]
    if values:
        yield Finding(
            f"Of the ten nearest neighbours, the same lens finds {listed(values)}.",
            tuple(f"{SUITE}/{line.setting.group}" for line in lines if line.knn_recall),
        )


def _lens(source: Source, name: str) -> IntrinsicLine | None:
    lines = source.tables.intrinsic.lines(name)
    return next((line for line in lines if line.setting.pipeline == "lens"), None)


def _id(source: Source, name: str, pipeline: str) -> str:
    lines = source.tables.intrinsic.lines(name)
    return next(f"{SUITE}/{x.setting.group}" for x in lines if x.setting.pipeline == pipeline)
