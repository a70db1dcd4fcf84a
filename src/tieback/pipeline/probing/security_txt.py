"""Fetch ``/.well-known/security.txt`` (RFC 9116) from hosts that the grant covers: one GET per host over TLS.

The file is used only if the certificate is valid for the host: a letter about open data must not reach an attacker in
between. Redirects are not followed, because the target may be outside the grant; they are reported.
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
from tieback.pipeline.probing.target_syntax import split_host
from tieback.pipeline.progress import today_utc
from tieback.probes.wire.http import HttpSession, Response, declared_get
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.audit import open_audit_log
from tieback.scope.conversation import Conversation, Fault, Target
from tieback.scope.dialer import Dialer
from tieback.scope.lease import hold_lease
from tieback.scope.policy.approval import Approval, check_dates
from tieback.scope.tls import TlsContexts

PATH = "/.well-known/security.txt"
SENDS = (declared_get(f"GET {PATH}", rb"/\.well-known/security\.txt", "contacts for security reports; a public file"),)
_PORT = 443


class SecurityTxtResult(msgspec.Struct, frozen=True):
    """Result for one host. One line of ``tieback backend contacts --format json``."""

    target: str
    """``HOST:PORT``."""
    contacts: tuple[str, ...] = ()
    """In the order of the file, which is the order of preference."""
    file: str = ""
    """Path of the saved file; empty if it was not saved."""
    problem: str = ""
    """Why there are no contacts, as one clause."""
    encryption: str = ""
    """URI of the key of the contacts; empty if the file names none."""


async def fetch_contacts(
    hosts: Iterable[str],
    grant: Grant,
    audit_file: Path,
    keep: Path | None = None,
    contexts: TlsContexts | None = None,
    approval: Approval | None = None,
) -> AsyncGenerator[SecurityTxtResult]:
    """Fetch the contacts in the ``security.txt`` of hosts, one host after the other.

    Args:
        hosts: ``HOST`` or ``HOST:PORT``.
        grant: what may be probed; depth ``identify`` is sufficient.
        audit_file: receives an entry for the grant, and for every connect and refusal of an address.
        keep: folder to save files in, as ``HOST.security.txt``; default: not saved.
        contexts: the TLS policies; default: trust is the system's.
        approval: of the grant; as for the dialer.

    Raises:
        GrantError: the grant has expired or is not yet valid, a site policy is damaged, or a signature is missing.
        UsageError: an argument is not a host.
        WorkspaceError: the audit log cannot be written, or another process probes under this grant.
        InputError: a file cannot be saved.
    """
    check_dates(grant, approval, today_utc())
    targets = [_target(text, grant) for text in hosts]
    with ExitStack() as stack:
        stack.enter_context(hold_lease(grant, audit_file.parent))
        audit = stack.enter_context(open_audit_log(audit_file))
        stop = audit_file.parent / "stop"
        dialer = Dialer(grant, audit, stop_file=stop, contexts=contexts, approval=approval)
        dialer.announce()
        for target in targets:
            yield await _fetch(target, dialer, keep)


def _target(text: str, grant: Grant) -> Target:
    host, port = split_host(text)
    return Target(host, port or _PORT, tls=True, contact=grant.contact)


async def _fetch(target: Target, dialer: Dialer, keep: Path | None) -> SecurityTxtResult:
    try:
        response, traffic = await dialer.converse(
            target, _get(target), SENDS, depth=Depth.IDENTIFY, probe="security.txt", trust_only=True
        )
    except Fault as fault:
        told = fault.detail if fault.outcome is Outcome.OUT_OF_SCOPE else f"{fault.outcome}: {fault.detail}"
        return SecurityTxtResult(target.place, problem=told)
    except (HostileAnswer, NotThisProtocol) as error:
        return SecurityTxtResult(target.place, problem=str(error))
    problem = _problem(response, traffic.tls)
    if problem:
        return SecurityTxtResult(target.place, problem=problem)
    return _read(target, response.body, keep)


def _get(target: Target) -> Conversation[Response]:
    # No ``first``: it would also try without TLS.
    return (yield from HttpSession(target).get(PATH, cap=MAX_BYTES))


def _problem(response: Response, tls: TlsInfo | None) -> str:
    if tls is None or not tls.verified:
        return f"the certificate is not valid ({tls.problem if tls is not None else 'no TLS'}); the file is ignored"
    if 300 <= response.status < 400:
        return f"the host redirects, which is not followed: {response.headers.get('location', '')[:200]}"
    if response.status != 200:
        return f"no security.txt found (HTTP {response.status})"
    if response.truncated or response.encoded or b"\0" in response.body:
        return "the response is not a text of at most 1 MiB"
    return ""


def _read(target: Target, body: bytes, keep: Path | None) -> SecurityTxtResult:
    name = f"{target.host.replace(':', '_')}.security.txt"
    with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
        draft = Path(folder) / name
        draft.write_bytes(body)
        try:
            found = read_security_txt(draft)
        except InputError as error:
            return SecurityTxtResult(target.place, problem=error.what)
    kept = ""
    if keep is not None:
        try:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / name).write_bytes(body)
        except OSError as error:
            raise InputError(
                f"cannot be written ({error.strerror})",
                where=str(keep / name),
                advice="Choose another folder for --keep",
            ) from None
        kept = str(keep / name)
    addresses = tuple(contact.address for contact in found)
    return SecurityTxtResult(target.place, addresses, kept, encryption=found[0].encryption)
