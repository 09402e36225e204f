"""What MkDocs calls while it builds the site: generated pages, their places in the navigation, and links."""

from __future__ import annotations

import re

import commands
import reference
import schemas
import tutorial
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from paths import ROOT

# Files of the top level that are pages as well. GitHub shows them there; links between them work in both.
TOP = {
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
_LINK = re.compile(r"\]\((?:\.\./)?(?:docs/)?([\w./-]+\.(?:md|ipynb))(#[\w-]+)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the generated pages to the navigation."""
    config.nav = [
        *(config.nav or ()),
        {"Commands": "reference/commands.md"},
        {"Python reference": [{name: path} for name, path in reference.navigation()]},
        {"JSON Schemas": [{name: path} for name, path in schemas.navigation()]},
        {"Project": [{name.removesuffix(".md").capitalize(): page} for name, page in TOP.items()]},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages: commands, reference, schemas, the tutorial, and files of the top level."""
    pages: dict[str, str | bytes] = {
        "reference/commands.md": commands.page(),
        **reference.pages(),
        **schemas.pages(),
        **tutorial.pages(),
        **{page: (ROOT / name).read_text("utf-8") for name, page in TOP.items()},
    }
    for path, content in pages.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 MkDocs names them
    """Point links to files of the top level, written as GitHub wants them, to their pages."""

    def target(match: re.Match[str]) -> str:
        name, anchor = match[1], match[2] or ""
        return f"]({TOP.get(name, 'tutorial.md' if name.endswith('.ipynb') else name)}{anchor})"

    return _LINK.sub(target, markdown)
