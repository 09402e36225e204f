"""The page of commands: what ``--help`` of each prints."""

from __future__ import annotations

import typer

from harness.cli.app import app

WIDTH = 100  # characters a line, as many as a page shows


def page() -> str:
    """Return the page: a heading and the help of every command, in the order of ``harness --help``."""
    group = typer.main.get_group(app)
    context = typer.Context(group, info_name="harness")
    parts = ["# Commands\n\nWhat `harness COMMAND --help` prints.\n"]
    for name, command in group.commands.items():
        own = typer.Context(command, info_name=name, parent=context, terminal_width=WIDTH)
        parts.append(f"## harness {name}\n\n```text\n{command.get_help(own)}\n```\n")
    return "\n".join(parts)
