"""Checks templates of letters: their file, syntax, variables and constructs, and that they render for every state.

The same variables that a letter has are filled with sample values. Templates run in the sandbox and in a child process,
as for a letter.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tieback.cases.letters.blocks import read_blocks
from tieback.cases.letters.bounded import MAX_DOCX, DocxJob, Rendered, TextJob, TextJobs, render_bounded
from tieback.cases.letters.facts import AppFact, LetterFacts, Sender, StoreFact
from tieback.cases.letters.language import KINDS, MAX_BYTES, Language, Template, load_language
from tieback.model.errors import InputError, UsageError
from tieback.model.skipped import OnSkipped, SkippedCount
from tieback.model.small_file import read_small
from tieback.model.unit import path_text

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_FIELDS = re.compile(r"\{(\w+)\}")
_FREE = frozenset({"loop", "range", "dict", "namespace", "cycler", "joiner", "lipsum", "self", "super", "caller"})
"""Names that Jinja itself defines."""
_LISTS: Mapping[str, type[msgspec.Struct]] = {"stores": StoreFact, "apps": AppFact}
_MEMBERS = {"sender": frozenset(Sender.__struct_fields__)}
_NOT_ALLOWED = {
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.Extends: "extends",
}
_DOCX_ONLY = frozenset({"subject", "text", "blocks", "body"})


class TemplateProblem(msgspec.Struct, frozen=True):
    """One problem of a template."""

    file: str
    line: int
    """Line in the file, from 1; 0 if unknown, as in DOCX."""
    what: str
    """One clause, with what to do."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


def check_template(path: Path, skipped: OnSkipped | None = None) -> list[TemplateProblem]:
    """Return the problems of a language file, a DOCX template, or all of them in a folder.

    ``skipped`` is called with the other files of the folder.

    Raises:
        UsageError: it is none of these.
        InputError: it cannot be read, or the child process cannot be started.
    """
    if path.is_dir():
        files: list[Path] = []
        passed = SkippedCount()
        for one in sorted(path.iterdir()):
            if one.suffix in {".toml", ".docx"} and one.is_file():
                files.append(one)
            elif not one.is_dir():
                passed.add("not templates", path_text(Path(one.name)))
        passed.report(path_text(path), skipped)
        if not files:
            raise UsageError("no template", where=str(path), advice="Write some with `tieback letter templates DIR`")
        return [problem for file in files for problem in check_template(file)]
    if path.suffix == ".docx":
        return _check_docx(path)
    if path.suffix == ".toml":
        return _check_language(path)
    raise UsageError("not a template", where=str(path), advice="Pass a .toml or .docx file, or a folder of them")


def _check_language(path: Path) -> list[TemplateProblem]:
    lines = _Lines(path, _read(path))
    try:
        raw = tomllib.loads(lines.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _AT_LINE.search(str(error))
        what = _AT_LINE.sub("", str(error)).strip() or "nested too deeply"
        return [TemplateProblem(str(path), int(found[1]) if found else 0, f"not TOML: {what}")]
    try:
        language = load_language(path.stem, path.parent)
    except InputError as error:
        return [TemplateProblem(str(path), lines.mentioned(error.what), f"{error.what}. {error.advice}")]
    problems = [*_check_words(raw, language, lines)]
    parsed = [*_texts(raw)]
    names = _set_names(parsed)
    for place, text in parsed:
        problems += _check_text(place, text, language, names, lines)
    return problems or list(_check_rendering(raw, language, lines))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError("longer than 1 MiB", where=str(path), advice="Pass a smaller file")
        return data.decode()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=str(path), advice="Save it as UTF-8") from None


def _texts(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """The texts of a file: table, key, and template."""
    for table in ("parts", *KINDS):
        for key, text in raw.get(table, {}).items():
            yield (table, key), str(text)


def _parse(text: str) -> nodes.Template:
    return ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).parse(text)


def _set_names(texts: Sequence[tuple[tuple[str, str], str]]) -> frozenset[str]:
    """Names that some text sets: a part that it includes sees them."""
    found = {"greeting", "internal"}
    for _, text in texts:
        try:
            tree = _parse(text)
        except TemplateSyntaxError:
            continue
        found |= {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    return frozenset(found)


def _check_text(
    place: tuple[str, str], text: str, language: Language, names: frozenset[str], lines: "_Lines"
) -> Iterator[TemplateProblem]:
    try:
        tree = _parse(text)
    except TemplateSyntaxError as error:
        yield lines.problem(place, error.lineno, f"{error.message}. Close each block, and quote each text")
        return
    except RecursionError:
        yield lines.problem(place, 1, "nested too deeply")
        return
    for node, what in (*_constructs(tree, language), *_unknown(tree, language, names)):
        yield lines.problem(place, node.lineno, what)


def _constructs(tree: nodes.Template, language: Language) -> Iterator[tuple[nodes.Node, str]]:
    """What the sandbox refuses."""
    for kind, word in _NOT_ALLOWED.items():
        for node in tree.find_all(kind):
            yield node, f"{word} is not allowed: templates read no files. Use include with a key of [parts]"
    for include in tree.find_all(nodes.Include):
        name = include.template.value if isinstance(include.template, nodes.Const) else None
        if name not in language.parts:
            yield include, f"[parts] has no {name or 'such key'}. Available parts: {', '.join(sorted(language.parts))}"
    for one in tree.find_all(nodes.Getattr):
        if one.attr.startswith("_"):
            yield one, f".{one.attr} is not allowed: a name with an underscore at its start is internal"
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name == "attr":
            yield filtered, "the filter attr is not allowed"


def _unknown(tree: nodes.Template, language: Language, names: frozenset[str]) -> Iterator[tuple[nodes.Node, str]]:
    """Variables that no letter has."""
    known = {*LetterFacts.__struct_fields__, *names, *_FREE}
    local = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in known | local:
            yield name, f"unknown variable {name.name}. docs/howto/letters.md lists all of them"
    members: dict[str, frozenset[str]] = {**_MEMBERS, "words": frozenset(language.words)}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and isinstance(loop.target, nodes.Name) and loop.iter.name in _LISTS:
            members[loop.target.name] = frozenset(_LISTS[loop.iter.name].__struct_fields__)
    for one in tree.find_all(nodes.Getattr):
        owner = one.node
        if not isinstance(owner, nodes.Name) or one.attr.startswith("_"):
            continue
        if one.attr not in members.get(owner.name, {one.attr}):
            yield one, f"unknown variable {owner.name}.{one.attr}. docs/howto/letters.md lists all of them"


def _check_words(raw: Mapping[str, Any], language: Language, lines: "_Lines") -> Iterator[TemplateProblem]:
    """Fields of the words: a misspelt one would stay in the letter as it is."""
    english = load_language("en").words
    for key in raw.get("words", {}).keys() & english.keys():
        allowed = set(_FIELDS.findall(english[key]))
        for field in sorted(set(_FIELDS.findall(language.words[key])) - allowed):
            has = f"It has {', '.join(sorted(allowed))}" if allowed else "It has no fields"
            yield lines.problem(("words", key), 1, f"unknown field {{{field}}} in {key}. {has}")


def _check_rendering(raw: Mapping[str, Any], language: Language, lines: "_Lines") -> Iterator[TemplateProblem]:
    """Render what the file changes, for several states of the cases."""
    changed = [kind for kind in KINDS if kind in raw] if "parts" not in raw and "words" not in raw else list(KINDS)
    samples = sample_facts(language)
    templates: list[tuple[str, Template]] = [(kind, getattr(language, kind)) for kind in changed for _ in samples]
    jobs = tuple(
        TextJob(template.subject, template.text, language.parts, samples[number % len(samples)])
        for number, (_, template) in enumerate(templates)
    )
    done = render_bounded(TextJobs(jobs), str(lines.path))
    if done.problem:
        kind = templates[done.job][0]
        yield lines.problem(_place(kind, done), max(1, done.line), f"cannot be rendered: {done.problem}")


def _place(kind: str, done: Rendered) -> tuple[str, str]:
    return ("parts", done.part) if done.part else (kind, "subject" if done.in_subject else "text")


def _check_docx(path: Path) -> list[TemplateProblem]:
    try:
        data = read_small(path, MAX_DOCX)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    language = load_language("en")
    blocks = tuple(read_blocks("## Heading\n\n**Text**\n\n| a | b |\n|---|---|\n| c | d |\n"))
    for facts in sample_facts(language):
        done = render_bounded(DocxJob(data, facts, "Subject", "Text", blocks, ()), str(path))
        if done.problem:
            what = f"cannot be rendered: {done.problem}. docs/howto/letters.md lists the variables"
            return [TemplateProblem(str(path), 0, what)]
    return []


def sample_facts(language: Language) -> tuple[LetterFacts, ...]:
    """Facts of three letters: about one store with everything known, about several, and about none."""
    sender = Sender("Example Ltd", "security@example.test", "Ada Example", "+44 1", "1 Street")
    store = StoreFact(**{name: f"({name})" for name in StoreFact.__struct_fields__})
    bare = msgspec.structs.replace(store, **dict.fromkeys(_optional(StoreFact), ""))
    app = AppFact("Example", "org.example.app", "Android", "1.0")
    texts = {name: f"({name})" for name in LetterFacts.__struct_fields__}
    full = {
        **texts, "sender": sender, "apps": (app,), "stores": (store,), "words": language.words, "sampled": True,
        "open": True, "awaited": True, "used": True, "never_open": True,
    }  # fmt: skip
    none = {
        **full, **dict.fromkeys(_optional(LetterFacts), ""), "stores": (), "sampled": False, "open": False,
        "awaited": False, "used": False, "never_open": False, "sender": Sender("Example Ltd", "security@example.test"),
        "tlp": "TLP:AMBER", "tlp_text": "(text)",
    }  # fmt: skip
    several = {**none, "stores": (bare, store), "apps": (app, app)}
    return tuple(msgspec.convert(values, LetterFacts) for values in (full, several, none))


def _optional(kind: type[msgspec.Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if field.default == ""]


class _Lines:
    """Lines of a language file: where each text begins."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self._first: dict[tuple[str, str], int] = {}
        table = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if header := re.match(r"\[([\w-]+)\]\s*(?:#.*)?$", line):
                table = header[1]
            elif key := re.match(r"([\w-]+)\s*=\s*(\"\"\"|''')?(.*)$", line):
                # TOML drops the line end after the opening marks of a long text.
                later = bool(key[2]) and not key[3].strip()
                self._first.setdefault((table, key[1]), number + later)

    def problem(self, place: tuple[str, str], line: int, what: str) -> TemplateProblem:
        """A problem at a line of a text, from 1."""
        first = self._first.get(place)
        return TemplateProblem(str(self.path), first + line - 1 if first else 0, f"{'.'.join(place)}: {what}")

    def mentioned(self, what: str) -> int:
        """The line of the key that a message names; 0 if it names none."""
        for word in re.findall(r"[`.$]+([\w-]+)", what):
            for number, line in enumerate(self.text.splitlines(), start=1):
                if re.match(rf"\[?{re.escape(word)}\b", line):
                    return number
        return 0
