"""``harness list``: what there is to name."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.options import AsJson
from harness.console.output import show
from harness.errors import InputError

Kind = Annotated[str | None, typer.Argument(metavar="[KIND]", help="One kind, in full: datasets, encoders …")]


def list_(kind: Kind = None, as_json: AsJson = False) -> None:
    """List suites, data sets, encoders, the plug-ins of every kind, and claims; or one kind of these.

    \b
    Examples: harness list
              harness list datasets --json
    """
    from harness.console import listing
    from report.verdicts.claims import load_claims

    kinds = listing.kinds() | {"claims": lambda: {claim.id: claim.sentence for claim in load_claims()}}
    if kind is not None and kind not in kinds:
        raise InputError(f"list: found {kind!r}, expected one of {', '.join(kinds)}")
    listed = {name: kinds[name]() for name in ([kind] if kind else kinds)}
    show(json.dumps(listed, indent=2, ensure_ascii=False) if as_json else listing.text(listed))
