"""The page of the tutorial: ``examples/tutorial.ipynb`` with its outputs."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode
from paths import ROOT

NOTEBOOK = ROOT / "examples" / "tutorial.ipynb"


def pages() -> dict[str, str | bytes]:
    """Return the page, its figures and the notebook itself, by path."""
    content = NOTEBOOK.read_text("utf-8")
    files: dict[str, str | bytes] = {"examples/tutorial.ipynb": content}
    parts: list[str] = []
    for number, cell in enumerate(nbformat.reads(content, as_version=4).cells):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            parts += _shown(output, f"tutorial-{number}.png", files)
    return files | {"tutorial.md": "\n\n".join(parts) + "\n"}


def _shown(output: NotebookNode, figure: str, files: dict[str, str | bytes]) -> Iterator[str]:
    """Yield an output as Markdown: an image, HTML, Markdown or text; an image is added to ``files``."""
    data = output.get("data", {})
    if "image/png" in data:
        files[figure] = base64.b64decode(data["image/png"])
        yield f"![{data['text/plain']}]({figure})"
    elif "text/html" in data:
        yield data["text/html"]
    elif "text/markdown" in data:
        yield data["text/markdown"]
    else:
        yield f"```text\n{output.get('text') or data['text/plain']}\n```"
