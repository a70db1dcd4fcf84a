"""FTP servers in memory, by RFC 959 and their own greetings; vsftpd itself is asked in tests/servers."""

import pytest

from tests.each import each
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.ftp.probe import FtpProbe
from tieback.scope.conversation import Target

PROBE = FtpProbe()
VSFTPD = b"220 (vsFTPd 3.0.5)\r\n"
ANONYMOUS = ("anonymous",)


def line(kind: str, size: int, name: str) -> str:
    return f"{kind}rw-r--r--    1 0        0      {size} Nov 25 03:46 {name}"


TREE = {
    "": [line("d", 80, "pub"), line("-", 10, "a.csv"), line("-", 20, "b.csv")],
    "pub": [line("-", 7, f"{n}.jpg") for n in range(5)] + [line("d", 1, "deeper")],
}


def server(
    greeting: bytes = VSFTPD, *, tree: dict[str, list[str]] | None = None, login: bytes = b"230 Login successful.\r\n"
) -> MemoryPeer:
    held = TREE if tree is None else tree

    def answer(sent: bytes) -> bytes | None:
        verb, _, rest = sent.decode().strip().partition(" ")
        match verb:
            case "USER":
                return b"331 Please specify the password.\r\n"
            case "PASS":
                return login
            case "STAT" if rest[1:] in held:
                listed = "".join(f"{one}\r\n" for one in held[rest[1:]])
                return f"213-Status follows:\r\n{listed}213 End of status\r\n".encode()
            case "STAT":
                return b"550 Failed to open directory.\r\n"
            case "SYST":
                return b"215 UNIX Type: L8\r\n"
            case "QUIT":
                return None
            case _:
                return b"500 Unknown command.\r\n"

    return MemoryPeer(answer, greeting=greeting)


def ask(
    peer: MemoryPeer, depth: Depth = Depth.DESCRIBE, *, port: int = 21, passwordless: tuple[str, ...] = ANONYMOUS
) -> PlaybackResult[ProbeReport]:
    target = Target("127.0.0.1", port, passwordless=passwordless)
    return play(PROBE.run(target, depth), peer, PROBE.meta.sends)


def test_what_anonymous_may_list_is_counted() -> None:
    report = ask(server()).result
    assert (report.outcome, report.access, report.account) == (Outcome.OK, Access.OPEN, "anonymous")
    assert (report.product, report.version) == ("vsftpd", "3.0.5")
    top, pub = report.containers
    assert top.records is not None
    assert pub.records is not None
    assert pub.bytes is not None
    assert (top.name, top.records.value, top.records.quality) == ("/", 2, Quality.EXACT)
    assert (pub.name, pub.records.value, pub.records.quality) == ("pub", 5, Quality.LOWER_BOUND)
    assert pub.bytes.value == 35
    # Names of files may be personal: only their extensions are kept.
    assert [field.name for field in (*top.fields, *pub.fields)] == ["*.csv", "*.jpg"]


@pytest.mark.parametrize("passwordless", [(), ("root",), ("postgres", "default")])
def test_no_login_unless_the_grant_names_the_account(passwordless: tuple[str, ...]) -> None:
    played = ask(server(), passwordless=passwordless)
    assert played.sent == (b"QUIT\r\n",)
    assert (played.result.product, played.result.access) == ("vsftpd", Access.UNKNOWN)


STATES = [
    ("refused", server(login=b"530 Login incorrect.\r\n"), Access.AUTH_REQUIRED),
    ("only over TLS", server(login=b"522 TLS required.\r\n"), Access.UNKNOWN),
    ("nothing there", server(tree={"": []}), Access.OPEN_EMPTY),
    ("listing refused", server(tree={}), Access.PARTIAL),
    ("directories alone", server(tree={"": [line("d", 1, "pub")], "pub": [line("d", 1, "x")]}), Access.PARTIAL),
    ("empty directories", server(tree={"": [line("d", 1, "pub")], "pub": []}), Access.OPEN_EMPTY),
    ("too many users", server(b"421 Too many users\r\n"), Access.LOCKED),
]


@each(("peer", "access"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_access_state_by_server_answers(peer: MemoryPeer, access: Access) -> None:
    report = ask(peer).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


MUST = b"530 Anonymous sessions must use encryption.\r\n"


@pytest.mark.parametrize(
    ("offered", "starttls", "access"),
    [
        (b"234 Proceed with negotiation.\r\n", True, Access.OPEN),
        (b"234 Proceed with negotiation.\r\n", False, Access.UNKNOWN),
        (b"502 Command not implemented.\r\n", True, Access.UNKNOWN),
    ],
)
def test_login_that_requires_tls_is_not_a_refusal(offered: bytes, starttls: bool, access: Access) -> None:
    plain, secure = server(login=MUST), server()
    encrypted = False

    def answer(sent: bytes) -> bytes | None:
        nonlocal encrypted
        if sent == b"AUTH TLS\r\n":
            encrypted = offered.startswith(b"234")
            return offered
        return (secure if encrypted else plain).answer(sent)

    played = ask(MemoryPeer(answer, greeting=VSFTPD, starttls=starttls))
    report = played.result
    assert played.connections == 2
    assert (report.outcome, report.access) == (Outcome.OK, access)


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (b"220 ProFTPD 1.3.8b Server (Debian) [::ffff:127.0.0.1]\r\n", ("proftpd", "1.3.8b")),
        (b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220 Local time\r\n", ("pure-ftpd", "")),
        (b"220-FileZilla Server 1.9.4\r\n220 Please visit\r\n", ("filezilla-server", "1.9.4")),
        (b"220 Microsoft FTP Service\r\n", ("iis-ftp", "")),
        (b"220 Welcome.\r\n", ("ftp", "")),
    ],
)
def test_products(greeting: bytes, expected: tuple[str, str]) -> None:
    report = ask(server(greeting), Depth.IDENTIFY, port=7).result
    assert (report.product, report.version) == expected


@pytest.mark.parametrize(
    "greeting",
    [b"220 mail.example.org ESMTP Postfix\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"@RSYNCD: 31.0\n", b"220-\r\n" * 200],
)
def test_others_are_another_protocol(greeting: bytes) -> None:
    report = ask(server(greeting), port=7).result
    assert (report.outcome, report.product) == (Outcome.PROTOCOL_MISMATCH, "")


def test_mail_server_is_recognised_by_syst() -> None:
    peer = MemoryPeer(lambda _: b"502 5.5.2 Error: command not recognized\r\n", greeting=b"220 host ready\r\n")
    assert ask(peer, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_directory_with_an_unsafe_name_is_skipped() -> None:
    peer = server(tree={"": [line("d", 1, "-R *"), line("d", 1, "a;b"), line("-", 1, "x")]})
    played = ask(peer)
    assert [sent for sent in played.sent if sent.startswith(b"STAT /") and sent != b"STAT /\r\n"] == []
    assert played.result.access is Access.OPEN


@pytest.mark.parametrize("depth", Depth)
def test_no_deeper_than_allowed(depth: Depth) -> None:
    for data in ask(server(), depth).sent:
        (declared,) = [send for send in PROBE.meta.sends if send.matches(data)]
        assert declared.depth.rank <= depth.rank


def test_a_reply_without_end_is_hostile() -> None:
    peer = server()
    endless = MemoryPeer(
        lambda sent: b"331-x\r\n" * 5000 if sent.startswith(b"USER") else peer.answer(sent), greeting=VSFTPD
    )
    assert ask(endless).result.outcome is Outcome.HOSTILE


def test_a_listing_beyond_the_limit_is_a_lower_bound() -> None:
    many = [line("d", 1, "pub"), *(line("-", 1, f"{number}.csv") for number in range(6000))]
    played = ask(server(tree={"": many, "pub": []}))
    report = played.result
    (top, pub) = report.containers
    assert top.records is not None
    assert (top.records.value, top.records.quality) == (4998, Quality.LOWER_BOUND)
    assert pub.records is None
    assert b"STAT /pub\r\n" not in played.sent
    assert (report.outcome, report.access) == (Outcome.OK, Access.OPEN)
    assert len(report.unlisted) == 2


@each(
    ("tree", "access", "quality"),
    [
        ({"": [line("l", 1, "data -> /srv/data")]}, Access.PARTIAL, Quality.LOWER_BOUND),
        ({"": ["+s280,\tdjb.html"]}, Access.PARTIAL, Quality.LOWER_BOUND),
        ({"": [line("-", 1, "a.csv"), line("l", 1, "b -> c")]}, Access.OPEN, Quality.LOWER_BOUND),
        ({"": [line("d", 1, "a;b"), line("-", 1, "a.csv")]}, Access.OPEN, Quality.EXACT),
    ],
)
def test_an_entry_that_is_not_counted_is_named(tree: dict[str, list[str]], access: Access, quality: Quality) -> None:
    report = ask(server(tree=tree)).result
    assert report.containers[0].records is not None
    assert (report.access, report.containers[0].records.quality) == (access, quality)
    assert report.unlisted
