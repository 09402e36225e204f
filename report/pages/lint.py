"""No number in prose without a result behind it: ``python -m report.pages.lint``, ``harness report --lint``.

Numbers that look measured (decimals, per cent, ratios, bytes, seconds) belong in rendered parts, in code and
in link targets. Hand-written prose has none: that of the README, of docs/*.md, of every template of report
and page, and of the sentences in ``report/findings/``. What is rendered, the report and the README's part,
has to equal what the committed evidence renders to.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from report.pages import readme
from report.pages.render import TEMPLATES, rendered

FINDINGS = TEMPLATES.parent / "findings"
UNITS = r"%|per cent|×|x\b|B\b|bytes|seconds|minutes|min\b|s\b|MB"
MEASURED = re.compile(rf"(?<![\w.])\d+(?:\.\d+)+|(?<![\w.])\d[\d,]*\s?(?:{UNITS})")
# What is no prose: rendered expressions, comments, fenced and inline code, link targets, the rendered part.
NO_PROSE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|"
    + re.escape(readme.START)
    + ".*?"
    + re.escape(readme.END)
    + r"|<!--.*?-->"
    r"|```.*?```|`[^`\n]*`|\]\([^)]*\)"
    r"|<style.*?</style>|<script.*?</script>|<[a-z/!][^<>]*>"  # of a page: style, script, tags
    r"|95 %|doi:\S+|Python [\d.]+( to [\d.]+)?|Apache-2\.0"  # names, not measurements
    r"|^#+ (?:Section )?[\d.]+|[Ss]ections? [\d.]+(?:(?:,| and| to) [\d.]+)*|STS12–16",
    re.DOTALL | re.MULTILINE,
)


def untraced(text: str, where: str) -> list[str]:
    """Return one line for each measured-looking number in the prose of a text or template."""
    prose = NO_PROSE.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [
        f"{where}:{number}: found {match[0]!r} in prose, expected a number to come from a result"
        for number, line in enumerate(prose.splitlines(), start=1)
        for match in MEASURED.finditer(line)
    ]


def untraced_in_code(source: str, where: str) -> list[str]:
    """Return the same of the texts in Python code, docstrings left out."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [
        f"{where}:{node.lineno}: found {match[0]!r} in a text, expected a number to come from a result"
        for node in texts
        if isinstance(node.value, str)
        for match in MEASURED.finditer(node.value)
        if not re.fullmatch(r"\d+x", node.value)  # the name of a point, such as 117x
    ]


def problems(root: Path) -> list[str]:
    """Return one line for each problem of README, pages, templates and report of a checkout."""
    path = root / "README.md"
    lines = untraced(path.read_text("utf-8"), "README.md")
    for page in sorted((root / "docs").glob("*.md")):
        lines += untraced(page.read_text("utf-8"), f"docs/{page.name}")
    for template in sorted(TEMPLATES.rglob("*.j2")):
        where = f"report/templates/{template.relative_to(TEMPLATES).as_posix()}"
        lines += untraced(template.read_text("utf-8"), where)
    for module in sorted(FINDINGS.glob("*.py")):
        lines += untraced_in_code(module.read_text("utf-8"), f"report/findings/{module.name}")
    try:
        lines += _unlike(Tree(root / "artifacts"), path)
    except InputError as error:
        lines.append(str(error))
    return lines


def _unlike(tree: Tree, path: Path) -> Iterator[str]:
    """Yield a line for the README's part and each file of the report that is not what evidence renders to."""
    files = rendered(tree)
    if readme.split(path)[1] != readme.block_of(files):
        yield "README.md: its rendered part is not what artifacts/ renders to; run make artifacts"
    for name, content in files.items():
        location = tree.report() / name
        if not location.is_file() or location.read_bytes() != content:
            yield f"{location}: is not what artifacts/ renders to; run make artifacts"


def main() -> int:
    """Print the problems; return 1 if there are any."""
    lines = problems(Path())
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
