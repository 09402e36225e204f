"""The technical report as PDF, by WeasyPrint (the extra ``pdf``)."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from harness.errors import InputError

STYLE = """
@page { size: A4; margin: 18mm 16mm; @bottom-center { content: counter(page); font-size: 8pt } }
body { font: 9.5pt/1.4 serif }
h1, h2, h3 { font-family: sans-serif; line-height: 1.2; break-after: avoid }
h1 { font-size: 19pt } h2 { font-size: 14pt } h3 { font-size: 11pt }
table { border-collapse: collapse; font: 7pt/1.25 sans-serif; margin: 2mm 0; width: 100% }
th, td { border-bottom: 0.4pt solid #888; padding: 0.6mm 1mm; text-align: left }
td:first-child { white-space: nowrap }
tr { break-inside: avoid }
img { max-width: 100%; max-height: 110mm }
code, pre { font-size: 85%; overflow-wrap: anywhere; white-space: pre-wrap }
"""


def pdf(folder: Path) -> bytes:
    """Return the technical report in a report's ``folder`` as PDF, with the figures that lie beside it.

    Nothing is requested. Raises InputError without the extra ``pdf``.
    """
    try:
        import weasyprint
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise InputError(
            f"--pdf: {error}; expected the extra pdf: pip install 'embedding-compression-evidence[pdf]'"
        ) from error
    text = (folder / "TECHNICAL_REPORT.md").read_text("utf-8")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    page = f"<html lang='en'><style>{STYLE}</style><body>{_with_figures(body, folder)}</body></html>"
    fetcher = weasyprint.URLFetcher(allowed_protocols={"data"})
    document: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf()
    return document


def _with_figures(body: str, folder: Path) -> str:
    """Return HTML with each figure of ``folder`` in it, instead of its name."""

    def embedded(match: re.Match[str]) -> str:
        data = base64.b64encode((folder / match[1]).read_bytes()).decode()
        return f'src="data:image/svg+xml;base64,{data}"'

    return re.sub(r'src="(figure_\w+\.svg)"', embedded, body)
