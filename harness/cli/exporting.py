"""Commands that hand codecs and results on: ``export``, ``export-codec``, ``push``."""

from __future__ import annotations

import importlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.evidence import existing
from harness.cli.options import ARTIFACTS, From
from harness.console.output import complain, show
from harness.errors import InputError, RunError

CodecFolder = Annotated[
    Path, typer.Argument(metavar="CODEC", help="Folder of a codec, as harness fit writes it.")
]


class Rows(StrEnum):
    """A form of results."""

    TABLES = "tables"
    MTEB = "mteb"


class Library(StrEnum):
    """What reads an exported codec."""

    FAISS = "faiss"
    NUMPY = "numpy"
    ONNX = "onnx"
    SENTENCE_TRANSFORMERS = "sentence-transformers"


def export(
    suite: Annotated[str, typer.Argument(help="Name of a suite with results.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write to.")],
    to: Annotated[
        Rows, typer.Option(help="tables: JSON lines, JSON, CSV, Parquet. mteb: its own layout.")
    ] = Rows.TABLES,
    source: From = ARTIFACTS,
    metric: Annotated[str | None, typer.Option(help="Also find the cheapest by this metric.")] = None,
    at_least: Annotated[float | None, typer.Option(help="The bound that the cheapest has to meet.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Hold the interval's lower end to it.")] = False,
) -> None:
    """Write a suite's results as tables or for mteb; with a bound, also the cheapest that meets it.

    For mteb, DIR becomes a cache that mteb.ResultCache(DIR).load_results() reads. Data sets that are no task
    of mteb are left out, and named.

    \b
    Examples: harness export sample -o exported
              harness export sample -o exported --metric retention@human --at-least 0.9 --strict
              harness export sts-generalization --to mteb -o mteb
    """
    if (metric is None) != (at_least is None) or (strict and metric is None):
        raise InputError("export: --strict needs --metric and --at-least, which need each other")
    tree = existing(source)
    if to is Rows.MTEB:
        from harness.exports.mteb_results import export as write_mteb

        exported = write_mteb(tree, suite, out)
        show(f"{out}: {exported.results:,} results of tasks")
        if exported.left_out:
            complain(f"no task of mteb: {', '.join(exported.left_out)}")
    else:
        from report.export.rows import export as write

        for path in write(tree, suite, out):
            show(str(path))
    if metric is not None and at_least is not None:
        from report.export.best import write_best

        without = write_best(tree, suite, out, metric, at_least, strict=strict)
        show(str(out / "best.json"))
        if without:
            raise RunError(f"no configuration of {', '.join(without)} has {metric} of at least {at_least:g}")


def export_codec(
    codec: CodecFolder,
    to: Annotated[Library, typer.Option(help="What is to read it.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write: new or empty.")],
    codes: Annotated[
        str | None,
        typer.Option(metavar="CODES.npy", help="faiss: fill the index with codes of harness compress."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="sentence-transformers: the model whose vectors the codec compresses; a folder or name."
        ),
    ] = None,
) -> None:
    """Write a codec in the form of another library, which then needs nothing of this project.

    DIR has a README with the lines that use it. A step that the library lacks is named, with the export that
    has it.

    \b
    Examples: harness export-codec codec --to faiss --codes codes.npy -o index
              harness export-codec codec --to sentence-transformers --model ./model -o compressed
              harness export-codec codec --to onnx -o onnx
    """
    from harness.deploy import Codec
    from harness.deploy.files import checked_codes
    from harness.deploy.limits import BATCH_ROWS
    from harness.deploy.streams import code_batches

    if codes is not None and to is not Library.FAISS:
        raise InputError(f"--codes: found it for {to}, expected it for faiss alone")
    if (model is None) == (to is Library.SENTENCE_TRANSFORMERS):
        actual = "none" if model is None else f"it for {to}"
        raise InputError(f"--model: found {actual}, expected it for sentence-transformers alone")
    loaded = Codec.load(codec)
    more: list[Any] = [] if model is None else [model]
    if codes is not None:
        batches = code_batches(checked_codes(codes, loaded), 0, BATCH_ROWS)
        more.append(codes_of for codes_of, _ in batches)
    module = importlib.import_module(f"harness.exports.{to.replace('-', '_')}")
    module.export(loaded, out, *more)
    show(str(out))


def push(
    codec: CodecFolder,
    repo: Annotated[str, typer.Argument(metavar="REPO", help="Model repository: owner/name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Send the files; without it nothing is sent.")] = False,
    private: Annotated[
        bool, typer.Option("--private", help="Make the repository private, where there is none yet.")
    ] = False,
) -> None:
    """Send a codec to the hub, with a model card; without --yes, show what would be sent.

    The token is the hub client's own: HF_TOKEN, or that of a login.

    \b
    Examples: harness push codec me/minilm-64-bytes
              harness push codec me/minilm-64-bytes --yes
    """
    from harness.deploy import Codec
    from harness.exports.hub import check_name, files_of
    from harness.exports.hub import push as send

    check_name(repo)
    files = files_of(Codec.load(codec), codec)
    if yes:
        show(send(files, repo, private=private))
        return
    for name, data in files.items():
        show(f"{repo}/{name}: {len(data):,} bytes")
    show(files["README.md"].decode())
    complain("nothing was sent; --yes sends it")
