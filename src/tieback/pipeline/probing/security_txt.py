"""``/.well-known/security.txt`` (RFC 9116) of hosts that the grant covers: one GET each over TLS, nothing else.

It is taken only where the certificate is valid for the host: a letter about open data must not go to whoever sat
between. No redirect is followed, since the host that it names may not be the grant's; it is told, and can be given.
"""

import tempfile
from collections.abc import AsyncGenerator, Iterable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from tieback.cases.contacts import MAX_BYTES, read_security_txt
from tieback.model.errors import InputError
from tieback.model.grant import Depth, Grant
from tieback.model.probe import Outcome, TlsInfo
from tieback.pipeline.probing.targets import candidates_of
from tieback.pipeline.progress import today_utc
from tieback.probes.wire.http import HttpSession, Response, declared_get
from tieback.probes.wire.verdicts import Hostile, NotThisProtocol
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Conversation, Fault, Target
from tieback.scope.dialer import Dialer
from tieback.scope.grant import check_valid
from tieback.scope.lease import leased
from tieback.scope.tls import Contexts

PATH = "/.well-known/security.txt"
SENDS = (
    declared_get(
        f"GET {PATH}", rb"/\.well-known/security\.txt", "whom to tell of open data; a file that is there to be read"
    ),
)
_PORT = 443


class Fetched(msgspec.Struct, frozen=True):
    """What came of one host. The line of ``tieback backend contacts --format json``."""

    target: str
    """``HOST:PORT``."""
    contacts: tuple[str, ...] = ()
    """In the file's order, which is the order of preference."""
    file: str = ""
    """Where the file was kept; empty where it was not."""
    problem: str = ""
    """Why there are no contacts, one clause."""


async def fetch(
    hosts: Iterable[str],
    grant: Grant,
    audit_file: Path,
    keep: Path | None = None,
    contexts: Contexts | None = None,
) -> AsyncGenerator[Fetched]:
    """The contacts that hosts give in their ``security.txt``, one after the other.

    Args:
        hosts: ``HOST`` or ``HOST:PORT``.
        grant: what may be asked; the depth ``identify`` is enough.
        audit_file: gets a line for every connect and refusal.
        keep: folder that files are kept in, as ``HOST.security.txt``; by default none is.
        contexts: how TLS verifies; the system's trusted roots by default.

    Raises:
        GrantError: the grant has expired or is not yet valid.
        UsageError: a word is no host.
        WorkspaceError: the audit log cannot be written, or another process probes under this grant.
        InputError: a file cannot be kept.
    """
    check_valid(grant, today_utc())
    targets = [_target(text, grant) for text in hosts]
    with ExitStack() as stack:
        stack.enter_context(leased(grant, audit_file.parent))
        audit = stack.enter_context(AuditLog(audit_file))
        dialer = Dialer(grant, audit, stop_file=audit_file.parent / "stop", contexts=contexts)
        for target in targets:
            yield await _fetch(target, dialer, keep)


def _target(text: str, grant: Grant) -> Target:
    one = candidates_of(text)[0]
    named = text.endswith(f":{one.port}")
    return Target(one.host, one.port if named else _PORT, tls=True, contact=grant.contact)


async def _fetch(target: Target, dialer: Dialer, keep: Path | None) -> Fetched:
    try:
        response, traffic = await dialer.converse(
            target, _get(target), SENDS, depth=Depth.IDENTIFY, probe="security.txt"
        )
    except Fault as fault:
        told = fault.detail if fault.outcome is Outcome.OUT_OF_SCOPE else f"{fault.outcome}: {fault.detail}"
        return Fetched(target.place, problem=told)
    except (Hostile, NotThisProtocol) as error:
        return Fetched(target.place, problem=str(error))
    problem = _problem(response, traffic.tls)
    if problem:
        return Fetched(target.place, problem=problem)
    return _read(target, response.body, keep)


def _get(target: Target) -> Conversation[Response]:
    # No ``first``: that would try without TLS too.
    return (yield from HttpSession(target).get(PATH, cap=MAX_BYTES))


def _problem(response: Response, tls: TlsInfo | None) -> str:
    if tls is None or not tls.verified:
        return (
            f"its certificate is not valid ({tls.problem if tls is not None else 'no TLS'}): nothing is taken from it"
        )
    if 300 <= response.status < 400:
        return f"it leads elsewhere, which is not followed: {response.headers.get('location', '')[:200]}"
    if response.status != 200:
        return f"it has none (HTTP {response.status})"
    if response.truncated or response.encoded or b"\0" in response.body:
        return "what it gives is no text of at most 1 MiB"
    return ""


def _read(target: Target, body: bytes, keep: Path | None) -> Fetched:
    name = f"{target.host.replace(':', '_')}.security.txt"
    with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
        draft = Path(folder) / name
        draft.write_bytes(body)
        try:
            found = read_security_txt(draft)
        except InputError as error:
            return Fetched(target.place, problem=error.what)
    kept = ""
    if keep is not None:
        try:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / name).write_bytes(body)
        except OSError as error:
            raise InputError(
                f"cannot be written ({error.strerror})",
                where=str(keep / name),
                advice="Name another folder with --keep",
            ) from None
        kept = str(keep / name)
    return Fetched(target.place, tuple(contact.address for contact in found), kept)
