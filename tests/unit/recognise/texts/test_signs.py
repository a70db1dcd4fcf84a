"""Patterns of what is before a literal that are not tried: they would not match."""

import re
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from tieback.recognise.texts import handed_over, literal_names, literals, messages, sheet, structured
from tieback.recognise.texts.signs import MAX_SPACE, sign_before

type Guard = Callable[[bytes, bytes], bool]


def _has(*words: bytes) -> Guard:
    return lambda text, sign: any(word in text for word in words) and sign in literal_names._BEHIND_NAMES


PATTERNS: tuple[tuple[re.Pattern[bytes], Guard], ...] = (
    (literal_names._CREDIT, _has(*literal_names._CREDITS)),
    (literal_names._NAMESPACE, _has(*literal_names._NAMESPACES)),
    (literal_names._NAMED_SPACE, _has(*literal_names._NAMED_SPACES)),
    (literal_names._KIND, lambda text, _: b"type" in text[-literal_names._KIND_REACH :].lower()),
    (literal_names._NOTE, lambda text, sign: sign == b":" and (b"//" in text or b"comment" in text.lower())),
    (literal_names._DESKTOP, _has(*literal_names._DESKTOPS)),
    (literal_names._PROGRAM, lambda _, sign: sign == b":"),
    (literal_names._ICON, _has(b"_url")),
    (literal_names._VALUE, lambda _, sign: sign in literal_names._BEHIND_NAMES),
    (literal_names._BARCODE, lambda _, sign: sign == b","),
    (literal_names._HEAD, lambda _, sign: sign == b":"),
    (literal_names._CHILDREN, lambda text, _: b"children" in text),
    (handed_over._CALLS, lambda _, sign: sign in handed_over._BEHIND_CALLS),
    (handed_over._OPENS, lambda _, sign: sign == b"("),
    (messages._DECLARED, lambda _, sign: sign == b"="),
    (literals._BEFORE_LITERAL, lambda _, sign: sign in (b"+", b",")),
    (structured._DECLARED, lambda text, _: any(word in text for word in structured._DECLARED_NAMES)),
)
"""Each pattern, and whether it is tried behind a text with this sign at its end."""
WORDS = (
    b"attribution", b"Attributions", b"ATTRIBUTION_A", b"xmlNamespace", b"xmlns", b"$id", b"$ref", b"NS_",
    b"namespaceURI", b"nameSpace",
    b"grant_type", b"Token_Type", b"_comment", b"//", b"pushServiceURL", b"app", b"icon_url", b"encode(TEXT_TYPE",
    b'("meta"', b"content",
    b"children", b"openURL", b"clipboard.write", b"url", b"encodeURI", b"open", b"var ", b"name", b"homepage",
    b"bugs={", b"uri",
)  # fmt: skip
SIGNS = (b"{", b"(", b"[", b",", b":", b"=", b"||", b"+", b'"', b"'", b" ", b"\n", b" " * 8, b" " * 20, b" " * 40, b"x")


@given(st.lists(st.sampled_from(WORDS + SIGNS), max_size=8))
@example([b"var ", b"name", b" " * 8, b"=", b" " * 8])
@example([b'("meta"', b",", b"{", b"content", b":", b" "])
@example([b"{", b"children", b":", b"[", b"x", b","])
@example([b"{", b"xmlNamespace", b":", b"{", b"uri", b":", b" " * 40])
@example([b"(", b"open", b"(", b"encodeURI", b"("])
@example([b"[", b'"', b"name", b'"', b"+", b" " * 40])
def test_a_pattern_that_is_not_tried_does_not_match(parts: list[bytes]) -> None:
    text = b"".join(parts)
    sign = sign_before(text, len(text))
    for pattern, is_tried in PATTERNS:
        assert is_tried(text, sign) or pattern.search(text) is None, pattern.pattern


def test_the_sign_before_a_literal() -> None:
    assert sign_before(b"a = \n'x'", 5) == b"="
    assert sign_before(b"=" + b" " * MAX_SPACE, 1 + MAX_SPACE) == b"="
    assert sign_before(b"=" + b" " * (MAX_SPACE + 1), 2 + MAX_SPACE) == sign_before(b"x", 0) == b""


_WITH_A_CLASS = re.compile(sheet._TOKEN.pattern.replace(rb"|u[rR]", rb"|[uU][rR]").partition(rb"|U[rR]")[0])


@given(
    st.lists(
        st.sampled_from((b"url(", b"URL(", b"uRl( ", b"/*", b"*/", b"//", b'"', b"'", b")", b"\n", b"\\", b"x")),
        max_size=16,
    )
)
def test_tokens_of_sheets_are_those_of_the_pattern_with_a_class(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert [one.span() for one in sheet._TOKEN.finditer(data)] == [one.span() for one in _WITH_A_CLASS.finditer(data)]
