"""The reports to other projects: sentences repeat tables, and examples print what the pages say."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys

import pytest
from support.paths import ROOT

PAGES = {
    name: (ROOT / "docs" / "upstream" / f"{name}.md").read_text("utf-8")
    for name in ("mteb-compression", "sentence-transformers-int8")
}
PAGE = PAGES["mteb-compression"]
REPORT = ROOT / "artifacts" / "report"
RETRIEVAL = {
    "mteb-compression": {
        "float32": "identity",
        "int8, CompressionWrapper": "wrapper-int8",
        "int8, the same codes decoded": "wrapper-int8-decoded",
        "binary, CompressionWrapper": "wrapper-binary",
        "binary, the same codes decoded": "wrapper-binary-decoded",
    },
    "sentence-transformers-int8": {
        "float32, cosines": "identity",
        "int8, inner products of codes": "calibrated-inner-product",
        "int8, cosines of codes": "calibrated-cosine",
        "int8, the same codes decoded, cosines": "calibrated-decoded",
    },
}
DIFFERENCES = {
    "mteb-compression": ("wrapper-less-decoded-nfcorpus", "wrapper-less-decoded-scifact"),
    "sentence-transformers-int8": (
        "inner-products-less-decoded-nfcorpus",
        "inner-products-less-decoded-scifact",
    ),
}


def _tables(page: str) -> list[list[list[str]]]:
    """Return the cells of each table of a page, without its heading."""
    tables = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    return [[line.strip("| ").split(" | ") for line in table.splitlines()[2:]] for table in tables]


def _cell(values: dict[tuple[str, str, str], dict[str, str]], pipeline: str, dataset: str) -> str:
    ndcg, kept = (values[pipeline, dataset, metric] for metric in ("ndcg@10", "ndcg-retention@10"))
    text = f"{100 * float(ndcg['value']):.2f}"
    if pipeline == "identity":
        return text
    value, low, high = (f"{100 * float(kept[key]):.1f}" for key in ("value", "low", "high"))
    return f"{text} ({value} %: {low} … {high})"


def test_the_numbers_of_the_sentences_are_those_of_the_table() -> None:
    """Means, the difference of binary codes from signs, and the two scores of the minimal example."""
    table = {name: [float(value) for value in values] for name, *values in _tables(PAGE)[0]}
    means = {name: values[-1] for name, values in table.items()}
    wrapped = {level: f"{level}, CompressionWrapper" for level in ("int8", "uint8", "int4", "binary")}
    decoded = {level: f"{level}, the same codes decoded" for level in wrapped}
    int8, uint8, int4, binary = (f"{means[name]:.2f}" for name in wrapped.values())
    assert f"`INT8` is reported at {int8} and `UINT8` at {uint8}." in PAGE
    assert means["float32"] == means[decoded["int8"]] == means[decoded["uint8"]]
    assert f"`INT4` is reported above `INT8` ({int4} and {int8})." in PAGE
    assert f"({means[decoded['int8']]:.2f} and {means[decoded['int4']]:.2f})" in PAGE
    below = means[decoded["binary"]] - means[wrapped["binary"]]
    assert f"`BINARY` is reported {below:.2f} below its signs ({binary} and " in PAGE
    sts16 = [table[wrapped[level]][-2] / 100 for level in ("int8", "uint8")]
    assert f"are {sts16[0]:.4f} and {sts16[1]:.4f}." in PAGE


@pytest.mark.parametrize("name", PAGES)
def test_retrieval_is_that_of_the_evidence(name: str) -> None:
    """nDCG@10, what is kept of float32, and each difference that a page calls significant or not."""
    rows = csv.DictReader((REPORT / "tables" / "values-default-tools.csv").read_text("utf-8").splitlines())
    own = [row for row in rows if row["encoder"] == "minilm"]
    values = {(row["pipeline"], row["dataset"], row["metric"]): row for row in own}
    lines = {what: cells for what, *cells in _tables(PAGES[name])[1]}
    assert {
        what: [_cell(values, pipeline, dataset) for dataset in ("nfcorpus", "scifact")]
        for what, pipeline in RETRIEVAL[name].items()
    } == lines
    claims = json.loads((REPORT / "claims.json").read_text("utf-8"))["claims"]
    printed = {row["row"].partition(".")[0]: row["printed"] for row in claims if row["id"] in {"M1", "M4"}}
    for row in DIFFERENCES[name]:
        value, low, high = (printed[row][key] for key in ("value", "low", "high"))
        assert re.search(rf"{value} points\s\({low} … {high}\)", PAGES[name]), row


def test_the_script_is_there() -> None:
    """The page includes it whole."""
    assert '--8<-- "examples/mteb_compression.py"' in PAGE
    assert (ROOT / "examples" / "mteb_compression.py").is_file()


@pytest.mark.parametrize(("name", "tool"), list(zip(PAGES, ("mteb", "sentence_transformers"), strict=True)))
def test_the_minimal_example_prints_what_the_page_says(name: str, tool: str) -> None:
    """It runs without a network; every line that it prints stands below it."""
    pytest.importorskip(tool)
    code = re.findall(r"```python\n(.*?)```", PAGES[name], re.DOTALL)[0]
    output = re.findall(r"```text\n(.*?)```", PAGES[name], re.DOTALL)[0]
    command = [sys.executable, "-W", "ignore", "-c", code]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert output == printed
