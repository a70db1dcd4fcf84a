from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.assess.leaves import records_total
from tieback.model.figure import Quality, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import Answer, MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.ldap import messages
from tieback.probes.stores.ldap.probe import LdapProbe
from tieback.scope.conversation import Target

PROBE = LdapProbe()
BASE = "dc=hr,dc=test"


def tlv(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def message(number: int, kind: int, content: bytes) -> bytes:
    return tlv(0x30, bytes((2, 1, number)) + tlv(kind, content))


def result(number: int, kind: int, code: int, text: str = "") -> bytes:
    return message(number, kind, bytes((0x0A, 1, code)) + tlv(4, b"") + tlv(4, text.encode()))


def entry(number: int, name: str, attributes: dict[str, list[str]]) -> bytes:
    rows = b"".join(
        tlv(0x30, tlv(4, key.encode()) + tlv(0x31, b"".join(tlv(4, one.encode()) for one in values)))
        for key, values in attributes.items()
    )
    return message(number, messages.ENTRY, tlv(4, name.encode()) + tlv(0x30, rows))


class Directory:
    """Entries by the name of the one above, and what refuses."""

    def __init__(self, **levels: list[str]) -> None:
        self.levels = {BASE: list(levels), **{f"{unit},{BASE}": names for unit, names in levels.items()}}
        self.bind = (0, "")
        self.root: dict[str, list[str]] = {
            "objectClass": ["top", "OpenLDAProotDSE"],
            "namingContexts": [BASE, "cn=config"],
        }
        self.refused = (0, "")
        self.over = 0
        self.secured = False

    def answer(self, sent: bytes) -> bytes | None:
        if sent == messages.ANONYMOUS_BIND:
            return result(1, messages.BIND_RESPONSE, *((0, "") if self.secured else self.bind))
        if sent == messages.START_TLS:
            self.secured = True
            return result(2, messages.EXTENDED_RESPONSE, 0)
        if sent == messages.UNBIND:
            return None
        at = sent.index(b"\4", sent.index(b"c"))
        base = sent[at + 2 : at + 2 + sent[at + 1]].decode()
        number = sent[sent.index(b"\2\1") + 2]
        done = result(number, messages.DONE, *self.refused)
        if not base:
            return entry(number, "", self.root) + result(number, messages.DONE, 0)
        if self.refused[0]:
            return done
        if number == 5:
            unique = {"entryUUID": ["3d7c7a6e-0000-1111-2222-abcdefabcdef"]}
            return entry(number, base, unique) + done
        names = [f"{one},{base}" for one in self.levels.get(base, [])]
        fields: dict[str, list[str]] = {"mail": [], "objectClass": []} if number == 7 else {}
        return b"".join(entry(number, name, fields) for name in names[: 3 if number == 7 else 500]) + (
            result(number, messages.DONE, self.over)
        )


def ask(answer: Answer, depth: Depth = Depth.DESCRIBE, *, starttls: bool = True) -> PlaybackResult[ProbeReport]:
    target = Target("127.0.0.1", 389)
    return play(PROBE.run(target, depth), MemoryPeer(answer, starttls=starttls), PROBE.meta.sends)


def test_an_open_one() -> None:
    played = ask(Directory(**{"ou=People": [f"uid=anna{i}" for i in range(7)], "cn=Berta": []}).answer)
    report = played.result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.OPEN, "openldap")
    counted = {one.path: one.records for one in report.containers}
    people, others = counted[(BASE, "ou=People")], counted[(BASE, "(entries)")]
    assert people is not None
    assert others is not None
    assert (people.value, people.quality, others.value) == (7, Quality.EXACT, 3)
    # The entry of the context, the unit, Berta, and those in the unit.
    assert records_total(report.containers) == exact(10, "entries of one level")
    assert [one.name for one in report.containers if one.system] == ["cn=config"]
    assert {one.name for one in report.containers[1].fields} <= {"mail", "objectclass"}
    assert report.identity is not None
    assert report.identity.key == "ldap:entryUUID:3d7c7a6e-0000-1111-2222-abcdefabcdef"
    # Names of people are counted, never kept.
    assert "anna" not in repr(report)
    assert "Berta" not in repr(report)
    assert played.sent[-1] == messages.UNBIND


@pytest.mark.parametrize("number", [5, 7])
def test_search_that_ends_the_connection_costs_only_itself(number: int) -> None:
    directory = Directory(**{"ou=People": [f"uid=anna{i}" for i in range(7)], "cn=Berta": []})

    def answer(sent: bytes) -> bytes | None:
        return None if b"c" in sent and sent[sent.index(b"\2\1") + 2] == number else directory.answer(sent)

    played = ask(answer)
    report = played.result
    # What one search did not show is not called readable.
    assert (report.outcome, report.access) == (Outcome.OK, Access.PARTIAL if number == 5 else Access.OPEN), report
    counted = {one.path: one.records for one in report.containers}
    people = counted[(BASE, "ou=People")]
    assert people is not None
    assert people.value == 7
    assert played.sent.count(messages.ANONYMOUS_BIND) > 1 or number == 7


def test_a_count_that_a_limit_cut() -> None:
    directory = Directory(**{"ou=People": [f"uid=anna{i}" for i in range(500)]})
    directory.over = messages.SIZE_LIMIT
    people = next(one for one in ask(directory.answer).result.containers if one.kind == "unit")
    assert people.records is not None
    assert (people.records.value, people.records.quality) == (500, Quality.LOWER_BOUND)


STATES = [
    # answer to the bind, to searches, access
    ((0, ""), (32, ""), Access.UNKNOWN),
    ((0, ""), (50, "no"), Access.AUTH_REQUIRED),
    ((0, ""), (1, "000004DC: LdapErr: DSID-0C090A5C, a successful bind must be completed"), Access.AUTH_REQUIRED),
    ((0, ""), (1, "broken"), Access.UNKNOWN),
    ((48, "anonymous bind disallowed"), (53, "authentication required"), Access.AUTH_REQUIRED),
    ((53, "no"), (32, ""), Access.AUTH_REQUIRED),
    # Refuses to bind nobody, and answers whoever does not bind.
    ((48, "anonymous bind disallowed"), (0, ""), Access.OPEN),
]


@each(("bind", "refused", "access"), STATES)
def test_access_state_by_server_answers(bind: tuple[int, str], refused: tuple[int, str], access: Access) -> None:
    directory = Directory(**{"ou=People": ["uid=anna"]})
    directory.bind, directory.refused = bind, refused
    report = ask(directory.answer).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


def test_units_without_entries_are_names_only() -> None:
    assert ask(Directory(**{"ou=People": []}).answer).result.access is Access.SCHEMA_ONLY


def test_starttls_if_the_server_requires_it() -> None:
    directory = Directory(**{"ou=People": ["uid=anna"]})
    directory.bind = (messages.CONFIDENTIALITY_REQUIRED, "TLS confidentiality required")
    assert ask(directory.answer).result.access is Access.OPEN
    failing = Directory()
    failing.bind = directory.bind
    report = ask(failing.answer, starttls=False).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.UNKNOWN, "ldap")


@pytest.mark.parametrize(("busy", "access"), [(1, Access.OPEN), (99, Access.UNKNOWN)])
def test_starttls_is_retried_if_the_server_is_busy(busy: int, access: Access) -> None:
    directory = Directory(**{"ou=People": ["uid=anna"]})
    directory.bind = (messages.CONFIDENTIALITY_REQUIRED, "TLS confidentiality required")
    asked = 0

    def answer(sent: bytes) -> bytes | None:
        nonlocal asked
        if sent == messages.START_TLS:
            asked += 1
            if asked <= busy:
                return result(2, messages.EXTENDED_RESPONSE, 1, "cannot start TLS when operations are outstanding")
        return directory.answer(sent)

    assert ask(answer).result.access is access
    assert asked == 2


PRODUCTS: list[tuple[dict[str, list[str]], str, str]] = [
    ({"vendorName": ["389 Project"], "vendorVersion": ["389-Directory/2.4.5 B2024.017"]}, "389-ds", "2.4.5"),
    ({"vendorName": ["Samba Team (https://www.samba.org)"], "forestFunctionality": ["4"]}, "samba-ad", ""),
    ({"forestFunctionality": ["7"]}, "active-directory", ""),
    ({"vendorName": ["ForgeRock AS."], "vendorVersion": ["OpenDJ Server 7.1.0"]}, "opendj", "7.1.0"),
    ({"vendorName": ["Apache Software Foundation"], "vendorVersion": ["2.0.0-M24"]}, "apacheds", "2.0.0-M24"),
    ({"vendorName": ["Somebody"]}, "ldap", ""),
    ({}, "ldap", ""),
]


@each(("root", "product", "version"), PRODUCTS)
def test_products(root: dict[str, list[str]], product: str, version: str) -> None:
    directory = Directory()
    directory.root = root
    report = ask(directory.answer).result
    assert (report.product, report.version) == (product, version)


def test_names_that_are_not_safe_to_send() -> None:
    directory = Directory(**{"ou=People": ["uid=anna"]})
    directory.root["namingContexts"] = ["dc=a\0b", BASE]
    report = ask(directory.answer).result
    assert report.access is Access.OPEN
    assert any("not safe to send" in problem for problem in report.problems)


def test_units_inside_a_unit_make_its_count_a_lower_bound() -> None:
    directory = Directory(**{"ou=People": ["uid=anna", "ou=Guests"]})
    people = next(one for one in ask(directory.answer).result.containers if one.kind == "unit")
    assert people.records is not None
    assert (people.records.value, people.records.quality) == (2, Quality.LOWER_BOUND)


@each(
    ("context", "own"),
    [
        ("ou=system", True), ("ou=schema", True), ("OU=Config", True), ("cn=config", True),
        ("cn=schema,cn=config", True),
        ("cn=Configuration,dc=hr,dc=test", True), ("ou=system,dc=hr,dc=test", False), ("ou=systems", False),
        ("cn=people", False),
    ],
)  # fmt: skip
def test_contexts_of_the_product_itself_are_not_searched(context: str, own: bool) -> None:
    directory = Directory()
    directory.root["namingContexts"] = [context]
    directory.levels = {context: ["uid=anna"]}
    played = ask(directory.answer, Depth.ENUMERATE)
    assert [one.system for one in played.result.containers] == [own]
    assert (context.encode() in b"".join(played.sent)) == (not own)


def test_many_units() -> None:
    report = ask(Directory(**{f"ou=u{i}": ["uid=anna"] for i in range(60)}).answer, Depth.ENUMERATE).result
    assert sum(one.records is not None for one in report.containers) == 31
    assert len(report.containers) == 62


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400\r\n", b"0\x05\2\1\1a\0", b"-ERR no\r\n", result(1, 0x65, 0)])
def test_other_protocols(answer: bytes) -> None:
    assert ask(lambda _: answer).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_more_entries_than_requested_is_hostile() -> None:
    endless = entry(4, "", {}) * 1000
    report = ask(
        lambda sent: result(1, messages.BIND_RESPONSE, 0) if sent == messages.ANONYMOUS_BIND else endless
    ).result
    assert report.outcome is Outcome.HOSTILE


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 3), (Depth.ENUMERATE, 6), (Depth.DESCRIBE, 7)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask(Directory(**{"ou=People": ["uid=anna"]}).answer, depth).sent) == sends


WRITES = [
    # A bind with a name and a password; delete, modify, add; a search of a whole tree, or for values.
    bytes.fromhex("3012 020101 600d 020103") + b"\4\4cn=a\x80\2pw",
    bytes.fromhex("3008 020106 4a03") + b"c=a",
    message(6, 0x66, b""),
    message(6, 0x68, b""),
    messages.LdapSearch(6, 2, 500, ("1.1",)).message(b"dc=t"),
    messages.LdapSearch(6, 1, 500, ("mail",)).message(b"dc=t"),
    messages.LdapSearch(7, 1, 3, ("*",)).message(b"dc=t"),
]


@each("data", WRITES)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in PROBE.meta.sends)


@given(st.lists(st.binary(max_size=80), max_size=4))
@settings(max_examples=examples(80), deadline=None)
def test_any_answer_ends_in_one_report(answers: list[bytes]) -> None:
    bound = result(1, messages.BIND_RESPONSE, 0)
    framed = [message(4 + i, messages.ENTRY, data) for i, data in enumerate(answers)]
    for left in ([bound, *answers], [bound, *framed]):
        report = play(
            PROBE.run(Target("h", 389), Depth.DESCRIBE), MemoryPeer(recorded_answers(left)), PROBE.meta.sends
        ).result
        assert not report.access.exposed


@pytest.mark.parametrize(
    ("name", "access", "product"), [("ldap-open", Access.OPEN, "openldap"), ("ldap-auth", Access.AUTH_REQUIRED, "ldap")]
)
def test_recordings(replay: Callable[..., Any], name: str, access: Access, product: str) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.product) == (access, product)
