"""A daemon in memory, saying what ``clientserver.c`` says; a real one is asked in tests/servers."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.rsync.probe import RsyncProbe
from tieback.scope.conversation import Target

PROBE = RsyncProbe()
ENUMERATE, DESCRIBE = Depth.ENUMERATE, Depth.DESCRIBE
GREETING = b"@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n"


FILES = b"\x07seed"
"""Flags of a server that recurses step by step, and a seed."""


def frame(data: bytes, kind: int = 0) -> bytes:
    return (len(data) | (kind + 7) << 24).to_bytes(4, "little") + data


# As rsync 3.5.0 sends them: the top with its mode, a file, a directory; the list of that directory; the end of lists.
TOP = b"\x19\1.\0\0\x10k8U\n\xedA\0\0"
FILE = b"\x98\7f13.txt\0\x08\0\xa4\x81\0\0"
OTHER = b"\xba\1\x054.txt\0\7\0"
BELOW = b"\x98\3sub\0\0\x10\xedA\0\0"
IN_IT = b"\x98\x0csub/dump.sql\0\5\0\xa4\x81\0\0"
NEXT, END = b"\xff\x65", b"\xff\xfe\x80\2\0\0"
LISTING = FILES + frame(TOP + FILE + OTHER + BELOW + b"\0" + NEXT + IN_IT + b"\0" + END)


def daemon(
    modules: dict[str, bytes],
    *,
    motd: bytes = b"Welcome\n\n",
    hidden: dict[str, bytes] | None = None,
    files: bytes | None = LISTING,
) -> MemoryPeer:
    listing = b"".join(b"%-15b\twhat it is\n" % name.encode() for name in modules)

    def answer(sent: bytes) -> bytes | None:
        if sent.startswith(b"--server"):
            return files
        asked = sent.removeprefix(b"@RSYNCD: 30.0\n").rstrip(b"\n").decode()
        if asked == "#list":
            return motd + listing + b"@RSYNCD: EXIT\n"
        verdicts = {**modules, **(hidden or {})}
        return motd + verdicts.get(asked, b"@ERROR: Unknown module '%b'\n" % asked.encode())

    return MemoryPeer(answer, greeting=GREETING)


OK, ASKS = b"@RSYNCD: OK\n", b"@RSYNCD: AUTHREQD 9f5o3XQ\n"


def ask(
    peer: MemoryPeer, depth: Depth = Depth.DESCRIBE, port: int = 873, names: tuple[str, ...] = ()
) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port, names=names), depth), peer, PROBE.meta.sends)


@pytest.mark.parametrize(
    ("modules", "access"),
    [
        ({"pub": OK}, Access.OPEN),
        ({"pub": OK, "hr": ASKS}, Access.PARTIAL),
        ({"hr": ASKS, "pay": ASKS}, Access.SCHEMA_ONLY),
        ({"hr": b"@ERROR: access denied to hr from client (127.0.0.1)\n"}, Access.SCHEMA_ONLY),
        ({}, Access.UNKNOWN),
    ],
    ids=["open", "one open", "all ask", "turned away", "none listed"],
)
def test_every_listed_module_is_probed(modules: dict[str, bytes], access: Access) -> None:
    report = ask(daemon(modules)).result
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "rsync", access)
    assert [container.name for container in report.containers] == list(modules)
    assert report.untested == ("modules that the server does not list",)
    figures = {
        one.name: (one.records and one.records.value, one.bytes and one.bytes.value) for one in report.containers
    }
    assert figures == {name: (3, 20) if verdict == OK else (None, None) for name, verdict in modules.items()}


LISTS = [
    # what the server sends, number of files, bytes, whether it is exact, access
    (LISTING, 3, 20, True, Access.OPEN),
    # Without recursion step by step there is one list.
    (b"\x06seed" + frame(TOP + FILE + b"\0"), 1, 8, True, Access.OPEN),
    (FILES + frame(TOP + b"\0" + END), 0, 0, True, Access.SCHEMA_ONLY),
    # An entry may be cut by frames of other kinds.
    (FILES + frame(TOP + FILE[:5]) + frame(b"hello", 2) + frame(FILE[5:] + b"\0" + END), 1, 8, True, Access.OPEN),
    # A size beyond 16 and 32 bits; a longer name; a list that ends with an error.
    (FILES + frame(TOP + b"\x98\1a\x80\0\0\1\xa4\x81\0\0\0" + END), 1, 0x10000, True, Access.OPEN),
    (FILES + frame(TOP + b"\x98\1a\xc1\5\0\0\0\xa4\x81\0\0\0" + END), 1, 0x100000005, True, Access.OPEN),
    (FILES + frame(TOP + b"\xd8\x81\x2c" + b"l" * 300 + b"\0\3\0\xa4\x81\0\0\0" + END), 1, 3, True, Access.OPEN),
    (FILES + frame(TOP + FILE + b"\4\x10\1" + END), 1, 8, False, Access.OPEN),
    (FILES + frame(b'rsync: opendir "/x/anna" failed', 1) + frame(TOP + FILE + b"\0" + END), 1, 8, False, Access.OPEN),
    # A server that ends early, or sends more than is read.
    (FILES + frame(TOP + FILE), 1, 8, False, Access.OPEN),
    (FILES + frame(TOP + FILE) + b"\xff\xff\xff\x07", 1, 8, False, Access.OPEN),
]


@each(("files", "count", "size", "exact", "access"), LISTS)
def test_files_of_a_module(files: bytes, count: int, size: int, exact: bool, access: Access) -> None:
    report = ask(daemon({"pub": OK}, files=files)).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report
    (container,) = report.containers
    assert container.records is not None
    assert container.bytes is not None
    assert (container.records.value, container.bytes.value) == (count, size)
    assert container.records.quality is (Quality.EXACT if exact else Quality.LOWER_BOUND)
    assert not any(word in repr(report) for word in ("anna", "dump.sql", "f13"))


@pytest.mark.parametrize("files", [None, b"", b"@ERROR: chdir failed\n", FILES, FILES + frame(b"rsync: x", 1)])
def test_a_module_whose_files_are_not_listed_is_partial(files: bytes | None) -> None:
    report = ask(daemon({"pub": OK}, files=files)).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.PARTIAL), report
    assert report.containers[0].records is None
    assert any(problem.startswith("files of <module>") for problem in report.problems)


@each(
    "files",
    [
        b"\x87seed" + frame(TOP),
        FILES + frame(b"\xba\x09\1x"),
        FILES + frame(TOP + b"\xd8\xc0\xff\xff"),
        FILES + frame(TOP + b"\0\1\2"),
        FILES + frame(TOP + b"\0\xff\5"),
        FILES + frame(TOP + b"\x98\1a\xff" + b"\xff" * 8),
    ],
)
def test_lists_that_lie_are_hostile(files: bytes) -> None:
    assert ask(daemon({"pub": OK}, files=files)).result.outcome is Outcome.HOSTILE


@settings(max_examples=examples(300))
@given(st.binary(max_size=120), st.sampled_from([b"", FILES, FILES + frame(TOP)[:20]]))
def test_any_list_ends_in_one_report(data: bytes, start: bytes) -> None:
    report = ask(daemon({"pub": OK}, files=start + data)).result
    assert report.outcome in (Outcome.OK, Outcome.HOSTILE)


def test_extensions_of_names_are_read_only_to_describe() -> None:
    fields = {depth: ask(daemon({"pub": OK}), depth).result.containers[0].fields for depth in (ENUMERATE, DESCRIBE)}
    assert [field.name for field in fields[DESCRIBE]] == ["*.txt", "*.sql"]
    assert fields[ENUMERATE] == ()


def test_an_old_server_is_not_asked_for_files() -> None:
    peer = msgspec.structs.replace(daemon({"pub": OK}), greeting=b"@RSYNCD: 29.0\n")
    played = ask(peer)
    assert not any(sent.startswith(b"--server") for sent in played.sent)
    assert (played.result.access, played.result.containers[0].records) == (Access.PARTIAL, None)


def test_modules_named_by_the_app_are_probed_if_none_is_listed() -> None:
    hidden = {"backup": OK, "pay": ASKS}
    assert ask(daemon({}, hidden=hidden), names=("backup",)).result.access is Access.OPEN
    assert ask(daemon({}, hidden=hidden), names=("pay",)).result.access is Access.AUTH_REQUIRED


def test_identify_sends_nothing() -> None:
    played = ask(daemon({"pub": OK}), Depth.IDENTIFY)
    assert (played.sent, played.result.product, played.result.containers) == ((), "rsync", ())


def test_many_modules_cost_few_connections() -> None:
    played = ask(daemon({f"m{n}": OK for n in range(40)}))
    assert played.connections == 11
    assert len(played.result.containers) == 40
    assert any("first 10 were probed" in problem for problem in played.result.problems)


@pytest.mark.parametrize("name", ["../etc", "a b", "-n", "x\ty"])
def test_unsafe_names_are_not_sent(name: str) -> None:
    played = ask(daemon({name: OK}))
    assert all(name.encode() not in sent for sent in played.sent)
    assert not played.result.access.exposed


@pytest.mark.parametrize(
    "greeting", [b"220 ftp.example.org FTP\r\n", b"@RSYNCD: nothing\n", b"SSH-2.0-OpenSSH_9.6\r\n"]
)
def test_others_are_another_protocol(greeting: bytes) -> None:
    report = ask(MemoryPeer(lambda _: None, greeting=greeting), port=7).result
    assert (report.outcome, report.product) == (Outcome.PROTOCOL_MISMATCH, "")


def test_a_list_without_end_is_hostile() -> None:
    peer = MemoryPeer(lambda _: b"m\tx\n" * 3000, greeting=GREETING)
    assert ask(peer).result.outcome is Outcome.HOSTILE
