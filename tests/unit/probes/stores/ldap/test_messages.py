import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.ldap import messages
from tieback.probes.stores.ldap.messages import BerReader, LdapEntry, LdapMessage, LdapResult, LdapSearch
from tieback.probes.wire.frames import Inbox
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, Fault


def read(data: bytes, first: bytes = b"") -> LdapMessage:
    def talk() -> Conversation[LdapMessage]:
        yield Connect()
        return (yield from messages.message(Inbox(), 1, first))

    return play(talk(), MemoryPeer(recorded_answers([]), greeting=data), ()).result


def test_what_is_sent() -> None:
    # RFC 4513 section 5.1.1: version 3, a name and a password of no bytes.
    assert bytes.fromhex("300c 020101 6007 020103 0400 8000") == messages.ANONYMOUS_BIND
    assert bytes.fromhex("3005 020103 4200") == messages.UNBIND
    assert b"1.3.6.1.4.1.1466.20037" in messages.START_TLS
    search = LdapSearch(6, messages.ONE_LEVEL, 500, (messages.NO_ATTRIBUTES,))
    assert search.message(b"dc=t") == bytes.fromhex(
        "304c 020106 632a 0404 64633d74 0a0101 0a0100 020201f4 020105 010100 870b 6f626a656374436c617373"
        "3005 0403 312e31"
        # RFC 3296: ManageDsaIT, not critical.
        "a01b 3019 0417 322e31362e3834302e312e3131333733302e332e342e32"
    )
    assert LdapSearch(7, 1, 3, ("*",), types_only=True).tail[12:15] == b"\1\1\xff"
    assert search.message(b"x" * 300)[:4] == b"0\x82\x01\x78"


READ = [
    (b"0\x0c\2\1\1a\7\x0a\1\0\4\0\4\0", b"", LdapMessage(0x61, b"\x0a\1\0\4\0\4\0")),
    (b"\x0c\2\1\1a\7\x0a\1\0\4\0\4\0", b"0", LdapMessage(0x61, b"\x0a\1\0\4\0\4\0")),
    # OpenLDAP writes long lengths, Active Directory always four bytes of them.
    (b"0\x84\0\0\0\x10\2\1\1a\x84\0\0\0\7\x0a\1\0\4\0\4\0", b"", LdapMessage(0x61, b"\x0a\1\0\4\0\4\0")),
]


@pytest.mark.parametrize(("data", "first", "message"), READ)
def test_messages_are_decoded(data: bytes, first: bytes, message: LdapMessage) -> None:
    assert read(data, first) == message


LIES = [
    b"0\x80\2\1\1a\0\0\0",
    b"0\x84\x7f\xff\xff\xff",
    b"0\x85\0\0\0\0\7",
    b"0\x05\2\1\1a\0",
    b"0\x0c\2\1\2a\7\x0a\1\0\4\0\4\0",
    b"0\x0c\2\x7f\1a\7\x0a\1\0\4\0\4\0",
    b"0\x0c\4\1\1a\7\x0a\1\0\4\0\4\0",
    b"1\x0c\2\1\1a\7\x0a\1\0\4\0\4\0",
]


@each("data", LIES)
def test_messages_that_lie(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        read(data)
    # As the first answer another protocol is likelier, unless only the inside lies.
    with pytest.raises((NotThisProtocol, HostileAnswer)):
        read(data[1:], data[:1])


def test_results_and_entries() -> None:
    assert messages.result(b"\x0a\1\x35\4\0\4\2no") == LdapResult(53, "no")
    attribute = b"0\x0b\4\4Mail1\3\4\1a"
    assert messages.entry(b"\4\4cn=x" + b"0\x0d" + attribute) == LdapEntry("cn=x", {"mail": (b"a",)})
    typed = b"0\x08\4\4Mail1\0"
    assert messages.entry(b"\4\4cn=x" + b"0\x0a" + typed) == LdapEntry("cn=x", {"mail": ()})


BROKEN = [b"", b"\4", b"\4\4cn", b"\4\4cn=x0\x7f", b"\4\4cn=x0\5\4\3aaa", b"\4\4cn=x0\x84\xff\xff\xff\xff"]


@each("content", BROKEN)
def test_entries_that_lie(content: bytes) -> None:
    with pytest.raises(HostileAnswer):
        messages.entry(content)


@pytest.mark.parametrize("data", [b"0", b"0\x80", b"0\x81", b"0\5ab", b"0\x84\0\1\0\0x"])
def test_elements_that_lie(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        BerReader(data).element()


@given(st.binary(max_size=120))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_are_a_message_or_a_verdict(data: bytes) -> None:
    with contextlib.suppress(HostileAnswer, Fault):
        assert len(read(b"0" + data).content) <= len(data)
    with contextlib.suppress(HostileAnswer):
        assert len(messages.entry(data).attributes) <= len(data)
    with contextlib.suppress(HostileAnswer):
        messages.result(data)
