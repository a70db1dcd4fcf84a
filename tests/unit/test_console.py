"""Tables and text at the widths of real terminals: names stay whole, and nothing is cut off."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import box
from rich.table import Table
from rich.text import Text

from tests.each import each
from tieback.cli.terminal import message_console
from tieback.console import UNFOLDED, RowTable, break_names, chosen_width, open_console

LABEL = st.from_regex(r"[a-z][a-z0-9]{1,14}", fullmatch=True)
HOST = st.builds(
    lambda labels, port: f"{'.'.join(labels)}:{port}", st.lists(LABEL, min_size=2, max_size=6), st.integers(1, 65535)
)
HEADS = ("target", "outcome", "access", "product", "records", "bytes", "ransom")
WORDS = ("protocol_mismatch", "auth_required", "elasticsearch 8.11.2", "≥2,900", "1.5 MB", "confirmed")


def printed(renderable: Table | Text | str, width: int) -> str:
    out = io.StringIO()
    open_console(width=width, file=out, color_system=None).print(renderable)
    return out.getvalue()


def a_table(hosts: list[str], *, framed: bool = False) -> Table:
    table = Table(box=box.SIMPLE_HEAD if framed else None, show_edge=False, pad_edge=False)
    for name in HEADS:
        table.add_column(name, overflow="fold", no_wrap=name == "records")
    for host in hosts:
        table.add_row(Text(host), *WORDS)
    return table


@pytest.mark.parametrize("width", [80, *(pytest.param(width, marks=pytest.mark.more) for width in (100, 120))])
@given(hosts=st.lists(HOST, min_size=1, max_size=4), framed=st.booleans())
def test_no_label_of_a_host_is_broken(width: int, hosts: list[str], framed: bool) -> None:
    text = printed(a_table(hosts, framed=framed), width)
    assert max(map(len, text.splitlines())) <= width
    # The first column, read down, is the hosts again.
    first = [re.match(r"\S*", line)[0] for line in text.splitlines()]  # type: ignore[index]
    for label in {label for host in hosts for label in re.split(r"[.:]", host)}:
        assert any(label in re.split(r"[.:]", cell) for cell in first), (label, text)


ROWS = (
    ("cognito-identitypool:eu-west-1:11111111-2222-3333-4444-555555555555", "1", "", "", "unknown", ""),
    ("firebase-rtdb:acme-fit-default-rtdb", "1", "Google Cloud", "europe-west1", "unknown", ""),
    ("index-of-the-shop-dsn.algolia.net", "12", "Algolia", "", "Algolia", "auth required"),
    ("s3:acmefit-userfiles", "3", "Amazon Web Services", "eu-central-1", "owasp.mstg.uncrackable1", "open"),
)


@pytest.mark.parametrize("width", [80, 100])
def test_words_beside_long_names_stay_whole(width: int) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("back end", "apps", "provider", "region", "owner", "stores"):
        table.add_column(name, overflow="fold")
    for row in ROWS:
        table.add_row(*map(Text, row))
    text = printed(table, width)
    assert max(map(len, text.splitlines())) <= width
    for word in ("provider", "Algolia", "Services", "Google", "required", "unknown", "11111111", "uncrackable1"):
        assert word in text, text


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize("columns", [5, 6, 7, 8])
def test_a_date_is_never_broken(width: int, columns: int) -> None:
    """Columns of words are narrowed for the names beside them, but not below a date."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("app", "identifier", "platform", "sources", "devices", "versions", "seen", "analysed")[-columns:]:
        table.add_column(name, overflow="fold")
    row = (
        "com.workhub.mobile",
        "com.workhub.mobile",
        "android",
        "adb, plain",
        "3",
        "2.10.4, 2.9.0, 2104",
        "since 2026-11-29",
    )
    table.add_row(*(Text(cell) for cell in (*row, "yes, 1 open store")[-columns:]))
    text = printed(table, width)
    assert "2026-11-29" in text
    assert width < 80 or "analysed" in text, "a head stays whole, because the gaps become narrower first"


FLEET = ("app", "platform", "identifier", "devices", "ownership", "versions", "sources", "seen", "analysed")
FLEET_ROW = ("Workhub", "android", "com.workhub.mobile", "5", "corporate 3, personal 2", "2.10.4 (5)", "plain",
             "since 2026-11-29", "yes, 1 open store")  # fmt: skip


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100, 140])
@pytest.mark.parametrize("columns", [3, 5, 7, 9])
def test_no_word_of_a_table_of_rows_is_broken(width: int, columns: int) -> None:
    """Where the words do not fit side by side, each row is a block of lines."""
    table = RowTable()
    for name in FLEET[-columns:]:
        table.add_column(name, overflow="fold")
    table.add_row(*map(Text, FLEET_ROW[-columns:]))
    text = printed(table, width)
    assert max(map(len, text.splitlines())) <= width
    for word in re.findall(r"[\w-]+", " ".join((*FLEET[-columns + 1 :], *FLEET_ROW[-columns:]))):
        assert re.search(rf"\b{word}\b", text), (word, text)


def test_what_does_not_fit_is_behind_its_head() -> None:
    table = RowTable()
    for name in FLEET[:4]:
        table.add_column(name, overflow="fold")
    table.add_row("Workhub", "android", "com.workhub.mobile.device.administration", "5")
    assert printed(table, 30).splitlines() == [
        "Workhub",
        "  platform: android",
        "  identifier:",
        "    com.workhub.mobile.device.",
        "    administration",
        "  devices: 5",
    ]


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        ("  domains: shop.example, other.example", 24, ["  domains:", "    shop.example,", "    other.example"]),
        ("    a b", 24, ["    a b"]),
        ("no indent: shop.example, other.example", 24, ["no indent: shop.example,", "other.example"]),
        ("  signer: " + "0" * 30, 24, ["  signer:", "    " + "0" * 20, "    " + "0" * 10]),
        ("  too little room", 12, ["  too little", "room"]),
        ("  one: a b c d e f\n  two: a b c d e f", 16, ["  one: a b c d", "    e f", "  two: a b c d", "    e f"]),
    ],
)
def test_what_continues_an_indented_line_is_indented_more(line: str, width: int, expected: list[str]) -> None:
    assert [one.rstrip() for one in printed(Text(line), width).splitlines()] == expected


def test_a_folded_line_keeps_its_styles() -> None:
    out = io.StringIO()
    console = open_console(width=24, file=out, force_terminal=True, color_system="standard", _environ={})
    console.print(Text("  domains: ") + Text("shop.example, other.example", style="red"))
    assert out.getvalue().count("\x1b[31m") == 2


@pytest.mark.parametrize("width", [20, 140])
def test_heads_without_rows_are_not_shown(width: int) -> None:
    table = RowTable()
    for name in FLEET:
        table.add_column(name)
    assert printed(table, width) == ""


@pytest.mark.parametrize("width", [100, 140])
def test_a_table_of_rows_whose_words_fit_stays_a_table(width: int) -> None:
    table = RowTable()
    for name in FLEET[:4]:
        table.add_column(name, overflow="fold")
    table.add_row(*map(Text, FLEET_ROW[:4]))
    head, row = printed(table, width).splitlines()
    assert (head.split(), row.split()) == (list(FLEET[:4]), list(FLEET_ROW[:4]))


@pytest.mark.parametrize("width", [10, 12, 14])
def test_a_date_in_a_long_label_is_one_part(width: int) -> None:
    assert "2026-11-29" in break_names(Text("report-of-2026-11-29-and-later-days"), width).plain


@given(hosts=st.lists(HOST, min_size=1, max_size=4))
def test_a_pipe_gets_one_whole_line_per_row(hosts: list[str]) -> None:
    lines = printed(a_table(hosts), UNFOLDED).splitlines()
    assert all(line == line.rstrip() for line in lines)
    assert len(lines) == len(hosts) + 1
    for host, line in zip(hosts, lines[1:], strict=True):
        assert line.split()[0] == host
        assert all(word in line for word in WORDS)


@given(text=st.text(alphabet="ab.:/_- ", max_size=200), width=st.integers(4, 60))
def test_breaking_changes_no_sign(text: str, width: int) -> None:
    assert break_names(Text(text), width).plain.replace("\n", "") == text.replace("\n", "")


@given(st.lists(st.sampled_from(("AB", "00", "a", "o2", "v", "fire", "[b]", "smile", "FE")), min_size=1, max_size=12))
def test_no_text_becomes_a_picture_or_a_style(words: list[str]) -> None:
    text = ":" + ":".join(words) + ":"  # part of a fingerprint, or the code of an emoji
    table = Table(box=None, show_header=False)
    table.add_row(text)
    for one in (text, table, Text(text)):
        assert printed(one, UNFOLDED).strip() == text
    out = io.StringIO()
    message = message_console()
    message.file = out
    message.print(text)
    assert out.getvalue().strip() == text


def test_an_address_breaks_between_its_groups() -> None:
    assert break_names(Text("[2001:db8:1234:5678::1]:27017"), 16).plain.split("\n") == [
        "[2001:db8:1234",
        ":5678::1]:27017",
    ]


@each(("value", "width"), [("80", 80), ("0", None), ("-3", None), ("", None), ("wide", None), ("²", None)])
def test_columns(value: str, width: int | None) -> None:
    assert chosen_width({"COLUMNS": value}) == width


def in_a_terminal(folder: Path, columns: int, **environment: str) -> str:
    """What ``tieback grant explain`` prints on a terminal with so many columns."""
    grant = folder / "grant.toml"
    grant.write_text('authorised_by = "a"\ncontact = "b@c.test"\nnot_after = 2099-01-01\n')
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    keep = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES", "NO_COLOR", "TERM"}}
    command = [
        sys.executable,
        "-m",
        "tieback",
        "grant",
        "explain",
        str(grant),
        "a-long-name.of-a-host.example.org:9200",
    ]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**keep, "TERM": "xterm-256color", **environment}
    ) as running:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            said += piece
        running.wait()
    os.close(ours)
    return said.decode()


def widest(text: str) -> int:
    return max(len(re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip()) for line in text.splitlines())


def test_a_terminal_has_colours_and_its_own_width(tmp_path: Path) -> None:
    text = in_a_terminal(tmp_path, 60)
    assert "\x1b[31mout" in text
    assert 50 < widest(text) <= 60


def test_no_color_means_no_colour(tmp_path: Path) -> None:
    assert re.findall(r"\x1b\[[0-9;]*3[0-9]m", in_a_terminal(tmp_path, 80, NO_COLOR="1")) == []


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_columns_overrides_the_width_of_the_terminal(tmp_path: Path, terminal: str) -> None:
    assert 100 < widest(in_a_terminal(tmp_path, 70, COLUMNS="130", TERM=terminal)) <= 130


def test_a_dumb_terminal_gets_no_escape(tmp_path: Path) -> None:
    text = in_a_terminal(tmp_path, 80, TERM="dumb")
    assert "\x1b" not in text
    assert widest(text) <= 80


SERVERS = ("Server", "App", "Protocol", "Encryption", "Sent", "Received", "Leaks in cleartext")
SERVER_ROWS = (
    ("www.googletagservices.com:80", "unknown", "http", "cleartext", "23.6 kB", "345 kB", "none found"),
    (
        "ws.1kxun.mobi:1234",
        "unknown",
        "websocket",
        "cleartext and TLSv1.2",
        "1.6 kB",
        "567 B",
        "device identifiers; secret tokens",
    ),
)
RECIPIENTS = ("Recipient", "Host", "App", "Data", "Where", "On the wire", "Values")
RECIPIENT_ROWS = (
    ("Mintegral (third party)", "adx-tk.rayjump.com", "unknown", "device identifiers: advertising identifier",
     "query:aid", "in the clear", "4"),
    ("1kxun.com (unknown)", "android.yingshi.tcclick.1kxun.com", "com.workhub.mobile", "device identifiers: Android ID",
     "query:_android_id, header:client-androidid", "in the clear", "2"),
)  # fmt: skip


@pytest.mark.parametrize("title", ["", "Servers in the captures"])
@pytest.mark.parametrize("width", [40, 60, 72, 80, 100, 120])
@pytest.mark.parametrize(("heads", "rows"), [(SERVERS, SERVER_ROWS), (RECIPIENTS, RECIPIENT_ROWS)])
def test_no_word_of_a_table_of_captures_is_broken(
    title: str, width: int, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    table = RowTable(title)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    text = printed(table, width)
    assert max(map(len, text.splitlines())) <= width
    assert title in text
    # The first head is left out of blocks, whose first line is the first cell.
    for word in re.findall(r"[A-Za-z]{4,}", " ".join((*heads[1:], *(cell for row in rows for cell in row)))):
        assert re.search(rf"(?<![a-zA-Z]){word}(?![a-zA-Z])", text), (word, text)
