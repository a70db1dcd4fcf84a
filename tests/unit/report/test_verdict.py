"""Words of the verdict: in every format, and never closed where something was left untested."""

import io
import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.each import each
from tests.unit.report.conftest import the_report, tillroll_store, workhub_store
from tieback.assess.summary import summarise
from tieback.model.exposure import Exposure
from tieback.model.figure import exact, lower_bound
from tieback.model.pii import Classification, SampledField, SampledRecords
from tieback.model.probe import (
    Ability,
    Access,
    Container,
    Entry,
    Field,
    Notice,
    Outcome,
    Privileges,
    ProbeReport,
    Proof,
)
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.pipeline.probing.probe_report import probe_report
from tieback.pipeline.views.index_rows import found_store
from tieback.report import by_name, renderers
from tieback.report.diff.differences import state_words
from tieback.report.diff.past import past_from_report
from tieback.report.figures import container_text
from tieback.report.tables import figure_steps
from tieback.report.texts.headline import headline_text
from tieback.report.texts.stores import LOGIN_OF_UNKNOWN
from tieback.report.verdict import (
    access_text,
    entry_text,
    no_personal_data,
    no_personal_data_in,
    untested_text,
    verdict_lines,
    verdict_notes,
    worst_answer,
)

UNTESTED = "the account root without a password: the grant does not name it"
BACKUPS = "3 database dumps, 1 backup"
WROTE = "the name 'hacked' in 'hacked' (a list)"
PRIVILEGED = {"entry": Entry.NAMED_ACCOUNT, "privileges": Privileges.ADMIN, "account": "root"}
SEVERAL = {"at_most": 2, "records_at_most": exact(40_000, "sum"), "bytes_at_most": exact(9_000_000, "sum")}


def report_of(exposed: Exposure, answered: Exposure) -> Report:
    """The sample report with one exposed store and one that answered."""
    stores = (exposed, answered)
    base = the_report()
    probes = [
        ProbeReport(
            store.targets[0], Outcome.OK, store.access, product=store.product, account=store.account,
            entry=store.entry, privileges=store.privileges, untested=store.untested, intrusion=store.intrusion,
            abilities=store.abilities,
        )
        for store in stores
    ]  # fmt: skip
    findings = [
        replace(finding, exposures=(store.id,), id=f"fnd-{store.id}")
        for finding, store in zip(base.findings.first(2), stores, strict=True)
    ]
    return replace(
        base,
        headline=summarise(5, 1, stores),
        exposed=LazyIndex.by([exposed], lambda store: store.id),
        answered=LazyIndex.by([answered], lambda store: store.id),
        findings=LazyTable.of(findings),
        probes=LazyTable.of(probes),
    )


@pytest.fixture(scope="module")
def outputs() -> dict[str, str]:
    """The report with a privileged store and an undecided one, in each format."""
    report = report_of(
        replace(
            workhub_store(),
            records=lower_bound(20_000, "count"),
            intrusion=(WROTE,),
            notices=((Notice.SENSITIVE_FILES, BACKUPS),),
            abilities=(Ability.GENERATE, Ability.RUN_CODE),
            **PRIVILEGED,
            **SEVERAL,
        ),
        replace(tillroll_store(), untested=(UNTESTED,)),
    )
    found = {}
    for name in (
        "terminal",
        "html",
        "json",
        "ndjson",
        "csv",
        "markdown",
        "sarif",
        "ocsf",
        "stix",
        "defectdojo",
        "cyclonedx",
    ):
        out = io.BytesIO()
        by_name(name).render(report, out)
        found[name] = " ".join(out.getvalue().decode().replace("\\", "").split())
    return found


def test_a_login_that_names_no_product_is_not_that_of_a_store() -> None:
    closed = replace(tillroll_store(), access=Access.AUTH_REQUIRED, untested=())
    bare = replace(closed, product="", version="")
    assert (access_text(closed), access_text(bare)) == ("login required", LOGIN_OF_UNKNOWN)
    assert access_text(replace(bare, untested=(UNTESTED,))) == f"not decided ({LOGIN_OF_UNKNOWN})"
    report = report_of(workhub_store(), bare)
    for name in ("terminal", "html", "markdown", "stix"):
        out = io.BytesIO()
        by_name(name).render(report, out)
        text = " ".join(out.getvalue().decode().replace("\\", "").split())
        assert LOGIN_OF_UNKNOWN in text, name
    (past,) = [store for store in past_from_report(report, "new").stores.values() if not store.product]
    assert state_words(past) == LOGIN_OF_UNKNOWN


PEOPLE = ("terminal", "html", "markdown", "stix", "defectdojo")


@pytest.mark.parametrize("name", PEOPLE)
def test_entry_and_rights_are_in_formats_for_people(outputs: dict[str, str], name: str) -> None:
    assert "as root, without a password; administrator: may change data, users or settings" in outputs[name]


@pytest.mark.parametrize("name", PEOPLE)
def test_what_was_not_tried_is_in_formats_for_people(outputs: dict[str, str], name: str) -> None:
    assert UNTESTED in outputs[name]


@pytest.mark.parametrize("name", ["json", "ndjson", "csv", "sarif", "ocsf", "cyclonedx"])
def test_entry_and_what_was_not_tried_are_in_formats_for_machines(outputs: dict[str, str], name: str) -> None:
    assert UNTESTED in outputs[name]
    assert "root" in outputs[name]
    assert "admin" in outputs[name]


@pytest.mark.parametrize("name", ["terminal", "html", "markdown", "json", "ndjson"])
def test_writes_by_others_are_shown_and_not_called_theft(outputs: dict[str, str], name: str) -> None:
    text = outputs[name].replace("&#39;", "'")
    assert WROTE in text
    if name in ("terminal", "html", "markdown"):
        assert "somebody wrote here" in text.lower()
        assert "This does not show that data were copied" in text
    assert not any(word in text.lower() for word in ("stolen", "theft", "stole"))


@pytest.mark.parametrize("name", ["terminal", "html", "markdown", "json", "ndjson"])
def test_statements_of_the_server_are_shown(outputs: dict[str, str], name: str) -> None:
    assert BACKUPS in outputs[name]


@pytest.mark.parametrize("name", PEOPLE)
def test_abilities_are_in_formats_for_people_as_documented_and_not_tried(outputs: dict[str, str], name: str) -> None:
    text = outputs[name].replace("&#39;", "'")
    assert "run models at the owner's cost; run code, jobs, flows or containers on the server" in text
    assert "(by the vendor's documentation; not tried)" in text


@pytest.mark.parametrize("name", ["json", "ndjson", "csv", "ocsf", "cyclonedx"])
def test_abilities_are_in_formats_for_machines(outputs: dict[str, str], name: str) -> None:
    assert "generate" in outputs[name]
    assert "run_code" in outputs[name]


def test_sarif_shows_abilities_and_that_they_were_not_tried(outputs: dict[str, str]) -> None:
    assert '"abilities":["run models at the owner\'s cost' in outputs["sarif"].replace(": [", ":[")
    assert "(by the vendor's documentation; not tried)" in outputs["sarif"]


@pytest.mark.parametrize("name", PEOPLE)
def test_lookalikes_are_one_to_two_stores(outputs: dict[str, str], name: str) -> None:
    assert "1 to 2" in outputs[name]


def test_no_format_draws_or_counts_an_undecided_store_as_closed(outputs: dict[str, str]) -> None:
    assert "is-closed" not in outputs["html"].partition("<body>")[2].partition("</p>")[0]
    assert '<span class="badge closed">' not in outputs["html"]
    service = next(one for one in json.loads(outputs["cyclonedx"])["services"] if "tillroll" in str(one["endpoints"]))
    assert "authenticated" not in service


def test_headline_shows_ranges_and_undecided_stores() -> None:
    several = replace(workhub_store(), records=lower_bound(20_000, "count"), bytes=exact(4_500_000, "size"), **SEVERAL)
    text = headline_text(report_of(several, replace(tillroll_store(), untested=(UNTESTED,))))
    assert "1 to 2 data stores accessible without authentication: 20,000 to 40,000 records, 4.5 MB to 9 MB." in text
    assert "1 data store is not decided" in text
    assert "Not counted as closed." in text


def test_headline_of_closed_stores_has_no_such_sentence() -> None:
    assert "not decided" not in headline_text(report_of(workhub_store(), tillroll_store()))


def test_the_steps_show_ranges_and_never_call_them_exact() -> None:
    several = replace(workhub_store(), records=lower_bound(20_000, "count"), **SEVERAL)
    steps = {step.figure: step for step in figure_steps(report_of(several, tillroll_store()))}
    assert (steps["stores-exposed"].value, steps["stores-exposed"].quality) == ("1 to 2", "range")
    assert (steps["stores-answering"].value, steps["stores-answering"].quality) == ("2 to 3", "range")
    assert (steps["records"].value, steps["records"].quality) == ("20,000 to 40,000", "range")


@each(
    ("changes", "text"),
    [
        ({}, "login required"),
        ({"untested": (UNTESTED,)}, "not decided (login required)"),
        ({"access": Access.NOT_FOUND, "untested": ("names other than photos",)}, "not decided (not found)"),
        ({"access": Access.UNKNOWN, "untested": (UNTESTED,)}, "unknown"),
        ({"access": Access.FIREWALLED}, "blocks our address"),
        ({"access": Access.OPEN, **PRIVILEGED}, "open, administrator as root"),
        ({"access": Access.ANY_USER, "entry": Entry.ANY_USER, "privileges": Privileges.LIMITED}, "any user name"),
        ({"access": Access.ANY_USER}, "any user name"),
        ({"access": Access.ANY_USER, "entry": Entry.NAMED_ACCOUNT}, "any existing account"),
    ],
)
def test_access_text(changes: dict[str, Any], text: str) -> None:
    assert access_text(replace(tillroll_store(), **changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, ""),
        ({"entry": Entry.ANONYMOUS}, "without an account"),
        ({"entry": Entry.ANONYMOUS, "privileges": Privileges.LIMITED}, "without an account; limited rights"),
        ({"entry": Entry.NAMED_ACCOUNT}, "as any existing account, without a password"),
        (
            {"entry": Entry.ANY_USER, "privileges": Privileges.UNKNOWN},
            "with any user name, without a password; rights unknown: the server does not show them",
        ),
    ],
)
def test_entry_text(changes: dict[str, Any], text: str) -> None:
    assert entry_text(replace(workhub_store(), **changes)) == text


TRUST = ProbeReport(
    "db.test:5432",
    Outcome.OK,
    Access.ANY_USER,
    (Proof("start", 'role "tieback_probe" does not exist; no password was required (trust)', Access.ANY_USER),),
    product="postgresql",
    address="192.0.2.1:5432",
    entry=Entry.NAMED_ACCOUNT,
    privileges=Privileges.UNKNOWN,
)


@pytest.mark.parametrize(
    ("report", "right", "wrong"),
    [
        (TRUST, "any existing account", "any user name"),
        (replace(TRUST, entry=Entry.ANY_USER, product="mysql"), "any user name", "existing account"),
    ],
)
def test_no_text_claims_another_way_in(report: ProbeReport, right: str, wrong: str) -> None:
    """A refusal of a synthetic role shows that existing roles get in, and nothing about other names."""
    document = probe_report([report], None, "")
    (store,), findings = document.exposed.rows(), list(document.findings.rows())
    past = past_from_report(document, "before")
    texts = [
        access_text(store),
        entry_text(store),
        next(factor.why for factor in store.factors if factor.factor == "access"),
        next(one.title for one in findings if one.rule == "open-to-any-user"),
        found_store(store, 1).verdict,
        *map(state_words, past.stores.values()),
    ]
    assert all(right in text for text in texts), texts
    for renderer in renderers():
        if renderer.meta.suffix not in {".pdf", ".docx", ".zip"}:
            out = io.BytesIO()
            renderer.render(document, out)
            assert wrong not in out.getvalue().decode(), renderer.meta.name


def test_long_lists_of_untested_ways_are_cut_with_their_number() -> None:
    store = replace(tillroll_store(), untested=tuple(f"name {number}" for number in range(9)))
    assert untested_text(store) == "name 0; name 1; name 2; name 3; and 5 more"


def test_untested_ways_are_no_news_for_an_open_store() -> None:
    assert list(verdict_lines(replace(workhub_store(), untested=(UNTESTED,)))) == []


def test_notes_of_a_probed_target() -> None:
    report = ProbeReport("db.test:3306", Outcome.OK, Access.AUTH_REQUIRED, product="mysql", untested=(UNTESTED,))
    assert verdict_notes(report) == (f"not tried: {UNTESTED}",)
    assert verdict_notes(replace(report, outcome=Outcome.TIMEOUT)) == ()
    listed = replace(report, untested=(), traits=((Notice.SENSITIVE_FILES.value, BACKUPS), ("node", "a")))
    assert verdict_notes(listed) == (f"sensitive files by their names: {BACKUPS}",)
    able = replace(report, access=Access.OPEN, untested=(), abilities=(Ability.CALL_TOOLS,))
    (note,) = verdict_notes(able)
    assert note == "permits: call the tools that the server connects to (by the vendor's documentation; not tried)"


def box(name: str, *fields: str, sampled: int = 0) -> Container:
    none = tuple(SampledField(one, Classification("none", 1.0), 3, 3) for one in fields)
    read = SampledRecords(sampled, none) if sampled else None
    return Container((name,), "table", fields=tuple(Field(one) for one in fields), sampled=read)


def test_not_looked_and_nothing_found_are_different_answers() -> None:
    assert no_personal_data(box("a")) == "no fields read"
    files = replace(box("a"), fields=(Field("*.csv", "extension"),))
    assert no_personal_data(files) == "only file extensions read"
    assert worst_answer([files]) == "only file extensions read"
    assert worst_answer([files, box("b")]) == "no fields read"
    assert no_personal_data(box("a", "x")) == "none found by field names"
    assert no_personal_data(box("a", "x", sampled=5)) == "none found by field names and values"


@each(
    ("containers", "access", "text"),
    [
        ((), Access.AUTH_REQUIRED, "not looked at"),
        ((), Access.OPEN_EMPTY, "no data"),
        ((box("a"), box("b")), Access.OPEN, "no fields read"),
        ((box("a", "x"), box("b")), Access.OPEN, "none found by field names; fields of 1 container not read"),
        ((box("a", "x"), box("b", "y", sampled=3)), Access.OPEN, "none found by field names"),
        ((box("a", "x", sampled=3),), Access.OPEN, "none found by field names and values"),
    ],
)
def test_a_store_gives_the_weakest_answer_of_its_containers(
    containers: tuple[Container, ...], access: Access, text: str
) -> None:
    store = replace(workhub_store(), containers=containers, pii=(), fields=(), access=access)
    assert no_personal_data_in(store) == text


def test_a_service_that_anybody_can_claim_is_shown_as_never_tried() -> None:
    store = replace(
        workhub_store(), notices=((Notice.UNINITIALISED, "GET /rest/settings: showSetupOnFirstLoad is true"),)
    )
    assert (
        dict(verdict_lines(store))["anyone can become the owner"] == "GET /rest/settings: showSetupOnFirstLoad is true"
    )


def test_a_model_has_no_records_and_no_personal_data() -> None:
    model = Container(("llama3",), "model", bytes=exact(5, "list"))
    assert no_personal_data(model) == "no data"
    assert container_text(model) == "-"
    store = replace(workhub_store(), abilities=(Ability.GENERATE,), containers=(model,))
    assert no_personal_data_in(store) == "no data"
    mixed = replace(store, containers=(model, box("people")))
    assert no_personal_data_in(mixed) == no_personal_data_in(replace(store, containers=(box("people"),)))
    assert container_text(Container(("flows",), "flow", records=exact(7, "list"))) == "7 flows"


def test_an_open_store_is_not_said_to_be_not_known_as_closed() -> None:
    for access, closed in ((Access.OPEN_EMPTY, False), (Access.SCHEMA_ONLY, False), (Access.AUTH_REQUIRED, True)):
        lines = dict(verdict_lines(replace(workhub_store(), access=access, untested=(UNTESTED,))))
        assert ("not known to be closed" in lines["not tried"]) is closed


def test_content_that_may_be_missing_is_a_line() -> None:
    left = ("78 databases; only the first 64 were probed",)
    assert dict(verdict_lines(replace(workhub_store(), unlisted=left)))["not counted"] == left[0]
    empty = replace(workhub_store(), records=lower_bound(0, "none"), unlisted=left)
    assert dict(verdict_lines(empty))["not counted"] == f"{left[0]}. So the store is not known to be empty"
