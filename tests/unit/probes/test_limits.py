"""Lines of the probes for the user. A limit of a list is content that was left out: the sum is then of a part.

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
_OF_TOOLS = "mcp"
"""A probe whose lists are of tools, which are no content."""
SOURCES = sorted(Path(probes.__file__).parent.rglob("*.py"))


def texts_of(source: str, method: str) -> list[str]:
    """Texts that are reported by a method of a draft; what is put in is ``#``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            for text in node.args[:1]:
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                found.append("".join(str(one.value) if isinstance(one, ast.Constant) else "#" for one in parts))
    return found


def limit_lines(source: str, method: str) -> list[str]:
    """Those about limits."""
    return [one for one in texts_of(source, method) if _LIMIT.search(one)]


@each("path", SOURCES, ids=lambda path: path.name)
def test_a_limit_of_a_list_is_content_that_was_left_out(path: Path) -> None:
    found = [one for one in limit_lines(path.read_text("utf-8"), "problem") if not _OF_FIELDS.search(one)]
    assert found == [] or path.parent.name == _OF_TOOLS, "use leave_out: the sums are then lower bounds"


def test_the_probes_have_such_limits() -> None:
    found = [one for path in SOURCES for one in limit_lines(path.read_text("utf-8"), "leave_out")]
    assert len(found) > 12
    assert any("; only the first" in one for one in found)


_KEY = re.compile(r"^[a-z]+(?:_[a-z]+){2,}\b")


@each("path", SOURCES, ids=lambda path: path.name)
def test_a_line_for_the_user_has_no_internal_key(path: Path) -> None:
    told = [one for method in ("problem", "leave_out") for one in texts_of(path.read_text("utf-8"), method)]
    assert [one for one in told if _KEY.match(one)] == []


@each("path", SOURCES, ids=lambda path: path.name)
def test_a_line_for_the_user_does_not_need_an_app(path: Path) -> None:
    """``tieback probe`` has no app, so no line can say what it names."""
    told = [one for method in ("problem", "leave_out") for one in texts_of(path.read_text("utf-8"), method)]
    assert [one for one in told if re.search(r"\bthe app (?:names|contains|does)\b", one)] == []
