"""Figures of an audit as SVG, with what they say."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evidence.schema.audit import Audit
from report.audits import frontier_figure, prediction_figure
from report.pages.drawing import svg


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure: its title says what it shows, its caption what is drawn."""

    title: str
    caption: str
    svg: bytes


def figures(audit: Audit) -> dict[str, Drawn]:
    """Return the figures that the audit has numbers for, by name."""
    made = {}
    for name, module in (("frontier", frontier_figure), ("prediction", prediction_figure)):
        figure = module.draw(audit)
        if figure is not None:
            made[name] = Drawn(module.title(audit), module.caption(audit), svg(figure))
    return made
