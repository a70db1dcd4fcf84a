import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.each import each
from tests.unit.report.conftest import FIELDHAND, WORKHUB, in_tables, probe, the_report
from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import EVERY_HOST
from tieback.model.exposure import Exposure, Finding, Severity
from tieback.model.figure import exact, lower_bound
from tieback.model.probe import Access, Outcome, ProbeReport, Ransom, RansomVerdict
from tieback.model.report.apps import AppSummary
from tieback.model.report.baseline import BaselineState
from tieback.model.report.captures import CaptureSummary, ContactedServer, Encryption
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import UnreadCode, UnreadKind
from tieback.report import by_name
from tieback.report.diff.change import ChangeKind, Comparison
from tieback.report.diff.compare import baseline_of, compare
from tieback.report.diff.past import past_from_report, read_past
from tieback.report.formats.json import JsonRenderer
from tieback.report.formats.ndjson import NdjsonRenderer

OLD = the_report()
WORKHUB_FINDING = "open-store:exp-workhub"


def told(new: Report, old: Report = OLD) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.finding.id: (one.kind.value, one.what) for one in compared(new, old).changes}


def compared(new: Report, old: Report = OLD) -> Comparison:
    return compare(past_from_report(old, "old.json"), past_from_report(new, "new.json"))


def with_store(change: Callable[[Exposure], Exposure | None]) -> list[Exposure]:
    """The stores of the old report, that of Workhub changed or gone."""
    changed = [change(store) if store.id == "exp-workhub" else store for store in OLD.exposures()]
    return [store for store in changed if store is not None]


def without(*ids: str) -> list[Finding]:
    return [finding for finding in OLD.findings.rows() if finding.id not in ids]


def test_the_same_report_has_no_changes() -> None:
    assert {kind for kind, _ in told(OLD).values()} == {"same"}


def test_new_findings() -> None:
    old = in_tables(OLD, findings=without(WORKHUB_FINDING))
    assert told(OLD, old)[WORKHUB_FINDING][0] == "new"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"access": Access.PARTIAL}, "access open → partly open"),
        ({"version": "7.0"}, "version 6.0.5 → 7.0"),
        ({"records": lower_bound(9000, "count")}, "records ≥2,900 → ≥9,000"),
        ({"ransom": Ransom(RansomVerdict.CONFIRMED, ("a note",))}, "no sign of ransom → ransomed"),
        ({"pii": ()}, "no longer contains e-mail addresses"),
    ],
)
def test_changed_findings(change: dict[str, object], what: str) -> None:
    kind, lines = told(in_tables(OLD, exposures=with_store(lambda store: replace(store, **change))))[WORKHUB_FINDING]
    assert kind == "changed"
    assert what in lines


def test_growing_store_is_not_a_change() -> None:
    grown = with_store(lambda store: replace(store, records=exact(2950, "count")))
    assert told(in_tables(OLD, exposures=grown))[WORKHUB_FINDING][0] == "same"


def test_another_severity_and_another_app_are_changes() -> None:
    findings = [
        replace(one, severity=Severity.HIGH, apps=(WORKHUB.sha256, FIELDHAND.sha256)) if "work" in one.id else one
        for one in OLD.findings.rows()
    ]
    kind, what = told(in_tables(OLD, findings=findings))[WORKHUB_FINDING]
    assert (kind, what) == ("changed", ("severity critical → high", "also affects android:org.fieldhand.app"))


def test_new_release_of_an_app_is_not_a_change() -> None:
    later = replace(WORKHUB, sha256="9" * 64, version_name="3.0")
    apps = [replace(s, app=later) if s.app == WORKHUB else s for s in OLD.apps.rows()]
    stores = with_store(
        lambda store: replace(store, routes=tuple(replace(r, app_sha256=later.sha256) for r in store.routes))
    )
    findings = [replace(one, apps=(later.sha256,)) if "work" in one.id else one for one in OLD.findings.rows()]
    assert told(in_tables(OLD, apps=apps, exposures=stores, findings=findings))[WORKHUB_FINDING][0] == "same"


def test_moved_to_another_address() -> None:
    moved = with_store(lambda store: replace(store, addresses=("127.99.0.1:27017",)))
    assert told(in_tables(OLD, exposures=moved))[WORKHUB_FINDING] == (
        "moved",
        ("moved from 127.77.0.20:27017 to 127.99.0.1:27017",),
    )


def test_a_store_with_another_identity_at_the_same_place_is_the_same_finding() -> None:
    other = with_store(lambda store: replace(store, id="exp-other"))
    findings = [
        replace(one, id="open-store:exp-other", exposures=("exp-other",)) if "work" in one.id else one
        for one in OLD.findings.rows()
    ]
    found = told(in_tables(OLD, exposures=other, findings=findings))
    assert found["open-store:exp-other"][0] == "same"
    assert WORKHUB_FINDING not in found


def reports(outcome: Outcome) -> LazyTable[ProbeReport]:
    return LazyTable.of([*(probe(store) for store in with_store(lambda _: None)),
                      ProbeReport("api.workhub.test:27017", outcome)])  # fmt: skip


@pytest.mark.parametrize(
    ("new", "kind", "what"),
    [
        (
            in_tables(OLD, exposures=with_store(lambda s: replace(s, access=Access.AUTH_REQUIRED)),
                      findings=without(WORKHUB_FINDING)),
            ChangeKind.FIXED, "the store answered again: login required",
        ),
        (
            in_tables(OLD, exposures=with_store(lambda s: replace(s, id="exp-closed", access=Access.AUTH_REQUIRED)),
                      findings=without(WORKHUB_FINDING)),
            ChangeKind.FIXED, "the store answered again: login required",
        ),
        (
            in_tables(OLD, exposures=with_store(lambda _: None), findings=without(WORKHUB_FINDING),
                      probes=reports(Outcome.REFUSED)),
            ChangeKind.UNCONFIRMED, "connection refused; the store may have moved",
        ),
        (
            in_tables(OLD, exposures=with_store(lambda _: None), findings=without(WORKHUB_FINDING),
                      probes=reports(Outcome.TIMEOUT)),
            ChangeKind.UNCONFIRMED, "the store did not answer: timeout",
        ),
        (
            in_tables(OLD, exposures=with_store(lambda _: None), findings=without(WORKHUB_FINDING),
                      probes=LazyTable.of([])),
            ChangeKind.UNCONFIRMED, "the store was not probed again",
        ),
    ],
    ids=["closed", "closed, identity lost", "refused", "silent", "not asked"],
)  # fmt: skip
def test_missing_finding_is_fixed_only_if_it_was_checked(new: Report, kind: ChangeKind, what: str) -> None:
    assert told(new)[WORKHUB_FINDING] == (kind.value, (what,))


@pytest.mark.parametrize(
    ("apps", "kind", "what"),
    [
        (list(OLD.apps.rows()), "fixed", "the app was analysed again"),
        ([], "unconfirmed", "android:com.workhub.mobile was not analysed again"),
    ],
)
def test_a_finding_about_an_app_is_fixed_where_the_app_was_read_again(
    apps: list[AppSummary], kind: str, what: str
) -> None:
    key = replace(
        next(OLD.findings.rows()), id="fnd-key", rule="credential-in-app", exposures=(), apps=(WORKHUB.sha256,)
    )
    old = in_tables(OLD, findings=[*OLD.findings.rows(), key])
    assert told(in_tables(OLD, apps=apps), old)["fnd-key"] == (kind, (what,))


CUT = UnreadCode(UnreadKind.DAMAGED, "the last record is truncated", "byte 7")
ODD = UnreadCode(UnreadKind.UNREADABLE, "3 packets have damaged or truncated headers", "")
SEEN = (
    ContactedServer(
        "run.pcap", WORKHUB.sha256, "Workhub", WORKHUB.bundle_id, "log.test", 80, (), (), Encryption.CLEARTEXT, (), 1,
        1, 1, (),
    ),
)  # fmt: skip


def captured(report: Report, *unread: UnreadCode, servers: Sequence[ContactedServer] = SEEN) -> Report:
    capture = CaptureSummary("run.pcap", "0" * 64, 1, 1, 0, (), unread=unread)
    return replace(report, captures=LazyTable.of([capture]), servers=LazyTable.of(servers))


@pytest.mark.parametrize(
    ("rule", "before", "new", "kind", "what"),
    [
        ("cleartext-personal-data", captured(OLD), captured(OLD), "fixed", "the app was analysed again"),
        ("cleartext-personal-data", captured(OLD), OLD, "unconfirmed", "no capture of android:com.workhub.mobile"),
        ("cleartext-personal-data", captured(OLD), captured(OLD, servers=()), "unconfirmed", "no capture of"),
        ("cleartext-personal-data", captured(OLD), captured(OLD, CUT), "unconfirmed", "run.pcap was only partly read"),
        ("cleartext-personal-data", captured(OLD, CUT), captured(OLD, CUT), "unconfirmed", "only partly read"),
        ("special-category-to-third-party", captured(OLD), captured(OLD, ODD), "unconfirmed", "damaged or truncated"),
        (
            "credential-to-third-party", captured(OLD, ODD),
            captured(OLD, replace(ODD, what="12 packets have damaged or truncated headers")), "fixed", "analysed again",
        ),
        (
            "credential-to-third-party", captured(OLD, ODD),
            captured(OLD, replace(ODD, what="1 packet has damaged or truncated headers")), "fixed", "analysed again",
        ),
        (
            "credential-to-third-party", captured(OLD, ODD),
            captured(OLD, replace(ODD, what="1,234 packets have damaged or truncated headers")), "fixed",
            "analysed again",
        ),
        ("dangling-name", captured(OLD), captured(OLD, CUT), "unconfirmed", "only partly read"),
        ("dangling-name", captured(OLD), OLD, "fixed", "the app was analysed again"),
        ("credential-in-app", captured(OLD), captured(OLD, CUT), "fixed", "the app was analysed again"),
    ],
)  # fmt: skip
def test_a_finding_of_traffic_is_fixed_only_if_a_whole_capture_does_not_have_it(
    rule: str, before: Report, new: Report, kind: str, what: str
) -> None:
    leak = replace(next(OLD.findings.rows()), id="fnd-leak", rule=rule, exposures=(), apps=(WORKHUB.sha256,))
    old = replace(before, findings=LazyTable.of([*OLD.findings.rows(), leak]))
    found, (reason, *_) = told(new, old)["fnd-leak"]
    assert (found, what in reason) == (kind, True), reason


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_captures_of_a_written_report_are_compared(name: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    by_name(name).render(captured(OLD, CUT), out)
    (tmp_path / "old").write_bytes(out.getvalue())
    past = read_past(tmp_path / "old")
    assert [(one.path, one.unread) for one in past.captures] == [("run.pcap", (CUT,))]
    assert past.captured == {WORKHUB.sha256}


def test_a_credential_in_another_file_has_moved_and_at_another_offset_has_not() -> None:
    key = replace(
        next(OLD.findings.rows()), id="fnd-key", rule="credential-in-app", exposures=(), apps=(WORKHUB.sha256,)
    )

    def seen(line: str) -> Report:
        return in_tables(OLD, findings=[*OLD.findings.rows(), replace(key, evidence=(line,))])

    old = seen("api_key a…b for x: classes.dex at 0xff")
    assert told(seen("api_key a…b for x: classes.dex at 0x1000"), old)["fnd-key"][0] == "same"
    assert told(seen("api_key (superuser) a…b for x: classes.dex at 0x1000"), old)["fnd-key"][0] == "same"
    assert told(seen("api_key a…b for x: classes2.dex at 0xff"), old)["fnd-key"][0] == "same"
    kind, what = told(seen("api_key a…b for x: assets/classes2.json at 0xff"), old)["fnd-key"]
    assert (kind, what) == ("moved", ("new location: api_key a…b for x: assets/classes2.json",))


EVERYONES = Signer("fac61745dc0903786fb9ede62a962b399f7348f0bb6f899b8332667591033b9c", "CN=Android Debug,OU=Android")
"""The key in the template of React Native."""


@pytest.mark.parametrize(
    ("bundle_id", "later", "kinds"),
    [
        ("io.cordova.hellocordova", {"sha256": "9" * 64, "signer": Signer("9" * 64)}, ("changed", "unconfirmed")),
        ("io.cordova.hellocordova", {"sha256": "9" * 64, "signer": None}, ("changed", "unconfirmed")),
        ("io.cordova.hellocordova", {"sha256": "9" * 64}, ("moved", "fixed")),
        ("io.cordova.hellocordova", {"signer": None}, ("moved", "fixed")),
        ("com.workhub.mobile", {"sha256": "9" * 64, "signer": Signer("9" * 64)}, ("moved", "fixed")),
        ("io.cordova.hellocordova", {"sha256": "9" * 64, "signer": EVERYONES}, ("changed", "unconfirmed")),
        ("com.ionicframework.shop862314", {"sha256": "9" * 64, "signer": None}, ("moved", "fixed")),
    ],
    ids=[
        "another app",
        "no signer",
        "the same signer",
        "the same package",
        "not of a template",
        "the same, of everyone",
        "a template with an identifier for each project",
    ],
)
def test_unrelated_apps_with_the_identifier_of_a_template_have_no_moved_or_fixed_findings(
    bundle_id: str, later: dict[str, Any], kinds: tuple[str, str]
) -> None:
    summary = next(row for row in OLD.apps.rows() if row.app == WORKHUB)

    def seen(app: App, *evidence: str) -> Report:
        one = replace(
            next(OLD.findings.rows()), id="fnd-a", rule="credential-in-app", exposures=(), apps=(app.sha256,),
            evidence=evidence,
        )  # fmt: skip
        return in_tables(OLD, apps=[replace(summary, app=app)], exposures=[], findings=[one] if evidence else [])

    first = replace(WORKHUB, bundle_id=bundle_id)
    if later.get("signer") == EVERYONES:
        first = replace(first, signer=EVERYONES)
    second = replace(first, **later)
    old = seen(first, "key in a.js", "key in b.js")
    found = [told(new, old)["fnd-a"] for new in (seen(second, "key in a.js"), seen(second))]
    assert tuple(kind for kind, _ in found) == kinds
    words = f"different apps share the identifier {bundle_id} of a template; {{}} in only one report"
    told_so = [
        what == (words.format(count),)
        for (_, what), count in zip(found, ("2 of them are", "1 of them is"), strict=True)
    ]
    assert told_so == [kinds == ("changed", "unconfirmed")] * 2
    # A build with another key and the same evidence is no change.
    assert told(seen(second, "key in a.js", "key in b.js"), old)["fnd-a"] == ("same", ())


def test_a_finding_of_a_template_has_not_moved_if_some_of_its_apps_are_missing() -> None:
    """Of two apps in one finding, only one was analysed again."""
    summary = next(row for row in OLD.apps.rows() if row.app == WORKHUB)
    first = replace(WORKHUB, bundle_id="io.cordova.hellocordova")
    second = replace(first, sha256="9" * 64, signer=Signer("9" * 64))
    one = replace(
        next(OLD.findings.rows()), id="fnd-a", rule="credential-in-app", exposures=(),
        apps=(first.sha256, second.sha256), evidence=("key in a.js", "key in b.js"),
    )  # fmt: skip
    both = [replace(summary, app=app) for app in (first, second)]
    old = in_tables(OLD, apps=both, exposures=[], findings=[one])
    less = replace(one, apps=(first.sha256,), evidence=("key in a.js",))
    assert told(in_tables(OLD, apps=both, exposures=[], findings=[less]), old)["fnd-a"] == (
        "moved", ("fewer locations",),
    )  # fmt: skip
    assert told(in_tables(OLD, apps=both[:1], exposures=[], findings=[less]), old)["fnd-a"] == (
        "changed",
        ("different apps share the identifier io.cordova.hellocordova of a template; 1 of them is in only one report",),
    )


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_signers_of_a_written_report_are_compared(name: str, tmp_path: Path) -> None:
    with (tmp_path / "old").open("wb") as out:
        by_name(name).render(OLD, out)
    assert read_past(tmp_path / "old").apps == past_from_report(OLD, "old").apps


def test_another_id_with_the_same_evidence_is_not_fixed() -> None:
    """Release 0.1 took the platform in the id from a capture, and named that of the package in the report."""
    one = replace(
        next(OLD.findings.rows()), id="fnd-a", rule="cleartext-allowed", exposures=(), apps=(FIELDHAND.sha256,),
        evidence=("every host: AndroidManifest.xml",),
    )  # fmt: skip
    new = in_tables(OLD, exposures=[], findings=[replace(one, id="fnd-b")])
    assert told(new, in_tables(OLD, exposures=[], findings=[one])) == {"fnd-b": ("same", ())}
    named = replace(one, rule="dangling-name", evidence=("no such name",))
    new = in_tables(OLD, exposures=[], findings=[replace(named, id="fnd-b")])
    kinds = {key: kind for key, (kind, _) in told(new, in_tables(OLD, exposures=[], findings=[named])).items()}
    assert kinds["fnd-b"] == "new", "two names may have the same evidence"


@pytest.mark.parametrize(
    ("before", "after", "kind"), [("", " for db.test:5432", "moved"), (" for db.test:5432", "", "new")]
)
def test_a_credential_whose_endpoint_is_known_now_is_no_new_one(before: str, after: str, kind: str) -> None:
    """Its id has the endpoint. A credential without one is another than that of an endpoint."""
    one = replace(
        next(OLD.findings.rows()), id="fnd-a", rule="database-password-in-app", exposures=(), apps=(FIELDHAND.sha256,),
        evidence=(f"database_password (normal) T***r (10){before or ' for an unknown endpoint'}: assets/c at 0x10",),
    )  # fmt: skip
    line = f"database_password (normal) T***r (10){after}: assets/c at 0x10"
    new = in_tables(OLD, exposures=[], findings=[replace(one, id="fnd-b", evidence=(line,))])
    assert told(new, in_tables(OLD, exposures=[], findings=[one]))["fnd-b"][0] == kind


@each(
    ("rule", "kind", "graver", "what"),
    [
        ("unknown-key-in-app", "named_password (unknown)", "database_password", "moved"),
        ("service-credential-in-app", "http_auth_password (normal)", "database_password", "moved"),
        ("unknown-key-in-app", "named_secret (unknown)", "database_password", "new"),
        ("credential-in-app", "service_password (normal)", "service_password", "moved"),
    ],
)
def test_a_password_is_no_new_one_if_its_server_gives_it_another_rule(
    rule: str, kind: str, graver: str, what: str
) -> None:
    """An older release did not know that a password is that of a database, or that a mail server is no data store."""
    now_in = "database-password-in-app" if graver == "database_password" else "service-credential-in-app"
    for endpoint in ("", " for db.test:5432"):
        line = f"{kind} T***r (10){endpoint}: assets/c at 0x10"
        was = replace(
            next(OLD.findings.rows()), id="fnd-a", rule=rule, exposures=(), apps=(FIELDHAND.sha256,), evidence=(line,)
        )
        line = f"{graver} (normal) T***r (10) for db.test:5432: assets/c at 0x10"
        now = replace(was, id="fnd-b", rule=now_in, evidence=(line,))
        new, old = (in_tables(OLD, exposures=[], findings=[one]) for one in (now, was))
        assert told(new, old)["fnd-b"][0] == ("same" if endpoint and kind.startswith(graver) else what)


def test_a_finding_of_an_app_stays_the_same_if_a_capture_does_not_name_the_platform() -> None:
    one = replace(
        next(OLD.findings.rows()), id="fnd-a", rule="cleartext-allowed", exposures=(), apps=(FIELDHAND.sha256,),
        evidence=("every host", "code at 0x10"),
    )  # fmt: skip
    app = next(row for row in OLD.apps.rows() if row.app.sha256 == FIELDHAND.sha256)
    seen = replace(app, app=replace(app.app, platform=Platform.UNKNOWN))
    known = in_tables(OLD, apps=[app], exposures=[], findings=[one])
    unknown = in_tables(OLD, apps=[seen], exposures=[], findings=[replace(one, id="fnd-b")])
    assert told(unknown, known) == {"fnd-b": ("same", ())}
    assert told(known, unknown) == {"fnd-a": ("same", ())}
    # Another rule, other evidence or another known platform is another finding.
    for other in (
        in_tables(OLD, apps=[seen], exposures=[], findings=[replace(one, id="fnd-b", rule="cert-validation-off")]),
        in_tables(OLD, apps=[seen], exposures=[], findings=[replace(one, id="fnd-b", evidence=("one host",))]),
        in_tables(
            OLD, apps=[replace(app, app=replace(app.app, platform=Platform.IOS))], exposures=[],
            findings=[replace(one, id="fnd-b")],
        ),
    ):  # fmt: skip
        assert "new" in {kind for kind, _ in told(other, known).values()}


EVERY, HOST = f"{EVERY_HOST}: res/xml/net.xml", "old.shop.test: res/xml/net.xml"
OTHER = "new.shop.test: res/xml/net.xml"


@pytest.mark.parametrize(
    ("rule", "old", "new", "kind", "what", "worse"),
    [
        ("cleartext-allowed", [HOST], [EVERY], "changed", f"now also for {EVERY_HOST}", True),
        ("cleartext-allowed", [HOST], [HOST, OTHER], "changed", "now also for new.shop.test", True),
        ("cleartext-allowed", [HOST, OTHER], [HOST], "changed", "no longer for new.shop.test", False),
        ("cleartext-allowed", [EVERY], [EVERY, HOST], "same", "", False),
        ("cleartext-allowed", [EVERY], [HOST], "changed", f"no longer for {EVERY_HOST}", False),
        ("cleartext-allowed", [HOST], ["old.shop.test: res/a.xml"], "moved", "new location: res/a.xml", False),
        ("user-authorities-trusted", [HOST], [EVERY], "changed", f"now also for {EVERY_HOST}", True),
        ("superuser-key-in-app", ["key: a.txt"], ["key: b.txt"], "moved", "new location: key: b.txt", False),
    ],
)
def test_what_an_app_allows_for_more_hosts_is_worse_and_not_moved(
    rule: str, old: list[str], new: list[str], kind: str, what: str, *, worse: bool
) -> None:
    finding = replace(next(OLD.findings.rows()), rule=rule, exposures=(), apps=(WORKHUB,))
    before, now = (in_tables(OLD, findings=[replace(finding, evidence=tuple(lines))]) for lines in (old, new))
    (change,) = compared(now, before).changes
    assert (change.kind.value, change.what, change.worse) == (kind, (what,) if what else (), worse)


@pytest.mark.parametrize(("before", "worse"), [(Severity.LOW, True), (Severity.CRITICAL, False)])
def test_a_finding_that_is_more_severe_is_worse(before: Severity, *, worse: bool) -> None:
    (finding,) = [one for one in OLD.findings.rows() if one.id == WORKHUB_FINDING]
    old, new = (in_tables(OLD, findings=[replace(finding, severity=each)]) for each in (before, Severity.HIGH))
    found = compared(new, old)
    assert [one.worse for one in found.changes] == [worse]
    assert baseline_of(found).is_news(WORKHUB_FINDING) is worse


def test_totals_of_both_reports() -> None:
    smaller = in_tables(OLD, exposures=with_store(lambda _: None), findings=without(WORKHUB_FINDING))
    totals = {one.name: (one.old, one.new) for one in compared(smaller).totals}
    assert totals["records exposed"] == ("≥4,251", "1,351")
    assert totals["stores accessible without authentication"] == ("3", "2")
    assert totals["findings"] == ("3", "2")


def test_totals_of_a_run_that_probed_nothing_are_not_zero() -> None:
    bare = replace(in_tables(OLD, exposures=(), findings=()), scope=None)
    totals = {one.name: (one.old, one.new) for one in compared(bare).totals}
    assert totals["stores accessible without authentication"] == ("3", "not probed")
    assert totals["ransomed or wiped"][1] == "not probed"
    assert totals["findings"] == ("3", "0")


def test_worst_first_within_each_kind() -> None:
    nothing = in_tables(OLD, findings=())
    assert [one.finding.severity.value for one in compared(OLD, nothing).of(ChangeKind.NEW)] == [
        "critical",
        "critical",
        "high",
    ]


def test_a_baseline_knows_what_is_new() -> None:
    old = in_tables(OLD, findings=without(WORKHUB_FINDING), exposures=with_store(lambda s: replace(s, version="5")))
    new = in_tables(OLD, findings=without("open-store:exp-parcello"))
    baseline = baseline_of(compared(new, old))
    assert baseline.standing(WORKHUB_FINDING) is BaselineState.NEW
    assert baseline.standing("open-store:exp-fieldhand") is BaselineState.UNCHANGED
    assert (baseline.new, baseline.fixed, baseline.unconfirmed) == (1, 1, 0)
    judged = replace(new, baseline=baseline)
    assert judged.new_at_or_above(Severity.CRITICAL) == 1
    assert replace(new, baseline=baseline_of(compared(new, new))).new_at_or_above(Severity.INFO) == 0
    assert new.new_at_or_above(Severity.CRITICAL) >= 1
    assert new.new_at_or_above(Severity.INFO) == new.findings.count


def in_app(*unread: UnreadCode, finding: bool) -> Report:
    """A report with one app, a finding in its package or none, and its parts that were not read."""
    summary = replace(next(one for one in OLD.apps.rows() if one.app == WORKHUB), unread=unread)
    of_app = replace(next(OLD.findings.rows()), id="fnd-key", exposures=(), apps=(WORKHUB.sha256,), evidence=("key",))
    return in_tables(OLD, apps=[summary], exposures=[], findings=[of_app] if finding else [])


CUT = UnreadCode(UnreadKind.DAMAGED, "the file ends within this entry", "classes.dex")
PACKER = UnreadCode(UnreadKind.PACKED, "packed with 360 Jiagu", "libjiagu.so")
LIMIT = UnreadCode(UnreadKind.LIMIT, "only the first 5,000,000 bytes were read", "classes.dex")
ONE = replace(LIMIT, what="only the first 1 byte was read")
PUSH = UnreadCode(UnreadKind.DOWNLOADED, "CodePush can replace the JavaScript code", "classes.dex")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ((), (), "fixed"),
        ((), (CUT,), "unconfirmed"),
        ((CUT,), (CUT,), "unconfirmed"),
        ((), (PACKER,), "unconfirmed"),
        ((PACKER,), (PACKER,), "fixed"),
        ((), (PUSH,), "fixed"),
        ((CUT,), (), "fixed"),
        ((replace(LIMIT, what="only the first 5000000 bytes were read"),), (LIMIT,), "fixed"),
        ((replace(LIMIT, what="only the first 1 bytes were read"),), (ONE,), "fixed"),
        ((LIMIT,), (ONE,), "unconfirmed"),
        ((LIMIT,), (PACKER,), "unconfirmed"),
        ((LIMIT,), (replace(LIMIT, kind=UnreadKind.UNFOLLOWED),), "fixed"),  # the kind of older releases
        ((), (replace(LIMIT, kind=UnreadKind.UNFOLLOWED),), "unconfirmed"),
    ],
)
def test_a_finding_in_a_part_that_was_not_read_is_not_fixed(
    before: tuple[UnreadCode, ...], after: tuple[UnreadCode, ...], kind: str
) -> None:
    found, what = told(in_app(*after, finding=False), in_app(*before, finding=True))["fnd-key"]
    assert found == kind
    if kind == "unconfirmed":
        assert what == (f"the app was only partly read: {after[0].what} ({after[0].where})",)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        # More places than before: the finding may be in one of them.
        (PACKER, replace(PACKER, others=("libother.so",)), "unconfirmed"),
        (PACKER, replace(PACKER, more=1), "unconfirmed"),
        (replace(PACKER, others=("libother.so",)), PACKER, "fixed"),
        # A name that changes from build to build is no other part.
        (replace(PACKER, where="assets/index-1a2b.js"), replace(PACKER, where="assets/index-9f8e.js"), "fixed"),
        # The file that had the finding was read then, and is not now.
        (PACKER, replace(PACKER, where="assets/app.js"), "unconfirmed"),
        (replace(PACKER, where="assets/app.js"), replace(PACKER, where="assets/app.js"), "fixed"),
    ],
)
def test_places_that_were_not_read_are_compared(before: UnreadCode, after: UnreadCode, kind: str) -> None:
    old = in_app(before, finding=True)
    at = replace(next(old.findings.rows()), evidence=("generic_secret (unknown) ab…yz (32): assets/app.js at 0x1f",))
    old = in_tables(old, findings=[at])
    assert told(in_app(after, finding=False), old)["fnd-key"][0] == kind


def test_parts_that_were_not_read_are_compared_from_files_too(tmp_path: Path) -> None:
    for renderer, name in ((JsonRenderer(), "new.json"), (NdjsonRenderer(), "new.ndjson")):
        with (tmp_path / name).open("wb") as out:
            renderer.render(in_app(CUT, finding=False), out)
        again = compare(past_from_report(in_app(finding=True), "old.json"), read_past(tmp_path / name))
        assert [one.kind.value for one in again.changes] == ["unconfirmed"], name


def test_lists_that_are_cut_state_how_many_are_left_out() -> None:
    apps = [
        replace(one, app=replace(FIELDHAND, sha256=f"{n:064x}", name=f"App {n}", bundle_id=f"org.app{n}"))
        for n in range(9)
        for one in [next(OLD.apps.rows())]
    ]
    first = next(OLD.findings.rows())
    many = replace(first, apps=tuple(one.app.sha256 for one in apps), evidence=tuple(f"line {n}" for n in range(7)))
    fewer = replace(many, apps=many.apps[:1])
    old, new = (in_tables(OLD, apps=apps, findings=[one]) for one in (fewer, many))
    (change,) = compared(new, old).changes
    assert "and 3 more newly affected apps" in change.what
    assert "and 4 more apps" in change.about[-1]
    (added,) = compared(new, in_tables(OLD, apps=apps, findings=())).changes
    assert added.what == ("line 0", "line 1", "line 2", "and 4 more lines of evidence")
