"""Tokens and declarations of TypeScript sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.typescript import Tokens, unescaped
from tieback.posture.rules.typescript_project import Modules
from tieback.posture.rules.typescript_values import (
    HIDDEN,
    Call,
    Function,
    Member,
    Module,
    Name,
    Node,
    Other,
    Plain,
    Record,
    calls_in,
    read_module,
    to_config,
    value_at,
)


def read(text: str) -> Module:
    """The declarations of a text."""
    return read_module(RulesText("a.ts", text))


def value(text: str) -> Node:
    """The node of an expression."""
    return read(f"const x = {text};").declared["x"]


TOKENS = [
    ("a.b(1)", ["a", ".", "b", "(", "1", ")"]),
    ("a // c\n/* d */ b", ["a", "b"]),
    ("'a\\'b' \"c\"", ["a'b", "c"]),
    ("`a${b(`c`)}d`", ["`(", "{", "b", "(", "c", ")", "}", "`)"]),
    ("a = /[/'\"]+/g; b", ["a", "=", "/[/'\"]+/g", ";", "b"]),
    ("a / b / c", ["a", "/", "b", "/", "c"]),
    ("f(x) / 2", ["f", "(", "x", ")", "/", "2"]),
    ("a?.b ?? c !== d", ["a", "?.", "b", "??", "c", "!==", "d"]),
    ("a ? .5 : 1_000n", ["a", "?", ".", "5", ":", "1_000n"]),
    ("(x) => ({ ...x })", ["(", "x", ")", "=>", "(", "{", "...", "x", "}", ")"]),
]


@each(("text", "expected"), TOKENS, ids=[text for text, _ in TOKENS])
def test_tokens(text: str, expected: list[str]) -> None:
    assert [token.value for token in Tokens(RulesText("a.ts", text)).items] == expected


@each("text", ["(", "a)", "{ ( }", "`a", "`${", "(" * 1000 + ")" * 1000])
def test_brackets_that_do_not_match_are_an_error(text: str) -> None:
    with pytest.raises(InputError):
        Tokens(RulesText("a.ts", text))


def test_escapes_of_texts() -> None:
    assert unescaped("a\\n\\x41\\u0042\\u{43}\\\nd\\q") == "a\nABCdq"
    assert unescaped("\\u{ffffff}") == ""


VALUES = [
    ("'a' + \"b\" + `c`", Plain),
    ("{ a: 1, 'b': [true], c() { }, async d(x) { }, e }", Record),
    ("f<Map<string, number>>(1)", Call),
    ("a < b", Other),
    ("async (ctx: Ctx, { a }: { a: string }): Promise<void> => { return; }", Function),
    ("x => x.y", Function),
    ("<T,>(x: T) => x", Function),
    ("function f() { return 1; }", Function),
    ("(await a.b)!.c", Member),
    ("a['b']", Member),
    ("a[0]", Other),
    ("{ a: 1 } as const", Record),
    ("{ a: 1 } satisfies Record<string, number>", Record),
    ("a && b", Other),
    ("`a${b}`", Other),
    ("new Thing({})", Call),
    ("typeof a", Other),
]


@each(("text", "kind"), VALUES, ids=[text for text, _ in VALUES])
def test_kinds_of_values(text: str, kind: type[Node]) -> None:
    assert type(value(text)) is kind


def test_members_and_spreads_of_an_object() -> None:
    node = value("{ a: 1, 'b c': f(2, 3), ...d, [e]: 4, ['g']: 5, h, async i() { } }")
    assert isinstance(node, Record)
    assert list(node.members) == ["a", "b c", "g", "h", "i"]
    assert len(node.others) == 2
    assert not node.is_complete


def test_imports_exports_and_declarations() -> None:
    module = read(
        "import a, { b, c as d, type E } from './m';\nimport * as f from 'n'\nimport 'side';\n"
        "export const g = 1, h: Map<string, number> = 2\nconst { i, j: k } = make();\n"
        "export async function l(x: number): Promise<{ y: 1 }> { return x }\nexport { g as m, k };\n"
        "export { n as o } from './p';\nexport default { q: 1 };\nexport * from './r';\n"
    )
    assert module.imports == {
        "a": ("./m", "default"), "b": ("./m", "b"), "d": ("./m", "c"), "E": ("./m", "E"), "f": ("n", "*"),
    }  # fmt: skip
    assert set(module.declared) == {"g", "h", "i", "k", "l"}
    assert set(module.exports) == {"g", "h", "l", "m", "k", "default"}
    assert module.forwarded == {"o": ("./p", "n")}
    assert len(module.opaque_exports) == 1


def test_literals_become_settings_with_lines() -> None:
    module = read("const y = [1, null];\nconst x = {\n  a: y,\n  b: f(),\n};")
    config = to_config(module, module.declared["x"])
    a, b = config.get("a"), config.get("b")
    assert a is not None
    assert b is not None
    assert ([one.value for one in a.each()], a.line) == ([1.0, None], 3)
    assert (b.value, b.line) == (HIDDEN, 4)


def test_values_of_other_modules_are_found() -> None:
    texts = {
        "src/a.ts": "import { b } from './lib/b.js';\nexport const x = b;",
        "src/lib/b.ts": "export { c as b } from '..';",
        "src/index.ts": "export const c = 'found';",
    }
    modules = Modules(RulesText(path, text) for path, text in texts.items())
    module = modules.by_path["src/a.ts"]
    found = modules.resolve(module, module.declared["x"])
    assert found is not None
    assert (found.path, found.module.text_of(found.node)) == ("src/index.ts", "found")


def test_values_that_name_each_other_end() -> None:
    module = read("const a = b; const b = a;")
    assert isinstance(module.resolve(module.declared["a"]), Name)
    modules = Modules([RulesText("a.ts", "import { x } from './a'; export { x };")])
    assert modules.resolve(modules.by_path["a.ts"], modules.by_path["a.ts"].exports["x"]) is None


@pytest.mark.parametrize(
    "text",
    [
        "const x = " + "'a' + " * 20_000 + "'b';",
        "const x = a" + ".b" * 20_000 + ";",
        "const x = a" + "(1)" * 20_000 + ";",
        "const x = " + "!" * 20_000 + "a;",
        "const x = " + "[" * 150 + "]" * 150 + ";",
        "const x = " + "a => " * 5_000 + "1;",
        "const x = " + "await " * 5_000 + "a;",
        "const x = " + "a < " * 20_000 + "b;",
        "/" * 100_000,
        "'" * 100_000,
        "const x: " + "A | " * 20_000 + "B = 1;",
    ],
    ids=["sum", "members", "calls", "signs", "lists", "arrows", "awaits", "comparisons", "slashes", "quotes", "type"],
)
def test_long_sources_end(text: str) -> None:
    assert read(text).tokens.text.text == text


@given(st.text(alphabet="abconst =>(){}[]'\"`$,;:.?!&|/*+<>\n\\1", max_size=200))
def test_any_source_never_raises_another_error(text: str) -> None:
    try:
        module = read(text)
    except InputError:
        return
    for node in module.declared.values():
        to_config(module, node)


@pytest.mark.parametrize("text", ["a<b ", "\xff\xff<<C ", "a[0] + b ", "x => y\n", "await a! "])
def test_names_without_an_end_are_not_read_again_for_each_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    after = Tokens.after

    def counted(tokens: Tokens, at: int) -> int:
        nonlocal steps
        steps += 1
        return after(tokens, at)

    monkeypatch.setattr(Tokens, "after", counted)
    monkeypatch.setattr("tieback.posture.rules.typescript_values._MAX_TYPE", 20)

    def cost(times: int) -> int:
        nonlocal steps
        module = read(text * times)
        steps = 0
        for _ in calls_in(module, 0, len(module.tokens)):
            pass
        for at in range(len(module.tokens)):
            value_at(module, at)
        return steps

    assert cost(480) <= 5 * cost(120)
