"""Reading a grant: every mistake gives one line with the key, the line and the likely meaning."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant
from tieback.scope.grant import check_valid, is_same_grant, load_grant, parse_grant, render_grant

HEAD = 'authorised_by = "Office"\ncontact = "sec@example.test"\nnot_after = 2027-06-30\n'
TARGET = '[[target]]\nmatch = "127.0.0.0/8"\nports = "any"\ndepth = "describe"\n'


def test_a_whole_one() -> None:
    text = (
        HEAD
        + 'dns = true\nnote = "lab"\nnot_before = 2026-01-01\n'
        + TARGET
        + 'passwordless = ["root"]\nransom_note = true\n[[target]]\nmatch = "*.x.test"\nports = [9200, "27000-27100"]\n'
        + 'depth = "sample"\n[hosts]\n"a.x.test" = "127.0.0.1"\n"b.x.test" = ["127.0.0.2", "::1"]\n'
        + "[limits]\nconnect_seconds = 1\nmax_bytes = 1000\nconnects_per_second = 0\n"
    )
    grant = parse_grant(text, "g.toml")
    assert grant.target[0].passwordless == ("root",)
    assert grant.target[1].ports == (9200, "27000-27100")
    assert grant.target[1].depth is Depth.SAMPLE
    assert grant.hosts["b.x.test"] == ("127.0.0.2", "::1")
    assert grant.limits.max_bytes == 1000
    assert grant.not_before == date(2026, 1, 1)


OLD_COMMENTS = f"# Comment of an older release.\n{HEAD}# Another comment.\n{TARGET}"


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        (HEAD + TARGET, OLD_COMMENTS, True),
        (OLD_COMMENTS, render_grant(parse_grant(HEAD + TARGET, "")), True),
        (HEAD + TARGET, OLD_COMMENTS.replace("describe", "sample"), False),
        (HEAD + TARGET, "not TOML", False),
        ("not TOML", "not TOML", True),
    ],
    ids=["other comments", "rendered", "other depth", "not a grant", "equal texts"],
)
def test_texts_of_a_grant_are_compared_by_their_values(text: str, other: str, same: bool) -> None:
    assert is_same_grant(text, other) is same


@each(
    ("text", "line", "parts"),
    [
        ("", None, ["missing key `authorised_by`"]),
        (HEAD.replace("contact", "contct"), 2, ["unknown key `contct`", "did you mean `contact`?"]),
        (HEAD.replace("2027-06-30", "2027-06-31"), 3, ["not_after = 2027-06-31", "is not a date such as 2027-06-30"]),
        (HEAD.replace("2027-06-30", '"soon"'), 3, ["`not_after`", "is not a date"]),
        (HEAD.replace("2027-06-30", "2027-06-30T10:00:00Z"), 3, ["`not_after`", "is not a date"]),
        (HEAD.replace('"Office"', '""'), 1, ["`authorised_by` must not be empty"]),
        (HEAD.replace("sec@", "a\\r\\nX: y@"), 2, ["`contact` must be one line"]),
        (
            HEAD.replace('"Office"', '"T\\u202e"'),
            1,
            ["`authorised_by` must not contain the invisible character U+202E"],
        ),
        (
            HEAD.replace('"Office"', '"T\\u001b[2J"'),
            1,
            ["`authorised_by` must not contain the invisible character U+001B"],
        ),
        (HEAD.replace("sec@", "é@"), 2, ["`contact`", "ASCII"]),
        (HEAD + "not_before = 2028-01-01\n", 4, ["`not_before` 2028-01-01 is after"]),
        (HEAD + 'dns = "yes"\n', 4, ["`dns`", "expected `bool`"]),
        (HEAD + TARGET.replace("depth", "depht"), 7, ["unknown key `depht` in target 1", "did you mean `depth`?"]),
        (
            HEAD + TARGET + TARGET.replace("depth", "zzz"),
            11,
            ["unknown key `zzz` in target 2; known keys are match, ports"],
        ),
        (HEAD + TARGET.replace("describe", "discribe"), 7, ["'discribe' is not one of", "did you mean `describe`?"]),
        (HEAD + TARGET.replace('"describe"', "describe"), 7, ['the value of `depth` needs quotes: "describe"']),
        (HEAD + TARGET.replace('ports = "any"\n', ""), 4, ["missing key `ports` in target 1"]),
        (HEAD + TARGET.replace('"any"', '"all"'), 6, ["`ports` in target 1", '"any"']),
        (HEAD + TARGET.replace('"any"', "[99999]"), 6, ["99999 is outside the ports"]),
        (HEAD + TARGET.replace('"any"', '["9-2"]'), 6, ["'9-2' is reversed", "did you mean `2-9`?"]),
        (HEAD + TARGET.replace('"any"', "[1.5]"), 6, ["`ports` in target 1"]),
        (HEAD + TARGET.replace("127.0.0.0/8", "127.0.0.1/8"), 5, ["after its prefix", "did you mean `127.0.0.0/8`?"]),
        (HEAD + TARGET.replace("127.0.0.0/8", "127.0.0.0/64"), 5, ["'127.0.0.0/64' is not a CIDR block"]),
        (HEAD + TARGET.replace("127.0.0.0/8", "0x7f.1"), 5, ["`match` in target 1", "hexadecimal"]),
        (HEAD + TARGET + 'passwordless = [""]\n', 8, ["`passwordless` in target 1"]),
        (
            HEAD + TARGET + "neighbours = true\n",
            8,
            ["`neighbours` in target 1", "at most 256 addresses"],
        ),
        (HEAD + TARGET.replace("127.0.0.0/8", "a.test") + "neighbours = true\n", 8, ["`neighbours` in target 1"]),
        (HEAD + "[target]\n", 4, ["write [[target]] with two brackets"]),
        (HEAD + "[[targets]]\n", 4, ["unknown key `targets`", "did you mean `target`?"]),
        (HEAD + "target = 1\n", None, ["`target`"]),
        (HEAD + "[hosts]\na = 1\n", 4, ["`hosts`", "an address or a list"]),
        (HEAD + '[hosts]\n"a.test" = "1.2.3"\n', 5, ["`a.test` in [hosts]", "'1.2.3' is not an IP address"]),
        (HEAD + '[hosts]\n"a.test" = []\n', 5, ["one or more addresses"]),
        (HEAD + '[hosts]\n"10.0.0.1" = "10.0.0.2"\n', 5, ["`10.0.0.1` in [hosts]"]),
        (HEAD + '[hosts]\n"a.test" = "1.1.1.1"\n"A.test." = "1.1.1.2"\n', 6, ["is the same name as `a.test`"]),
        (HEAD + "[limits]\nmax_byte = 1\n", 5, ["unknown key `max_byte` in [limits]", "did you mean `max_bytes`?"]),
        (HEAD + "[limits]\nmax_bytes = 0\n", 5, ["`max_bytes` in [limits]: 0"]),
        (HEAD + "[limits]\nidle_seconds = inf\n", 5, ["`idle_seconds` in [limits]: inf"]),
        (HEAD + "[limits]\nidle_seconds = nan\n", 5, ["`idle_seconds` in [limits]: nan"]),
        ("a = " + "[" * 5000, None, ["is not valid TOML"]),
        ("a = " + "9" * 5000, None, ["is not valid TOML"]),
        ('a = "\ud800"', None, ["is not valid TOML"]),
        ("= 1", 1, ["is not TOML"]),
    ],
)
def test_malformed_grants_name_key_and_line(text: str, line: int | None, parts: list[str]) -> None:
    with pytest.raises(GrantError) as caught:
        parse_grant(text, "g.toml")
    said = caught.value.diagnostics()
    assert [part for part in parts if part not in said] == []
    assert "\n" not in said
    assert caught.value.where == (f"g.toml, line {line}" if line else "g.toml")


@given(st.text(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_is_a_grant_or_an_error(text: str) -> None:
    _parse(text)


@given(
    st.lists(
        st.sampled_from(
            [
                *HEAD.splitlines(),
                *TARGET.splitlines(),
                "[hosts]",
                "[limits]",
                "max_bytes = 1e9",
                "target = [[]]",
                "hosts = 1",
            ]
        )
        | st.text(st.characters(codec="utf-8"), max_size=12).map(lambda text: f'match = "{text}"'),
        max_size=12,
    )
)
@settings(max_examples=examples(100), deadline=None)
def test_any_lines_are_a_grant_or_an_error(lines: list[str]) -> None:
    _parse("\n".join(lines))


def _parse(text: str) -> None:
    try:
        grant = parse_grant(text, "x")
    except GrantError:
        return
    assert isinstance(grant, Grant)


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2027, 7, 1), "expired on 2027-06-30"),
        (date(2025, 12, 31), "not valid before 2026-01-01"),
        (date(2027, 6, 30), ""),
        (date(2026, 1, 1), ""),
    ],
)
def test_dates(today: date, says: str) -> None:
    grant = parse_grant(HEAD + "not_before = 2026-01-01\n", "g")
    if says:
        with pytest.raises(GrantError, match=says):
            check_valid(grant, today)
    else:
        check_valid(grant, today)


@pytest.mark.parametrize(
    ("data", "says"), [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8"), (b"#" * (4 * 1024**2 + 1), "is larger")]
)
def test_bad_files(tmp_path: Path, data: bytes | None, says: str) -> None:
    path = tmp_path / "g.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(GrantError, match=says) as caught:
        load_grant(path)
    assert caught.value.where == str(path)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    path.write_text(HEAD + TARGET)
    assert load_grant(path).target[0].match == "127.0.0.0/8"
