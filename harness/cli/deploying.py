"""Commands that fit and use a codec: ``fit``, ``compress``, ``decompress``, ``similarity``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import AsJson, Column, DropBroken, Encoder
from harness.console.output import show

Vectors = Annotated[
    str,
    typer.Argument(metavar="FILE", help="Vectors: .npy, .npz, .parquet, .csv and others; hf://datasets/…"),
]
CodecFolder = Annotated[Path, typer.Option("--codec", help="Folder of a codec, as harness fit writes it.")]
Output = Annotated[Path, typer.Option("--out", "-o", metavar="OUT.npy", help="File to write.")]


def fit(
    file: Vectors,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="CODEC", help="Folder to write.")],
    pipeline: Annotated[
        str | None,
        typer.Option(metavar="STEPS", help="Compressors in series: 'pca dims=64 | scalar bits=4'."),
    ] = None,
    audit: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Take the pipeline that an audit recommends.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is drawn at random.")] = 0,
    sample: Annotated[
        int | None,
        typer.Option(min=2, metavar="ROWS", help="Rows to read at most; default: 128 MiB of them."),
    ] = None,
    column: Column = None,
    encoder: Encoder = None,
    drop_broken: DropBroken = False,
    as_json: AsJson = False,
) -> None:
    """Fit a codec on a file of vectors, and write it as a folder: arrays, card and README.

    With --pipeline, a tenth of the rows, 1,000 at most, is held out, and the codec is measured on it. With
    --audit it is fitted on all rows, and its card has what the audit measured.

    \b
    Examples: harness fit vectors.npy --pipeline 'pca dims=64 | scalar bits=4' -o codec
              harness fit vectors.parquet --audit audit -o codec
              harness fit texts.txt --encoder minilm --pipeline sign -o codec
    """
    from harness.console.deployed import fitted
    from harness.console.progress import progress
    from harness.deploy.audited import chosen
    from harness.deploy.fit_file import fit_file

    choice = chosen(pipeline, audit)
    with progress() as on_progress:
        codec = fit_file(
            file,
            choice.pipeline,
            seed=seed,
            sample=sample,
            column=column,
            encoder=encoder,
            drop_broken=drop_broken,
            audited=choice.measured,
            advice=choice.advice,
            on_rows=lambda done, of: on_progress("rows read", done, of),
        )
    codec.save(out)
    show(fitted(codec, out, as_json=as_json))


def compress(
    file: Vectors,
    codec: CodecFolder,
    out: Output,
    column: Column = None,
    encoder: Encoder = None,
    drop_broken: DropBroken = False,
    as_json: AsJson = False,
) -> None:
    """Write the codes of a file of vectors as .npy, uint8, a row a vector.

    The file may be larger than memory. A run that is stopped goes on where it was when it is run again.
    OUT.npy.json beside the codes names the codec, and the rows left out.

    \b
    Example: harness compress vectors.npy --codec codec -o codes.npy
    """
    from harness.console.deployed import written
    from harness.console.progress import progress
    from harness.deploy.codec import Codec
    from harness.deploy.files import compress_file

    with progress() as on_progress:
        record, before = compress_file(
            file,
            Codec.load(codec),
            out,
            column=column,
            encoder=encoder,
            drop_broken=drop_broken,
            on_rows=lambda done, of: on_progress("rows compressed", done, of),
        )
    show(written(record, out, before=before, as_json=as_json))


def decompress(
    codes: Annotated[
        str, typer.Argument(metavar="CODES.npy", help="Codes, as harness compress writes them.")
    ],
    codec: CodecFolder,
    out: Output,
    as_json: AsJson = False,
) -> None:
    """Write the vectors behind a file of codes as .npy, float32, a row a code.

    Their cosines stand for those of the vectors that were compressed. Resumes as harness compress does.

    \b
    Example: harness decompress codes.npy --codec codec -o decoded.npy
    """
    from harness.console.deployed import written
    from harness.console.progress import progress
    from harness.deploy.codec import Codec
    from harness.deploy.files import decompress_file

    with progress() as on_progress:
        record, before = decompress_file(
            codes,
            Codec.load(codec),
            out,
            on_rows=lambda done, of: on_progress("rows decompressed", done, of),
        )
    show(written(record, out, before=before, as_json=as_json))


def similarity(
    codes: Annotated[str, typer.Argument(metavar="A.npy", help="Codes, as harness compress writes them.")],
    others: Annotated[str, typer.Argument(metavar="B.npy", help="As many codes of the same codec.")],
    codec: CodecFolder,
    out: Output,
    as_json: AsJson = False,
) -> None:
    """Write the cosine similarity of each row of A with the same row of B as .npy, float32.

    It is the cosine of the decoded vectors. Resumes as harness compress does.

    \b
    Example: harness similarity a.npy b.npy --codec codec -o cosines.npy
    """
    from harness.console.deployed import written
    from harness.console.progress import progress
    from harness.deploy.codec import Codec
    from harness.deploy.files import similarity_file

    with progress() as on_progress:
        record, before = similarity_file(
            codes,
            others,
            Codec.load(codec),
            out,
            on_rows=lambda done, of: on_progress("rows compared", done, of),
        )
    show(written(record, out, before=before, as_json=as_json))
