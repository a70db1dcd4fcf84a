"""Stores with more content than a probe reads: the sum says so, or it is the server's own.

Every line that a probe writes about a limit of its lists is in ``unlisted``, so that every report has it.
"""

import ast
import re
from pathlib import Path

from tests.each import each
from tieback import probes

_LIMIT = re.compile(r"\b(?:more [a-z ]+ than the limit|[Oo]nly the \S+ ?\S* (?:were|are)|the first \S+ (?:were|are))")
_OF_FIELDS = re.compile(r"columns|properties|described|tools|estimates|counted$|one by one$")
"""What leaves out no record: fields, things that are no records, and tables that have an estimate."""
SOURCES = sorted(Path(probes.__file__).parent.rglob("*.py"))


def limit_lines(source: str, method: str) -> list[str]:
    """Texts about limits that are reported by a method of a draft; what is put in is ``#``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            for text in node.args[:1]:
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                said = "".join(str(one.value) if isinstance(one, ast.Constant) else "#" for one in parts)
                if _LIMIT.search(said):
                    found.append(said)
    return found


@each("path", SOURCES, ids=lambda path: path.name)
def test_a_limit_of_a_list_is_content_that_was_left_out(path: Path) -> None:
    found = [one for one in limit_lines(path.read_text("utf-8"), "problem") if not _OF_FIELDS.search(one)]
    assert found == [], "use leave_out: the sums are then lower bounds"


def test_the_probes_have_such_limits() -> None:
    found = [one for path in SOURCES for one in limit_lines(path.read_text("utf-8"), "leave_out")]
    assert len(found) > 12
    assert any("; only the first" in one for one in found)
