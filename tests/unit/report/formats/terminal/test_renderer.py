import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import fleet_report
from tieback.console import UNFOLDED, open_console
from tieback.model.app import Platform
from tieback.model.exposure import Finding, PiiClassTotal, Severity
from tieback.model.figure import exact
from tieback.model.probe import Entry
from tieback.model.report.apps import AppSummary, DroppedName
from tieback.model.report.baseline import Baseline
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.report.formats.terminal.findings import MOST_FINDINGS
from tieback.report.formats.terminal.layout import MOST_HOSTS, MOST_ROWS
from tieback.report.formats.terminal.renderer import TerminalRenderer, print_report
from tieback.report.texts.routes import dropped_text


def rendered(report: Report) -> str:
    out = io.BytesIO()
    TerminalRenderer().render(report, out)
    return out.getvalue().decode()


def printed(report: Report, width: int) -> str:
    out = io.StringIO()
    print_report(report, open_console(width=width, file=out, color_system=None))
    return out.getvalue()


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.txt", rendered(report).encode())


@pytest.mark.parametrize("width", [80, 100, 140])
def test_it_fits_and_nothing_is_lost(report: Report, width: int) -> None:
    text = printed(report, width)
    assert max(len(line) for line in text.splitlines()) <= width
    for word in (
        "Fieldhand", "Workhub", "Tillroll", "critical", "≥2,900", "≈901 kB", "1,350", ":27017", "behind", "ransom",
        "Android", "iOS", "login required", "Security office", "2,610 B sent",
    ):  # fmt: skip
        assert word in text, word


def test_a_narrow_terminal_has_lists_and_breaks_no_word(report: Report) -> None:
    text = printed(report, 40)
    assert max(len(line) for line in text.splitlines()) <= 40
    rest = text.partition("Apps with an exposed data store")[2]
    assert re.search(r"^Workhub, Android$", rest, re.MULTILINE), rest
    assert re.search(r"^  Severity: critical$", rest, re.MULTILINE), rest
    assert "es.fieldhand.test:9200" in rest
    assert "\n  Apps affected: 1\n" in rest


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_label_of_a_host_is_broken(report: Report, width: int) -> None:
    text = printed(report, width)
    words = set(re.split(r"[\s.:,]+", text))
    for host in ("es.fieldhand.test", "api.workhub.test", "search.parcello.test", "db.tillroll.test"):
        assert words.issuperset(host.split(".")), host


def test_a_pipe_gets_every_host_and_class_on_one_line(report: Report, tabled: Callable[..., Report]) -> None:
    first, *others = report.exposures()
    classes = tuple(PiiClassTotal(f"class_{n}", exact(1, ""), 1) for n in range(9))
    row = next(report.sightings.rows())
    hosts = [f"api{n}.example.test" for n in range(30)]
    rows = [
        replace(row, sighting=replace(row.sighting, endpoint=replace(row.sighting.endpoint, host=host, value=host)))
        for host in hosts
    ]
    sightings = LazyIndex.by(rows, lambda row: row.app_sha256)
    changed = replace(tabled(report, exposures=[replace(first, pii=classes), *others]), sightings=sightings)
    lines = printed(changed, UNFOLDED).splitlines()
    assert any(all(f"class {n}" in line for n in range(9)) for line in lines)
    assert any(all(host in line for host in hosts) for line in lines)
    assert not [line for line in lines if " +" in line]
    assert "and 26 more" in printed(changed, 120)


def test_a_wide_table_breaks_no_host(report: Report) -> None:
    text = printed(report, UNFOLDED)
    for word in ("search.parcello.test:9200", "api.workhub.test:27017 behind api.workhub.test", "ransom likely"):
        assert word in text, word
    assert max(len(line.rstrip()) for line in text.splitlines()) < 1000


def test_figures_and_names_stay_whole_at_100_columns(report: Report, tabled: Callable[..., Report]) -> None:
    first, second, *others = report.exposures()
    huge = replace(second, records=exact(280_000_000, ""), bytes=exact(163_000_000_000, ""))
    text = rendered(tabled(report, exposures=[first, huge, *others]))
    assert "280,000,000" in text
    assert "163 GB" in text
    assert "elasticsearch" in text


def test_without_a_grant_it_lists_what_the_apps_name(report: Report, tabled: Callable[..., Report]) -> None:
    text = rendered(tabled(report, scope=None, exposures=(), findings=()))
    assert "There was no grant" in text
    assert "Endpoints in apps and captures" in text
    assert "api.lantern.test, telemetry.vendor-sdk.test" in " ".join(text.split())
    assert "Apps with an exposed data store" not in text
    assert not {"Open", "Ransomed"} & set(text.split())


def test_hostile_text_cannot_move_the_cursor(hostile_report: Report) -> None:
    text = rendered(hostile_report)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x00" not in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_markup_of_the_terminal_library_is_text(report: Report, tabled: Callable[..., Report]) -> None:
    first, *others = report.apps.rows()
    app = replace(first.app, name="[red]Field[/red][link=x]")
    text = printed(tabled(report, apps=[replace(first, app=app), *others]), 140)
    assert "[red]Field[/red]" in text.replace("\n", "")


def test_a_fleet_is_cut_and_counted(report: Report, tabled: Callable[..., Report]) -> None:
    template, store = next(report.apps.rows()).app, next(report.exposures())
    fleet = [
        AppSummary(replace(template, name=f"App {n}", sha256=f"{n:064x}", platform=Platform.IOS), "a", 1, (store.id,),
                   has_api=False)
        for n in range(MOST_ROWS + 1200)
    ]  # fmt: skip
    routes = tuple(replace(store.routes[0], app_sha256=summary.app.sha256) for summary in fleet)
    text = rendered(tabled(report, apps=fleet, exposures=[replace(store, routes=routes)]))
    assert "and 1,200 more; the HTML and JSON reports list them all" in text
    assert text.count("iOS") == MOST_ROWS


def test_a_text_on_several_stores_is_printed_once(tabled: Callable[..., Report]) -> None:
    fleet = fleet_report()
    stores = [replace(store, entry=Entry.ANONYMOUS) for store in fleet.exposures()]
    whole = tabled(fleet, exposures=stores)
    folded = " ".join(printed(whole, 100).split())
    first = ", ".join(store.targets[0] for store in stores[:MOST_HOSTS])
    assert f"{first}, and {len(stores) - MOST_HOSTS} more: entry: without an account" in folded
    assert folded.count("entry: ") == 1
    (line,) = [line for line in printed(whole, UNFOLDED).splitlines() if "entry: " in line]
    assert all(store.targets[0] in line for store in stores)


def test_findings_on_stores_of_one_product_name_the_store() -> None:
    text = printed(fleet_report(), UNFOLDED)
    assert "; mongodb 6.0.5 at db.zqbveil.test:27017" in text
    assert "; mongodb 6.0.5 at db.zqcveil.test:27017" in text


def in_app(rule: str, title: str, severity: Severity, evidence: str) -> Finding:
    return Finding(
        f"fnd-{rule}-{evidence}", rule, title, severity, "CWE-798", (), ("a" * 64,), (evidence,), "Revoke it."
    )


def of_every_kind() -> list[Finding]:
    """Findings of one app, one per kind, then many that are alike."""
    key = "stripe_secret_key (superuser) sk_l…4242 for https://api.stripe.com: assets/config.json at 0x1f"
    leak = "email j…@example.test in form:mail, sent, to http://es.fieldhand.test:9200"
    return [
        in_app("superuser-key-in-app", "Supabase service-role key in the app", Severity.CRITICAL, key),
        in_app("cleartext-personal-data", "Personal data or credentials sent in cleartext", Severity.HIGH, leak),
        in_app("ransom-note", "Ransom note found in the data store", Severity.CRITICAL, "read_me_to_recover"),
        in_app("cleartext-allowed", "App allows connections without TLS", Severity.LOW, "every host: manifest"),
        *(
            in_app("expired", "Store's certificate has expired", Severity.INFO, f"{number:02}.example.test:443")
            for number in range(MOST_FINDINGS + 3)
        ),
    ]


def test_findings_are_listed_by_severity(
    report: Report, tabled: Callable[..., Report], golden: Callable[[str, bytes], None]
) -> None:
    text = rendered(tabled(report, scope=None, exposures=(), findings=of_every_kind(), posture=None))
    assert "27 findings: 2 critical, 1 high, 1 low, 23 info" in text
    for word in (
        "critical  Supabase service-role key in the app",
        "Fieldhand 4.0.7",
        "(superuser) sk_l…4242",
        "assets/config.json at 0x1f",
        "Ransom note found in the data store",
        "Personal data or credentials sent in cleartext",
        "App allows connections without TLS",
        "and 7 more: info: Store's certificate has expired (7)",
        "tieback report --format markdown",
    ):
        assert word in text, word
    golden("findings.txt", text.encode())


@pytest.mark.parametrize(
    ("width", "least", "listed"),
    [(UNFOLDED, Severity.HIGH, 33), (UNFOLDED, Severity.INFO, 57), (UNFOLDED, None, 20), (100, Severity.HIGH, 20)],
)
def test_a_pipe_gets_every_finding_that_fails_the_command(
    report: Report, tabled: Callable[..., Report], width: int, least: Severity | None, listed: int
) -> None:
    severe = [in_app("private-key", "Private key", Severity.HIGH, f"assets/{number}.pem") for number in range(30)]
    findings = sorted((*severe, *of_every_kind()), key=lambda one: -one.severity.rank)
    out = io.StringIO()
    with_all = tabled(report, scope=None, exposures=(), findings=findings, posture=None)
    print_report(with_all, open_console(width=width, file=out, color_system=None), least=least)
    assert len(re.findall(r"^  (critical|high|low|info)  ", out.getvalue(), re.MULTILINE)) == listed
    assert ("more: " in out.getvalue()) == (listed < len(findings))


def test_dropped_names_are_counted_by_reason(report: Report) -> None:
    reasons = (("name of a schema, never contacted", 1_200), ("host name without a dot: local", 3), ("text", 1))
    rows = LazyTable[DroppedName](1_204, lambda: iter(()))
    text = " ".join(rendered(replace(report, not_backends=rows, dropped=reasons)).split())
    assert "1,204 names in the apps are not back ends: name of a schema (1,200); host name without a dot (3); " in text
    assert "Each with its reason: --format json" in text
    assert "not back ends" not in rendered(report)
    many = tuple((f"reason {number}", 10) for number in range(9))
    assert "other reasons (10)" in dropped_text(
        replace(report, not_backends=LazyTable[DroppedName](90, lambda: iter(())), dropped=many)
    )


def test_new_findings_are_shown_before_known_ones(report: Report, tabled: Callable[..., Report]) -> None:
    """Only a new finding fails ``--fail-on`` with a baseline, so it is shown even if it is the least severe one."""
    findings = of_every_kind()
    known = frozenset(finding.id for finding in findings[:-1])
    baseline = Baseline("old.json", datetime(2026, 11, 1, tzinfo=UTC), known, frozenset(), 1, 0, 0)
    text = rendered(tabled(report, findings=findings, baseline=baseline))
    assert f"{MOST_FINDINGS + 2}.example.test:443" in text
    assert text.count("(new)") == 1


def test_worse_findings_are_shown_before_others(report: Report, tabled: Callable[..., Report]) -> None:
    findings = of_every_kind()
    known = frozenset(finding.id for finding in findings[:-1])
    worse = frozenset((findings[-1].id,))
    baseline = Baseline("old.json", datetime(2026, 11, 1, tzinfo=UTC), known, worse, 0, 0, 0, worse)
    text = rendered(tabled(report, findings=findings, baseline=baseline))
    assert f"{MOST_FINDINGS + 2}.example.test:443" in text
    assert (text.count("(worse)"), text.count("(new)")) == (1, 0)
    assert "0 new, 0 fixed, 1 changed or moved (1 of them worse)" in " ".join(text.split())


def test_the_back_ends_of_the_apps_are_listed_with_a_grant_too(report: Report) -> None:
    assert report.scope is not None
    text = rendered(report)
    assert "Endpoints in apps and captures" in text
    assert "api.lantern.test" in text


def test_signs_of_ransom_are_in_the_head(report: Report) -> None:
    assert "1 store shows signs of ransom or wiping." in rendered(report)


def test_brief_output_has_every_finding_in_one_line_and_no_evidence(report: Report) -> None:
    out = io.StringIO()
    print_report(report, open_console(width=100, file=out, color_system=None), brief=True)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    findings = [line for line in lines if line.startswith(("  critical  ", "  high  "))]
    assert findings[0] == "  critical  elasticsearch needs no login: Parcello 7.2; search.parcello.test:9200"
    assert len(findings) == report.findings.count
    assert not any("without a login" in line for line in lines)
    assert "1 problem" in lines
    assert "Probed: 9 targets; 2 outside the grant, not contacted" in lines
    assert len(lines) < len(rendered(report).splitlines()) / 2


def test_brief_output_has_few_lines_per_store_and_leaves_nothing_out(report: Report) -> None:
    found = {}
    for brief in (False, True):
        out = io.StringIO()
        print_report(report, open_console(width=100, file=out, color_system=None), brief=brief)
        found[brief] = out.getvalue().partition("Apps with an exposed data store")[2].partition("\n\n")[0]
    assert max(map(len, found[True].splitlines())) <= 100
    assert len(found[True].splitlines()) < len(found[False].splitlines())
    # The platform and the size have no column of their own.
    heads = {"Platform", "Store", "Size"}
    words = [{word.strip(":;,") for word in found[brief].split()} for brief in (False, True)]
    assert words[0] - heads - words[1] == set()


def test_brief_output_names_the_stores_that_are_not_open_by_verdict(report: Report) -> None:
    out = io.StringIO()
    print_report(report, open_console(width=100, file=out, color_system=None), brief=True)
    assert "Answered but not open, login required: db.tillroll.test:5432 (Tillroll)\n" in out.getvalue()


def test_only_figures_with_a_sign_are_explained(report: Report, tabled: Callable[..., Report]) -> None:
    assert "≥2,900 at least" in rendered(report)
    counted = [replace(one, records=exact(7, ""), bytes=exact(7, "")) for one in report.exposures()]
    headline = replace(report.headline, records=exact(7, ""), bytes=exact(7, ""))
    plain = replace(tabled(report, exposures=counted), headline=headline)
    assert "at least" not in rendered(plain)
    assert "≥2,900 at least" in rendered(replace(plain, headline=report.headline))
