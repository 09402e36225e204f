"""``harness list``: what there is to name."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from harness.cli.options import AsJson
from harness.console.output import show
from harness.errors import InputError

Kind = Annotated[str | None, typer.Argument(metavar="[KIND]", help="Only this kind, such as suites.")]


def list_(kind: Kind = None, as_json: AsJson = False) -> None:
    """List suites, claims, and every kind of plug-in; or one kind of these.

    \b
    Examples: harness list
              harness list compressors --json
    """
    from harness.console.show import listing

    listings = _listings()
    if kind is not None:
        if kind not in listings:
            raise InputError(f"list: found {kind!r}, expected one of {', '.join(listings)}")
        listings = {kind: listings[kind]}
    show(json.dumps(listings, indent=2) if as_json else listing(listings))


def _listings() -> dict[str, Any]:
    """Return the names of each kind, in lists, or in dicts with a sentence on each."""
    from harness.planning.registry import KINDS, names
    from harness.planning.shipped import suites
    from harness.planning.suite import load
    from report.verdicts.claims import load_claims

    return {
        "suites": {name: load(path).question for name, path in suites().items()},
        **{kind: names(kind) for kind in KINDS},
        "claims": {claim.id: claim.sentence for claim in load_claims()},
    }
