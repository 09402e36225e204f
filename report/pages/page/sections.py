"""Sections of the page: a question, its figure, a table of at most twelve rows, three conclusions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.types import Json
from report.findings.finding import Finding
from report.pages.page import code_tables, tables
from report.pages.page.cells import Table

CONCLUSIONS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What a section asks, the figure and table that answer, and whose findings are its conclusions."""

    name: str
    text: str
    figure: str
    table: Callable[[Json], Table]
    findings: Sequence[str]


QUESTIONS = (
    Question(
        "generalization",
        "Does it generalize to pairs that training has not seen?",
        "contamination",
        tables.contamination,
        ("generalization", "equal-bytes"),
    ),
    Question(
        "intrinsic",
        "What does the lens keep of a space's own similarities and neighbours?",
        "intrinsic_29x",
        tables.intrinsic,
        ("intrinsic",),
    ),
    Question("stages", "What do three stages keep?", "task_preservation", tables.stages, ("stages",)),
    Question(
        "retrieval",
        "Do trained maps retrieve better than principal axes?",
        "autoencoder",
        tables.retrieval,
        ("autoencoder", "ranking"),
    ),
    Question(
        "encoders",
        "Do small encoders gain from an auto-encoded larger one?",
        "encoder_steps",
        tables.encoder_steps,
        ("encoder-steps",),
    ),
    Question(
        "search",
        "What does a search in fewer bytes find?",
        "neighbours_backends",
        tables.search,
        ("neighbours",),
    ),
    Question(
        "judged",
        "How few bytes will judged documents do with?",
        "judged_bytes",
        code_tables.judged_bytes,
        ("judged-bytes",),
    ),
    Question(
        "disputes",
        "Which quantizer keeps most at equal bytes: TurboQuant, RaBitQ, EDEN or PQ?",
        "disputes",
        code_tables.disputes,
        ("disputes",),
    ),
    Question(
        "tools",
        "What do default tools report of their codes?",
        "default_tools",
        code_tables.default_tools,
        ("default-tools",),
    ),
    Question(
        "targets",
        "How much agreement with people do few bytes keep, on MiniLM and on MPNet?",
        "sharper",
        code_tables.sharper,
        ("sharper",),
    ),
    Question("codes", "What do codes of a few symbols keep?", "semantic", tables.codes, ("semantic",)),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A section with evidence: its figure as inline SVG, its table, and its conclusions."""

    name: str
    text: str
    title: str
    caption: str
    svg: str
    table: Table
    conclusions: list[Finding]


def sections(
    figures: Mapping[str, Json], pictures: Mapping[str, str], findings: Mapping[str, Sequence[Finding]]
) -> list[Section]:
    """Return the sections whose figure has evidence; ``pictures``: inline SVG by the figure's name."""
    return [
        Section(
            question.name,
            question.text,
            figures[question.figure]["title"],
            figures[question.figure]["caption"],
            pictures[question.figure],
            question.table(figures[question.figure]),
            [finding for name in question.findings for finding in findings.get(name, ())][:CONCLUSIONS],
        )
        for question in QUESTIONS
        if question.figure in figures
    ]
