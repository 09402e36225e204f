"""The documentation: it builds strictly, is complete, and asks nobody for anything."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from support.browser import browser, chromium
from support.paths import ROOT

from harness.cli.app import COMMANDS
from harness.evidence.schema.kinds import KINDS, json_schema

CONFIG = ROOT / "docs" / "builder" / "mkdocs.yml"
NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:1")
# What a browser loads by itself: tags and their attribute, style sheets and their functions.
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|link|object)\b[^>]*?\s(?:src|srcset|href|data)=\"([^\"]*)\""
    r"|url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)"
)
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built strictly without a network."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "-f",
            str(CONFIG),
            "-d",
            str(folder),
        ],
        env={**os.environ, **NOWHERE, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    return folder


def _pages(site: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}


def test_a_browser_loads_nothing_from_elsewhere(site: Path) -> None:
    """No script, style, font, image or frame of a page or style sheet has an address outside the site."""
    texts = _pages(site) | {path: path.read_text("utf-8") for path in site.rglob("*.css")}
    loaded = {
        (path.relative_to(site).as_posix(), address)
        for path, text in texts.items()
        for address in ("".join(groups) for groups in _LOADED.findall(text))
    }
    assert len(loaded) > len(texts)
    assert [] == [entry for entry in sorted(loaded) if re.match(r"(https?:)?//", entry[1])]


def test_scripts_of_the_theme_have_nothing_to_fetch(site: Path) -> None:
    """The theme would fetch a library for diagrams, and facts of a repository: no page has either."""
    for path, text in _pages(site).items():
        assert not re.search(r'class="[^"]*\bmermaid\b|data-md-component="source"', text), path


@pytest.mark.skipif(chromium() is None, reason="no Chromium here: install it, or name it in CHROMIUM")
def test_a_browser_asks_for_files_of_the_site_alone(site: Path, tmp_path: Path) -> None:
    """Start, tutorial and a page of the reference, opened as files."""
    with browser(str(chromium()), tmp_path) as page:
        for name in ("index.html", "tutorial.html", "reference/deploy.html"):
            page.visit((site / name).as_uri())
        assert any(address.endswith(".js") for address in page.requests)
        own = (site.as_uri(), "data:", "about:", "blob:")
        assert [] == [address for address in page.requests if not address.startswith(own)]


def test_every_link_of_a_page_leads_somewhere(site: Path) -> None:
    """Each file and each anchor that a page links to is in the site."""
    pages = _pages(site)
    anchors = {path: set(re.findall(r'\sid="([^"]+)"', text)) for path, text in pages.items()}
    broken = []
    for path, text in pages.items():
        if path.name == "404.html":  # its links start from the address of a site that has none
            continue
        for link in map(html.unescape, _LINK.findall(_SCRIPT.sub("", text))):
            if re.match(r"[a-z]+:", link):
                continue
            name, anchor = urldefrag(link)
            target = (path.parent / name).resolve() if name else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (anchor and target in anchors and anchor not in anchors[target]):
                broken.append((path.relative_to(site).as_posix(), link))
    assert [] == broken


def test_every_command_has_its_help_on_a_page(site: Path) -> None:
    """A heading a command, in the order of the command line, and the help itself."""
    text = (site / "reference" / "commands.html").read_text("utf-8")
    assert [f"harness {name}" for name in COMMANDS] == re.findall(r"<h2 id=[^>]*>([^<]+)", text)
    assert "Usage: harness verify [OPTIONS]" in text


def test_every_kind_of_document_has_its_schema(site: Path) -> None:
    """Of evidence, as ``harness schema`` prints it, and of what is made of a user's own vectors."""
    schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in (site / "schemas").glob("*.json")}
    assert {*KINDS, "audit", "codec", "codes"} == set(schemas)
    assert {kind: json_schema(kind) for kind in KINDS} == {kind: schemas[kind] for kind in KINDS}
    for kind, schema in schemas.items():
        page = (site / "schemas" / f"{kind}.html").read_text("utf-8")
        objects = [schema, *schema["$defs"].values()] if "$defs" in schema else [schema]
        fields = [field for each in objects for field in each.get("properties", {})]
        assert fields
        assert [] == [field for field in fields if f"<code>{field}</code>" not in page]
        assert [] == [each["title"] for each in objects[1:] if f'id="{each["title"].lower()}"' not in page]


def test_the_reference_has_every_folder_and_function(site: Path) -> None:
    """Each package of the harness but the command line, and in it what modules define in public."""
    packages = {path.parent.name for path in (ROOT / "harness").glob("*/__init__.py")} - {"cli"}
    pages = {path.stem for path in (site / "reference").glob("*.html")} - {"commands"}
    assert packages == pages
    codecs = (site / "reference" / "codecs.html").read_text("utf-8")
    for name in ("pipeline.Pipeline.encode", "storage.save_codec", "bitpacking.pack"):
        assert f'id="harness.codecs.{name}"' in codecs
