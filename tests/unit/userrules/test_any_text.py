"""The reader of rule files gives rules or mistakes for any text, and every accepted pattern can be matched."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.userrules.test_parse import ALL
from tieback.recognise.rules import RuleFiles
from tieback.recognise.user_rules import recognised_texts
from tieback.userrules.expressions import ExpressionError, compile_expression
from tieback.userrules.model import CredentialFormRule, IdentifierRule
from tieback.userrules.parse import FileRule, RuleMistake, parse_rules

FILES = RuleFiles()
_PIECES = st.sampled_from(
    [
        '"',
        "'",
        "\n",
        "[[ransom]]\n",
        "=",
        "[",
        "]",
        "{",
        "}",
        "(?P<secret>",
        ")",
        "*",
        "\\",
        "{tenant}",
        "acme-store",
        "7",
    ]
)


@st.composite
def altered(draw: st.DrawFn) -> str:
    """A correct file with a few changes."""
    text = ALL
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(_PIECES | st.text(max_size=3)) + text[at + draw(st.integers(0, 20)) :]
    return text


@given(st.binary(max_size=300) | altered().map(lambda text: text.encode("utf-8", "replace")))
def test_every_file_gives_rules_or_mistakes(data: bytes) -> None:
    for one in parse_rules(data, "a.toml"):
        if isinstance(one, RuleMistake):
            assert one.what
            assert one.line <= data.count(b"\n") + 1
            continue
        assert isinstance(one, FileRule)
        if isinstance(one.rule, IdentifierRule | CredentialFormRule):
            for text in one.rule.reject:
                assert isinstance(recognised_texts(one.rule, text, FILES), tuple)


@given(st.text(max_size=40), st.text(max_size=60))
def test_a_pattern_is_refused_with_a_reason_or_matches(pattern: str, text: str) -> None:
    reason = ""
    try:
        found = compile_expression(pattern)
    except ExpressionError as error:
        found, reason = None, str(error)
    if found is None:
        assert reason
        return
    assert all(0 <= one.start() <= one.end() <= len(text) for one in found.finditer(text))
