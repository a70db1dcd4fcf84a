"""What a report shows around a match."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.redaction import redact
from tieback.recognise.context import WIDTH, match_context


@each(
    ("left", "right", "shown"),
    [
        ("", "https://api.shop.de/v1", "https://api.shop.de/v1"),
        ("see ", "https://api.shop.de", "see https://api.shop.de"),
        ("one\nurl = ", "https://a.de\nnext", "url = https://a.de"),
        ("\x01\t", "https://a.de\x07", "\N{MIDDLE DOT}" * 2 + "https://a.de\N{MIDDLE DOT}"),
        ("", "mongodb://u:pw@db.x.test/s", "mongodb://***@db.x.test/s"),
        ("", "https://ghp_token@api.shop.de", "https://***@api.shop.de"),
        ("", "mongodb://u:p w@\"'@db.x.test/s", "mongodb://***@db.x.test/s"),
        ("", "jdbc:oracle:thin:scott/tiger@//h:1521/x", "jdbc:oracle:thin:***@//h:1521/x"),
        ("", "https://a.de:8080/x?mail=a@b.de", "https://a.de:8080/x?mail=***"),
        ("", "https://a.de/x?api_key=AIzaSyX&y=1", "https://a.de/x?api_key=***&y=1"),
        ('{"password": "hunter22", "url": "', 'https://a.de"}', '{"password": "***", "url": "https://a.de"}'),
        ("jdbc:sqlserver://h;password=Hunter22;x=", "https://a.de", "jdbc:sqlserver://h;password=***;x=https://a.de"),
    ],
)
def test_context_is_cut_and_masked(left: str, right: str, shown: str) -> None:
    assert match_context(left, right) == shown


def test_a_credential_cut_off_from_its_scheme_is_masked() -> None:
    assert match_context("ser:hunter22@a,", "https://b.de", cut=True) == "***@a,https://b.de"


def test_match_is_near_the_beginning() -> None:
    shown = match_context("x" * 500, "https://a.de/" + "y" * 500)
    assert shown.startswith("x" * 40 + "https://a.de/")
    assert len(shown) == WIDTH


@given(st.text(max_size=700), st.text(max_size=700), st.booleans())
@settings(max_examples=examples(100), deadline=None)
def test_contexts_are_short_printable_lines(left: str, right: str, cut: bool) -> None:
    shown = match_context(left, right, cut=cut)
    assert len(shown) <= WIDTH
    assert shown.isprintable()


@given(st.text(max_size=300))
@settings(max_examples=examples(100), deadline=None)
def test_masking_keeps_the_length(text: str) -> None:
    assert len(redact(text)) == len(text)


def test_a_text_that_occurs_again_is_masked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    masked: list[str] = []

    def counted(text: str, *, cut: bool = False) -> str:
        masked.append(text)
        return redact(text, cut=cut)

    monkeypatch.setattr("tieback.recognise.context.redact", counted)
    shown = {match_context(f"copy {number % 3}: ", "https://u:p@again.test/") for number in range(300)}
    assert shown == {f"copy {number}: https://***@again.test/" for number in range(3)}
    assert len(masked) == 3
