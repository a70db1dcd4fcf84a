"""The texts of the project that a person reads, sentence by sentence, with the file and line of each.

Used by tools/check-words and tools/sample-sentences. Needs only the standard library; a whole pass takes two seconds.

Categories:
    finding    titles, advice and reasons in the TOML data of assess, posture and cases
    letter     the English letters
    help       what `tieback --help` shows: docstrings of commands and `help=` of options
    error      `what` and `advice` of TiebackError and its subclasses
    output     other prose in string literals: tables, problems, notes of probes
    template   Jinja templates of the HTML report
    docs       README, other pages at the top, docs/**, changelog fragments
    adr        titles of the ADRs
    docstring  module and public docstrings of src/tieback
    letter-other  the letters in other languages: only their length can be checked
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

if sys.version_info < (3, 12):  # noqa: UP036 - started by hand, the python3 of the system may be an old one
    sys.exit("Python 3.12 or newer is required; run this with .venv/bin/python")

ROOT = Path(__file__).resolve().parents[1]
USER_VISIBLE = ("finding", "letter", "help", "error", "output", "template", "docs", "adr")
CATEGORIES = (*USER_VISIBLE, "docstring", "letter-other")

# Measurements with their circumstances, and the log of releases: records, not guidance.
_DOCS_LEFT_OUT = re.compile(r"^docs/benchmarks(/|\.md$)|^CHANGELOG\.md$")
_PROSE_DATA = (
    "assess/duties.toml",
    "assess/honeypots.toml",
    "assess/old_versions.toml",
    "assess/rules.toml",
    "assess/severity.toml",
    "cases/policy.toml",
    "posture/checks.toml",
    "posture/defaults.toml",
    "posture/describe/kinds.toml",
    "posture/rules/gcs_roles.toml",
)
_PROSE_KEYS = frozenset({"title", "reason", "why", "note", "label", "text", "means"})
# Their string literals are synthetic data for the sample stores, or records of conversations; errors there count.
_NO_OUTPUT = re.compile(r"/lab/|/migrations/|/playback\.py$")

_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|No|Art|Arts|St|Inc|Ltd|approx|resp|incl|al)|\b[A-Z])\.$")
_SENTENCE_END = re.compile(r"(?<!\.\.)[.!?][\"')\]*_]*(?=\s+[\"'(\[*_`]*[A-Z0-9{`~])|[.!?]$|(?<=[a-z)]):$")
_CODE = re.compile(r"``[^`]*``|`[^`]*`")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s\"[^\"]*\")?\)|<(?:https?|mailto):[^>]*>")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_URL = re.compile(r"\b(?:https?|s3|gs|az|dask|postgresql)://\S+")
_WORD = re.compile(r"\S*[^\W_]\S*")


class Sentence(NamedTuple):
    """One sentence, heading or phrase."""

    file: str
    line: int
    category: str
    text: str

    @property
    def words(self) -> int:
        """Words, where a code span, a URL and a placeholder count as one each."""
        return len(_WORD.findall(masked(self.text)))


def masked(text: str) -> str:
    """The text with code spans, URLs and placeholders replaced by one neutral word each: none of these is prose."""
    text = _PLACEHOLDER.sub("X", _CODE.sub("X", text))
    return _URL.sub("X", text)


def sentences(root: Path = ROOT, categories: tuple[str, ...] = USER_VISIBLE) -> list[Sentence]:
    """Every sentence of the categories below ``root``, by file and line."""
    wanted = set(categories)
    found = [
        *_of_python(root, wanted),
        *_of_data(root, wanted),
        *_of_letters(root, wanted),
        *_of_templates(root, wanted),
        *_of_docs(root, wanted),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line))


def split(text: str) -> Iterator[tuple[int, str]]:
    """Sentences of a paragraph, each with its offset."""
    start = 0
    code = [match.span() for match in _CODE.finditer(text)] if "`" in text else []
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text, max(start, match.start() - 8), match.start() + 1) or any(
            begin < match.start() < end for begin, end in code
        ):
            continue
        yield from _piece(text, start, match.end())
        start = match.end()
    yield from _piece(text, start, len(text))


def _piece(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    whole = text[start:end]
    if _WORD.search(whole):
        yield start + len(whole) - len(whole.lstrip()), " ".join(whole.split())


# Markdown


@dataclass
class _Block:
    line: int
    lines: list[str]


_FENCE = re.compile(r"^\s*(```|~~~)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_TABLE = re.compile(r"^\s*\|")
_RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,}|[-|: ]{3,})\s*$")
_INDENTED = re.compile(r"^(?: {4}|\t)")
_COMMENT = re.compile(r"(?:^|\s)#\s+(\S.*)$")
MIN_CELL_WORDS = 5
MIN_COMMENT_WORDS = 3
HEAD_ROWS = 2


def markdown(text: str, first: int = 1) -> Iterator[tuple[int, str]]:
    """Sentences of a Markdown text with their lines: no HTML; of tables, cells with prose; of code, comments."""
    text = re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    for block in _blocks(text.split("\n"), first):
        joined = "\n".join(block.lines)
        joined = _LINK.sub(lambda match: match[1] or "X", joined)
        joined = re.sub(r"</?[a-z][^>\n]*>", " ", joined)
        joined = joined.replace("**", "").replace("\\", "")
        for offset, sentence in split(joined):
            yield block.line + joined.count("\n", 0, offset), sentence


def _blocks(lines: list[str], first: int) -> Iterator[_Block]:
    block = _Block(first, [])
    fenced, rows, in_list = False, 0, False
    for number, raw in enumerate(lines, first):
        fence = bool(_FENCE.match(raw))
        fenced = fenced != fence
        item = _ITEM.match(raw)
        code = fence or fenced or (_INDENTED.match(raw) and not block.lines and not in_list and not item)
        line = "" if code else raw
        in_list = bool(item) or (in_list and (not raw.strip() or raw.startswith(" ")))
        rows = rows + 1 if _TABLE.match(line) else 0
        alone = bool(_HEADING.match(line))
        begins = alone or rows or item or not line.strip() or _RULE.match(line)
        if begins and block.lines:
            yield block
            block = _Block(number, [])
        if code and (comment := _COMMENT.search(raw)) and len(comment[1].split()) >= MIN_COMMENT_WORDS:
            yield _Block(number, [comment[1]])
        if rows:
            # The first row names the columns, the second is the rule below it.
            cells = [cell for cell in _cells(line) if rows > HEAD_ROWS and len(cell.split()) >= MIN_CELL_WORDS]
            yield from (_Block(number, [cell]) for cell in cells)
            continue
        body = _ITEM.sub("", _HEADING.sub("", re.sub(r"^\s*>\s?", "", line)))
        if not body.strip() or _RULE.match(line):
            continue
        if not block.lines:
            block = _Block(number, [])
        block.lines.append(body)
        if alone:
            yield block
            block = _Block(number + 1, [])
    if block.lines:
        yield block


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _of_docs(root: Path, wanted: set[str]) -> Iterator[Sentence]:
    if not wanted & {"docs", "adr"}:
        return
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("changelog.d/*.md")]
    for page in sorted(pages):
        name = page.relative_to(root).as_posix()
        if _DOCS_LEFT_OUT.search(name):
            continue
        for index, (line, text) in enumerate(markdown(page.read_text(encoding="utf-8"))):
            category = "adr" if index == 0 and name.startswith("docs/adr/") else "docs"
            if category in wanted:
                yield Sentence(name, line, category, text)


# Jinja

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def _filled(text: str) -> str:
    """A Jinja text as it reads: expressions with a literal become the first one, others a placeholder; lines stay."""

    def expression(match: re.Match[str]) -> str:
        literal = _LITERAL.match(match[1].lstrip(" -"))
        words = (literal[1] or literal[2] or "") if literal else "{" + " ".join(match[1].split())[:40] + "}"
        return words.replace("{", "").replace("}", "") if literal else words

    return _EXPRESSION.sub(expression, _STATEMENT.sub(lambda match: "\n" * match[0].count("\n"), text))


def _of_templates(root: Path, wanted: set[str]) -> Iterator[Sentence]:
    if "template" not in wanted:
        return
    for page in sorted(root.glob("src/tieback/**/*.j2")):
        text = _filled(page.read_text(encoding="utf-8"))
        text = re.sub(
            r"<(style|script|svg)\b.*?</\1>", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL
        )
        # A tag of a block ends the sentence; one inside a line does not.
        text = re.sub(
            r"</?(?:p|h\d|li|ul|ol|t[drh]|thead|tbody|table|div|section|dt|dd|dl|figcaption|figure|nav|summary|details|header|footer|main|caption|title|option|button|label)\b[^>]*>",
            lambda match: "\x1f" + "\n" * match[0].count("\n"),
            text,
        )
        text = re.sub(r"<[^>]*>", lambda match: "\n" * match[0].count("\n"), text)
        line = 1
        for part in text.split("\x1f"):
            for offset, sentence in split(part):
                if len(re.findall(r"[A-Za-z]{2,}", masked(sentence))) >= 2:
                    yield Sentence(_name(page, root), line + part.count("\n", 0, offset), "template", sentence)
            line += part.count("\n")


# TOML


def _of_data(root: Path, wanted: set[str]) -> Iterator[Sentence]:
    if "finding" not in wanted:
        return
    for name in _PROSE_DATA:
        path = root / "src" / "tieback" / name
        if not path.exists():
            continue
        raw = path.read_text(encoding="utf-8")
        yield from _placed(_name(path, root), "finding", raw, _prose(tomllib.loads(raw), "", advice=False))


def _prose(value: object, key: str, *, advice: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _prose(inner, name, advice=advice or name == "advice")
    elif isinstance(value, list):
        for inner in value:
            yield from _prose(inner, key, advice=advice)
    elif isinstance(value, str) and (advice or key in _PROSE_KEYS):
        yield value


def _of_letters(root: Path, wanted: set[str]) -> Iterator[Sentence]:
    for path in sorted(root.glob("src/tieback/cases/letters/*.toml")):
        category = "letter" if path.stem == "en" else "letter-other"
        if category in wanted:
            raw = path.read_text(encoding="utf-8")
            yield from _placed(_name(path, root), category, raw, _letter_texts(tomllib.loads(raw)))


def _letter_texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _letter_texts(inner)
    elif isinstance(value, str) and " " in value.strip():
        yield value


def _placed(file: str, category: str, raw: str, texts: Iterator[str]) -> Iterator[Sentence]:
    """The sentences of TOML values, which come in the order of the file, with their lines."""
    at = 0
    for text in texts:
        head = text.lstrip("\n").split("\n", 1)[0][:60].split('"', 1)[0].split("\\", 1)[0]
        found = raw.find(head, at)
        at = found if found >= 0 else max(raw.find(head), 0)
        line = raw.count("\n", 0, at) + 1 - (len(text) - len(text.lstrip("\n")))
        for number, sentence in markdown(_filled(text), line):
            yield Sentence(file, number, category, sentence)
        at += len(head)


# Python

_FUNCTION_WORD = re.compile(
    r"(?<![\w-])(?:a|an|the|of|is|are|was|were|be|to|in|on|at|by|for|with|without|that|which|who|what|where|no|not|nor|and|or|it|its|"
    r"this|has|have|had|than|from|as|if|one|only|does|did|can|more|there|they)(?![\w-])",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"(?:^|(?<=[\s(\"']))[A-Za-z][a-z']*(?:-[a-z]+)*(?=$|[\s.,:;!?)\"'])")
_SQL = re.compile(
    r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|COPY|SET|FROM|WHERE|JOIN|LEFT|ORDER|GROUP|AND|PRAGMA|SHOW|UNION|CASE|BEGIN|"
    r"ATTACH|MATCH|CALL|EXPLAIN|LIMIT|ON|coalesce|count|list|struct|max|min|sum)\b[\s(]|\bSELECT\b.*\bFROM\b"
)
_PRINTS = frozenset({"print", "Text", "problem", "Problem", "echo", "secho", "confirm", "prompt", "note", "append"})
_TYPER = frozenset({"command", "callback"})
MIN_PROSE_WORDS = 4


def _of_python(root: Path, wanted: set[str]) -> Iterator[Sentence]:
    if not wanted & {"help", "error", "output", "docstring"}:
        return
    trees: dict[Path, ast.Module] = {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(root.glob("src/tieback/**/*.py"))
    }
    errors = _error_classes(trees)
    for path, tree in trees.items():
        reader = _Reader(_name(path, root), errors)
        reader.read(tree)
        yield from (one for one in reader.found if one.category in wanted)


def _error_classes(trees: dict[Path, ast.Module]) -> frozenset[str]:
    """Names of TiebackError and of what derives from it."""
    names = {"TiebackError"}
    bases = [
        (node.name, {_last_name(base) for base in node.bases})
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    while more := {name for name, parents in bases if parents & names} - names:
        names |= more
    return frozenset(names)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


class _Reader:
    """Collects the texts of one module."""

    def __init__(self, file: str, errors: frozenset[str]) -> None:
        self.file = file
        self.errors = errors
        self.found: list[Sentence] = []
        self.cli = "/cli/" in file
        self.output = not _NO_OUTPUT.search(file)
        self.taken: set[int] = set()

    def read(self, tree: ast.Module) -> None:
        self._docstring(tree, "docstring")
        self._walk(tree, public=True)

    def _walk(self, node: ast.AST, *, public: bool) -> None:
        for child in ast.iter_child_nodes(node):
            inner = public
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = public and not child.name.startswith("_")
                shown = self.cli and any(_last_name(_called(one)) in _TYPER for one in child.decorator_list)
                self._docstring(child, "help" if shown else "docstring" if inner else "")
                if not isinstance(child, ast.ClassDef):
                    # What is inside a function is nobody's interface.
                    self._walk(child, public=False)
                    continue
            elif isinstance(child, ast.Call):
                self._call(child)
            elif isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                self._attribute(child.value, public=public)
                continue
            elif isinstance(child, ast.Constant | ast.JoinedStr):
                self._literal(child)
                continue
            self._walk(child, public=inner)

    def _docstring(
        self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, category: str
    ) -> None:
        body = node.body[0] if node.body else None
        if not (
            isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant) and isinstance(body.value.value, str)
        ):
            return
        self.taken.add(id(body.value))
        if category:
            for line, text in docstring(body.value.value, body.value.lineno):
                self.found.append(Sentence(self.file, line, category, text))

    def _attribute(self, node: ast.Constant, *, public: bool) -> None:
        """The docstring of a module's constant or of a field."""
        if id(node) not in self.taken and public and isinstance(node.value, str):
            for line, text in docstring(node.value, node.lineno):
                self.found.append(Sentence(self.file, line, "docstring", text))

    def _call(self, node: ast.Call) -> None:
        name = _last_name(node.func)
        for keyword in node.keywords:
            if self.cli and keyword.arg in {"help", "short_help", "epilog"}:
                self._texts(keyword.value, "help")
            elif name in self.errors and keyword.arg in {"what", "advice"}:
                self._texts(keyword.value, "error")
        if name in self.errors and node.args:
            self._texts(node.args[0], "error")
        elif name in _PRINTS and self.output:
            for argument in node.args:
                self._texts(argument, "output", words=2)

    def _texts(self, node: ast.expr, category: str, words: int = 1) -> None:
        """The literals that an expression may come to; those of calls and subscripts inside it are others' business."""
        if isinstance(node, ast.IfExp):
            self._texts(node.body, category, words)
            self._texts(node.orelse, category, words)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                self._texts(value, category, words)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            self._texts(node.left, category, words)
            self._texts(node.right, category, words)
        elif isinstance(node, ast.Constant | ast.JoinedStr):
            text = _joined(node)
            if text is not None and len(re.findall(r"[A-Za-z]{2,}", masked(text))) >= words and not _SQL.search(text):
                self.taken.add(id(node))
                self._add(node, category, text)

    def _literal(self, node: ast.Constant | ast.JoinedStr) -> None:
        """Any other literal: it counts if it reads as prose."""
        text = _joined(node)
        if text is not None and self.output and id(node) not in self.taken and _is_prose(text):
            self._add(node, "output", text)
        if isinstance(node, ast.JoinedStr):
            for value in node.values:
                if isinstance(value, ast.FormattedValue):
                    self._walk(value, public=False)

    def _add(self, node: ast.expr, category: str, text: str) -> None:
        for _, sentence in split(text):
            self.found.append(Sentence(self.file, node.lineno, category, sentence))


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _joined(node: ast.expr) -> str | None:
    """The text of a literal, with ``{expression}`` where an f-string has one; None for bytes and numbers."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        elif isinstance(value, ast.FormattedValue):
            inner = value.value
            literal = inner.body if isinstance(inner, ast.IfExp) else inner
            if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                parts.append(literal.value)
            else:
                parts.append("{" + re.sub(r"[{}`]", "", ast.unparse(inner))[:40] + "}")
    return "".join(parts)


def _is_prose(text: str) -> bool:
    if "\n" in text.strip() and len(text) > 2000:
        return False
    body = masked(text)
    tokens = body.split()
    plain = len(_PLAIN_WORD.findall(body))
    return (
        plain >= MIN_PROSE_WORDS
        and plain >= 0.6 * len(tokens)
        and not _SQL.search(text)
        and len(_FUNCTION_WORD.findall(body)) >= 1
    )


_SECTION = re.compile(r"^(?:Args|Attributes|Returns|Raises|Yields|Example|Examples|Note|Notes|Source|Sources):\s*$")
_EXAMPLE = re.compile(r"^\s*(?:Examples?:|tieback |\$ |>>> )")
_FIELD = re.compile(r"^\s*[\w*., ]{1,40}:\s+(?=\S)")


def docstring(text: str, first: int = 1) -> Iterator[tuple[int, str]]:
    """Sentences of a docstring with their lines; names of fields and lines of examples left out."""
    block: list[str] = []
    start = first
    section = False

    def done() -> Iterator[tuple[int, str]]:
        joined = "\n".join(block)
        for offset, sentence in split(joined):
            yield start + joined.count("\n", 0, offset), sentence

    for number, line in enumerate(text.split("\n"), first):
        header = bool(_SECTION.match(line.strip()))
        if not line.strip() or header or _EXAMPLE.match(line) or _ITEM.match(line) or (section and _FIELD.match(line)):
            yield from done()
            block = []
        if header:
            section = True
            continue
        if not line.strip() or _EXAMPLE.match(line):
            continue
        if not block:
            start = number
        body = _ITEM.sub("", line)
        block.append(_FIELD.sub("", body) if section and not block else body)
    yield from done()


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
