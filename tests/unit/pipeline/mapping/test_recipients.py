"""Recipients are added up over flows by app, host and class; "nothing found" and "nothing readable" are two counts."""

import pytest
from msgspec.structs import replace

from tieback.assess.findings import apply_rules
from tieback.model.app import App, Platform
from tieback.model.endpoint import Party
from tieback.model.flow import ContentState, Flow, FlowApp, FlowEvidence, Peer, SentData, Server
from tieback.model.report.captures import Recipient
from tieback.pipeline.mapping.capture_recipients import CaptureRecipients
from tieback.pipeline.mapping.flow_endpoints import endpoint_of
from tieback.pipeline.mapping.recipients import MAX_PLACES, RecipientTotals, place_recipients, third_parties_first
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker

RULES = RuleFiles()
APP = App(Platform.ANDROID, "com.workhub.app", "a" * 64, "WorkHub", vendor="WorkHub Ltd")
EMAIL = SentData("email", "", "json:$.email", "http", 0.97, 1)


def flow(
    host: str, *sent: SentData, encrypted: bool = True, start: float = 5.0, content: ContentState = ContentState.READ
) -> Flow:
    return Flow(
        path="run.har", app=FlowApp("WorkHub", "com.workhub.app"), client=Peer("", None), server=Server("", 443, host),
        transport="http", protocol="http", evidence=FlowEvidence.PAYLOAD, confidence=1.0, encrypted=encrypted, tls=None,
        bytes_out=1, bytes_in=1, packets_out=0, packets_in=0, start=start, end=start + 1, content=content, sent=sent,
    )  # fmt: skip


def totals(*flows: Flow, room: bool = True) -> RecipientTotals:
    made = RecipientTotals()
    for one in flows:
        made.add(one, endpoint_of(one, RULES), room=room)
    return made


def recipients(*flows: Flow) -> tuple[Recipient, ...]:
    return totals(*flows).recipients("a" * 64, "run.har", Maker(APP, RULES))


def test_one_row_per_host_and_class() -> None:
    (one,) = recipients(
        flow("api.adjust.com", EMAIL, start=9.0),
        flow("api.adjust.com", EMAIL, replace(EMAIL, where="query:mail", count=2), encrypted=False, start=3.0),
    )
    assert (one.host, one.party, one.sdk, one.pii_class) == ("api.adjust.com", Party.THIRD, "Adjust", "email")
    assert (one.count, one.flows, one.in_clear) == (4, 2, 1)
    assert (one.first, one.last) == (3.0, 9.0)
    assert [str(moment) for moment in (one.first_at, one.last_at)] == [
        "1970-01-01 00:00:03+00:00", "1970-01-01 00:00:09+00:00"
    ]  # fmt: skip
    assert one.where == ("json:$.email", "query:mail")


@pytest.mark.parametrize(
    ("host", "party", "owner"),
    [
        ("api.workhub.com", Party.FIRST, "WorkHub"),
        ("app.adjust.com", Party.THIRD, "Adjust"),
        ("collect.unknown-host.test", Party.UNKNOWN, "unknown-host.test"),
    ],
)
def test_the_party_of_a_host(host: str, party: Party, owner: str) -> None:
    (one,) = recipients(flow(host, EMAIL))
    assert one.party is party
    assert owner in one.owner


def test_kinds_are_rows_of_their_own() -> None:
    rows = recipients(
        flow(
            "x.test",
            SentData("device_id", "IMEI", "query:imei", "http", 0.9, 1),
            SentData("device_id", "", "query:d", "http", 0.9, 1),
        )
    )
    assert {one.kind for one in rows} == {"IMEI", ""}


def test_places_are_bounded() -> None:
    sent = [replace(EMAIL, where=f"json:$.m{n}") for n in range(20)]
    (one,) = recipients(flow("x.test", *sent))
    assert len(one.where) == MAX_PLACES
    assert one.count == 20


def test_without_room_a_new_recipient_is_left_out() -> None:
    made = RecipientTotals()
    assert made.add(flow("x.test", EMAIL), None)
    assert not made.add(flow("y.test", EMAIL), None, room=False)
    assert made.add(flow("x.test", EMAIL), None, room=False)
    assert len(made) == 1


def test_what_was_readable_is_counted() -> None:
    counts = totals(
        flow("x.test", EMAIL), flow("x.test"), flow("x.test", content=ContentState.ENCRYPTED),
        flow("x.test", content=ContentState.NOT_READ),
        flow("x.test", content=ContentState.UNKNOWN),
    ).counts  # fmt: skip
    assert (counts.flows, counts.read, counts.with_data, counts.unreadable, counts.unknown) == (5, 2, 1, 1, 1)


@pytest.mark.parametrize("start", [0.0, -1.0, 1e12, float("inf"), float("nan")])
def test_a_time_that_no_calendar_has_is_none(start: float) -> None:
    (one,) = recipients(flow("api.adjust.com", EMAIL, start=start))
    assert (one.first_at, one.last_at) == (None, None)


def test_third_parties_are_first() -> None:
    rows = third_parties_first(recipients(flow("api.workhub.com", EMAIL), flow("app.adjust.com", EMAIL)))
    assert [one.party for one in rows] == [Party.THIRD, Party.FIRST]


def test_providers_of_hosts_are_named() -> None:
    (one,) = place_recipients(recipients(flow("bucket.s3.eu-central-1.amazonaws.com", EMAIL)))
    assert one.provider == "Amazon Web Services"


def secret(mark: str) -> SentData:
    return SentData("secret_token", "", "header:authorization", "http", 0.9, 1, mark=mark)


def test_a_credential_that_two_parties_received_is_a_finding() -> None:
    maker = Maker(APP, RULES)
    (one,) = totals(flow("api.workhub.com", secret("m1")), flow("app.adjust.com", secret("m1"))).shared_secrets(maker)
    assert (one.host, one.others) == ("app.adjust.com", ("api.workhub.com",))
    (found,) = apply_rules((), (), shared=(("a" * 64, one),))
    assert found.rule == "credential-to-third-party"
    assert "m1" not in "".join(found.evidence)


@pytest.mark.parametrize(
    "flows",
    [
        (flow("api.workhub.com", secret("m1")), flow("app.adjust.com", secret("m2"))),
        (flow("app.adjust.com", secret("m1")), flow("app.adjust.com", secret("m1"))),
        (flow("app.adjust.com", secret("m1")), flow("gdpr.adjust.com", secret("m1"))),
        (flow("api.workhub.com", secret("m1")), flow("cdn.unknown-host.test", secret("m1"))),
    ],
)
def test_other_credentials_are_not(flows: tuple[Flow, ...]) -> None:
    assert not list(totals(*flows).shared_secrets(Maker(APP, RULES)))


def test_special_categories_at_third_parties_are_a_finding() -> None:
    health = SentData("health", "", "json:$.diagnosis", "http", 0.95, 1)
    rows = recipients(flow("app.adjust.com", health, EMAIL), flow("api.workhub.com", health))
    (found,) = apply_rules((), (), recipients=rows)
    assert found.rule == "special-category-to-third-party"
    assert found.evidence == ("health in json:$.diagnosis, to app.adjust.com",)


def test_weak_evidence_of_a_special_category_is_not() -> None:
    rows = recipients(flow("app.adjust.com", SentData("health", "", "json:$.operation", "http", 0.6, 1)))
    assert apply_rules((), (), recipients=rows) == ()


def test_recipients_of_captures_without_a_workspace() -> None:
    made = CaptureRecipients()
    made.add(flow("app.adjust.com", EMAIL))
    made.add(flow("x.test", content=ContentState.ENCRYPTED))
    (one,) = made.recipients()
    assert (one.host, one.party) == ("app.adjust.com", Party.THIRD)
    ((path, flows, counts),) = made.counts()
    assert (path, flows, counts.read, counts.unreadable) == ("run.har", 2, 1, 1)


def test_quic_and_what_was_not_sent_are_counted() -> None:
    quic = replace(flow("x.test", content=ContentState.ENCRYPTED), protocol="quic")
    counts = totals(
        quic, flow("x.test", content=ContentState.ENCRYPTED), flow("x.test", content=ContentState.REFUSED),
        flow("x.test", content=ContentState.NOT_SENT),
    ).counts  # fmt: skip
    assert (counts.flows, counts.unreadable, counts.quic, counts.not_sent, counts.read) == (4, 2, 1, 2, 0)


@pytest.mark.parametrize(
    ("whole", "size", "longer"),
    [
        (True, 900_000, 0),
        (False, 10, 1),
        # An earlier release wrote the flow: its length decides.
        (None, 900_000, 1),
        (None, 10, 0),
    ],
)
def test_flows_that_were_searched_only_in_part_are_counted(whole: bool | None, size: int, longer: int) -> None:
    one = replace(flow("a.test"), whole=whole, bytes_out=size)
    assert totals(one).counts.longer == longer
    assert totals(replace(one, content=ContentState.ENCRYPTED)).counts.longer == 0
