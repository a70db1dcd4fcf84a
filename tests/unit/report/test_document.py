import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tests.examples import examples
from tieback.model.backend import Route
from tieback.model.count_text import count_text
from tieback.model.figure import exact, lower_bound
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report import Baseline, LazyTable, Report, SkipReason
from tieback.report import by_name
from tieback.report.document import (
    NamedHosts,
    clean,
    endpoint_host,
    headline_text,
    hosts_of,
    new_first,
    partly_read_lines,
    rows,
    scope_lines,
    store_text,
    unprobed_names,
    unread_advice,
    unread_names,
    way_text,
    ways_of,
)


@each(
    ("text", "shown"),
    [
        ("Workhub", "Workhub"),
        ("a\x1b[31mb", "a\ufffd[31mb"),
        ("two\nlines\tand\r", "two\ufffdlines\ufffdand\ufffd"),
        ("\u202egro", "\ufffdgro"),
        ("line\u2028separator", "line\ufffdseparator"),
        ("lone \ud800", "lone \ufffd"),
        ("地図 مرحبا é", "地図 مرحبا é"),
        ("\u0645\u06cc\u200c\u062e 👩\u200d🌾", "\u0645\u06cc\u200c\u062e 👩\u200d🌾"),
    ],
)
def test_text_of_others_is_cleaned(text: str, shown: str) -> None:
    assert clean(text) == shown


@settings(deadline=None, max_examples=examples(100))
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300), st.integers(1, 250))
def test_cleaned_text_is_short_and_on_one_line(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode()


@pytest.mark.parametrize(("number", "text"), [(0, "0 apps"), (1, "1 app"), (2100, "2,100 apps")])
def test_counts_with_singular_and_plural(number: int, text: str) -> None:
    assert count_text(number, "app") == text


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("https://api.workhub.test", "api.workhub.test"),
        ("postgresql://db.tillroll.test:5432/tillroll", "db.tillroll.test"),
        ("firebase-rtdb:project", "firebase-rtdb:project"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_host_of_an_endpoint(value: str, host: str) -> None:
    assert endpoint_host(value) == host


def test_rows_are_split_by_exposure_and_the_worst_comes_first(report: Report) -> None:
    def shown(exposed: bool) -> list[tuple[str, str]]:
        return [(row.summary.app.label, row.exposure.product) for row in rows(report, exposed=exposed, most=50)]

    assert shown(True) == [
        ("Parcello", "elasticsearch"),
        ("Workhub", "mongodb"),
        ("Fieldhand", "opensearch"),
        ("Parcello", "opensearch"),
    ]
    assert shown(False) == [("Tillroll", "postgresql")]


def test_row_has_only_the_routes_of_its_app(report: Report) -> None:
    for row in rows(report, exposed=True, most=50):
        assert {route.app_sha256 for route in row.routes} == {row.summary.app.sha256}


def test_routes_in_words(report: Report) -> None:
    stores = {store.id: store for store in report.exposures()}
    fieldhand, workhub = (stores[f"exp-{name}"].routes[0] for name in ("fieldhand", "workhub"))
    assert way_text(fieldhand) == "es.fieldhand.test:9200"
    assert way_text(workhub) == "api.workhub.test:27017 behind api.workhub.test"
    six = replace(fieldhand, candidate=replace(fieldhand.candidate, host="fd00::1", route=Route.NAMED))
    assert way_text(six) == "[fd00::1]:9200"


def test_routes_name_their_evidence(report: Report) -> None:
    fieldhand, workhub = (rows(report, exposed=True, most=50)[index].routes for index in (2, 1))
    assert ways_of(fieldhand) == {
        "es.fieldhand.test:9200": "named in the app and seen in traffic, 221 B sent, 14.6 kB received"
    }
    assert ways_of(workhub) == {"api.workhub.test:27017": "found behind its API"}
    seen = replace(workhub[0], how="traffic/sni", bytes_out=5, bytes_in=7)
    assert ways_of([seen]) == {
        "api.workhub.test:27017": "found behind its API, which is seen in traffic, 5 B sent, 7 B received"
    }


def test_store_names(report: Report) -> None:
    workhub = {store.id: store for store in report.exposures()}["exp-workhub"]
    assert store_text(workhub) == "mongodb 6.0.5"
    assert store_text(replace(workhub, product="", version="")) == "unknown"


def test_hosts_of_the_maker_come_first(report: Report) -> None:
    *_, lantern = report.apps.rows()
    known = hosts_of(report, [lantern])[lantern.app.sha256]
    assert known == NamedHosts(("api.lantern.test", "telemetry.vendor-sdk.test"), 2)
    assert hosts_of(report, []) == {}


def test_headline_claims_only_what_was_probed(report: Report) -> None:
    report = fully_read(report)
    assert headline_text(report) == (
        "3 of 5 apps lead to 3 data stores accessible without authentication: ≥4,251 records, ≈1.5 MB."
    )
    one = replace(report.headline, apps_analysed=1, apps_affected=1, stores_exposed=1, records=exact(1, ""))
    assert headline_text(replace(report, headline=one)) == (
        "1 of 1 app leads to 1 data store accessible without authentication: 1 record, ≈1.5 MB."
    )
    unmeasured = replace(report.headline, records=lower_bound(0, ""), bytes=lower_bound(0, ""))
    assert headline_text(replace(report, headline=unmeasured)).endswith("records not measured, size not measured.")
    closed = replace(report.headline, stores_exposed=0, apps_affected=0)
    assert headline_text(replace(report, headline=closed)) == (
        "5 apps analysed. 4 data stores answered; none allowed unauthenticated access to records. "
        "2 of 11 candidates were not probed: no target of this grant covers them."
    )
    assert headline_text(replace(report, scope=None)).startswith("5 apps analysed. There was no grant")


SEE = "Capture its traffic to see the other back ends (tieback capture)."


def fully_read(report: Report) -> Report:
    return replace(report, headline=replace(report.headline, apps_partly_read=0))


def test_headline_names_partly_read_apps_and_the_share_without_them(report: Report) -> None:
    assert headline_text(report) == (
        "3 of 5 apps (3 of the 4 fully read) lead to 3 data stores accessible without authentication: "
        f"≥4,251 records, ≈1.5 MB. 1 app was only partly read. {SEE}"
    )
    affected = replace(report.headline, apps_partly_read=2, affected_partly_read=2)
    assert headline_text(replace(report, headline=affected)).startswith("3 of 5 apps (1 of the 3 fully read) lead to")
    whole = replace(report.headline, apps_partly_read=5)
    assert headline_text(replace(report, headline=whole)).startswith("3 of 5 apps lead to")
    assert headline_text(replace(report, scope=None)).endswith(f" 1 app was only partly read. {SEE}")


def test_partly_read_app_never_leads_to_none(report: Report) -> None:
    assert report.scope is not None
    head = replace(report.headline, stores_exposed=0, apps_affected=0, stores_answering=0)
    scope = replace(report.scope, targets_asked=0, targets_out_of_scope=0)
    assert headline_text(replace(report, headline=head, scope=scope)) == (
        "5 apps analysed. No data store was probed: the code that was read leads to none. "
        f"1 app was only partly read. {SEE}"
    )


def test_partly_read_apps_are_listed_with_the_place(report: Report) -> None:
    assert list(partly_read_lines(report)) == [
        ("Lantern 1.0", "CodePush can replace the JavaScript code at run time (classes.dex)")
    ]
    many = LazyTable.of([next(report.partly_read.rows())] * 3)
    assert list(partly_read_lines(replace(report, partly_read=many), 1))[1] == ("and 2 more", "see the JSON report")


NO_DNS = "DNS is not allowed by this grant. Add dns = true."
BUDGET = "the limits of the grant ended the probe. Raise [limits]."


@pytest.mark.parametrize(
    ("asked", "skipped", "says"),
    [
        (0, {SkipReason.DNS_NOT_ALLOWED: 12}, f"0 of 12 candidates were probed: {NO_DNS}"),
        (0, {SkipReason.OUTSIDE: 1}, "0 of 1 candidate was probed: no target of this grant covers them."),
        (0, {SkipReason.EXPIRED: 3}, "0 of 3 candidates were probed: the grant expired during the run."),
        (5, {SkipReason.OVER_BUDGET: 5}, f"0 of 5 candidates were probed: {BUDGET}"),
        (
            3,
            {SkipReason.EXPIRED: 4, SkipReason.OVER_BUDGET: 1},
            (
                "2 candidates were probed. No data store answered, which does not show that they are closed. "
                f"5 of 7 candidates were not probed: 4 because the grant expired during the run. 1 because {BUDGET}"
            ),
        ),
        (0, {}, "No data store was probed: the inputs lead to none."),
        (
            0,
            {SkipReason.DNS_NOT_ALLOWED: 9, SkipReason.OUTSIDE: 3},
            f"0 of 12 candidates were probed: 9 because {NO_DNS} 3 because no target of this grant covers them.",
        ),
        (
            4,
            {SkipReason.NOT_RESOLVED: 2},
            (
                "4 candidates were probed. No data store answered, which does not show that they are closed. "
                "2 of 6 candidates were not probed: DNS has no address for the name."
            ),
        ),
    ],
)
def test_the_headline_says_what_was_not_probed(
    report: Report, asked: int, skipped: dict[SkipReason, int], says: str
) -> None:
    assert report.scope is not None
    report = fully_read(report)
    assert report.scope is not None
    head = replace(report.headline, stores_exposed=0, apps_affected=0, stores_answering=0)
    scope = replace(
        report.scope,
        targets_asked=asked,
        targets_out_of_scope=sum(skipped.values()),
        skipped=tuple(skipped.items()),
    )
    assert headline_text(replace(report, headline=head, scope=scope)) == f"5 apps analysed. {says}"


def test_exposed_stores_do_not_hide_names_without_dns(report: Report) -> None:
    assert report.scope is not None
    scope = replace(report.scope, skipped=((SkipReason.DNS_NOT_ALLOWED, 1), (SkipReason.OUTSIDE, 1)))
    report = fully_read(report)
    assert headline_text(replace(report, scope=scope)).endswith(f". 1 of 11 candidates was not probed: {NO_DNS}")


def test_scope(report: Report) -> None:
    lines = dict(scope_lines(report.scope))
    assert lines["Authorised by"] == "Security office, until 2027-06-30"
    assert lines["Probed"] == "9 targets; 2 outside the grant, not contacted"
    assert lines["Traffic"] == "2,610 B sent, 25,731 B read"
    assert [text for _, text in scope_lines(None)] == ["no grant, so no back end was contacted"]


def with_one_new(report: Report) -> tuple[Report, str, list[str]]:
    """The report compared with one that has all findings but the last, its id and the ids of the others."""
    ids = [finding.id for finding in report.findings.rows()]
    known = Baseline("old.json", datetime(2026, 11, 1, tzinfo=UTC), frozenset(ids[:-1]), frozenset(), 1, 0, 0)
    return replace(report, baseline=known), ids[-1], ids[:-1]


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode("utf-8-sig")


def test_new_findings_come_first(report: Report) -> None:
    compared, new, others = with_one_new(report)
    assert [one.id for one in new_first(report)] == [*others, new]
    assert [one.id for one in new_first(compared)] == [new, *others]


def test_json_lists_the_state_of_each_finding(report: Report) -> None:
    compared, new, others = with_one_new(report)
    expected = {new: "new"} | dict.fromkeys(others, "unchanged")
    document = json.loads(rendered(compared, "json"))
    lines = [json.loads(line) for line in rendered(compared, "ndjson").splitlines()]
    for found in (document["findings"], [one for one in lines if one["schema"].startswith("tieback/finding/")]):
        assert {one["id"]: one["baseline_state"] for one in found} == expected
    assert "baseline_state" not in json.loads(rendered(report, "json"))["findings"][0]


def test_csv_and_defectdojo_list_the_state_of_each_finding(report: Report) -> None:
    compared, new, others = with_one_new(report)
    expected = {new: "new"} | dict.fromkeys(others, "unchanged")
    table = csv.DictReader(io.StringIO(rendered(compared, "csv")))
    assert {row["finding"]: row["baseline_state"] for row in table} == expected
    assert {row["baseline_state"] for row in csv.DictReader(io.StringIO(rendered(report, "csv")))} == {""}
    entries = json.loads(rendered(compared, "defectdojo"))["findings"]
    assert {one["unique_id_from_tool"]: one["tags"][-1] for one in entries} == expected


def test_markdown_marks_new_findings_and_counts_them_above(report: Report) -> None:
    compared, _, others = with_one_new(report)
    lines = rendered(compared, "markdown").splitlines()
    begin = lines.index("## Findings")
    assert "1 new, 0 fixed, 0 changed." in lines[begin + 2]
    marks = [line.split("**")[2].partition(":")[0] for line in lines[begin:] if line.startswith("- **")]
    assert marks[: len(others) + 1] == [" (new)"] + [" (unchanged)"] * len(others)
    assert "(new)" not in rendered(report, "markdown")


CAPTURE = "Capture its traffic to see the other back ends (tieback capture)."


@pytest.mark.parametrize(
    ("partly", "damaged", "text"),
    [
        (0, 0, ""),
        (1, 0, CAPTURE),
        (1, 1, "Its package is cut off or damaged: build or download it again."),
        (
            3,
            1,
            f"1 package is cut off or damaged: build or download it again. {CAPTURE.replace('its', 'their')}",
        ),
        (2, 2, "2 packages are cut off or damaged: build or download them again."),
    ],
)
def test_advice_about_partly_read_apps(report: Report, partly: int, damaged: int, text: str) -> None:
    assert unread_advice(replace(report.headline, apps_partly_read=partly, apps_damaged=damaged)) == text


def test_reasons_of_exit_codes_name_what_was_left_out(report: Report) -> None:
    assert report.scope is not None
    probes = [
        ProbeReport(f"h{number}.test:443", outcome)
        for number, outcome in enumerate([Outcome.OUT_OF_SCOPE] * 6 + [Outcome.REFUSED, Outcome.BUDGET_SPENT])
    ]
    scope = replace(report.scope, skipped=((SkipReason.OUTSIDE, 6), (SkipReason.OVER_BUDGET, 1)))
    text = unprobed_names(replace(report, scope=scope, probes=LazyTable.of(probes)))
    assert text == "h0.test:443, h1.test:443, h2.test:443, h3.test:443, h4.test:443 and 2 more"
    assert unread_names(report).startswith("lantern.apk (CodePush can replace")


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
@pytest.mark.parametrize("count", [1, 2])
def test_pronouns_agree_with_the_number_of_partly_read_apps(name: str, count: int, report: Report) -> None:
    (one,) = report.partly_read.rows()
    some = [replace(one, app=replace(one.app, sha256=f"{n:064x}")) for n in range(count)]
    whole = replace(report, partly_read=LazyTable.of(some), headline=replace(report.headline, apps_partly_read=count))
    out = io.BytesIO()
    by_name(name).render(whole, out)
    text = " ".join(out.getvalue().decode().split())
    right, wrong = (("its", "their"), ("their", "its"))[count - 1]
    assert f"Capture {right} traffic" in text
    assert f"{wrong} traffic" not in text
    if name == "html":
        assert (f"{right.capitalize()} list" in text, f"{wrong.capitalize()} list" in text) == (True, False)
