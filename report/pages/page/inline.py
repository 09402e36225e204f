"""Figures as the page has them: inline SVG, small, without inline styles, its ids unique on the page.

The page's content security policy allows no style attribute: each property becomes an attribute of its own.
Glyphs that several figures draw are defined once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

_LEFT_OUT = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL
)
_ROOT = re.compile(r'\s+(?:xmlns(?::xlink)?|version|width|height)="[^"]*"')
_STYLE = re.compile(r'\s+style="([^"]*)"')
_DATA = re.compile(r'\sd="([^"]*)"')
_LETTER = re.compile(r" ?([A-Za-z]) ?")
_NUMBER = re.compile(r"-?\d+\.\d+")
_ID = re.compile(r'\sid="([^"]+)"')
_REFERENCE = re.compile(r'(href="|url\()#([^")]+)')
_GLYPH = re.compile(r'<path id="(\w+-[0-9a-f]+)"[^>]*/>')


def inline(pictures: Mapping[str, tuple[bytes, str]]) -> dict[str, str]:
    """Return SVG documents as elements of one page, by name; each comes with the label that describes it."""
    defined: set[str] = set()
    return {name: _element(svg.decode(), name, label, defined) for name, (svg, label) in pictures.items()}


def _element(text: str, name: str, label: str, defined: set[str]) -> str:
    """Return an SVG element without the glyphs already ``defined``; adds its own to them."""
    text = _LEFT_OUT.sub("", text)
    root = text[: text.index(">")]
    text = _ROOT.sub("", root) + text[len(root) :].replace("xlink:href", "href")
    text = _STYLE.sub(lambda match: _attributes(match[1]), text)
    text = _NUMBER.sub(lambda match: _rounded(float(match[0])), text)
    text = _DATA.sub(lambda match: ' d="' + _LETTER.sub(r"\1", match[1].strip()) + '"', text)
    text = re.sub(r"\s*\n\s*", " ", text).replace("> <", "><").replace(' "', '"').strip()
    text = _named(text, name, defined).replace("<defs></defs>", "")
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)


def _named(text: str, name: str, defined: set[str]) -> str:
    """Return the text with the ids that it refers to: a glyph's own, others after ``name``."""
    glyphs = {match[1] for match in _GLYPH.finditer(text) if match[1].startswith("DejaVu")}
    text = _GLYPH.sub(lambda match: "" if match[1] in defined else match[0], text)
    defined |= glyphs
    named = {match[2]: f"{name}-{number}" for number, match in enumerate(_REFERENCE.finditer(text))}
    named |= {glyph: glyph.replace("DejaVuSans", "g") for glyph in glyphs}
    text = _ID.sub(lambda match: f' id="{named[match[1]]}"' if match[1] in named else "", text)
    return _REFERENCE.sub(lambda match: f"{match[1]}#{named[match[2]]}", text)


def _attributes(style: str) -> str:
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return "".join(f' {key.strip()}="{value.strip()}"' for key, value in pairs)


def _rounded(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if abs(number) >= 1 else f"{number:.4f}".rstrip("0").rstrip(".")
