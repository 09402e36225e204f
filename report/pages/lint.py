"""No number in prose without a result behind it: run as ``python -m report.pages.lint`` by ``make check``.

Numbers that look measured (decimals, per cent, ratios, bytes, seconds) belong in rendered parts, in code and
in link targets. Hand-written prose of the README and of the templates has none. The README's rendered part
has to equal what the committed evidence renders to.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from report.pages import readme
from report.pages.render import TEMPLATES

UNITS = r"%|per cent|×|x\b|B\b|bytes|seconds|minutes|min\b|s\b|MB"
MEASURED = re.compile(rf"(?<![\w.])\d+(?:\.\d+)+|(?<![\w.])\d[\d,]*\s?(?:{UNITS})")
# What is no prose: rendered expressions, comments, fenced and inline code, link targets, the rendered part.
NO_PROSE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|" + re.escape(readme.START) + ".*?" + re.escape(readme.END) + r"|<!--.*?-->"
    r"|```.*?```|`[^`\n]*`|\]\([^)]*\)"
    r"|95 %|doi:\S+|Python [\d.]+( to [\d.]+)?|Apache-2\.0"  # names, not measurements
    r"|[Ss]ections? [\d.]+(?:(?:,| and| to) [\d.]+)*",
    re.DOTALL,
)


def untraced(text: str, where: str) -> list[str]:
    """Return one line for each measured-looking number in the prose of a Markdown text or template."""
    prose = NO_PROSE.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [
        f"{where}:{number}: found {match[0]!r} in prose, expected a number to come from a result"
        for number, line in enumerate(prose.splitlines(), start=1)
        for match in MEASURED.finditer(line)
    ]


def problems(root: Path) -> list[str]:
    """Return one line for each problem of the README and the templates of a checkout."""
    path = root / "README.md"
    lines = untraced(path.read_text("utf-8"), "README.md")
    for template in sorted(TEMPLATES.rglob("*.j2")):
        lines += untraced(template.read_text("utf-8"), f"report/templates/{template.name}")
    try:
        if readme.split(path)[1] != readme.block(Tree(root / "artifacts")):
            lines.append("README.md: its rendered part is not what artifacts/ renders to; run make artifacts")
    except InputError as error:
        lines.append(str(error))
    return lines


def main() -> int:
    """Print the problems; return 1 if there are any."""
    lines = problems(Path())
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
