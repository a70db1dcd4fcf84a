"""A round of watching: events as JSON lines, and to a local receiver: with retries, and never twice."""

import email
import email.policy
import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.ports import free_port
from tests.unit.pipeline.disclosure.test_recheck import GRANT, POLICY, opened
from tests.unit.scope.test_mail import Inbox, smtp_server
from tieback.model.case import CaseState
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.disclosure.cases import open_case_service
from tieback.pipeline.disclosure.watch import (
    EVENTS_FILE,
    PAUSES,
    MailChannel,
    WatchRound,
    WatchSettings,
    Webhook,
    load_webhooks,
    watch_once,
)
from tieback.scope.mail import MailSecurity


class Service:
    """Answers with the statuses that it was told, one a request; 0 closes the connection unanswered."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []

    def handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.got.append((dict(self.headers), body))
                status = service.statuses.pop(0) if service.statuses else 200
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        return Handler


@pytest.fixture
def service() -> Iterator[tuple[Service, str]]:
    one = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), one.handler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield one, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


def round_of(directory: Path, *hooks: Webhook) -> tuple[WatchRound, list[float]]:
    waits: list[float] = []
    return watch_once(directory, WatchSettings(GRANT, POLICY, hooks), pause=waits.append), waits


def test_event_is_emitted_once_and_logged(tmp_path: Path, service: tuple[Service, str]) -> None:
    one, url = service
    directory = opened(tmp_path, free_port())
    hook = Webhook("soc", url, secret_env="SOC_TOKEN")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOC_TOKEN", "t0ken")
        done, _ = round_of(directory, hook)
        again, _ = round_of(directory, hook)
    assert (len(done.events), done.delivered, done.failed) == (1, 1, 0)
    assert (again.events[0].news, again.delivered) == (False, 0)
    ((headers, body),) = one.got
    assert (body["verdict"], body["state"]) == ("closed", "found")
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer t0ken", body["id"])
    lines = [json.loads(line) for line in (directory / EVENTS_FILE).read_text().splitlines()]
    assert [line["news"] for line in lines] == [True, False]
    assert b"t0ken" not in b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_each_style_has_its_body(tmp_path: Path, service: tuple[Service, str]) -> None:
    one, url = service
    hooks = [Webhook("a", url, "slack"), Webhook("b", url, "teams")]
    assert round_of(opened(tmp_path, free_port()), *hooks)[0].delivered == 2
    assert {tuple(body) for _, body in one.got} == {("text",), ("type", "attachments")}


@pytest.mark.parametrize(
    ("statuses", "delivered", "unsure", "failed", "requests"),
    [
        ([503, 429, 200], 1, 0, 0, 3),
        ([0], 0, 1, 0, 1),
        pytest.param([503, 0], 0, 1, 0, 2, marks=pytest.mark.more),
        pytest.param([400], 0, 0, 1, 1, marks=pytest.mark.more),
        ([503] * 9, 0, 0, 1, len(PAUSES) + 1),
    ],
)
def test_retries(
    tmp_path: Path,
    service: tuple[Service, str],
    statuses: list[int],
    delivered: int,
    unsure: int,
    failed: int,
    requests: int,
) -> None:
    one, url = service
    one.statuses = list(statuses)
    done, waits = round_of(opened(tmp_path, free_port()), Webhook("soc", url))
    assert (done.delivered, done.unsure, done.failed, len(one.got)) == (delivered, unsure, failed, requests)
    assert waits == list(PAUSES[: requests - 1])
    assert bool(done.problems) is (delivered == 0)


def test_what_was_unsure_or_refused_is_not_sent_again_and_what_waits_is(
    tmp_path: Path, service: tuple[Service, str]
) -> None:
    one, url = service
    directory = opened(tmp_path, free_port())
    one.statuses = [0]
    round_of(directory, Webhook("unsure", url), Webhook("away", f"http://127.0.0.1:{free_port()}/"))
    one.got.clear()
    done, _ = round_of(directory, Webhook("unsure", url), Webhook("away", url))
    assert (done.delivered, len(one.got)) == (1, 1)
    done, _ = round_of(directory, Webhook("unsure", url), Webhook("away", url))
    assert (done.delivered, len(one.got)) == (0, 1)


def test_a_vendor_that_does_not_answer_in_time(tmp_path: Path) -> None:
    directory = opened(tmp_path, free_port())
    with open_case_service(directory) as work:
        (case,) = work.cases()
        work.advance(case.id, CaseState.NOTIFIED, POLICY, "", "", "email")
        work.put_off(case.id, date(2020, 1, 1), "")
    done, _ = round_of(directory)
    assert [(event.kind, event.state) for event in done.events] == [
        ("state", CaseState.NO_RESPONSE),
        ("check", CaseState.NO_RESPONSE),
    ]


def test_a_policy_may_leave_that_to_people(tmp_path: Path) -> None:
    directory = opened(tmp_path, free_port())
    with open_case_service(directory) as work:
        (case,) = work.cases()
        work.advance(case.id, CaseState.NOTIFIED, POLICY, "", "", "email")
        work.put_off(case.id, date(2020, 1, 1), "")
    policy = msgspec.structs.replace(POLICY, watch=msgspec.structs.replace(POLICY.watch, no_response=False))
    done = watch_once(directory, WatchSettings(GRANT, policy, (), frozenset({"case-none"})))
    assert done.events == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[webhook]]\nname = "a"\nurl = "https://x.test/"\nstyle = "irc"\n', "style 'irc'"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.test/"\n' * 2, "two webhooks have the same name"),
        ('[[webhook]]\nname = "a"\n', "url"),
        ("[", "invalid webhook configuration"),
        ("#" * 70_000, "longer than 64 KiB"),
    ],
)
def test_a_configuration_that_is_none(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "webhooks.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        load_webhooks(path)


def test_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "webhooks.toml"
    path.write_text('[[webhook]]\nname = "soc"\nurl = "https://hooks.test/x"\nstyle = "slack"\n')
    assert load_webhooks(path) == (Webhook("soc", "https://hooks.test/x", "slack"),)
    path.write_text('[[webhook]]\nname = "soc"\nurl = "http://hooks.test/x"\n')
    with pytest.raises(UsageError, match="not https"):
        load_webhooks(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_webhooks(tmp_path / "none")


def test_a_stop_leaves_the_rest_for_the_next_round(tmp_path: Path, service: tuple[Service, str]) -> None:
    one, url = service
    directory = opened(tmp_path, free_port())
    watching = WatchSettings(GRANT, POLICY, (Webhook("soc", url),))
    done = watch_once(directory, watching, stopped=lambda: True)
    assert (done.delivered, done.failed, one.got) == (0, 0, [])
    assert watch_once(directory, watching).delivered == 1


def late(directory: Path, state: CaseState = CaseState.ACKNOWLEDGED) -> None:
    with open_case_service(directory) as work:
        (case,) = work.cases()
        work.advance(case.id, CaseState.NOTIFIED, POLICY, "", "", "email")
        if state is not CaseState.NOTIFIED:
            work.advance(case.id, state, POLICY, "", "", "")
        work.put_off(case.id, date(2020, 1, 1), "")


def test_a_case_that_becomes_late_is_reported_once(tmp_path: Path, service: tuple[Service, str]) -> None:
    one, url = service
    directory = opened(tmp_path, free_port())
    late(directory)
    done, _ = round_of(directory, Webhook("soc", url))
    assert [(event.kind, event.due, event.news) for event in done.events] == [
        ("late", date(2020, 1, 1), True), ("check", None, True),
    ]  # fmt: skip
    assert [body["kind"] for _, body in one.got] == ["late", "check"]
    assert "acknowledged, late: due on 2020-01-01" in done.events[0].summary
    again, _ = round_of(directory, Webhook("soc", url))
    assert [event.kind for event in again.events] == ["check"]
    with open_case_service(directory) as work:
        (case,) = work.cases()
        assert "late" in [line.event for line in work.log(case.id)]
        work.put_off(case.id, date(2020, 1, 2), "")
    assert [event.kind for event in round_of(directory)[0].events] == ["late", "check"]


def test_a_policy_that_leaves_states_to_people_still_reports_what_is_late(tmp_path: Path) -> None:
    directory = opened(tmp_path, free_port())
    late(directory, CaseState.NOTIFIED)
    policy = msgspec.structs.replace(POLICY, watch=msgspec.structs.replace(POLICY.watch, no_response=False))
    done = watch_once(directory, WatchSettings(GRANT, policy, ()))
    assert next((event.kind, event.state) for event in done.events) == ("late", CaseState.NOTIFIED)


def test_events_go_by_mail(tmp_path: Path) -> None:
    directory, inbox = opened(tmp_path, free_port()), Inbox()
    late(directory)
    with smtp_server(inbox, MailSecurity.NONE, None) as port:
        mail = MailChannel("desk", "127.0.0.1", "tieback@own.test", ("soc@own.test",), port, MailSecurity.NONE)
        inbox.reply = "451 later"
        waits: list[float] = []
        done = watch_once(directory, WatchSettings(GRANT, POLICY, (mail,)), pause=waits.append)
        assert (done.delivered, done.failed, len(waits)) == (0, 2, 6)
        assert done.problems == ("desk: temporarily refused (451 later)",)
        inbox.got.clear()
        inbox.reply = "250 OK"
        assert watch_once(directory, WatchSettings(GRANT, POLICY, (mail,)), pause=waits.append).delivered == 2
    first, second = (email.message_from_bytes(content, policy=email.policy.default) for _, _, content in inbox.got)
    assert "late: due on 2020-01-01" in first["Subject"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert "connection refused" in second.get_content()


def test_a_mail_configuration(tmp_path: Path) -> None:
    path = tmp_path / "webhooks.toml"
    path.write_text(
        '[[email]]\nname = "desk"\nhost = "mail.own.test"\nsender = "t@own.test"\nto = ["soc@own.test"]\n'
        'user = "t"\npassword_env = "MAIL_PASSWORD"\n'
    )
    (mail,) = load_webhooks(path)
    assert mail == MailChannel(
        "desk", "mail.own.test", "t@own.test", ("soc@own.test",), user="t", password_env="MAIL_PASSWORD"
    )
    path.write_text(path.read_text().replace("soc@own.test", "soc@own.test, x"))
    with pytest.raises(InputError, match="write e-mail addresses"):
        load_webhooks(path)
    path.write_text(
        '[[email]]\nname = "desk"\nhost = "mail.own.test"\nsender = "t@own.test"\nto = ["soc@own.test"]\n'
        'security = "none"\n'
    )
    with pytest.raises(UsageError, match="no TLS"):
        load_webhooks(path)
