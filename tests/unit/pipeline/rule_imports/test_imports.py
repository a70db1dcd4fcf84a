"""Rules of gitleaks and TruffleHog as rules of tieback. The files here are written for the test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import InputError
from tieback.pipeline.rule_imports.gitleaks import import_gitleaks
from tieback.pipeline.rule_imports.interface import ForeignRule, RuleImport, convert_rules
from tieback.pipeline.rule_imports.trufflehog import import_trufflehog
from tieback.userrules.expressions import compile_expression
from tieback.userrules.parse import FileRule, RuleMistake, parse_rules

ACME = "acme_[a-z0-9]{32}"


def converted(
    pattern: str = ACME, keywords: tuple[str, ...] = ("acme_",), entropy: float = 3, group: int = 0
) -> RuleImport:
    return convert_rules("tool", [ForeignRule("acme-key", "Acme keys", pattern, keywords, entropy, group)])


@each(
    ("pattern", "group", "text", "secret"),
    [
        (ACME, 0, "acme_" + "a" * 32, "acme_" + "a" * 32),
        (r"\b(acme_[a-z]{4})\b", 0, "x acme_abcd y", "acme_abcd"),
        (r"(?i)(?:acme_key)[\s'\"]{0,3}=([()]{0,1}[a-z]{4})", 0, 'ACME_KEY"=(abcd', "(abcd"),
        (r"(acme_)([a-z]{4})", 2, "acme_abcd", "abcd"),
        (r"acme_(?P<id>[a-z]{4})", 0, "acme_abcd", "abcd"),
        (r"acme_(?P<id>[a-z]([a-z])(?:x))", 2, "acme_abx", "b"),
        (r"acme_[]()]{2}([a-z]{2})", 0, "acme_()ab", "ab"),
        (r"acme_\(([a-z]{2})\)", 0, "acme_(ab)", "ab"),
        (r"acme_[[:alnum:](]{2}([a-z]{2})", 0, "acme_a(bc", "bc"),
        (r"acme_'''(x)", 0, "acme_'''x", "x"),
        (r"(acme_x')", 0, "acme_x'", "acme_x'"),
    ],
)
def test_the_secret_is_the_group_of_the_other_tool(pattern: str, group: int, text: str, secret: str) -> None:
    (rule,) = converted(pattern, group=group).rules
    (parsed,) = parse_rules(rule.toml.replace("= []", '= ["x"]').encode(), "")
    assert isinstance(parsed, FileRule)
    found = next(compile_expression(parsed.rule.pattern).finditer(text))
    assert found["secret"] == secret


@each(
    ("change", "why"),
    [
        ({"pattern": r"acme_(?=x)"}, "cannot be matched in linear time"),
        ({"pattern": r"(?<!x)acme_"}, "cannot be matched in linear time"),
        ({"pattern": r"(acme_)x\1"}, "reference back"),
        ({"pattern": r"(acme_x)(y)"}, "which of them is the secret"),
        ({"pattern": r"acme_x", "group": 1}, "which of them is the secret"),
        ({"pattern": r"acme_["}, "not a regular expression"),
        ({"pattern": ACME + "x" * 500}, "500"),
        ({"pattern": ""}, "no pattern"),
        ({"keywords": ()}, "no keywords"),
        ({"keywords": ("ac",)}, "4 to 64"),
        ({"keywords": ("acme key",)}, "4 to 64"),
        ({"keywords": ("other",)}, "not written in the pattern"),
        ({"keywords": tuple(f"acme{n}" for n in range(21))}, "more than 20"),
    ],
)
def test_what_does_not_map_is_refused_with_the_reason(change: dict[str, object], why: str) -> None:
    found = converted(**change)  # type: ignore[arg-type]
    assert not found.rules
    assert why in found.refused[0].why


def test_an_imported_file_is_refused_until_every_rule_has_examples() -> None:
    text = converted().text
    (mistake,) = parse_rules(text.encode(), "imported.toml")
    assert isinstance(mistake, RuleMistake)
    assert "accept" in mistake.what
    done = text.replace("accept = []", f'accept = ["acme_{"a1" * 16}"]').replace("reject = []", 'reject = ["acme_"]')
    (rule,) = parse_rules(done.encode(), "imported.toml")
    assert isinstance(rule, FileRule)
    assert (rule.rule.id, rule.rule.entropy, rule.rule.caseless) == ("tool.acme-key", 3.0, True)


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=8), max_size=3), st.integers(-1, 4))
def test_the_text_of_an_import_is_always_a_rule_file(name: str, pattern: str, keywords: list[str], group: int) -> None:
    found = convert_rules("tool", [ForeignRule(name, pattern, f"acme{pattern}", ("acme", *keywords), 9.5, group)])
    ends = list(parse_rules(found.text.replace("= []", '= ["x"]').encode("utf-8", "replace"), ""))
    assert len(ends) == len(found.rules)
    assert all(isinstance(one, FileRule) for one in ends)


GITLEAKS = r"""
[extend]
useDefault = true
[allowlist]
paths = ["vendor"]
[[rules]]
id = "acme-key"
description = "Acme keys"
regex = '''(?i)acme_key=([a-z0-9]{32})(?:['"\s]|$)'''
entropy = 3.5
keywords = ["ACME_KEY"]
tags = ["key"]
[[rules]]
id = "acme-path"
regex = "acme_key=([a-z]{9})"
path = "\\.env$"
keywords = ["acme_key"]
[[rules]]
id = "acme-allowed"
regex = "acme_key=([a-z]{9})"
keywords = ["acme_key"]
[[rules.allowlists]]
regexes = ["example"]
[[rules]]
id = "acme-composite"
regex = "acme_key=([a-z]{9})"
keywords = ["acme_key"]
[[rules.required]]
id = "acme-key"
[[rules]]
id = "acme-key"
regex = "acme_key=([a-z]{9})"
keywords = ["acme_key"]
[[rules]]
id = "acme-broken"
regex = 5
"""
TRUFFLEHOG = r"""
detectors:
- name: AcmeKey
  keywords: [acme]
  regex: {token: '(acme_[a-z0-9]{32})'}
  entropy: 3.5
- name: AcmeVerified
  keywords: [acme]
  regex: {token: '(acme_[a-z0-9]{32})'}
  verify:
  - endpoint: http://localhost:8000/
    unsafe: true
- name: AcmeTwo
  keywords: [acme]
  regex: {id: 'acme_id_[a-z]{9}', token: '(acme_[a-z0-9]{32})'}
- name: AcmeWords
  keywords: [acme]
  regex: {token: '(acme_[a-z0-9]{32})'}
  exclude_words: [example]
- name: AcmeChecked
  keywords: [acme]
  regex: {token: '(acme_[a-z0-9]{32})'}
  validations: {token: {contains_digit: true}}
- keywords: [acme]
"""


@pytest.mark.parametrize(
    ("read", "text", "ids", "refused", "notes"),
    [
        (
            import_gitleaks,
            GITLEAKS,
            ["gitleaks.acme-key"],
            [
                ("acme-path", "`path`"),
                ("acme-allowed", "`allowlists`"),
                ("acme-composite", "`required`"),
                ("acme-key", "same name"),
                ("acme-broken", "not a rule of gitleaks"),
            ],
            2,
        ),
        (
            import_trufflehog,
            TRUFFLEHOG,
            ["trufflehog.acmekey"],
            [
                ("AcmeVerified", "sends what it finds to a server"),
                ("AcmeTwo", "2 patterns"),
                ("AcmeWords", "exceptions by value"),
                ("AcmeChecked", "only a pattern and an entropy"),
                ("detector 6", "no pattern"),
            ],
            0,
        ),
    ],
)
def test_files_of_the_tools(
    tmp_path: Path,
    read: Callable[[Path], RuleImport],
    text: str,
    ids: list[str],
    refused: list[tuple[str, str]],
    notes: int,
) -> None:
    path = tmp_path / "rules"
    path.write_text(text, encoding="utf-8")
    found = read(path)
    assert [one.id for one in found.rules] == ids
    assert [(one.name, why in one.why) for one, (_, why) in zip(found.refused, refused, strict=True)] == [
        (name, True) for name, _ in refused
    ]
    assert len(found.notes) == notes


@pytest.mark.parametrize("read", [import_gitleaks, import_trufflehog])
@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"a: [", b"rules = 5", b"[[rules", b"detectors: 5", b"- a", b"[" * 3000]
)
def test_another_file_is_refused(tmp_path: Path, read: Callable[[Path], RuleImport], data: bytes) -> None:
    path = tmp_path / "rules"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read(path)
    with pytest.raises(InputError):
        read(tmp_path / "missing")


def test_a_key_of_many_parts_is_not_parsed(tmp_path: Path) -> None:
    """The time of the TOML parser grows with the square of the parts."""
    path = tmp_path / "rules"
    path.write_text("a" + ".a" * 100_000 + " = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="a line of more than 4,096 characters"):
        import_gitleaks(path)
