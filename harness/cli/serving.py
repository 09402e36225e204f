"""``harness serve``: the reference server of claim C6."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.console.output import show
from harness.errors import RunError
from harness.evidence.files import store_folder


def serve(
    codec: Annotated[list[Path] | None, typer.Option(help="Saved codec; default: all committed.")] = None,
    vectors: Annotated[Path | None, typer.Option(help=".npy to export; default: 50 documents.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 8321,
    check: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Only run the smoke test, and write its transcript.")
    ] = None,
) -> None:
    """Serve the HTTP contract of claim C6 on saved codecs, with the key in AQEA_API_KEY, without TLS.

    Meant for this machine; elsewhere, put it behind a proxy that limits connections and has TLS.

    --check serves on a free port of this machine with a key of its own, runs the smoke test, and stops.

    \b
    Examples: harness serve --port 8321
              harness serve --check out/api/loopback.json
    """
    from harness.server import serve as server

    if check is None:
        server.serve(codec or [], vectors, host, port, store_folder(), show)
    elif failed := server.check(codec or [], vectors, check, store_folder(), show):
        raise RunError(f"{failed} checks of the API failed")
