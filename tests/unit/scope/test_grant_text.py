"""A grant as text: what is written reads back."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth, ExcludeRule, Grant, Limits, Signatures, SigningKey, TargetRule
from tieback.model.toml_lines import line_of
from tieback.scope.grant import parse_grant
from tieback.scope.grant_text import render_grant

line = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
port = st.integers(1, 65535)
rules = st.builds(
    TargetRule,
    match=st.sampled_from(["127.0.0.0/8", "*.x.test", "db.x.test", "::1", "10.0.0.1"]),
    ports=st.just("any") | st.lists(port | port.map(lambda p: f"{p}-65535"), min_size=1, max_size=3).map(tuple),
    depth=st.sampled_from(Depth),
    passwordless=st.lists(st.sampled_from(["root", 'a"b', "a\\b"]), max_size=2).map(tuple),
    ransom_note=st.booleans(),
    scans=st.booleans(),
    mcp=st.booleans(),
)
rules |= st.builds(TargetRule, st.just("10.0.0.0/24"), st.just("any"), st.sampled_from(Depth), neighbours=st.booleans())
KEYS = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKLeJfv4Jg0QqYNZZyt7PiTCpp1nHjLXe7fC9ZHoxOjf anna",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIALeJfv4Jg0QqYNZZyt7PiTCpp1nHjLXe7fC9ZHoxOjf",
)
excludes = st.builds(
    ExcludeRule,
    match=st.sampled_from(["127.0.0.0/8", "*.x.test", "db.x.test", "::1"]),
    ports=st.just("any") | st.lists(port, min_size=1, max_size=3).map(tuple),
    reason=st.just("") | line,
)
signatures = st.builds(
    Signatures,
    st.just(1),
    st.just(KEYS)
    | st.just((KEYS[0], SigningKey(KEYS[1])))
    | st.dates().map(lambda last: (SigningKey(KEYS[0], last), KEYS[1])),
)
grants = st.builds(
    Grant,
    authorised_by=line,
    contact=st.sampled_from(["sec@example.test", "https://example.test/#x", 'a"\\b']),
    not_after=st.dates(),
    target=st.lists(rules, max_size=3).map(tuple),
    dns=st.booleans(),
    hosts=st.dictionaries(
        st.sampled_from(["a.test", "b.test", "c.test"]),
        st.just("10.0.0.1") | st.lists(st.sampled_from(["10.0.0.1", "::1"]), min_size=1).map(tuple),
    ),
    limits=st.builds(Limits, connect_seconds=st.floats(1e-6, 1e6), max_bytes=st.integers(1, 10**6)),
    note=st.text(st.characters(codec="utf-8"), max_size=50),
    exclude=st.lists(excludes, max_size=3).map(tuple),
    signatures=st.none() | signatures,
)


@given(grants)
@settings(max_examples=examples(100), deadline=None)
def test_it_reads_back(grant: Grant) -> None:
    assert parse_grant(render_grant(grant), "g") == grant


def test_it_explains_itself() -> None:
    text = render_grant(Grant(authorised_by="a", contact="b", not_after=date(2027, 1, 1)))
    for key in ("[[target]]", "[hosts]", "[limits]", "identify < enumerate", "last valid day", "most specific"):
        assert key in text


@each(
    ("key", "table", "index", "number"),
    [
        ("a", "", 0, 1),
        ("zz", "", 0, None),
        ("match", "target", 0, 3),
        ("match", "target", 1, 5),
        ("ports", "target", 1, 4),
        ("a.test", "hosts", 0, 7),
        ("", "hosts", 0, 6),
        ("x", "nope", 0, None),
    ],
)
def test_line_of_a_key_is_found(key: str, table: str, index: int, number: int | None) -> None:
    text = 'a = 1\n[[target]]\nmatch = "x"\n[[ target ]]\n match="y"\n[hosts]\n"a.test" = 1\n'
    assert line_of(text, key, table, index) == number
