"""Dask scheduler through its own port: whether it accepts a client without a certificate. No task is read or sent.

The scheduler greets with its versions. Sends our greeting in the same form (identify), then the request ``identity``
(enumerate), which the scheduler answers with its name and a table of its workers: the second proof. Both only read.

A scheduler has no login but TLS with certificates. One that greets without TLS accepts every client, and runs what a
client sends. One with TLS sends no greeting before the handshake, and refuses clients without a certificate. Verified
against Dask 2026.8.0.
"""

import re
import struct

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import opening_bytes, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Receive, Send, Target

_MAX_GREETING = 512
_MAX_IDENTITY = 256 * 1024
_LENGTH = struct.Struct("<Q")


def _message(content: object) -> bytes:
    """One frame as the protocol writes it: all lengths are 64 bits, little-endian.

    Source: https://github.com/dask/distributed/blob/main/distributed/comm/tcp.py.
    """
    frame = msgspec.msgpack.encode(content)
    body = _LENGTH.pack(1) + _LENGTH.pack(len(frame)) + frame
    return _LENGTH.pack(len(body)) + body


_GREETING = _message({"compression": None, "python": (3, 12, 0), "pickle-protocol": 5})
_IDENTITY = _message({"op": "identity", "reply": True})
_HELLO, _ASKED = "greeting", "identity"


class _Greeting(msgspec.Struct, rename="kebab"):
    python: list[int]
    pickle_protocol: int


class _Identity(msgspec.Struct):
    type: str
    id: str
    workers: dict[str, msgspec.Raw] = {}
    n_workers: int = 0


class DaskSchedulerProbe:
    """Probe of a Dask scheduler's own port: whether it accepts clients without a certificate."""

    meta = ProbeMeta(
        name="dask_scheduler",
        products=("dask",),
        ports=(8786,),
        services=("dask",),
        cpe=("cpe:2.3:a:anaconda:dask",),
        cwe="CWE-306",
        pivot=False,
        sends=(
            DeclaredSend(_HELLO, re.escape(_GREETING), "our versions, which the scheduler expects; changes nothing"),
            DeclaredSend(
                _ASKED,
                re.escape(_IDENTITY),
                "name of the scheduler and number of workers; reads no task",
                Depth.ENUMERATE,
            ),
        ),
        references=(
            "https://distributed.dask.org/en/stable/protocol.html",
            "https://distributed.dask.org/en/stable/tls.html",
        ),
        greets=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        yield Connect(bool(target.tls))
        seconds = first_answer_timeout(self.meta, target)
        head = yield from opening_bytes(Receive(exactly=_LENGTH.size, seconds=seconds))
        greeting = yield from _frame(head, _MAX_GREETING)
        if _decoded(greeting, _Greeting) is None:
            raise NotThisProtocol(f"greets with {printable(head + greeting)}")
        draft.spoke = True
        draft.product = "dask"
        draft.fingerprint(())
        draft.prove(_HELLO, "greets a client without a certificate", Access.OPEN)
        draft.access = Access.PARTIAL
        yield Send(_GREETING)
        if not depth.allows(Depth.ENUMERATE):
            return
        yield Send(_IDENTITY)
        answer = yield from _frame((yield Receive(exactly=_LENGTH.size)), _MAX_IDENTITY)
        found = _decoded(answer, _Identity)
        if found is None or found.type != "Scheduler":
            draft.problem(f"{_ASKED}: unreadable answer")
            return
        draft.prove(_ASKED, "the scheduler answers a client without a certificate", Access.OPEN)
        draft.fingerprint((found.id,))
        draft.trait("workers", max(found.n_workers, len(found.workers)))
        draft.abilities = [Ability.RUN_CODE]
        draft.access = Access.OPEN_EMPTY


def _frame(head: bytes, limit: int) -> Conversation[bytes]:
    """The only frame of a message, after the bytes of its length.

    Raises:
        NotThisProtocol: the lengths are not those of such a message.
        HostileAnswer: it is longer than the limit.
    """
    (length,) = _LENGTH.unpack(head)
    if length > 2**40 or length < 2 * _LENGTH.size:
        raise NotThisProtocol(f"greets with {printable(head)}")
    if length > limit:
        raise HostileAnswer(f"a message of {count_text(length, 'byte')}, more than {limit}")
    body = yield Receive(exactly=length)
    frames, size = struct.unpack_from("<QQ", body)
    if frames != 1 or size != length - 2 * _LENGTH.size:
        raise NotThisProtocol(f"greets with {printable(head + body)}")
    return body[2 * _LENGTH.size :]


def _decoded[T](frame: bytes, into: type[T]) -> T | None:
    try:
        return msgspec.msgpack.decode(frame, type=into)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
