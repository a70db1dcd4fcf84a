from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container, Entry, Field, Outcome, Privileges
from tieback.probes import PROBES
from tieback.probes.interface import (
    SAMPLED_RECORDS,
    NoteReader,
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Sampler,
    first_answer_timeout,
    is_expected,
    run_note,
    run_sample,
    run_to_report,
)
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TooLargeAnswer
from tieback.scope.conversation import Conversation, Fault, Send, Target

META = ProbeMeta("store", ("store",), (1234,), ("store",), (), "CWE-306", (), ())
TARGET = Target("127.0.0.1", 9)

ENDS = [
    # exception, spoke before, outcome
    (NotThisProtocol("x"), False, Outcome.PROTOCOL_MISMATCH),
    (HostileAnswer("x"), True, Outcome.HOSTILE),
    (TooLargeAnswer("x"), True, Outcome.OK),
    (Fault(Outcome.TIMEOUT, "x"), False, Outcome.TIMEOUT),
    (Fault(Outcome.TIMEOUT, "x"), True, Outcome.OK),
    (Fault(Outcome.HOSTILE, "x"), True, Outcome.HOSTILE),
]


@each(("error", "spoke", "outcome"), ENDS)
def test_every_end_is_a_report_that_keeps_what_was_found(error: Exception, spoke: bool, outcome: Outcome) -> None:
    def talk(draft: ReportDraft) -> Conversation[None]:
        draft.spoke = spoke
        draft.version = "1"
        yield from ()
        raise error

    with pytest.raises(StopIteration) as end:
        next(run_to_report(META, TARGET, talk))
    report = end.value.value
    assert (report.outcome, report.version, len(report.problems)) == (outcome, "1", 1)


def test_one_proof_is_partial() -> None:
    draft = ReportDraft(META, TARGET)
    draft.access = Access.OPEN
    draft.prove("a", "x", Access.OPEN)
    draft.prove("a", "y", Access.OPEN)
    assert draft.report().access is Access.PARTIAL
    draft.prove("b", "x", Access.OPEN)
    assert draft.report().access is Access.OPEN


@each(
    ("access", "account", "entry", "privileges"),
    [
        (Access.PARTIAL, "", Entry.ANONYMOUS, Privileges.UNKNOWN),
        (Access.OPEN_EMPTY, "", Entry.ANONYMOUS, Privileges.UNKNOWN),
        (Access.SCHEMA_ONLY, "", Entry.ANONYMOUS, Privileges.UNKNOWN),
        (Access.PARTIAL, "root", Entry.NAMED_ACCOUNT, Privileges.UNKNOWN),
        (Access.ANY_USER, "", Entry.ANY_USER, Privileges.UNKNOWN),
        (Access.AUTH_REQUIRED, "", Entry.NONE, Privileges.NONE),
        (Access.UNKNOWN, "", Entry.NONE, Privileges.NONE),
    ],
)
def test_the_entry_follows_from_the_access(access: Access, account: str, entry: Entry, privileges: Privileges) -> None:
    draft = ReportDraft(META, TARGET)
    draft.access, draft.account = access, account
    assert (draft.report().entry, draft.report().privileges) == (entry, privileges)


def test_what_a_probe_knows_about_the_entry_is_reported() -> None:
    draft = ReportDraft(META, TARGET)
    draft.access, draft.entry, draft.privileges = Access.AUTH_REQUIRED, Entry.ANONYMOUS, Privileges.ADMIN
    draft.untested += ["names other than photos"] * 2
    report = draft.report()
    assert (report.entry, report.privileges, report.untested) == (
        Entry.ANONYMOUS,
        Privileges.ADMIN,
        ("names other than photos",),
    )


@each(
    ("access", "proofs", "abilities", "expected"),
    [
        (Access.OPEN, ("a", "b"), (Ability.GENERATE,), Access.OPEN),
        (Access.OPEN_EMPTY, ("a", "b"), (Ability.GENERATE,), Access.OPEN),
        (Access.SCHEMA_ONLY, ("a", "b"), (Ability.GENERATE,), Access.OPEN),
        (Access.PARTIAL, ("a", "b"), (Ability.GENERATE,), Access.PARTIAL),
        (Access.OPEN, ("a",), (), Access.PARTIAL),
        (Access.OPEN_EMPTY, ("a", "a"), (), Access.OPEN_EMPTY),
        (Access.AUTH_REQUIRED, ("a", "b"), (), Access.AUTH_REQUIRED),
        (Access.UNKNOWN, ("a", "b"), (), Access.UNKNOWN),
    ],
)
def test_an_ability_needs_an_entry_with_two_proofs_and_then_opens_an_empty_server(
    access: Access, proofs: tuple[str, ...], abilities: tuple[Ability, ...], expected: Access
) -> None:
    draft = ReportDraft(META, TARGET)
    draft.access = access
    draft.abilities += [Ability.GENERATE] * 2
    for name in proofs:
        draft.prove(name, "answers without authentication", Access.OPEN)
    report = draft.report()
    assert (report.access, report.abilities) == (expected, abilities)


def test_an_identifier_from_a_manual_is_no_identity() -> None:
    draft = ReportDraft(META, TARGET)
    draft.fingerprint(["people"])
    draft.vendor_id("cluster_id", "5L6g3nShT-eMCtK--X86sw")
    assert draft.identity is not None
    assert draft.identity.kind == "fingerprint"
    draft.vendor_id("cluster_id", "pYdR4Xe6TqO0yT8wqg1mZA")
    assert draft.identity.kind == "vendor_id"


def test_identities() -> None:
    def keys(*parts: str) -> Iterator[str]:
        draft = ReportDraft(META, TARGET)
        draft.fingerprint(parts)
        assert draft.identity is not None
        yield draft.identity.kind
        yield draft.identity.key

    assert list(keys()) == ["address", "store:address:127.0.0.1:9"]
    assert list(keys("a", "b")) == list(keys("b", "a", "a"))
    assert list(keys("a", "b")) != list(keys("a", "c"))


@pytest.mark.parametrize(
    ("target", "so"),
    [
        (TARGET, False),
        (Target("h", 1234), True),
        (Target("h", 1, "store"), True),
        (Target("h", 1, "http"), False),
    ],
)
def test_port_or_hint_makes_a_store_expected(target: Target, so: bool) -> None:
    meta = ProbeMeta("store", ("store",), (1234,), ("store", "http"), (), "CWE-306", (), ())
    assert is_expected(meta, target) is so


@pytest.mark.parametrize(
    ("target", "seconds"),
    [(TARGET, 1.0), (Target("h", 1234), None), (Target("h", 1, "store"), None), (Target("h", 1, "other"), 1.0)],
)
def test_first_answer_timeout_depends_on_the_hint(target: Target, seconds: float | None) -> None:
    assert first_answer_timeout(META, target) == seconds


@pytest.mark.parametrize(
    "error", [NotThisProtocol("x"), HostileAnswer("x"), TooLargeAnswer("x"), Fault(Outcome.TIMEOUT, "x"), None]
)
def test_any_failure_gives_no_note(error: Exception | None) -> None:
    def talk() -> Conversation[bytes]:
        yield from ()
        if error is not None:
            raise error
        return b"n" * 9000

    with pytest.raises(StopIteration) as end:
        next(run_note(talk()))
    assert end.value.value == (b"" if error is not None else b"n" * 4096)


READERS = [probe for probe in PROBES if isinstance(probe, NoteReader)]
NAMES = st.text(max_size=40) | st.sampled_from(
    ["../x", "_all", "a b", 'a"b', "a`b", "a\r\nFLUSHALL", "$cmd", "x' OR 1", ""]
)


@pytest.mark.parametrize("probe", READERS, ids=lambda probe: probe.meta.name)
@given(path=st.lists(NAMES, min_size=1, max_size=4), field=NAMES, answers=st.lists(st.binary(max_size=60), max_size=4))
@settings(max_examples=examples(60), deadline=None)
def test_no_name_of_a_note_makes_another_request(
    probe: NoteReader, path: list[str], field: str, answers: list[bytes]
) -> None:
    container = Container(tuple(path), "table", fields=(Field(field),))
    # What no declared send covers would raise ValueError here.
    played = play(probe.note(TARGET, container, ""), MemoryPeer(recorded_answers(answers)), probe.meta.sends)
    assert len(played.result) <= 4096


def test_probes_that_read_ransom_notes() -> None:
    assert {probe.meta.name for probe in READERS} >= {
        *("elasticsearch", "mongodb", "mysql", "postgresql", "redis", "couchdb"),
    }
    for probe in PROBES:
        asked = {send.depth is Depth.SAMPLE for send in probe.meta.sends if send.values}
        assert asked == ({False} if isinstance(probe, NoteReader) else set()) | (
            {True} if isinstance(probe, Sampler) else set()
        ), probe.meta.name


def test_probes_that_read_records() -> None:
    samplers = {probe.meta.name for probe in PROBES if isinstance(probe, Sampler)}
    assert samplers >= {"elasticsearch", "mongodb", "mysql", "postgresql", "redis", "couchdb", "firestore", "s3"}


def test_sampled_values_do_not_print() -> None:
    assert "ada@x.test" not in repr(SampledColumn(("hr", "people"), "mail", ("ada@x.test",)))


SAMPLERS = [probe for probe in PROBES if isinstance(probe, Sampler)]


@pytest.mark.parametrize("probe", SAMPLERS, ids=lambda probe: probe.meta.name)
@given(path=st.lists(NAMES, min_size=1, max_size=4), field=NAMES, answers=st.lists(st.binary(max_size=60), max_size=4))
@settings(max_examples=examples(60), deadline=None)
def test_no_name_of_a_sample_makes_another_request(
    probe: Sampler, path: list[str], field: str, answers: list[bytes]
) -> None:
    container = Container(tuple(path), "table", fields=(Field(field),))
    played = play(probe.sample(TARGET, (container,), ""), MemoryPeer(recorded_answers(answers)), probe.meta.sends)
    assert all(len(column.values) <= SAMPLED_RECORDS for column in played.result)


@pytest.mark.parametrize(
    "error", [NotThisProtocol("x"), HostileAnswer("x"), TooLargeAnswer("x"), Fault(Outcome.TIMEOUT, "x")]
)
def test_what_breaks_a_sample_off_takes_nothing_away(error: Exception) -> None:
    found = [SampledColumn(("t",), "mail", ("a",))]

    def talk() -> Conversation[None]:
        yield Send(b"x")
        raise error

    conversation = run_sample(found, talk())
    next(conversation)
    with pytest.raises(StopIteration) as end:
        conversation.send(b"")
    assert end.value.value == tuple(found)
