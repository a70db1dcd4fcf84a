"""Numbers with their noun, verb and pronoun, and that no text of ours has a noun in a fixed form after a number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tieback.model.count_text import count_text, form_for, its_or_their, seconds_text

SOURCE = Path(__file__).parents[3] / "src" / "tieback"
ADJECTIVES = "damaged|different|exposed|further|hosted|long|more|naming|new|open|other|required|top-level|usual|user"
PLURAL = re.compile(rf" (?:(?:{ADJECTIVES}) )?([a-z]+s)\b")
MAYBE = re.compile(rf"\}}(?:\"\s+f?\")? (?:(?:{ADJECTIVES}) )?([a-z]+s)\b")
"""The same in the source text: only files with one are parsed, because that takes most of the time."""
TEMPLATE = re.compile(rf"\{{\{{ ([^{{}}]*) \}}\}} (?:(?:{ADJECTIVES}) )?([a-z]+s)\b")
"""The same in a template."""
VERBS = re.compile(
    r"accepts|access|address|allows|always|answers|as|asks|begins|belongs|bypasses|class|contains|demands|depends|"
    r"differs|does|ends|exists|forbids|gives|grants|has|https|is|its|keeps|lacks|leads|leaves|less|lies|makes|"
    r"matches|means|needs|permits|plus|process|promises|puts|reaches|reads|refers|repeats|requires|responds|"
    r"restricts|runs|s|says|sends|series|serves|shows|speaks|spells|stands|starts|states|status|succeeds|takes|"
    r"tells|this|tmpfs|trusts|us|was"
)
"""Verbs and other words in -s that are no plural of a noun."""
CONSTANT = re.compile(r"(?:[a-z_]+\.)?_?[A-Z][A-Z0-9_]*(?: [*+-] .*)?")
"""A limit of ours, which is greater than one: ``MAX_FILES``, ``queries.MAX_TABLES``."""
FORMS = ("count_text", "form_for", "its_or_their", "range_text", "seconds_text")
"""Functions that return words in the right form, or a range."""
EXCEPTIONS = {
    "a verb": {
        ("code or 'a check'", "names"),
        ("importer.meta.title", "names"),
        ("lead.api", "names"),
        ("name", "lists"),
        ("name", "names"),
        ("one.source", "lists"),
        ("open_ones[0].name", "routes"),
        ("path", "changes"),
        ("place", "names"),
        ("seen_in", "names"),
    },
    "a text before the noun, not its number": {
        ("'has' if data.partly_read == 1 else 'have'", "parts"),
        ("family", "addresses"),
        ("its", "figures"),
        ("name", "namespaces"),
        ("ransomed", "signs"),
        ("what", "leaks"),
    },
    "a constant of ours, greater than one": {
        ("count", "nodes"),
        ("count", "records"),
        ("len(_PERSONAL)", "attributes"),
        ("len(text)", "characters"),
        ("letters", "characters"),
    },
}
"""Values with the word after them that are right, by reason."""
KNOWN = frozenset(one for several in EXCEPTIONS.values() for one in several)


def fixed_plurals(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, value and plural noun of each f-string that has a fixed plural after a value."""
    if all(VERBS.fullmatch(found[1]) for found in MAYBE.finditer(source)):
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, after in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant):
                continue
            found = PLURAL.match(str(after.value))
            if found is None or VERBS.fullmatch(found[1]):
                continue
            text = ast.unparse(value.value)
            if CONSTANT.fullmatch(text) is None and not text.startswith(FORMS):
                yield node.lineno, text, found[1]


def template_plurals(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, value and plural noun of each fixed plural after a value of a template."""
    for found in TEMPLATE.finditer(source):
        if not VERBS.fullmatch(found[2]) and " | count(" not in found[1]:
            yield source.count("\n", 0, found.start()) + 1, found[1].replace('"', "'"), found[2]


@pytest.mark.parametrize(
    ("number", "text", "pronoun"), [(0, "0 apps", "their"), (1, "1 app", "its"), (2_000, "2,000 apps", "their")]
)
def test_forms(number: int, text: str, pronoun: str) -> None:
    assert (count_text(number, "app"), its_or_their(number)) == (text, pronoun)
    assert count_text(number, "class", "classes") == f"{number:,} class{'' if number == 1 else 'es'}"
    assert form_for(number, "is", "are") == ("is" if number == 1 else "are")


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 second"), (1.0, "1 second"), (2.5, "2.5 seconds"), (0, "0 seconds")]
)
def test_seconds(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{len(rows)} tables", [("len(rows)", "tables")]),
        ("lists {count:,} open stores of {name}", [("count", "stores")]),
        ("{a} of {b} entries, {c} files", [("b", "entries"), ("c", "files")]),
        ("{size} bytes", [("size", "bytes")]),
        ("more than {MAX_FILES:,} files, {queries.MAX_ROWS} rows", []),
        ("{count_text(count, 'table')} of {name} has rows", []),
        ("{name} responds on {form_for(count, 'a port', 'ports')}", []),
    ],
)
def test_fixed_plurals_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(value, noun) for _, value, noun in fixed_plurals(f'x = f"{text}"')] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<b>{{ rows | number }} open stores</b>", [("rows | number", "stores")]),
        ("{{ rows | count('open store') }} {{ name }} has rows", []),
        ("{{ rows | count('store shows', 'stores show') }} signs", []),
    ],
)
def test_fixed_plurals_in_templates_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(value, noun) for _, value, noun in template_plurals(text)] == found


def test_no_text_has_a_fixed_plural_after_a_number() -> None:
    used, wrong = set(), []
    for path in sorted(SOURCE.rglob("*")):
        find = {".py": fixed_plurals, ".html": template_plurals, ".j2": template_plurals}.get(path.suffix)
        for line, value, noun in find(path.read_text(encoding="utf-8")) if find else ():
            used.add((value, noun))
            if (value, noun) not in KNOWN:
                wrong.append(f"{path.relative_to(SOURCE)}:{line}: {{{value}}} {noun}")
    assert wrong == []
    assert KNOWN - used == set(), "exceptions that no text needs"
