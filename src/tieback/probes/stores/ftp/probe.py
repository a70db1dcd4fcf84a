"""FTP: product from the greeting, and the listing for ``anonymous`` if the grant names it. No file is read.

The server sends first. Sends ``SYST`` if the greeting does not show that this is FTP, and ``QUIT`` (identify). If
``passwordless`` of the grant names ``anonymous``: ``USER anonymous``, and the synthetic address that RFC 1635 expects
instead of a password; ``AUTH TLS`` if the server refuses that in clear text. Then ``STAT /`` and ``STAT /<directory>``
for at most 50 top-level directories (enumerate): the listing comes over the same connection (RFC 959 section 4.1.3), so
no second one is opened. Extensions of names come with it (describe).

``anonymous`` is an account by convention: without a grant that names it, its access stays unknown. Verified against
vsftpd 3.0.
"""

import re

from tieback.model.count_text import count_text
from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, is_expected, run_to_report
from tieback.probes.stores.ftp.listing import DirectoryListing, read_entries
from tieback.probes.wire.lines import LineInbox
from tieback.probes.wire.opening import opening_bytes, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.probes.wire.xmltext import extension_patterns
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Receive, Send, StartTls, Target

_ANONYMOUS = ("anonymous", "ftp")
_IMPLICIT_TLS = 990
_MAX_DIRECTORIES = 50
_MAX_LINES = 4000
"""Maximum number of lines of one reply that lists nothing."""
_MAX_LISTED = 5000
"""Maximum number of lines of a listing that are read; the connection is then of no further use."""
_MAX_GREETING = 100
_DIRECTORY = r"[A-Za-z0-9_](?:[A-Za-z0-9._ -]{0,98}[A-Za-z0-9_])?"
_SYST, _QUIT, _PASS, _TOP = b"SYST\r\n", b"QUIT\r\n", b"PASS tieback@\r\n", b"STAT /\r\n"
_TLS = b"AUTH TLS\r\n"
_WANTS_TLS = re.compile(r"\b(?:TLS|SSL|encrypt)", re.IGNORECASE)
_PRODUCTS = (
    ("vsftpd", re.compile(r"vsFTPd ([0-9.]+)", re.IGNORECASE)),
    ("proftpd", re.compile(r"ProFTPD(?: ([0-9][0-9a-z.]+))?")),
    ("pure-ftpd", re.compile(r"Pure-FTPd()")),
    ("filezilla-server", re.compile(r"FileZilla Server(?: v?(?:version )?([0-9.]+))?")),
    ("iis-ftp", re.compile(r"Microsoft FTP Service(?: \(Version ([0-9.]+)\))?")),
)

_LOGIN, _STAT = "USER anonymous", "STAT /"
SENDS = (
    DeclaredSend("SYST", re.escape(_SYST), "whether this is an FTP server; changes nothing"),
    DeclaredSend(
        _LOGIN,
        b"USER (?P<account>anonymous|ftp)\r\n",
        "whether `anonymous` can log in; only sent if the grant names that account",
    ),
    DeclaredSend(
        "PASS tieback@",
        re.escape(_PASS),
        "the e-mail address that RFC 1635 expects as password; synthetic, not a secret",
    ),
    DeclaredSend(
        "AUTH TLS",
        re.escape(_TLS),
        "switches to TLS if the server refuses a login without it (RFC 4217); changes nothing",
    ),
    DeclaredSend(_STAT, re.escape(_TOP), "names and sizes in the root directory; no file is read", Depth.ENUMERATE),
    DeclaredSend(
        "STAT /<directory>",
        b"STAT /%b\r\n" % _DIRECTORY.encode(),
        "names and sizes in a directory, which are only counted; no file is read",
        Depth.ENUMERATE,
    ),
    DeclaredSend("QUIT", re.escape(_QUIT), "ends the session"),
)


class FtpProbe:
    """Probe of FTP servers: product, and what ``anonymous`` may list."""

    meta = ProbeMeta(
        name="ftp",
        products=("ftp", *(name for name, _ in _PRODUCTS)),
        ports=(21, 990, 2121),
        services=("ftp", "ftps"),
        cpe=("cpe:2.3:a:vsftpd_project:vsftpd", "cpe:2.3:a:proftpd:proftpd"),
        cwe="CWE-306",
        sends=SENDS,
        references=("https://www.rfc-editor.org/rfc/rfc959", "https://www.rfc-editor.org/rfc/rfc1635"),
        greets=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        yield Connect(bool(target.tls) or target.port == _IMPLICIT_TLS)
        seconds = first_answer_timeout(self.meta, target)
        head = yield from opening_bytes(Receive(exactly=4, seconds=seconds))
        if not re.fullmatch(rb"(?:120|220|421)[ -]", head):
            raise NotThisProtocol(f"not an FTP greeting: {printable(head)}")
        inbox = LineInbox()
        greeting = [(yield from inbox.line(seconds))]
        while head[3:] == b"-" and not re.match(rf"{head[:3].decode()} ", greeting[-1]):
            if len(greeting) == _MAX_GREETING:
                raise NotThisProtocol("a greeting that does not end")
            greeting.append((yield from inbox.line(seconds)))
        banner = "\n".join(greeting)
        yield from self._identify(draft, target, inbox, banner)
        if head[:3] == b"421":
            draft.access = Access.LOCKED
            draft.prove("greeting", f"421 {banner}", Access.LOCKED)
            return
        account = next((name for name in _ANONYMOUS if name in target.passwordless), None)
        if account is None:
            draft.problem("the login as anonymous was not tried: the grant does not name it as passwordless")
        else:
            session = yield from _log_in(draft, inbox, account)
            if session is None:
                # Servers close after a refusal.
                return
            if depth.allows(Depth.ENUMERATE):
                yield from _enumerate(draft, session, depth)
        yield Send(_QUIT)

    def _identify(self, draft: ReportDraft, target: Target, inbox: LineInbox, banner: str) -> Conversation[None]:
        if "SMTP" in banner.upper():
            raise NotThisProtocol("greets as a mail server")
        if "FTP" not in banner.upper() and not is_expected(self.meta, target):
            yield Send(_SYST)
            code, _ = yield from _reply(inbox)
            # A mail server does not know SYST: 500 or 502.
            if code not in (215, 530):
                raise NotThisProtocol(f"greets with 220 and answers SYST with {code}")
        draft.spoke = True
        draft.fingerprint(())
        draft.product = "ftp"
        for product, pattern in _PRODUCTS:
            if found := pattern.search(banner):
                draft.product, draft.version = product, (found[1] or "")[:40]
                break


def _log_in(draft: ReportDraft, inbox: LineInbox, account: str) -> Conversation[LineInbox | None]:
    """Session after a login; ``None`` if there is none: the draft then has the reason."""
    code, text = yield from _asked(inbox, account)
    if code >= 400 and _WANTS_TLS.search(text):
        # vsftpd closes after such a refusal.
        inbox = LineInbox()
        yield Connect()
        yield from _reply(inbox)
        yield Send(_TLS)
        offered, _ = yield from _reply(inbox)
        if offered == 234:
            yield StartTls()
            inbox = LineInbox()
            code, text = yield from _asked(inbox, account)
    if code >= 400 and _WANTS_TLS.search(text):
        draft.problem(f"{_LOGIN}: {text}")
        return None
    if code in (230, 202):
        draft.account = account
        draft.access = Access.PARTIAL
        draft.prove(_LOGIN, f"{account} can log in: {text}", Access.OPEN)
        return inbox
    if code in (421, 530, 532, 430):
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_LOGIN, text, Access.AUTH_REQUIRED)
    else:
        draft.problem(f"{_LOGIN}: {text}")
    return None


def _asked(inbox: LineInbox, account: str) -> Conversation[tuple[int, str]]:
    """Code and text of the answer to a login."""
    yield Send(f"USER {account}\r\n".encode("ascii"))
    code, lines = yield from _reply(inbox)
    if code in (331, 332):
        yield Send(_PASS)
        code, lines = yield from _reply(inbox)
    return code, lines[-1][:160]


def _enumerate(draft: ReportDraft, inbox: LineInbox, depth: Depth) -> Conversation[None]:
    listed = yield from _list(draft, inbox, "")
    if listed is None:
        return
    draft.prove(_STAT, f"lists {count_text(len(listed.entries), 'entry', 'entries')}", Access.OPEN)
    draft.containers.append(_container("/", listed, depth))
    directories = [entry.name for entry in listed.entries if entry.directory]
    if listed.cut and directories:
        draft.leave_out(f"{count_text(len(directories), 'directory', 'directories')}: the listing is beyond the limit")
    elif len(directories) > _MAX_DIRECTORIES:
        draft.leave_out(
            f"{count_text(len(directories), 'top-level directory', 'top-level directories')}; "
            f"only the first {_MAX_DIRECTORIES} were listed"
        )
    deeper = False
    cut = listed.cut
    for name in directories[:_MAX_DIRECTORIES]:
        inside = None
        if cut:
            pass  # the rest of the reply is still on its way
        elif re.fullmatch(_DIRECTORY, name):
            inside = yield from _list(draft, inbox, name)
        else:
            draft.leave_out(f"the directory {name[:60]!r}: its name is not safe to send")
        deeper = deeper or (inside is not None and any(entry.directory for entry in inside.entries))
        cut = cut or (inside is not None and inside.cut)
        draft.containers.append(_container(name, inside, depth))
    draft.fingerprint(f"{c.name}\0{c.records.value if c.records else ''}" for c in draft.containers[1:])
    if any(c.records is not None and c.records.value for c in draft.containers):
        draft.access = Access.OPEN
    elif deeper:
        draft.leave_out("no file in the first two levels; deeper ones were not listed")
    elif not draft.unlisted:
        draft.access = Access.OPEN_EMPTY


def _list(draft: ReportDraft, inbox: LineInbox, directory: str) -> Conversation[DirectoryListing | None]:
    yield Send(f"STAT /{directory}\r\n".encode("ascii"))
    code, lines = yield from _reply(inbox, _MAX_LISTED)
    if code in (211, 212, 213):
        found = read_entries(lines)
        found.cut = len(lines) == _MAX_LISTED
        if found.cut:
            draft.leave_out(f"/{directory[:60]}: what is beyond the first {_MAX_LISTED} lines of the listing")
        if found.links:
            draft.leave_out(
                f"/{directory[:60]}: what {count_text(found.links, 'symbolic link leads', 'links lead')} to"
            )
        if found.unread:
            draft.leave_out(f"/{directory[:60]}: {count_text(found.unread, 'entry', 'entries')} in an unknown format")
        return found
    draft.leave_out(f"STAT /{directory[:60]}: {lines[-1][:120]}")
    return None


def _container(name: str, listed: DirectoryListing | None, depth: Depth) -> Container:
    if listed is None:
        return Container((name,), "directory")
    files = [entry for entry in listed.entries if not entry.directory]
    deeper = name != "/" and len(files) < len(listed.entries)
    whole = not (deeper or listed.links or listed.unread or listed.cut)
    figure, method = exact if whole else lower_bound, "STAT, without directories below" if deeper else "STAT"
    size = min(sum(entry.size for entry in files), 2**63 - 1)
    extensions = extension_patterns([entry.name for entry in files])[:200] if depth.allows(Depth.DESCRIBE) else []
    fields = tuple(Field(one, "extension") for one in extensions)
    return Container((name,), "directory", False, figure(len(files), method), figure(size, method), fields)


def _reply(inbox: LineInbox, most: int = 0) -> Conversation[tuple[int, list[str]]]:
    """Read code and lines of a reply; a line ``ddd `` ends it (RFC 959 section 4.2).

    Args:
        inbox: the lines of the connection.
        most: maximum number of lines that are read of a listing; default: a longer reply is hostile.
    """
    first = yield from inbox.line()
    code = re.match(r"([1-5][0-9]{2})([ -]|$)", first)
    if code is None:
        raise HostileAnswer(f"not an FTP reply: {printable(first.encode())}")
    lines = [first]
    while code[2] == "-" and not lines[-1].startswith(f"{code[1]} "):
        if most and len(lines) == most:
            break
        if not most and len(lines) == _MAX_LINES:
            raise HostileAnswer(f"a reply of more than {_MAX_LINES} lines")
        lines.append((yield from inbox.line()))
    return int(code[1]), lines
