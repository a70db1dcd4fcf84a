"""The conclusion claims no more than was read and probed."""

import pytest
from msgspec.structs import replace

from tieback.model.figure import exact, lower_bound
from tieback.model.report.document import Report
from tieback.model.report.scope import SkipReason
from tieback.report.texts.headline import headline_text


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
        "2 of 11 candidates were not probed: no target of this grant covers their host and port."
    )
    assert headline_text(replace(report, scope=None)).startswith("5 apps analysed. There was no grant")


def test_headline_counts_inputs_that_could_not_be_read(report: Report) -> None:
    report = fully_read(report)
    for count, text in ((1, "1 input could not be read"), (12, "12 inputs could not be read")):
        lost = replace(report, headline=replace(report.headline, inputs_failed=count))
        assert headline_text(lost) == f"{headline_text(report)} {text}: see the problems."


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


NO_DNS = "DNS is not allowed by this grant. Add dns = true."

RESOURCE = "many customers share their host. Add those whose owners permit it to `resources`."
OUTSIDE = "no target of this grant covers their host and port."

BUDGET = "the limits of the grant ended the probe. Raise [limits]."


@pytest.mark.parametrize(
    ("asked", "skipped", "says"),
    [
        (0, {SkipReason.DNS_NOT_ALLOWED: 12}, f"0 of 12 candidates were probed: {NO_DNS}"),
        (
            0,
            {SkipReason.OUTSIDE: 1},
            "0 of 1 candidate was probed: no target of this grant covers their host and port.",
        ),
        (0, {SkipReason.EXPIRED: 3}, "0 of 3 candidates were probed: the grant expired during the run."),
        (
            0,
            {SkipReason.RESOURCE: 2},
            f"0 of 2 candidates were probed: {RESOURCE}",
        ),
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
            f"0 of 12 candidates were probed: 9 because {NO_DNS} 3 because {OUTSIDE}",
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


@pytest.mark.parametrize(
    ("apps", "captures", "words"),
    [
        (1, 0, "1 app was only partly read. "),
        (0, 1, "1 capture was only partly read."),
        (2, 1, "2 apps and 1 capture were only partly read. "),
        (None, None, ""),
    ],
)
def test_the_headline_names_what_was_partly_read(
    report: Report, apps: int | None, captures: int | None, words: str
) -> None:
    text = headline_text(
        replace(report, headline=replace(report.headline, apps_partly_read=apps, captures_partly_read=captures))
    )
    assert words in text
    assert ("partly read" in text) is bool(words)
