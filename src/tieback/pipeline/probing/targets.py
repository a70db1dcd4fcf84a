"""Stages of ``tieback probe``: probe services without an app."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.assess.intrusion import IntrusionSigns, builtin_traces
from tieback.assess.ransom import strongest_verdict
from tieback.backends.probe_hints import MAX_NAMES, NO_PROBE_HINTS, ProbeHints
from tieback.model.backend import Candidate
from tieback.model.count_text import count_text
from tieback.model.errors import InputError, UsageError, WorkspaceError
from tieback.model.grant import Depth, Grant
from tieback.model.probe import PATH_NOT_PROBED, Outcome, ProbeReport, TargetVerdict
from tieback.pipeline.probing.candidates import ProviderLookup, target_label
from tieback.pipeline.probing.journal import ProbeJournal
from tieback.pipeline.probing.ransom_notes import NoteJudge, note_label, read_salt, with_note_verdict
from tieback.pipeline.probing.samples import SampleJudge, sample_label, with_cost
from tieback.pipeline.probing.service import probe_again, probe_all
from tieback.pipeline.probing.target_syntax import NamedTarget, expand_target
from tieback.pipeline.progress import Progress, today_utc
from tieback.pipeline.rule_sets import probe_set, ransom_signs
from tieback.probes.choose import BUILT_IN, ProbeSet
from tieback.report.shortened import cut_text
from tieback.report.texts.unprobed import MOST_NAMED
from tieback.scope.audit import open_audit_log
from tieback.scope.dialer import Dialer
from tieback.scope.lease import hold_lease
from tieback.scope.policy.approval import Approval, check_dates
from tieback.scope.replay import ReplayDialer
from tieback.scope.transcript import TranscriptFile, read_transcripts

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

_MAX_TARGETS_BYTES = 64 * 1024 * 1024
MAX_TARGETS = 1_000_000
"""Maximum targets of one command."""


def read_targets(path: Path) -> list[str]:
    """Read ``HOST[:PORT]`` lines from a file; empty lines and text after ``#`` are ignored.

    Raises:
        InputError: the file cannot be read, is not UTF-8 text, or is too long.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_TARGETS_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"cannot be read ({why})", where=str(path), advice="Write one HOST[:PORT] per line") from None
    if len(data) > _MAX_TARGETS_BYTES:
        raise InputError("longer than 64 MiB", where=str(path), advice="Split the file")
    return [word for line in text.splitlines() if (word := line.partition("#")[0].strip())]


class TargetList(Collection[Candidate]):
    """The targets of a command without duplicates, at most ``MAX_TARGETS``."""

    def __init__(self, words: Iterable[str], probes: ProbeSet = BUILT_IN) -> None:
        """Read all target arguments.

        Args:
            words: targets as in ``target_syntax``, or ``@FILE`` with one per line.
            probes: the probes of the run; their usual ports are those of a host without a port.

        Raises:
            UsageError: an argument is not a target, or there are too many.
            InputError: a file cannot be read.
        """
        self._targets: dict[str, NamedTarget] = {}
        self._unused: dict[str, dict[str, None]] = {}
        """Paths of URLs that are not probed, by target."""
        for word in words:
            for text in read_targets(Path(word[1:])) if word.startswith("@") else (word,):
                for one in expand_target(text, probes):
                    label = target_label(one.candidate)
                    known = self._targets.setdefault(label, one)
                    if one.unused_path:
                        self._unused.setdefault(label, {})[one.unused_path] = None
                    if known.derived and not one.derived:
                        self._targets[label] = one
                    elif one.hints.names and one is not known:
                        # Several URLs of one server: each may name another container.
                        names = tuple(dict.fromkeys((*known.hints.names, *one.hints.names)))[:MAX_NAMES]
                        self._targets[label] = msgspec.structs.replace(known, hints=ProbeHints(names))
                if len(self._targets) > MAX_TARGETS:
                    raise UsageError(
                        f"more than {MAX_TARGETS:,} targets", where=text[:200], advice="Split them over several runs"
                    )

    @property
    def places(self) -> Collection[str]:
        """``host:port`` of each target in the order given."""
        return self._targets.keys()

    @property
    def hints(self) -> Mapping[Candidate, ProbeHints]:
        """The containers that the URLs name, by target."""
        return {one.candidate: one.hints for one in self._targets.values() if one.hints.names}

    @property
    def remarks(self) -> Mapping[str, str]:
        """What was not probed although a URL names it, by target."""
        return {
            label: f"{PATH_NOT_PROBED}{cut_text((path[:100] for path in paths), MOST_NAMED)}"
            for label, paths in self._unused.items()
        }

    def is_derived(self, label: str) -> bool:
        """True if the user named a host, block or range, and not this port of this host."""
        return label in self._targets and self._targets[label].derived

    def __len__(self) -> int:
        return len(self._targets)

    def __contains__(self, one: object) -> bool:
        return isinstance(one, Candidate) and target_label(one) in self._targets

    def __iter__(self) -> Iterator[Candidate]:
        return (one.candidate for one in self._targets.values())


class ProbeRunSettings(msgspec.Struct, frozen=True):
    """Output files and options of a probing run."""

    audit: Path
    record: Path | None = None
    """File for transcripts."""
    afresh: bool = False
    """Ignore the results of an earlier, stopped run of the same command."""
    stop: Path | None = None
    """The run stops once this file exists."""
    approval: Approval | None = None
    """Of the grant; as for the dialer."""
    own_domains: frozenset[str] = frozenset()
    """E-mail domains of the organisation, with which sampled addresses are compared."""
    rules: "UserRules | None" = None
    """The rules of users."""
    derived: Callable[[str], bool] = lambda _label: False
    """``TargetList.is_derived``, for the transcripts."""


class RunStart(msgspec.Struct, frozen=True):
    """The state at the start of a run."""

    total: int
    """Number of distinct targets."""
    before: int
    """Of these, targets that a stopped run of the same command has already probed."""


async def probe_targets(
    candidates: Collection[Candidate],
    grant: Grant,
    asking: ProbeRunSettings,
    progress: Progress | None = None,
    begun: Callable[[RunStart], None] | None = None,
    hints: Mapping[Candidate, ProbeHints] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> AsyncGenerator[ProbeReport]:
    """Probe all targets; yields one report per target as it completes, with ransom signs judged.

    Closing the iterator stops the run. Results are kept; the same command resumes it within 24 hours.

    Args:
        candidates: targets; iterated twice.
        grant: what may be probed.
        asking: output files and options.
        progress: called after each report.
        begun: called before the first.
        hints: containers that the user names at a target.
        remarks: ``TargetList.remarks``: a problem of the report of a target that was probed.

    Raises:
        GrantError: the grant has expired or is not yet valid, a site policy is damaged, or a signature is missing.
        StoppedError: the stop file exists; same effect as closing the iterator.
        WorkspaceError: the audit log, the transcripts or the journal cannot be written; or another process probes under
            this grant, with its audit log in the same folder.
    """
    today = today_utc()
    check_dates(grant, asking.approval, today)
    wanted = dict.fromkeys(map(target_label, candidates))
    with ExitStack() as stack:
        stack.enter_context(hold_lease(grant, asking.audit.parent))
        audit = stack.enter_context(open_audit_log(asking.audit))
        text = asking.approval.text if asking.approval is not None else ""
        transcripts = None
        if asking.record is not None:
            transcripts = TranscriptFile(asking.record, grant, grant_text=text, derived=asking.derived)
        if transcripts is not None:
            stack.callback(transcripts.close)
        probes = probe_set(asking.rules)
        dialer = Dialer(
            grant,
            audit,
            today=today,
            stop_file=asking.stop,
            transcripts=transcripts,
            provider_of=ProviderLookup().of,
            approval=asking.approval,
        )
        dialer.announce()
        journal = ProbeJournal(asking.audit.parent, grant, wanted, [one.rule_label for one in probes.declared])
        finished = False
        stack.callback(lambda: journal.close(finished=finished))
        before, total = 0 if asking.afresh else len(wanted.keys() & journal.asked), len(wanted)
        if begun is not None:
            begun(RunStart(total, before))
        if before:
            for report in journal.found():
                if report.target in wanted:
                    del wanted[report.target]
                    yield report
        moved = (lambda done, _known: progress(done + before, total)) if progress else None
        notes = None
        if any(rule.ransom_note for rule in grant.target):
            concluded = transcripts.conclude if transcripts is not None else None
            notes = NoteJudge(read_salt(asking.audit.parent), concluded, ransom_signs(asking.rules))
        samples = (
            SampleJudge(own_domains=asking.own_domains, added=asking.rules)
            if any(rule.depth is Depth.SAMPLE for rule in grant.target)
            else None
        )
        left = _each_once(candidates, wanted)
        found = probe_all(left, grant, dialer, moved, hints, notes=notes, samples=samples, probes=probes)
        signs, traces = ransom_signs(asking.rules), builtin_traces()
        async with aclosing(found):
            async for _, report in found:
                ransom = strongest_verdict((signs.judge(report.containers), report.ransom))
                judged = with_intrusion(msgspec.structs.replace(report, ransom=ransom), traces)
                remark = remarks.get(report.target) if remarks else None
                if remark and judged.verdict is not TargetVerdict.NOT_PROBED:
                    judged = msgspec.structs.replace(judged, problems=(*judged.problems, remark))
                journal.add(judged)
                yield judged
        finished = True
        if transcripts is not None and transcripts.left_out:
            raise WorkspaceError(
                f"{count_text(transcripts.left_out, 'conversation')} did not fit into the transcript file",
                where=str(transcripts.path),
                advice="Record to another file",
            )


def _each_once(candidates: Iterable[Candidate], wanted: dict[str, None]) -> Iterator[Candidate]:
    """The candidates that are in ``wanted``; each is removed from it when yielded."""
    for one in candidates:
        label = target_label(one)
        if label in wanted:
            del wanted[label]
            yield one


def with_intrusion(report: ProbeReport, signs: IntrusionSigns) -> ProbeReport:
    """The report with the signs that somebody wrote to the store."""
    found = signs.reasons(report.product, report.containers, report.traits)
    return msgspec.structs.replace(report, intrusion=tuple(dict.fromkeys((*report.intrusion, *found))))


async def replay(path: Path, rules: "UserRules | None" = None) -> AsyncGenerator[ProbeReport]:
    """Evaluate recorded conversations with the current rules, and those of users. Contacts nothing.

    Raises:
        InputError: the file cannot be read, or is not a transcript file.
    """
    async for report in replay_from(ReplayDialer(read_transcripts(path)), rules=rules):
        yield report


async def replay_from(
    dialer: ReplayDialer, brought: ProbeHints = NO_PROBE_HINTS, rules: "UserRules | None" = None
) -> AsyncGenerator[ProbeReport]:
    """As ``replay``, with transcripts that were already read; ``brought`` is what apps name there."""
    signs, traces, probes = ransom_signs(rules), builtin_traces(), probe_set(rules)
    for target in dialer.targets():
        decision = dialer.decision(target)
        if decision.allowed:
            report = await probe_again(target, decision.depth, dialer, brought, probes)
        else:
            report = ProbeReport(target.label, Outcome.OUT_OF_SCOPE, problems=(decision.reason,))
        named = msgspec.structs.replace(report, ransom=signs.judge(report.containers), replayed=dialer.day(target))
        named = with_intrusion(named, traces)
        noted = with_note_verdict(named, dialer.ransom(target), dialer.cost(target, note_label(report.probe)))
        yield with_cost(noted, dialer.cost(target, sample_label(report.probe)))
