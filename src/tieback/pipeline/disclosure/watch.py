"""Watch cases: scheduled re-checks, missed deadlines, and events as JSON lines and webhook calls, each only once.

Only news is sent to webhooks. Temporary refusals are retried with increasing pauses, and in the next run. A request
that was sent but not answered is never sent again, because it may have arrived.
"""

import os
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tieback.cases.events import STYLES, CaseEvent, case_event
from tieback.cases.policy import CasePolicy
from tieback.cases.states import advance
from tieback.model.case import Case, CaseState
from tieback.model.errors import InputError
from tieback.model.grant import Grant
from tieback.pipeline.disclosure.recheck import recheck_workspace
from tieback.pipeline.progress import Progress, today_utc
from tieback.scope.grant import check_valid
from tieback.scope.guard import ServiceGuard
from tieback.scope.policy.approval import Approval, require_approval
from tieback.scope.services import RequestOutcome, ServiceClient, ServiceResponse, parse_service_url
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.deliveries import Deliveries, Delivery, DeliveryState
from tieback.storage.workspace import Workspace

EVENTS_FILE = "events.jsonl"
WEBHOOKS_FILE = "webhooks.toml"
MAX_CONFIG = 64 * 1024
MAX_ATTEMPTS = 8
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


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    webhook: tuple[Webhook, ...] = ()


def load_webhooks(path: Path) -> tuple[Webhook, ...]:
    """Read the webhook configuration.

    Raises:
        InputError: the file cannot be read, or is not a valid configuration.
        UsageError: a URL is not allowed for a service.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CONFIG + 1)
        if len(raw) > MAX_CONFIG:
            raise ValueError("longer than 64 KiB")
        hooks = msgspec.convert(tomllib.loads(raw.decode()), _Config).webhook
        odd = next((hook for hook in hooks if hook.style not in STYLES or not hook.name), None)
        if odd is not None:
            raise ValueError(f"style {odd.style!r} of webhook {odd.name!r}: choose one of {', '.join(STYLES)}")
        if len({hook.name for hook in hooks}) < len(hooks):
            raise ValueError("two webhooks have the same name")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"invalid webhook configuration ({str(error).splitlines()[0]})",
            where=str(path),
            advice='Write [[webhook]] with name = "…", url = "https://…" and style = "slack"',
        ) from None
    for hook in hooks:
        parse_service_url(hook.url)
    return hooks


class WatchSettings(msgspec.Struct, frozen=True):
    """The configuration of a watch round."""

    grant: Grant
    policy: CasePolicy
    webhooks: tuple[Webhook, ...] = ()
    cases: frozenset[str] = frozenset()
    """Case IDs; default: every case that is not closed."""
    approval: Approval | None = None
    """Of the grant; as for the dialer."""
    run: str = ""
    """ID of the run whose back ends and places are used; default: the last finished run."""


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
    check_valid(watching.grant, today_utc())
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

    grant, approval, rules = watching.grant, watching.approval, watching.policy
    for looked in recheck_workspace(workspace, grant, rules, choose, progress, "watch", approval, watching.run):
        yield looked.event


def _overdue(workspace: Workspace, watching: WatchSettings) -> Iterator[CaseEvent]:
    """Vendors whose deadline for an answer has passed."""
    if not watching.policy.watch.no_response:
        return
    cases = workspace.ledger.cases
    names = {vendor.id: vendor.name for vendor in cases.vendors()}
    now = datetime.now(UTC)
    for case in list(cases.cases(states=[CaseState.NOTIFIED])):
        if case.due is not None and case.due < now.date() and (not watching.cases or case.id in watching.cases):
            after = cases.change(
                case.id, lambda old: advance(old, CaseState.NO_RESPONSE, watching.policy, now, by="watch"), now
            )
            yield case_event(case, after, names.get(case.vendor, case.vendor), "state", now)


def _append(path: Path, event: CaseEvent) -> None:
    with storage_errors(path):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(number, "ab") as file:
            file.write(STYLES["generic"](event) + b"\n")


def _queue(deliveries: Deliveries, webhooks: Iterable[Webhook], event: CaseEvent) -> None:
    if event.news:
        deliveries.queue((event.id, hook.name, STYLES[hook.style](event).decode()) for hook in webhooks)


def deliver_events(
    deliveries: Deliveries,
    webhooks: Sequence[Webhook],
    pause: Callable[[float], None] = time.sleep,
    stopped: Callable[[], bool] = lambda: False,
    guard: ServiceGuard | None = None,
) -> tuple[int, int, int, tuple[str, ...]]:
    """Send pending events to these webhooks. Call only under ``Workspace.lock``.

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
    services = ServiceClient((hook.url for hook in webhooks), guard=guard)
    counts = {DeliveryState.DONE: 0, DeliveryState.UNSURE: 0, DeliveryState.WAITING: 0, DeliveryState.GIVEN_UP: 0}
    problems: dict[str, None] = {}
    for delivery in deliveries.waiting():
        hook = hooks.get(delivery.webhook)
        if hook is None:
            continue
        if stopped():
            break
        state, problem = _send(deliveries, services, hook, delivery, pause, stopped)
        counts[state] += 1
        if problem:
            problems.setdefault(f"{hook.name}: {problem}")
    failed = counts[DeliveryState.WAITING] + counts[DeliveryState.GIVEN_UP]
    return counts[DeliveryState.DONE], counts[DeliveryState.UNSURE], failed, tuple(problems)


def _send(
    deliveries: Deliveries,
    services: ServiceClient,
    hook: Webhook,
    delivery: Delivery,
    pause: Callable[[float], None],
    stopped: Callable[[], bool],
) -> tuple[DeliveryState, str]:
    attempts = delivery.attempts
    for step in range(len(PAUSES) + 1):
        deliveries.mark(delivery, DeliveryState.SENDING)
        attempts += 1
        answer = services.request("POST", hook.url, _headers(hook, delivery), delivery.body.encode())
        state, problem = _judged(answer, attempts)
        deliveries.mark(delivery, state, problem)
        excluded = answer.sent is RequestOutcome.EXCLUDED
        if state is not DeliveryState.WAITING or excluded or step == len(PAUSES) or stopped():
            return state, problem
        pause(min(answer.retry_after or PAUSES[step], MAX_PAUSE))
    raise AssertionError("the last attempt returns")


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
        problem = f"temporarily refused (HTTP {answer.status})"
    else:
        return DeliveryState.GIVEN_UP, f"refused (HTTP {answer.status})"
    return (DeliveryState.WAITING, problem) if attempts < MAX_ATTEMPTS else (DeliveryState.GIVEN_UP, problem)
