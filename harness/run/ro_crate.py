"""The evidence described as an RO-Crate 1.2 (w3id.org/ro/crate/1.2): what it is, whose, and its parts.

Made from what is committed, without a clock: the same evidence gives the same bytes. Single results are not
listed: ``ARTIFACTS.sha256`` lists every file.
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps, read_json

NAME = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_PROFILE = "https://w3id.org/ro/crate/1.2"
_LICENCES = "https://spdx.org/licenses/"
# What the folders of evidence hold; another one is described by its name alone.
_FOLDERS = {
    "bench": "What work takes on one machine, beside baselines and targets.",
    "codecs": "Fitted codecs, as safetensors.",
    "envelopes": "When, where and with what each result was made.",
    "jitter": "How far values move when vectors are disturbed in the last place.",
    "labels": "Ranks of human scores, masks and clusters: what values depend on beside scores.",
    "locks": "Digests of the claims as they stood before their evidence was made.",
    "means": "Means over seeds, and comparisons of methods.",
    "noise": "How far the values of a sample of cells move with threads and seeds.",
    "peers": "What planners of other projects recommend beside this one's audit, and what it comes to.",
    "portability": "Which small steps gave the same bytes under emulated processors.",
    "receipts": "What reruns on other machines confirmed, as in-toto statements.",
    "report": "Verdicts, figures, tables, the page and the report: computed from the results.",
    "results": "One stamped result a cell: parameters, inputs, values with intervals.",
    "scores": "Scores of single items, from which every value can be computed again.",
    "transcripts": "What the smoke test saw of servers.",
}
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
}


def write(tree: Tree, root: Path) -> Path:
    """Write the description of the evidence in ``tree`` of the project at ``root``; return its path."""
    path = tree.root / NAME
    write_atomic(path, dumps(described(tree, root)))
    return path


def described(tree: Tree, root: Path) -> dict[str, Any]:
    """Return the description as JSON-LD; ``root`` has pyproject.toml and CITATION.cff."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    authors = _authors(root / "CITATION.cff")
    parts = [*_folders(tree), *_reports(tree)]
    dataset = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Evidence of {project['name']}",
        "description": project["description"],
        "datePublished": _last_made(tree),
        "license": {"@id": _LICENCES + project["license"]},
        "author": _references(authors),
        "hasPart": _references(parts),
        "isBasedOn": {"@id": "#code"},
    }
    code = {
        "@id": "#code",
        "@type": "SoftwareSourceCode",
        "name": project["name"],
        "version": project["version"],
        "license": {"@id": _LICENCES + project["license"]},
        "programmingLanguage": "Python",
    }
    licence = {
        "@id": _LICENCES + project["license"],
        "@type": "CreativeWork",
        "name": project["license"],
        "description": "Licence of this project; data sets have their own, named in suites/datasets.",
    }
    descriptor = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _PROFILE},
        "about": {"@id": "./"},
    }
    return {"@context": _CONTEXT, "@graph": [descriptor, dataset, code, licence, *authors, *parts]}


def _folders(tree: Tree) -> list[dict[str, Any]]:
    folders = sorted(path for path in tree.root.iterdir() if path.is_dir())
    return [
        {
            "@id": f"{path.name}/",
            "@type": "Dataset",
            "name": path.name,
            "description": _FOLDERS.get(path.name, path.name),
        }
        for path in folders
    ]


def _reports(tree: Tree) -> list[dict[str, Any]]:
    """Return the files of the report, each with its size and sha256."""
    files = sorted(path for path in tree.report().glob("*") if path.is_file())
    return [
        {
            "@id": path.relative_to(tree.root).as_posix(),
            "@type": "File",
            "name": path.name,
            "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
            "contentSize": str(path.stat().st_size),
            "sha256": sha256_file(path),
        }
        for path in files
    ]


def _authors(citation: Path) -> list[dict[str, Any]]:
    """Return the authors that a citation file names, as organisations."""
    below = citation.read_text("utf-8").partition("\nauthors:\n")[2].splitlines()
    block = itertools.takewhile(lambda line: line.startswith(" "), below)
    names = [line.removeprefix("  - name:").strip() for line in block if line.startswith("  - name:")]
    return [{"@id": f"#author-{i}", "@type": "Organization", "name": name} for i, name in enumerate(names, 1)]


def _last_made(tree: Tree) -> str:
    """Return the day on which the newest result was made, as its envelope says."""
    envelopes = sorted((tree.root / "envelopes").glob("*/*.json"))
    return max(str(read_json(path)["made"]) for path in envelopes)[:10]


def _references(entities: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
