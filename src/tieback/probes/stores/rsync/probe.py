"""The rsync daemon: names of modules, which of them allow anonymous access, and how many files those hold.

The server greets first, with the protocol's version (identify; proves nothing). Sends our greeting with ``#list``. On
separate connections it sends our greeting with the name of each of at most ten modules, listed or named by the app.
``@RSYNCD: OK`` means access, ``AUTHREQD`` means that a password is required. After ``OK`` it sends the arguments of
``rsync -r`` to the server's sender, and no request for a file: the server sends the list of files and waits
(enumerate). Extensions of their names come with it (describe). Names are not kept, and no content of a file comes.

At most 128 KiB of a list are read, and the server itself sends about 1,000 entries ahead: then the count is a lower
bound. A server may hide modules (``list = no``); their names are not guessed.

Protocol: https://github.com/RsyncProject/rsync, ``clientserver.c``. Verified against rsync 3.5.0.
"""

import re

from tieback.model.count_text import count_text
from tieback.model.figure import Quality, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Outcome, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.stores.rsync.listing import MIN_PROTOCOL, list_command, read_listing
from tieback.probes.wire.lines import LineInbox
from tieback.probes.wire.opening import STREAM_ENDED, opening_bytes, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.probes.wire.xmltext import extension_patterns
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, SendCost, Target

_MARK = b"@RSYNCD: "
_HELLO = b"@RSYNCD: 30.0\n"
"""Version 30 needs no negotiation of digests, and every server since 2008 supports it."""
_GREETING = re.compile(r"([0-9]{2})(?:\.[0-9]{1,3})?(?: [a-z0-9 ]{1,200})?")
_MODULE = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_])?"
_LISTED = re.compile(r"([^\t]{1,200}?)\s*\t.*")
_MAX_MODULES = 1000
_MAX_ASKED = 10
"""Maximum number of modules that are tested; each needs a connection."""
_MAX_LINES = 2000
_LIST, _ASK, _FILES = "#list", "<module>", "files of <module>"


class RsyncProbe:
    """Probe of an rsync daemon: modules, which of them allow anonymous access, and their files."""

    meta = ProbeMeta(
        name="rsync",
        products=("rsync",),
        ports=(873,),
        services=("rsync",),
        cpe=("cpe:2.3:a:samba:rsync",),
        cwe="CWE-306",
        sends=(
            DeclaredSend(_LIST, re.escape(_HELLO + b"#list\n"), "names of modules; no list of files", Depth.ENUMERATE),
            DeclaredSend(
                _ASK,
                re.escape(_HELLO) + _MODULE.encode() + b"\n",
                "whether an anonymous client may open the module",
                Depth.ENUMERATE,
            ),
            DeclaredSend(
                _FILES,
                re.escape(list_command("MODULE")).replace(b"MODULE", _MODULE.encode()),
                "names and sizes of files, as before a transfer; no file is requested. Only their number, bytes and "
                "extensions are kept",
                Depth.ENUMERATE,
                cost=SendCost.BOUNDED,
            ),
        ),
        references=("https://download.samba.org/pub/rsync/rsyncd.conf.5",),
        greets=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        inbox, version = yield from _greeted(target, first_answer_timeout(self.meta, target))
        draft.spoke = True
        draft.product = "rsync"
        draft.fingerprint(())
        draft.problem(f"speaks version {version} of the protocol, which does not contain the program's own version")
        if not depth.allows(Depth.ENUMERATE):
            return
        yield Send(_HELLO + b"#list\n")
        listed = yield from _modules(draft, inbox)
        if listed:
            draft.prove(_LIST, f"lists {count_text(len(listed), 'module')} without a password", Access.OPEN)
            draft.access = Access.SCHEMA_ONLY
        names = list(dict.fromkeys((*listed, *target.names)))
        draft.containers = [Container((name,), "module") for name in listed]
        draft.fingerprint(names)
        lists = int(version) >= MIN_PROTOCOL
        if not lists:
            draft.problem(f"files were not counted: that needs version {MIN_PROTOCOL} of the protocol")
        yield from _each(draft, target, names, depth, lists=lists)


def _each(draft: ReportDraft, target: Target, names: list[str], depth: Depth, *, lists: bool) -> Conversation[None]:
    listed = {one.path[0] for one in draft.containers}
    if len(names) > _MAX_ASKED:
        draft.leave_out(f"{count_text(len(names), 'module')}; only the first {_MAX_ASKED} were probed one by one")
    draft.untested.append("modules that the server does not list")
    draft.hidden = "modules that the server does not list"
    opened = refused = 0
    for name in names[:_MAX_ASKED]:
        if re.fullmatch(_MODULE, name) is None:
            report = draft.leave_out if name in listed else draft.problem
            report(f"skipped a module name that is not safe to send: {name[:60]!r}")
            continue
        inbox, _ = yield from _greeted(target, None)
        yield Send(_HELLO + name.encode("ascii") + b"\n")
        word = yield from _verdict(inbox)
        if word == "OK":
            opened += 1
            draft.access = Access.PARTIAL
            draft.prove(_ASK, f"{name} allows access without a password", Access.OPEN)
            if lists:
                yield from _count(draft, name, depth)
        elif word.startswith("AUTHREQD"):
            refused += 1
            draft.prove(_ASK, f"{name} requires a password", Access.AUTH_REQUIRED)
        else:
            refused += 1
            draft.problem(f"{name[:60]}: {word[:120]}")
    if refused and not opened and not draft.containers:
        draft.access = Access.AUTH_REQUIRED
    elif opened and not refused and len(names) <= _MAX_ASKED:
        _judge_open(draft)


def _count(draft: ReportDraft, name: str, depth: Depth) -> Conversation[None]:
    """Count the files of a module on the connection that has opened it."""
    yield Send(list_command(name))
    try:
        found = yield from read_listing()
    except Fault as fault:
        if fault.outcome not in (Outcome.TIMEOUT, *STREAM_ENDED):
            raise
        draft.leave_out(f"{_FILES} ({name[:60]}): {fault.detail}")
        return
    if found.error:
        draft.problem(f"{_FILES} ({name[:60]}): {found.error}")
        if not found.names:
            return
    draft.prove(_FILES, f"{name} lists {count_text(len(found.names), 'file')}", Access.OPEN)
    figure = exact if found.complete else lower_bound
    container = Container(
        (name,),
        "module",
        records=figure(len(found.names), "list of files"),
        bytes=figure(found.bytes, "list of files"),
        fields=tuple(Field(one, "extension") for one in extension_patterns(found.names))
        if depth.allows(Depth.DESCRIBE)
        else (),
    )
    paths = [one.path for one in draft.containers]
    at = paths.index(container.path) if container.path in paths else len(paths)
    draft.containers[at : at + 1] = [container]


def _judge_open(draft: ReportDraft) -> None:
    """The access if every module allows it."""
    figures = [one.records for one in draft.containers]
    if any(figure is not None and figure.value for figure in figures):
        draft.access = Access.OPEN
    elif all(figure is not None and figure.quality is Quality.EXACT for figure in figures):
        draft.access = Access.OPEN_EMPTY


def _greeted(target: Target, seconds: float | None) -> Conversation[tuple[LineInbox, str]]:
    """Open a connection and read the server's greeting; returns the connection and its version."""
    yield Connect(bool(target.tls))
    head = yield from opening_bytes(Receive(exactly=len(_MARK), seconds=seconds))
    if head != _MARK:
        raise NotThisProtocol(f"not an rsync greeting: {printable(head)}")
    inbox = LineInbox()
    version = _GREETING.fullmatch((yield from inbox.line()))
    if version is None:
        raise NotThisProtocol("an rsync greeting without a version")
    return inbox, version[1]


def _modules(draft: ReportDraft, inbox: LineInbox) -> Conversation[list[str]]:
    """Names before the end of the list; lines of a message of the day have no tab."""
    found: list[str] = []
    for _ in range(_MAX_LINES):
        line = yield from inbox.line()
        if line.startswith("@RSYNCD: EXIT"):
            return found
        if line.startswith("@ERROR"):
            draft.problem(f"{_LIST}: {line[:160]}")
            return found
        if module := _LISTED.fullmatch(line):
            if len(found) == _MAX_MODULES:
                draft.leave_out(f"more modules than the limit; the first {_MAX_MODULES} are kept")
                continue
            found.append(module[1].strip())
    raise HostileAnswer(f"a list of more than {_MAX_LINES} lines")


def _verdict(inbox: LineInbox) -> Conversation[str]:
    """Text after ``@RSYNCD:`` or ``@ERROR:``, which follows the message of the day."""
    for _ in range(_MAX_LINES):
        line = yield from inbox.line()
        if line.startswith(("@RSYNCD: ", "@ERROR: ")):
            return line.partition(": ")[2]
        if line.startswith("@ERROR"):
            return line
    raise HostileAnswer(f"a message of more than {_MAX_LINES} lines")
