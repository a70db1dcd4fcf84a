"""The dialer: the only way to open a socket to an examined service.

It runs the generator of a conversation (``scope.conversation``), checks the grant before every connect for exactly the
address of the connection, refuses bytes that no ``DeclaredSend`` covers, enforces the budgets, and writes the audit
log. One conversation talks to one address: the first that accepts a connect is kept, so that two proofs come from one
store.
"""

import asyncio
import logging
import os
import resource
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from tieback.model.count_text import form_for
from tieback.model.errors import StoppedError
from tieback.model.grant import Depth, Grant
from tieback.model.probe import Outcome, ProbeReport
from tieback.scope.audit import AuditLog
from tieback.scope.budget import OpeningBudget, RateLimits
from tieback.scope.connection import Connection
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, RetryLater, Step, Target, Traffic
from tieback.scope.conversation_runner import ConversationRunner, DialContext
from tieback.scope.decide import CompiledGrant, Decision
from tieback.scope.fair_queue import bucket_of
from tieback.scope.policy.approval import Approval, require_approval
from tieback.scope.policy.exclude import EXCLUDED
from tieback.scope.ports import PortTurns, Unrecognised
from tieback.scope.recording import OpenConnection, Recording
from tieback.scope.resolver import NameResolver, Resolution
from tieback.scope.rtt import RttEstimator
from tieback.scope.tls import TlsContexts
from tieback.scope.transcript import TranscriptFile

_MAX_FAULTS = 64
"""Number of faults that a conversation may handle before it is ended."""
_LOG = logging.getLogger(__name__)


class Dialer:
    """Runs conversations under one grant. It belongs to one event loop."""

    def __init__(
        self,
        grant: Grant,
        audit: AuditLog,
        *,
        names: NameResolver | None = None,
        stop_file: Path | None = None,
        today: date | None = None,
        contexts: TlsContexts | None = None,
        transcripts: TranscriptFile | None = None,
        provider_of: Callable[[str], str] | None = None,
        approval: Approval | None = None,
    ) -> None:
        """Compile the grant.

        Args:
            grant: the permission.
            audit: receives a line for every connect, end, and refusal of an exclusion or an address.
            names: resolves hosts; default: the grant's table and the system's DNS servers.
            stop_file: once it exists, nothing is connected to or read any more.
            today: date for checking the grant; default: the current date in UTC, which may change during a run.
            contexts: the TLS policies; default: trust is the system's.
            transcripts: receives all traffic; default: nothing is recorded.
            provider_of: provider of a host, for the limit that its hosts share; default: no provider.
            approval: site policies and signatures; default: the policies in their usual places, and no signature.

        Raises:
            GrantError: a target or host of the grant is malformed; a site policy is; or signatures are demanded that
                the approval does not have.
        """
        self._grant = grant
        self._audit = audit
        self._approval = require_approval(grant, approval)
        never = self._approval.policy.rules
        self._names = names if names is not None else NameResolver(grant, never=never)
        self._stop_file = os.fspath(stop_file) if stop_file is not None else ""
        self._today = today
        self._scope = CompiledGrant(grant, self._day(), never, self._approval.policy.forbids)
        self._rate = RateLimits(grant.limits, provider_of)
        self._provider_of = provider_of
        self._trips = RttEstimator()
        self._turns = PortTurns()
        self._slots = asyncio.Semaphore(grant.limits.concurrency)
        self._contexts = contexts if contexts is not None else TlsContexts()
        self._transcripts = transcripts
        self._announced = False

    def announce(self) -> None:
        """Write the entry about the grant, once. A run begins with it: a log of no connection is not empty.

        Raises:
            WorkspaceError: the audit log cannot be written.
        """
        if not self._announced:
            self._announced = True
            grant = self._grant
            self._audit.append(
                "grant",
                {
                    "authorised_by": grant.authorised_by,
                    "contact": grant.contact,
                    "not_after": grant.not_after.isoformat(),
                    "targets": [rule.match for rule in grant.target],
                    "resources": [[rule.match, *rule.resources] for rule in grant.target if rule.resources],
                    "excludes": [rule.match for rule in grant.exclude],
                    "site_policies": [
                        {
                            "file": file.where,
                            "sha256": file.sha256,
                            "excludes": len(file.rules),
                            "forbids": list(file.forbids),
                        }
                        for file in self._approval.policy.files
                    ],
                    "signed_by": [
                        {"key": one.fingerprint, "comment": one.comment, "file": one.file, "listed_in": one.listed_in}
                        for one in self._approval.signers
                    ],
                },
            )

    def window(self) -> int:
        """Number of concurrent conversations: the limit of the grant, or of open files; a reduction is logged.

        Raises:
            WorkspaceError: the audit log cannot be written.
        """
        wanted = self._grant.limits.concurrency
        found, why = conversation_capacity(wanted)
        if why:
            self._audit.append("window", {"concurrency": wanted, "window": found, "why": why})
            _LOG.warning("tieback: %d concurrent conversations instead of the grant's %d: %s", found, wanted, why)
        return found

    def bucket(self, host: str) -> str:
        """The network or provider that a host shares its turn with."""
        return bucket_of(host, self._provider_of)

    def check_stop(self) -> None:
        """Check whether the run must stop.

        Raises:
            StoppedError: the stop file exists.
        """
        if reason := self._stopped():
            raise StoppedError(reason, advice="Remove it and run the same command again to resume")

    async def permit(self, host: str, port: int, resource: str = "") -> Decision:
        """Whether the grant allows probing ``host`` on ``port``; resolves the name, but connects to nothing.

        At a host that many customers share, it must also list ``resource``.

        If several of its addresses are allowed, the depth and permissions are those common to all of them, because the
        conversation may reach any of them.

        Raises:
            WorkspaceError: the target is excluded, and the audit log cannot be written.
        """
        decision = await self._permit(host, port, resource)
        if decision.reason.startswith(EXCLUDED):
            self.announce()
            label = Target(host, port, resource=resource).label
            self._audit.append("refused", {"target": label, "address": decision.address, "reason": decision.reason})
        if self._transcripts is not None and not decision.allowed:
            self._transcripts.refuse(Target(host, port, resource=resource), decision.reason)
        return decision

    async def _permit(self, host: str, port: int, resource: str) -> Decision:
        scope = self._today_scope()
        if refused := scope.lapsed or scope.excluded_name(host, port):
            return Decision(False, refused)
        found = await self._names.resolve(host)
        if not found.addresses:
            return Decision(False, scope.excluded_name(host, port, found.aliases) or found.reason)
        decisions = [scope.decide(host, address, port, found.aliases, resource) for address in found.addresses]
        excluded = (d for d in decisions if d.reason.startswith(EXCLUDED))
        return _common([d for d in decisions if d.allowed]) or next(excluded, decisions[0])

    async def converse[R](
        self,
        target: Target,
        conversation: Conversation[R],
        sends: Sequence[DeclaredSend],
        *,
        depth: Depth | None = None,
        probe: str = "",
        note: bool = False,
        sample: bool = False,
        hasty: bool = False,
        trust_only: bool = False,
        opening: OpeningBudget | None = None,
    ) -> tuple[R, Traffic]:
        """Run a conversation to its end.

        Args:
            target: the service. An address whose rule does not allow its ``passwordless`` accounts, ``scans`` or
                ``mcp`` is out of scope.
            conversation: yields steps; every failure is thrown into it as a ``Fault``.
            sends: byte strings that it may send.
            depth: depth of the conversation; an address whose rule allows less is out of scope.
            probe: name of the probe, for the transcript.
            note: true to read a ransom note; an address whose rule does not allow that is out of scope.
            sample: true to read a few records; needs depth ``sample``.
            hasty: true for a first pass, which waits for a connect no longer than usual in this network.
            trust_only: true if what is read will be believed: TLS needs a trusted certificate for the host.
            opening: what may be spent until the service is recognised. Until then, or until ``end_recognition``, no
                conversation with another opening connects to the same address and port.

        Raises:
            LookAgain: the time of the first pass was too short.
            StoppedError: the stop file exists.
            WorkspaceError: the audit log cannot be written.
            Exception: raised by the conversation, including a ``Fault`` that it does not handle.
        """
        # Others may hold all slots while they wait for the end of this recognition.
        async with self._slots if opening is None or not self._turns.holds(opening) else nullcontext():
            self.announce()
            # Sends declared for a greater depth than granted count as undeclared; so do notes and samples.
            allowed = [
                declared
                for declared in sends
                if (depth is None or depth.allows(declared.depth))
                and target.permits(declared)
                and (not declared.values or (sample if declared.depth is Depth.SAMPLE else note))
            ]
            # For a sample, even the sent bytes are not recorded: names of keys can be personal data.
            kept = self._transcripts is not None and not sample
            recording = Recording(allowed, Connection.open) if kept else None
            opened = recording.open if recording is not None else Connection.open
            door = replace(self._door(target, depth, opened, note, hasty), trust_only=trust_only, opening=opening)
            talk = ConversationRunner(door, target, allowed, self._grant.limits)
            fault, again = "", False
            try:
                result = await drive(talk, conversation)
                # At depth `sample`, another conversation may follow.
                await talk.finish(again=depth is Depth.SAMPLE)
            except BaseException as error:
                told = isinstance(error, Fault | RetryLater | StoppedError)
                fault = str(error) if told else type(error).__name__
                again = isinstance(error, RetryLater)
                raise
            finally:
                talk.close()
                conversation.close()
                talk.charge()
                traffic = talk.traffic()
                self._audit.append("end", talk.account(fault))
                if self._transcripts is not None and not again:
                    whole = depth if depth is not None else Depth.SAMPLE
                    lines = recording.lines() if recording is not None else ()
                    self._transcripts.keep(target, probe, whole, lines, traffic)
            return result, traffic

    def end_recognition(self, target: Target, opening: OpeningBudget, report: ProbeReport | None) -> None:
        """End what conversations with ``opening`` began; others at the same address and port may now connect.

        If nothing was recognised and TLS was not spoken, the result is theirs too: no name was part of it.

        Args:
            target: the service.
            opening: the recognition.
            report: its result; ``None`` if it has none.
        """
        found = None
        if report is not None and report.outcome in (Outcome.PROTOCOL_MISMATCH, Outcome.TIMEOUT) and not opening.tls:
            detail = report.problems[0] if report.problems else str(report.outcome)
            found = Unrecognised(target.label, report.outcome, detail, opening.plan)
        self._turns.leave(opening, found, report.address if report is not None else "")

    async def sync_audit(self) -> None:
        """Wait until the audit entries of every finished conversation are on disk.

        Raises:
            WorkspaceError: writing to disk failed.
        """
        await asyncio.to_thread(self._audit.sync)

    def _door(
        self, target: Target, depth: Depth | None, connect: OpenConnection, note: bool, hasty: bool
    ) -> DialContext:
        aliases: tuple[str, ...] = ()

        async def resolve(host: str) -> Resolution:
            nonlocal aliases
            found = await self._names.resolve(host)
            aliases = found.aliases
            return found

        def decide(address: str) -> Decision:
            decision = self._today_scope().decide(target.host, address, target.port, aliases, target.resource)
            return _enough(decision, target, depth, note=note) if decision.allowed else decision

        def lapsed() -> str:
            scope = self._today_scope()
            return scope.lapsed or scope.excluded_name(target.host, target.port)

        return DialContext(
            resolve,
            decide,
            self._rate,
            self._contexts,
            self._stopped,
            lapsed,
            self._audit.append,
            connect,
            self._trips,
            hasty,
            turns=self._turns,
        )

    def _today_scope(self) -> CompiledGrant:
        if self._scope.today != self._day():
            policy = self._approval.policy
            self._scope = CompiledGrant(self._grant, self._day(), policy.rules, policy.forbids)
        return self._scope

    def _day(self) -> date:
        return self._today if self._today is not None else datetime.now(UTC).date()

    def _stopped(self) -> str:
        stop = self._stop_file
        return f"the stop file {stop} exists" if stop and os.path.lexists(stop) else ""


async def drive[R](talk: ConversationRunner, conversation: Conversation[R]) -> R:
    """Run the steps of a conversation until it returns."""
    faults = 0
    try:
        step: Step = next(conversation)
        while True:
            try:
                answer = await talk.step(step)
            except Fault as fault:
                faults += 1
                if faults > _MAX_FAULTS:
                    raise
                step = conversation.throw(fault)
            else:
                step = conversation.send(answer)
    except StopIteration as end:
        result: R = end.value
        return result


def _common(allowed: list[Decision]) -> Decision | None:
    """What is common to all allowed addresses, as a decision on the first."""
    if not allowed:
        return None
    first = allowed[0]
    accounts = tuple(a for a in first.passwordless if all(a in d.passwordless for d in allowed))
    return Decision(
        True,
        first.reason,
        first.address,
        first.rule,
        min((d.depth for d in allowed), key=lambda depth: depth.rank),
        accounts,
        all(d.ransom_note for d in allowed),
        all(d.scans for d in allowed),
        all(d.mcp for d in allowed),
        _common_resources([d.resources for d in allowed]),
    )


def _common_resources(permitted: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """What is in each list; ``None`` permits any."""
    lists = [one for one in permitted if one is not None]
    return tuple(one for one in lists[0] if all(one in other for other in lists)) if lists else None


def _enough(decision: Decision, target: Target, depth: Depth | None, *, note: bool) -> Decision:
    """The decision, or a refusal if the rule allows less than the conversation needs."""
    if depth is not None and not decision.depth.allows(depth):
        return Decision(
            False, f"`{decision.rule}` allows {decision.depth}, not {depth}", decision.address, decision.rule
        )
    if note and not decision.ransom_note:
        reason = f"`{decision.rule}` does not allow reading a ransom note"
        return Decision(False, reason, decision.address, decision.rule)
    if target.scans and not decision.scans:
        reason = f"`{decision.rule}` does not allow scans"
        return Decision(False, reason, decision.address, decision.rule)
    if target.mcp and not decision.mcp:
        reason = f"`{decision.rule}` does not allow sessions of MCP servers"
        return Decision(False, reason, decision.address, decision.rule)
    missing = [account for account in target.passwordless if account not in decision.passwordless]
    if missing:
        reason = f"`{decision.rule}` does not list the account {missing[0]} in `passwordless`"
        return Decision(False, reason, decision.address, decision.rule)
    return decision


RESERVE = 96
"""Descriptors reserved for other uses: logs, databases, the event loop, DNS queries."""


def conversation_capacity(window: int) -> tuple[int, str]:
    """How many of ``window`` conversations may run concurrently (at least one), and the reason for a reduction.

    Raises the soft limit if necessary and allowed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = window + RESERVE
    if soft == resource.RLIM_INFINITY or needed <= soft:
        return window, ""
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if most > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
        except (ValueError, OSError):  # above fs.nr_open
            pass
    if needed <= soft:
        return window, ""
    return max(1, soft - RESERVE), f"this process may open only {soft} {form_for(soft, 'file', 'files')} (`ulimit -n`)"
