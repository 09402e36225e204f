"""Figures as the page has them: inline SVG, small, without inline styles, its ids unique on the page.

The page's content security policy allows no style attribute: each property becomes an attribute of its own.
Glyphs that several figures draw are defined once. What changes nothing is left out: groups without
attributes, glyphs of spaces, properties that have their initial value or that what is used has of its own.
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
_INITIAL = {("stroke-linecap", "butt"), ("stroke-dashoffset", "0")}
_COLOUR = re.compile(r"^#(\w)\1(\w)\2(\w)\3$")
_DATA = re.compile(r'\sd="([^"]*)"')
_LETTER = re.compile(r" ?([A-Za-z]) ?")
_NUMBER = re.compile(r"-?\d+\.\d+")
_ALONG = re.compile(r'(<use [^>]*)transform="translate\((-?[\d.]+) 0\)"')  # a glyph, in hundredths of an em
_ID = re.compile(r'\sid="([^"]+)"')
_REFERENCE = re.compile(r'(href="|url\()#([^")]+)')
_GLYPH = re.compile(r'<path id="(\w+-[0-9a-f]+)"[^>]*/>')
_USED = re.compile(r'<path id="([^"]+)"([^>]*)/>')
_USE = re.compile(r'<use href="#([^"]+)"[^>]*/>')
_PROPERTY = re.compile(r' (fill|stroke[a-z-]*)="[^"]*"')
_GROUP = re.compile(r"</?g\b[^>]*>")


def inline(pictures: Mapping[str, tuple[bytes, str]]) -> dict[str, str]:
    """Return SVG documents as elements of one page, by name; each comes with the label that describes it."""
    defined: set[str] = set()
    return {
        name: _element(svg.decode(), f"f{number}", label, defined)
        for number, (name, (svg, label)) in enumerate(pictures.items(), start=1)
    }


def _element(text: str, name: str, label: str, defined: set[str]) -> str:
    """Return an SVG element without the glyphs already ``defined``; adds its own to them.

    ``name`` begins its ids.
    """
    text = _LEFT_OUT.sub("", text)
    root = text[: text.index(">")]
    text = _ROOT.sub("", root) + text[len(root) :].replace("xlink:href", "href")
    text = re.sub(r"\s*\n\s*", " ", text)
    text = _STYLE.sub(lambda match: _attributes(match[1]), text)
    text = _NUMBER.sub(lambda match: _rounded(float(match[0])), text)
    text = _ALONG.sub(lambda match: f'{match[1]}x="{float(match[2]):.0f}"', text)
    text = _DATA.sub(lambda match: ' d="' + _LETTER.sub(r"\1", match[1].strip()) + '"', text)
    text = text.replace("> <", "><").replace(' "', '"').strip()
    text = _named(_overridden(_inked(text)), name, defined).replace("<defs></defs>", "")
    return _unwrapped(text).replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)


def _inked(text: str) -> str:
    """Return the text without glyphs that have no outline, and without what uses them."""
    for match in list(_GLYPH.finditer(text)):
        if ' d="' not in match[0] and match[1].startswith("DejaVu"):
            text = text.replace(match[0], "")
            text = re.sub(rf'<use href="#{match[1]}"[^>]*/>', "", text)
    return text


def _overridden(text: str) -> str:
    """Return the text without properties of uses that the paths they use have of their own."""
    own = {match[1]: set(_PROPERTY.findall(match[2])) for match in _USED.finditer(text)}

    def kept(match: re.Match[str]) -> str:
        properties = own.get(match[1], set())
        return _PROPERTY.sub(lambda each: "" if each[1] in properties else each[0], match[0])

    return _USE.sub(kept, text)


def _named(text: str, name: str, defined: set[str]) -> str:
    """Return the text with the ids that it refers to: a glyph's own, others after ``name``."""
    glyphs = {match[1] for match in _GLYPH.finditer(text) if match[1].startswith("DejaVu")}
    text = _GLYPH.sub(lambda match: "" if match[1] in defined else match[0], text)
    defined |= glyphs
    referred = dict.fromkeys(match[2] for match in _REFERENCE.finditer(text) if match[2] not in glyphs)
    named = {each: f"{name}-{number}" for number, each in enumerate(referred)}
    named |= {glyph: glyph.replace("DejaVuSans", "g") for glyph in glyphs}
    text = _ID.sub(lambda match: f' id="{named[match[1]]}"' if match[1] in named else "", text)
    return _REFERENCE.sub(lambda match: f"{match[1]}#{named[match[2]]}", text)


def _unwrapped(text: str) -> str:
    """Return the text without groups that have no attributes; what they hold stays."""
    opened: list[str] = []

    def kept(match: re.Match[str]) -> str:
        tag = match[0]
        if tag.endswith("/>"):
            return ""
        if tag != "</g>":
            opened.append(tag)
            return "" if tag == "<g>" else tag
        return "" if opened.pop() == "<g>" else tag

    return _GROUP.sub(kept, text)


def _attributes(style: str) -> str:
    pairs = [tuple(each.strip() for each in part.split(":", 1)) for part in style.split(";") if ":" in part]
    drawn = [(key, _COLOUR.sub(r"#\1\2\3", value)) for key, value in pairs if (key, value) not in _INITIAL]
    return "".join(f' {key}="{value}"' for key, value in drawn)


def _rounded(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if abs(number) >= 1 else f"{number:.4f}".rstrip("0").rstrip(".")
