"""A daemon in memory, saying what ``clientserver.c`` says; a real one is asked in tests/servers."""

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.rsync import RsyncProbe
from tieback.scope.conversation import Target

PROBE = RsyncProbe()
GREETING = b"@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n"


def daemon(
    modules: dict[str, bytes], *, motd: bytes = b"Welcome\n\n", hidden: dict[str, bytes] | None = None
) -> MemoryPeer:
    listing = b"".join(b"%-15b\twhat it is\n" % name.encode() for name in modules)

    def answer(sent: bytes) -> bytes | None:
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
        ({"pub": OK}, Access.PARTIAL),
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
    reason = "files were not counted: the protocol lists them only at the start of a transfer, with all names"
    assert (reason in report.problems) == (access is Access.PARTIAL)
    # How much they hold is not known.
    assert not any(container.records or container.bytes for container in report.containers)


def test_modules_named_by_the_app_are_probed_if_none_is_listed() -> None:
    hidden = {"backup": OK, "pay": ASKS}
    assert ask(daemon({}, hidden=hidden), names=("backup",)).result.access is Access.PARTIAL
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
