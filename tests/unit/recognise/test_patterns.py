"""Rules that are regular expressions: readable, bounded, compiled when they are needed."""

import re
from collections.abc import Callable

import msgspec
import pytest

from tests.each import each
from tieback.recognise.anchors import anchors, parse
from tieback.recognise.patterns import CloudRules, CloudToken, CredentialRule, CredentialRules, IssuedToken, TokenRule
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
PATTERNS = [
    *((rule.kind, rule.host) for rule in RULES.cloud.hosts),
    *((rule.kind, rule.rest) for rule in RULES.cloud.hosts),
    *((rule.kind, rule.pattern) for rule in (*RULES.cloud.tokens, *RULES.credentials.rules)),
]


@each(("kind", "pattern"), PATTERNS)
def test_patterns_compile_and_are_bounded(kind: str, pattern: str) -> None:
    assert kind
    assert "{{" not in pattern
    re.compile(pattern)
    without_classes = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", pattern)
    assert not re.search(r"[*+]|\{\d+,\}", without_classes)


@pytest.mark.parametrize(
    ("pattern", "atoms"),
    [
        ("AIza[0-9A-Z]{4}", (("A", ""), ("I", ""), ("z", ""), ("a", ""), ("[0-9A-Z]", "{4}"))),
        (r"a\.b?", (("a", ""), (r"\.", ""), ("b", "?"))),
    ],
)
def test_anchors_are_atoms(pattern: str, atoms: tuple[tuple[str, str], ...]) -> None:
    assert parse(pattern) == atoms


@pytest.mark.parametrize("pattern", ["a|b", "(a)", "a*", "a+", ".{3}("])
def test_anchors_match_only_their_form(pattern: str) -> None:
    with pytest.raises(ValueError, match="no anchor"):
        parse(pattern)


def test_each_token_has_an_anchor_in_both_widths() -> None:
    tokens = (*RULES.cloud.tokens, *RULES.credentials.rules)
    made = [anchor for anchor in anchors((), (), tokens) if anchor.token is not None]
    assert len(made) == 2 * sum(len(rule.anchors) for rule in tokens)


def test_suffixes_lead_to_their_rules_in_order() -> None:
    assert [rule.kind for rule in RULES.cloud.below("azurewebsites.net")] == ["azure-functions", "azure-app-service"]
    assert list(RULES.cloud.below("shop.de")) == []


@pytest.mark.parametrize(
    "read",
    [
        lambda: CloudRules(b"x = 1"),
        lambda: CredentialRules(b"[fragments]\n[[credential]]", b""),
        lambda: CredentialRules(b"known = []\ncredential = []\nuserinfo = []\n[fragments]", b"[[token]]"),
    ],
)
def test_a_malformed_file_is_an_error(read: Callable[[], object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read()


def test_a_form_without_fixed_characters_needs_an_anchor() -> None:
    token = IssuedToken(kind="k", names="a key", form="[A-Z]{4}mark", source="s")
    with pytest.raises(ValueError, match="without fixed characters"):
        token.rule()
    assert IssuedToken(kind="k", names="a key", form="[A-Z]{4}mark", source="s", anchor="mark").rule().anchors == (
        "mark",
    )


@pytest.mark.parametrize(
    ("form", "longest"),
    [
        ("abc", 3),
        (r"dp\.[a-z]{2,5}\.[A-Za-z0-9]{40,44}", 53),
        ("key[0-9]{4}[a-f]?", 8),
        (r"[A-Z\-]{4}-x", 6),
    ],
)
def test_the_window_of_an_issued_token_is_as_long_as_its_form(form: str, longest: int) -> None:
    rule = IssuedToken(kind="k", names="a key", form=form, anchor="x", source="s").rule()
    assert (rule.back, rule.ahead) == (longest, longest)


@pytest.mark.parametrize("form", ["ab(c|d)", "ab[0-9]+", "ab[0-9]{4,}", "ab.*c"])
def test_a_form_without_a_longest_text_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="bounded"):
        IssuedToken(kind="k", names="a key", form=form, anchor="ab", source="s").rule()


AROUND = [(rule.kind, rule) for rule in (*RULES.cloud.tokens, *RULES.credentials.rules)]


@each(("kind", "rule"), AROUND)
def test_the_match_around_a_character_is_that_of_the_whole_text(kind: str, rule: CloudToken | CredentialRule) -> None:
    assert kind
    texts = [one if isinstance(one, str) else one[0] for one in (*rule.match, *rule.avoid)]
    for text in (*texts, " ".join(texts), "; ".join(reversed(texts))):
        for at in range(min(len(text), rule.back + 3)):
            expected = next((one for one in rule.compiled.finditer(text) if one.start() <= at < one.end()), None)
            found = rule.around(text, at)
            assert (found.regs if found else None) == (expected.regs if expected else None)


def test_a_pattern_with_flags_for_the_whole_is_searched() -> None:
    rule = TokenRule(kind="a", anchors=(), pattern="(?i)shop-[0-9]+", source="", back=3)
    found = rule.around("a SHOP-12", 3)
    assert found is not None
    assert found[0] == "SHOP-12"
