"""The probing service asks each candidate once, knows odd ports, and keeps to the grant's concurrency."""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.each import each
from tieback.backends.candidates import build_candidates
from tieback.backends.probe_hints import ProbeHints, collect_probe_hints
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.app import App, Platform
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.errors import StoppedError
from tieback.model.grant import Depth, Grant, Limits
from tieback.model.probe import Access, Outcome, ProbeReport, TargetVerdict
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential
from tieback.pipeline.probing import service as probing
from tieback.probes import PROBES
from tieback.probes.choose import order_probes
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds
from tieback.scope.budget import OpeningBudget
from tieback.scope.conversation import Conversation, DeclaredSend, RetryLater, Target, Traffic
from tieback.scope.decide import Decision
from tieback.scope.replay import ReplayDialer
from tieback.scope.transcript import read_transcripts

RULES = RuleFiles()


def grant(concurrency: int = 4) -> Grant:
    return Grant("Security office", "security@example.org", date(2030, 1, 1), limits=Limits(concurrency=concurrency))


class ScriptedDialer:
    """Answers with outcomes by probe name instead of a network; counts what is under way."""

    def __init__(
        self,
        outcomes: dict[str, Outcome],
        allowed: bool = True,
        found: dict[str, str] | None = None,
        problems: dict[str, str] | None = None,
    ) -> None:
        self.outcomes = outcomes
        self.problems = problems or {}
        self.found = found or {}
        """Which probe a probe's report names, where that is another."""
        self.allowed = allowed
        self.asked: list[tuple[str, str]] = []
        self.targets: dict[str, Target] = {}
        """The target that each probe was given."""
        self.under_way = self.most = 0
        self.settled = 0
        """How many conversations had begun when the audit log was last on the disk."""
        self.concurrency = 4
        self.stopped = False
        self.seconds = 0.0
        """What a conversation costs of the time for unknown services."""
        self.slow: set[str] = set()
        """Targets that no first look is long enough for."""
        self.ended: list[tuple[str, bool]] = []
        """Targets whose recognition ended, and whether with a report."""
        self.looks: list[tuple[str, bool]] = []
        """Targets, each time that they were begun with, and whether as a first look."""

    async def permit(self, host: str, port: int, resource: str = "") -> Decision:
        return Decision(self.allowed, "outside the grant", rule="", depth=Depth.DESCRIBE)

    def window(self) -> int:
        return self.concurrency

    def bucket(self, host: str) -> str:
        return host

    def check_stop(self) -> None:
        if self.stopped:
            raise StoppedError("the stop file is there")

    def end_recognition(self, target: Target, opening: OpeningBudget, report: ProbeReport | None) -> None:
        self.ended.append((target.label, report is not None))

    async def sync_audit(self) -> None:
        self.settled = len(self.asked)

    async def converse[R](
        self,
        target: Target,
        conversation: Conversation[R],
        sends: Sequence[DeclaredSend],
        *,
        depth: Depth | None = None,
        probe: str = "",
        note: bool = False,
        hasty: bool = False,
        opening: OpeningBudget | None = None,
    ) -> tuple[ProbeReport, Traffic]:
        conversation.close()
        self.looks.append((target.label, hasty))
        if hasty and target.label in self.slow:
            raise RetryLater("no connection in 0.4 s")
        name = next(probe.meta.name for probe in PROBES if probe.meta.sends == tuple(sends))
        self.asked.append((target.label, name))
        self.targets[name] = target
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        outcome = self.outcomes.get(name, Outcome.PROTOCOL_MISMATCH)
        problems = (self.problems[name],) if name in self.problems else ()
        report = ProbeReport(
            target.label, outcome, Access.AUTH_REQUIRED, probe=self.found.get(name, name), problems=problems
        )
        if opening is not None and outcome is not Outcome.OK:
            opening.charge(self.seconds, silent=False)
        return report, Traffic("127.0.0.1", bytes_sent=10, bytes_read=100, seconds=0.25, tls=None)


def candidate(port: int = 9999, service: str | None = None, host: str = "store.test") -> Candidate:
    return Candidate(host, port, service, Route.NAMED, (), "test")


async def test_an_odd_port_is_recognised_by_what_answers() -> None:
    dialer = ScriptedDialer({"redis": Outcome.OK})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert (report.probe, report.outcome) == ("redis", Outcome.OK)
    tries = len(dialer.asked)
    assert (report.bytes_sent, report.bytes_read, report.seconds) == (10 * tries, 100 * tries, 0.25 * tries)


async def test_hinted_service_is_probed_first_and_only() -> None:
    dialer = ScriptedDialer({"mongodb": Outcome.OK})
    await probing.probe_one(candidate(service="mongodb"), dialer, grant())  # type: ignore[arg-type]
    assert [name for _, name in dialer.asked] == ["mongodb"]


async def test_store_found_by_the_finder_is_probed_by_its_own_probe() -> None:
    dialer = ScriptedDialer({"web": Outcome.OK, "etcd": Outcome.OK}, found={"web": "etcd"})
    report = await probing.probe_one(candidate(service="http"), dialer, grant())  # type: ignore[arg-type]
    assert [name for _, name in dialer.asked] == ["elasticsearch", "web", "etcd"]
    assert (report.probe, report.bytes_sent) == ("etcd", 30)


async def test_other_protocols_are_not_tried_on_a_plain_http_server() -> None:
    dialer = ScriptedDialer({}, problems={"web": "an HTTP server that is not a known store (status 404)"})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    asked = {name for _, name in dialer.asked}
    assert report.outcome is Outcome.PROTOCOL_MISMATCH
    # Those whose servers answer GET / on the same port.
    assert asked == {"redis", "elasticsearch", "web", "mongodb", "bolt", "clickhouse_native", "elasticsearch_transport"}


async def test_silent_server_is_not_awaited_for_a_greeting() -> None:
    greeting = {probe.meta.name for probe in PROBES if probe.meta.greets}
    assert greeting == {"mysql", "nats_client", "ftp", "rsync", "openwire", "dask_scheduler"}
    for quiet, spared in (("redis", greeting), ("mysql", greeting - {"mysql"}), ("oracle", set())):
        dialer = ScriptedDialer({}, problems={quiet: "sends no byte in 1 s"})
        await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
        assert greeting - {name for _, name in dialer.asked} == spared


async def test_after_a_silence_come_those_whose_servers_keep_quiet() -> None:
    dialer = ScriptedDialer({"postgresql": Outcome.OK}, problems={"redis": "sends no byte in 1 s"})
    await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    quiet = ["ldap", "smb", "elasticsearch", "web", "amqp", "stomp", "mqtt", "postgresql"]
    assert [name for _, name in dialer.asked] == ["redis", *quiet]


async def test_what_does_not_answer_http_is_not_probed_for_other_http_stores() -> None:
    dialer = ScriptedDialer({}, problems={"elasticsearch": "sends no byte in 1 s"})
    await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert "web" not in {name for _, name in dialer.asked}


async def test_protocols_that_there_was_no_time_for_are_reported() -> None:
    dialer = ScriptedDialer({})
    dialer.seconds = 1.3
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    tried, everything = len(dialer.asked), len(order_probes(None, 9999))
    assert tried == 4
    expected = f"not recognised: no answer within 5 s; {tried} protocols tried, {everything - tried} not tried"
    # Some other protocol responds, but it may be one of those: nothing is decided.
    assert (report.outcome, report.problems) == (Outcome.TIMEOUT, (expected,))
    assert report.verdict is TargetVerdict.NONE


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.TLS_ERROR, Outcome.BUDGET_SPENT, Outcome.REFUSED])
async def test_a_failure_of_a_later_guess_leaves_the_target_without_a_verdict(outcome: Outcome) -> None:
    second = order_probes(None, 9999)[1].meta.name
    dialer = ScriptedDialer({second: outcome}, problems={second: "the connection ended"})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    left = len(order_probes(None, 9999)) - 2
    assert report.problems == (f"not recognised: the connection ended; 2 protocols tried, {left} not tried",)
    assert report.verdict is TargetVerdict.NONE


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.TLS_ERROR, Outcome.BUDGET_SPENT, Outcome.REFUSED])
async def test_a_failure_of_the_last_guess_leaves_the_target_without_a_verdict(outcome: Outcome) -> None:
    everything = order_probes(None, 9999)
    last = everything[-1].meta.name
    dialer = ScriptedDialer({last: outcome}, problems={last: "the connection ended"})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert report.problems == (f"not recognised: the connection ended; {len(everything)} protocols tried",)
    assert report.verdict is TargetVerdict.NONE


@pytest.mark.parametrize(
    "silence", ["sends no byte in 1 s", "closed without an answer; no full answer to the binary protocol"]
)
@pytest.mark.parametrize("guess", [0, 1, -1])
async def test_silence_to_one_protocol_decides_nothing(guess: int, silence: str) -> None:
    name = order_probes(None, 9999)[guess].meta.name
    report = await probing.probe_one(candidate(), ScriptedDialer({}, problems={name: silence}), grant())  # type: ignore[arg-type]
    assert (report.outcome, report.verdict) == (Outcome.TIMEOUT, TargetVerdict.NONE)
    assert report.problems[0].startswith("not recognised: no answer in time to 1 of ")


async def test_a_web_server_is_decided_by_its_answer_to_http() -> None:
    web = "an HTTP server that is not a known store (status 404)"
    dialer = ScriptedDialer({}, problems={"web": web, "mongodb": "sends no byte in 0.3 s"})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert report.verdict is TargetVerdict.UNRECOGNISED


async def test_what_is_hostile_to_one_guess_may_be_the_next_ones_protocol() -> None:
    dialer = ScriptedDialer({"elasticsearch": Outcome.HOSTILE, "mongodb": Outcome.OK})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert (report.probe, report.outcome) == ("mongodb", Outcome.OK)


async def test_unknown_service_reports_the_number_of_probes_tried() -> None:
    dialer = ScriptedDialer({}, problems={"redis": "not a RESP answer: b'S'"})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    tried = len(dialer.asked)
    assert report.problems == (f"not a known store: {tried} protocols tried (redis: not a RESP answer: b'S')",)


async def test_plain_http_server_is_reported_as_such() -> None:
    problem = "an HTTP server that is not a known store (status 404)"
    dialer = ScriptedDialer({}, problems={"redis": "not a RESP answer", "web": problem})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert report.problems == (problem,)


def test_generic_ports_are_not_a_pivot() -> None:
    ports = [port for usual in probing.store_ports().values() for port in usual]
    assert not {80, 443, 8000, 8080, 8443} & set(ports)
    assert len(ports) < 100


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.TIMEOUT, Outcome.TLS_ERROR, Outcome.HOSTILE])
async def test_closed_port_is_not_probed_again(outcome: Outcome) -> None:
    dialer = ScriptedDialer({probe.meta.name: outcome for probe in PROBES})
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert report.outcome is outcome
    assert len(dialer.asked) == 1


async def test_nothing_known_is_a_mismatch_never_safe() -> None:
    report = await probing.probe_one(candidate(), ScriptedDialer({}), grant())  # type: ignore[arg-type]
    assert report.outcome is Outcome.PROTOCOL_MISMATCH


async def test_targets_outside_the_grant_are_not_probed() -> None:
    dialer = ScriptedDialer({}, allowed=False)
    report = await probing.probe_one(candidate(), dialer, grant())  # type: ignore[arg-type]
    assert (report.outcome, report.problems) == (Outcome.OUT_OF_SCOPE, ("outside the grant",))
    assert dialer.asked == []


async def test_all_targets_are_probed_within_the_concurrency() -> None:
    dialer = ScriptedDialer({probe.meta.name: Outcome.OK for probe in PROBES})
    dialer.concurrency = 3
    candidates = [candidate(port, "redis") for port in range(1, 41)]
    seen: list[tuple[int, int]] = []
    found = probing.probe_all(candidates, grant(concurrency=3), dialer, lambda *step: seen.append(step))  # type: ignore[arg-type]
    reports = []
    async for _, report in found:
        reports.append(report)
        # What is reported is on the disk.
        assert dialer.settled >= len(reports)
    assert {report.target for report in reports} == {f"store.test:{port}" for port in range(1, 41)}
    assert dialer.most <= 3
    assert seen[-1] == (40, 40)


async def test_slow_target_is_retried() -> None:
    dialer = ScriptedDialer({"redis": Outcome.OK})
    dialer.slow = {"store.test:1", "store.test:3"}
    found = probing.probe_all([candidate(port, "redis") for port in range(1, 9)], grant(), dialer)  # type: ignore[arg-type]
    reports = {report.target: report.outcome async for _, report in found}
    assert reports == {f"store.test:{port}": Outcome.OK for port in range(1, 9)}
    assert sorted(label for label, hasty in dialer.looks if not hasty) == ["store.test:1", "store.test:3"]
    assert sorted(label for label, hasty in dialer.looks if hasty) == sorted(reports)


async def test_of_a_stream_no_more_is_read_than_is_needed() -> None:
    dialer = ScriptedDialer({"redis": Outcome.OK})
    read = 0

    def stream() -> Iterator[Candidate]:
        nonlocal read
        for port in range(1, 60_001):
            read += 1
            yield candidate(port, "redis")

    seen: list[tuple[int, int]] = []
    found = probing.probe_all(stream(), grant(), dialer, lambda *step: seen.append(step))  # type: ignore[arg-type]
    await anext(found)
    await found.aclose()
    assert read < 3000
    assert seen == [(1, seen[0][1])]
    assert 1 <= seen[0][1] <= read


async def test_stop_file_ends_a_run_and_results_are_returned() -> None:
    dialer = ScriptedDialer({"redis": Outcome.OK})
    found = probing.probe_all([candidate(port, "redis") for port in range(1, 41)], grant(), dialer)  # type: ignore[arg-type]
    reports = []
    reports.append((await anext(found))[1])
    dialer.stopped = True
    with pytest.raises(StoppedError, match="stop file"):
        reports += [report async for _, report in found]
    begun = {label for label, _ in dialer.looks}
    assert len(begun) <= 2 * dialer.concurrency
    assert {report.target for report in reports} <= begun


ANON = PublicKey("supabase_anon", "made-up", ("supabase",))
PARSE = PublicKey("parse", "made-up-too", ("parse",))


async def test_each_probe_gets_only_its_own_hints() -> None:
    names = (("s3", "photos"), ("couchdb", "orders"), ("minio", "photos"), ("wasabi", "backups"))
    dialer = ScriptedDialer({"web": Outcome.OK, "s3": Outcome.OK}, found={"web": "s3"})
    await probing.probe_one(candidate(443, "http"), dialer, grant(), ProbeHints(names, (ANON, PARSE)))  # type: ignore[arg-type]
    assert [name for _, name in dialer.asked] == ["elasticsearch", "web", "s3"]
    assert dialer.targets["s3"].names == ("photos", "backups")
    assert all(not target.keys for target in dialer.targets.values())
    assert not dialer.targets["elasticsearch"].names


async def test_key_is_passed_only_to_the_probe_of_its_service() -> None:
    dialer = ScriptedDialer({})
    await probing.probe_one(candidate(443, "supabase"), dialer, grant(), ProbeHints((), (ANON, PARSE)))  # type: ignore[arg-type]
    for name, target in dialer.targets.items():
        services = next(probe.meta.services for probe in PROBES if probe.meta.name == name)
        assert target.keys == ((ANON,) if "supabase" in services else ())
    assert any(target.keys for target in dialer.targets.values())


async def test_resources_of_one_host_have_reports_of_their_own() -> None:
    dialer = ScriptedDialer({"gcs": Outcome.OK})
    buckets = [Candidate("storage.test", 443, "gcs", Route.NAMED, (), "test", True, name) for name in ("a1", "b1")]
    along = {one: ProbeHints((("gcs", one.resource),)) for one in buckets}
    found = probing.probe_all(buckets, grant(), dialer, along=along)  # type: ignore[arg-type]
    assert {report.target async for _, report in found} == {"storage.test:443/a1", "storage.test:443/b1"}


SUPABASE = "https://abcdefghijklmnopqrst.supabase.co"
SECRETS = [
    # superuser's, private and personal credentials of every form, beside a project that an app names
    'service_role = "{service_role}"',
    'const k = "sb_secret_ftceIbTAp81aWyXXZaRE8iRd9Gog6KM"',
    'algoliaAdminApiKey: "ea23143b0a87f416437cb3347b773ee9" https://b1g2gm9ng0-dsn.algolia.net/1/indexes/orders',
    'masterKey: "1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB" https://shopapp.b4a.io/parse/classes/Order',
    'aws_secret_access_key = "1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB3e5H5UPO" https://photos.s3.amazonaws.com',
    "mongodb://root:Hunter22secret@db.shop.test/shop postgresql://root:Hunter22secret@db.shop.test/shop",
    "https://root:Hunter22secret@api.shop.test/orders",
    'db_password = "Hunter22secret"',
]


@each("text", SECRETS)
def test_no_secret_reaches_a_target(text: str) -> None:
    head, body = (
        base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode()
        for part in ({"alg": "HS256"}, {"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "service_role"})
    )
    token = f"{head}.{body}.c2lnbmF0dXJlLW1hZGUtdXA"
    text = f"{SUPABASE}/rest/v1/orders {text.replace('{service_role}', token)}"
    extractor = EndpointExtractor(RULES)
    finds = list(extractor.extract(Artifact("a", (Buffer("a", BufferKind.TEXT, text.encode()),))))
    assert any(isinstance(find, Credential) for find in finds)
    collected = merge_finds(App(Platform.ANDROID, "test.shop", "0" * 64), finds, RULES)
    assert collected.keys == ()
    backends = [Backend(one.endpoint, addresses=("127.0.0.1",)) for one in collected.sightings]
    names = {one.endpoint.value: one.names for one in collected.sightings}
    wanted = build_candidates(backends, probing.store_ports())
    given = collect_probe_hints(
        wanted, backends, names, {one.endpoint.value: collected.keys for one in collected.sightings}
    )
    shown = repr([(one, given.get(one)) for one in wanted])
    for secret in (token, "sb_secret", "ea23143b", "1eHkgcdh", "Hunter22secret"):
        assert secret not in shown
    assert ("supabase", "orders") in [name for one in given.values() for name in one.names]


async def test_a_transcript_of_a_probe_that_today_comes_by_another_way_is_judged_all_the_same() -> None:
    path = Path(__file__).parents[2] / "probes" / "recorded" / "etcd-open.jsonl"
    dialer = ReplayDialer(read_transcripts(path))
    (target,) = dialer.targets()
    # On an odd port the finder would have to name it first, and it was not recorded.
    assert (await probing.probe_target(target, Depth.DESCRIBE, dialer)).outcome is Outcome.NOT_RECORDED
    report = await probing.probe_again(target, Depth.DESCRIBE, dialer)
    assert (report.outcome, report.probe, report.access) == (Outcome.OK, "etcd", Access.OPEN)
