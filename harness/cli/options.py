"""Options and arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OUT, ARTIFACTS, LISTING = Path("out"), Path("artifacts"), Path("ARTIFACTS.sha256")

Suites = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SUITE]...", help="Names, as harness list shows them, or paths to TOML files."),
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; default: all cores.")]
Mirror = Annotated[Path | None, typer.Option(envvar="HARNESS_MIRROR", help="Folder that mirrors hub data.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no hub; use what is here.")]
Large = Annotated[bool, typer.Option("--all", help="Include what is declared large: gigabytes, or hours.")]
AllowApi = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST=VARIABLE", help="Let a suite send the key in VARIABLE to HOST; also HARNESS_ALLOW_API."
    ),
]
Out = Annotated[Path, typer.Option(help="Evidence folder that a run writes to.")]
From = Annotated[
    Path, typer.Option("--from", help="Evidence folder to read: artifacts (committed) or out (a run's).")
]
Device = Annotated[
    str,
    typer.Option(
        envvar="HARNESS_DEVICE",
        help="What trains and multiplies: cpu; cuda, within tolerances of the CPU; auto: cuda where it is.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Column = Annotated[str | None, typer.Option(help="Column, key or array, where FILE has several.")]
Encoder = Annotated[
    str | None, typer.Option(metavar="NAME", help="FILE holds texts: encode them; a name in suites/encoders.")
]
DropBroken = Annotated[bool, typer.Option("--drop-broken", help="Leave broken rows out, and list them.")]
