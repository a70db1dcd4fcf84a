"""Watch cases: scheduled re-checks, missed deadlines, and events as JSON lines, webhook calls and mail, each only once.

Only news is sent. Temporary refusals are retried with increasing pauses, and in the next run. A request
that was sent but not answered is never sent again, because it may have arrived.
"""

import os
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.cases.contacts import is_email_address
from tieback.cases.events import STYLES, CaseEvent, case_event, to_mail
from tieback.cases.policy import CasePolicy
from tieback.cases.states import advance, report_late
from tieback.model.case import Case, CaseState
from tieback.model.errors import InputError, file_fault
from tieback.model.grant import Grant
from tieback.pipeline.disclosure.recheck import recheck_workspace
from tieback.pipeline.progress import Progress, today_utc
from tieback.scope.guard import ServiceGuard
from tieback.scope.mail import MailSecurity, MailServer, check_mail_server, send_mail
from tieback.scope.policy.approval import Approval, check_dates, require_approval
from tieback.scope.services import RequestOutcome, ServiceClient, ServiceResponse, parse_service_url
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.deliveries import Deliveries, Delivery, DeliveryState
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

EVENTS_FILE = "events.jsonl"
MAX_CONFIG = 64 * 1024
MAX_ATTEMPTS = 8
MAX_RECIPIENTS = 20
PAUSES = (1.0, 5.0, 30.0)
"""Pauses before further attempts in one run, in seconds."""
MAX_PAUSE = 60.0
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Webhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Destination of events."""

    name: str
    url: str
    style: str = "generic"
    """``generic``, ``slack`` or ``teams``."""
    secret_env: str = ""
    """Environment variable with a bearer token; the token is not stored in a file."""


class MailChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user's own mail server as a destination of events. Letters are never sent."""

    name: str
    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    password_env: str = ""
    """Environment variable with the password; it is not stored in a file."""

    @property
    def server(self) -> MailServer:
        """The server, with the password of the environment."""
        password = os.environ.get(self.password_env, "") if self.password_env else ""
        return MailServer(self.host, self.port, self.security, self.user, password)


type Channel = Webhook | MailChannel


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    webhook: tuple[Webhook, ...] = ()
    email: tuple[MailChannel, ...] = ()


def load_webhooks(path: Path) -> tuple[Channel, ...]:
    """Read the configuration of webhooks and mail.

    Raises:
        InputError: the file cannot be read, or is not a valid configuration.
        UsageError: a URL is not allowed for a service, or mail would be sent without TLS.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CONFIG + 1)
        if len(raw) > MAX_CONFIG:
            raise ValueError("longer than 64 KiB")
        config = msgspec.convert(tomllib.loads(raw.decode()), _Config)
        hooks = config.webhook
        odd = next((hook for hook in hooks if hook.style not in STYLES or not hook.name), None)
        if odd is not None:
            raise ValueError(f"style {odd.style!r} of webhook {odd.name!r}: choose one of {', '.join(STYLES)}")
        channels: tuple[Channel, ...] = (*hooks, *config.email)
        if len({channel.name for channel in channels}) < len(channels):
            raise ValueError("two webhooks have the same name")
        for mail in config.email:
            addresses = (mail.sender, *mail.to)
            if (
                not mail.name
                or not mail.to
                or len(mail.to) > MAX_RECIPIENTS
                or not all(map(is_email_address, addresses))
            ):
                raise ValueError(
                    f"sender and to of email {mail.name!r}: write e-mail addresses, at most {MAX_RECIPIENTS}"
                )
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"invalid webhook configuration ({file_fault(error)})",
            where=str(path),
            advice='Write [[webhook]] with name = "…", url = "https://…" and style = "slack"',
        ) from None
    for hook in hooks:
        parse_service_url(hook.url)
    for mail in config.email:
        check_mail_server(mail.server)
    return channels


class WatchSettings(msgspec.Struct, frozen=True):
    """The configuration of a watch round."""

    grant: Grant
    policy: CasePolicy
    webhooks: tuple[Channel, ...] = ()
    """Webhooks and mail servers that get the news."""
    cases: frozenset[str] = frozenset()
    """Case IDs; default: every case that is not closed."""
    approval: Approval | None = None
    """Of the grant; as for the dialer."""
    run: str = ""
    """ID of the run whose back ends and places are used; default: the last finished run."""
    rules: "UserRules | None" = None
    """The rules of users."""


class WatchRound(msgspec.Struct, frozen=True):
    """Result of a watch round."""

    events: tuple[CaseEvent, ...]
    delivered: int
    unsure: int
    """Sent without an answer; never sent again."""
    failed: int
    """Given up, or left for the next round."""
    problems: tuple[str, ...] = ()


def watch_once(
    directory: Path,
    watching: WatchSettings,
    tell: Callable[[CaseEvent], None] | None = None,
    progress: Progress | None = None,
    pause: Callable[[float], None] = time.sleep,
    stopped: Callable[[], bool] = lambda: False,
) -> WatchRound:
    """Run one round: deadlines, re-checks, events, webhooks.

    Args:
        directory: the workspace.
        watching: configuration of the round.
        tell: called with each event after it is stored.
        progress: called with the number of cases done.
        pause: waits between attempts.
        stopped: true to leave the rest for the next round.

    Raises:
        GrantError: the grant has expired or is not yet valid, a site policy is damaged, or a signature is missing.
        WorkspaceError: the workspace does not exist, or cannot be opened or written.
    """
    check_dates(watching.grant, watching.approval, today_utc())
    guard = ServiceGuard(require_approval(watching.grant, watching.approval).policy.rules)
    events: list[CaseEvent] = []
    with Workspace.open(directory, create=False) as workspace, workspace.lock():
        for event in _happens(workspace, watching, progress):
            # First the webhook queue, then the file: an interruption in between sends nothing twice.
            _queue(workspace.ledger.deliveries, watching.webhooks, event)
            _append(directory / EVENTS_FILE, event)
            events.append(event)
            if tell is not None:
                tell(event)
            if stopped():
                break
        done = deliver_events(workspace.ledger.deliveries, watching.webhooks, pause, stopped, guard)
    return WatchRound(tuple(events), *done)


def _happens(workspace: Workspace, watching: WatchSettings, progress: Progress | None) -> Iterator[CaseEvent]:
    yield from _overdue(workspace, watching)

    def choose(cases: Sequence[Case]) -> list[Case]:
        return [case for case in cases if case.active and (not watching.cases or case.id in watching.cases)]

    grant, approval, policy = watching.grant, watching.approval, watching.policy
    for looked in recheck_workspace(
        workspace, grant, policy, choose, progress, "watch", approval, watching.run, watching.rules
    ):
        yield looked.event


def _overdue(workspace: Workspace, watching: WatchSettings) -> Iterator[CaseEvent]:
    """Cases whose due day has passed, once per due day. Notified ones become no_response, if the policy allows it."""
    cases = workspace.ledger.cases
    names = {vendor.id: vendor.name for vendor in cases.vendors()}
    now = datetime.now(UTC)
    for case in list(cases.cases()):
        if not case.active or case.due is None or case.due >= now.date():
            continue
        if watching.cases and case.id not in watching.cases:
            continue
        vendor = names.get(case.vendor, case.vendor)
        if case.state is CaseState.NOTIFIED and watching.policy.watch.no_response:
            after = cases.change(
                case.id, lambda old: advance(old, CaseState.NO_RESPONSE, watching.policy, now, by="watch"), now
            )
            yield case_event(case, after, vendor, "state", now)
        elif case.late != case.due:
            after = cases.change(case.id, report_late, now)
            yield case_event(case, after, vendor, "late", now)


def _append(path: Path, event: CaseEvent) -> None:
    with storage_errors(path):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(number, "ab") as file:
            file.write(STYLES["generic"](event) + b"\n")


def _queue(deliveries: Deliveries, channels: Iterable[Channel], event: CaseEvent) -> None:
    if event.news:
        deliveries.queue((event.id, channel.name, _body(channel, event).decode()) for channel in channels)


def _body(channel: Channel, event: CaseEvent) -> bytes:
    if isinstance(channel, MailChannel):
        return to_mail(event, channel.sender, channel.to)
    return STYLES[channel.style](event)


def deliver_events(
    deliveries: Deliveries,
    webhooks: Sequence[Channel],
    pause: Callable[[float], None] = time.sleep,
    stopped: Callable[[], bool] = lambda: False,
    guard: ServiceGuard | None = None,
) -> tuple[int, int, int, tuple[str, ...]]:
    """Send pending events to these webhooks and mail servers. Call only under ``Workspace.lock``.

    Args:
        deliveries: the queue.
        webhooks: where to send events.
        pause: waits.
        stopped: true if no more events are sent.
        guard: what is never contacted; by default the site policies in their usual places.

    Returns:
        Numbers of delivered, unsure and failed events; and the reasons, one line each.
    """
    hooks = {hook.name: hook for hook in webhooks}
    services = ServiceClient((hook.url for hook in webhooks if isinstance(hook, Webhook)), guard=guard)
    counts = {DeliveryState.DONE: 0, DeliveryState.UNSURE: 0, DeliveryState.WAITING: 0, DeliveryState.GIVEN_UP: 0}
    problems: dict[str, None] = {}
    for delivery in deliveries.waiting():
        hook = hooks.get(delivery.webhook)
        if hook is None:
            continue
        if stopped():
            break
        state, problem = _send(deliveries, partial(_attempt, services, guard, hook, delivery), delivery, pause, stopped)
        counts[state] += 1
        if problem:
            problems.setdefault(f"{hook.name}: {problem}")
    failed = counts[DeliveryState.WAITING] + counts[DeliveryState.GIVEN_UP]
    return counts[DeliveryState.DONE], counts[DeliveryState.UNSURE], failed, tuple(problems)


def _send(
    deliveries: Deliveries,
    attempt: Callable[[], ServiceResponse],
    delivery: Delivery,
    pause: Callable[[float], None],
    stopped: Callable[[], bool],
) -> tuple[DeliveryState, str]:
    attempts = delivery.attempts
    for step in range(len(PAUSES) + 1):
        deliveries.mark(delivery, DeliveryState.SENDING)
        attempts += 1
        answer = attempt()
        state, problem = _judged(answer, attempts)
        deliveries.mark(delivery, state, problem)
        excluded = answer.sent is RequestOutcome.EXCLUDED
        if state is not DeliveryState.WAITING or excluded or step == len(PAUSES) or stopped():
            return state, problem
        pause(min(answer.retry_after or PAUSES[step], MAX_PAUSE))
    raise AssertionError("the last attempt returns")


def _attempt(
    services: ServiceClient, guard: ServiceGuard | None, channel: Channel, delivery: Delivery
) -> ServiceResponse:
    """One attempt. Replies of a mail server are given as the HTTP status that has the same effect."""
    body = delivery.body.encode()
    if isinstance(channel, Webhook):
        return services.request("POST", channel.url, _headers(channel, delivery), body)
    done = send_mail(channel.server, channel.sender, channel.to, body, guard)
    # RFC 5321, 4.2.1: 4yz is temporary, 5yz permanent.
    status = (
        0 if done.sent is not RequestOutcome.ANSWERED else 200 if done.code < 300 else 503 if done.code < 500 else 400
    )
    return ServiceResponse(done.sent, status, problem=done.problem)


def _headers(hook: Webhook, delivery: Delivery) -> Mapping[str, str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": delivery.event}
    token = os.environ.get(hook.secret_env, "") if hook.secret_env else ""
    return headers | ({"Authorization": f"Bearer {token}"} if token.isprintable() and token else {})


def _judged(answer: ServiceResponse, attempts: int) -> tuple[DeliveryState, str]:
    if answer.sent is RequestOutcome.UNSURE:
        return DeliveryState.UNSURE, f"no response ({answer.problem}); the event may have arrived and is not sent again"
    if answer.sent is RequestOutcome.EXCLUDED:
        problem = f"not sent ({answer.problem})"
    elif answer.sent is RequestOutcome.NOT_SENT:
        problem = f"unreachable ({answer.problem})"
    elif 200 <= answer.status < 300:
        return DeliveryState.DONE, ""
    elif answer.status in _AGAIN:
        problem = f"temporarily refused ({answer.problem or f'HTTP {answer.status}'})"
    else:
        return DeliveryState.GIVEN_UP, f"refused ({answer.problem or f'HTTP {answer.status}'})"
    return (DeliveryState.WAITING, problem) if attempts < MAX_ATTEMPTS else (DeliveryState.GIVEN_UP, problem)
