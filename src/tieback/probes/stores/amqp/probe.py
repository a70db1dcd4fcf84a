"""AMQP brokers: product, version, cluster, and whether an anonymous client gets a session.

**AMQP 0-9-1**, mainly RabbitMQ.

Sends the protocol header, which ``connection.start`` answers with product, version and login mechanisms. Only if the
broker itself offers ``ANONYMOUS`` (RabbitMQ does since 4.0), it logs in without a user and a password, and opens the
virtual host ``/`` (identify). ``guest`` and its password are never sent.

The protocol has no list of queues. Queues that the app names are requested with ``passive`` set, which creates nothing
and returns the number of waiting messages (enumerate). Nothing is consumed or published.

**AMQP 1.0** (ActiveMQ, Artemis, Qpid). A broker of this version answers the header of 0-9-1 with its own, or not at
all. It then receives the header of the SASL layer. If it offers ``ANONYMOUS``, the probe logs in without a user, opens
a connection, and begins a session without a sender or receiver. Brokers accept ANONYMOUS and close afterwards: only an
accepted ``begin`` proves access. Queues cannot be counted: a receiver would be a consumer, and some brokers create the
queue for it.

Identity: ``cluster_name`` of RabbitMQ, which the management port reports too. Verified against RabbitMQ 4.0.5.
"""

import re

from tieback.model.byte_text import byte_text
from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Identity, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.stores.amqp import frames, performatives
from tieback.probes.stores.amqp.performatives import Described
from tieback.probes.wire.opening import SILENT_PEER, STREAM_ENDED, first_answer, plain_then_tls, printable
from tieback.probes.wire.placeholders import is_distinctive
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Receive, Send, Target

MAX_QUEUES = 50
_PRODUCTS = {
    "RabbitMQ": "rabbitmq",
    "LavinMQ": "lavinmq",
    "qpid": "qpid",
    "qpid-cpp": "qpid",
    "Apache Qpid Broker-J Core": "qpid",
    "ActiveMQ": "activemq",
    "apache-activemq-artemis": "artemis",
}
_REFUSAL_TEXTS = (
    (re.compile(r"AMQ[0-9]{6}: "), "artemis"),
    (re.compile(r"User name \[.{0,80}\] or password is"), "activemq"),
)
"""Products by the text of a refusal: a broker that refuses us does not send its properties."""
_SASL, _SASL_ANONYMOUS, _OPEN_10, _BEGIN = "SASL header (1.0)", "sasl-init ANONYMOUS (1.0)", "open (1.0)", "begin (1.0)"
_HEADER_SECONDS = 2.0
"""Seconds for an answer to the first header where a broker is expected: one of AMQP 1.0 may not answer at all."""
_UNAUTHORIZED = "amqp:unauthorized-access"
_FAILED = "amqp:connection-establishment-failed"
_OTHER_HOSTS = "virtual hosts with another name"
_HEADER, _ANONYMOUS, _OPEN, _DECLARE = "protocol header", "start-ok ANONYMOUS", "open /", "queue.declare passive"
_ACCESS_REFUSED, _NOT_ALLOWED, _NOT_FOUND = 403, 530, 404
_QUEUE = re.compile(r"[^\x00-\x1f\x7f]{1,80}")

_SENDS_0_9_1 = (
    DeclaredSend(
        _HEADER, re.escape(frames.HEADER), "product, version, login mechanisms; sent before any login", Depth.IDENTIFY
    ),
    DeclaredSend(
        _ANONYMOUS,
        re.escape(frames.ANONYMOUS),
        "whether login without a user and a password works; only sent if the broker offers ANONYMOUS",
        Depth.IDENTIFY,
    ),
    DeclaredSend(
        "tune-ok", re.escape(frames.TUNE_ANSWER), "agrees on the limits of our own connection", Depth.IDENTIFY
    ),
    DeclaredSend(
        _OPEN, re.escape(frames.OPENING), "whether an anonymous client may use the virtual host /", Depth.IDENTIFY
    ),
    DeclaredSend("close", re.escape(frames.CLOSE_CONNECTION), "ends our own connection", Depth.IDENTIFY),
    DeclaredSend(
        "channel.open", b"\x01\0.\0\0\0\x05\0\x14\0\x0a\0\xce", "opens a channel on our own connection", Depth.ENUMERATE
    ),
    DeclaredSend(
        _DECLARE,
        b"\x01\0.\0\0..\0\x32\0\x0a\0\0.[^\0-\x1f\x7f]{1,255}\x01\0\0\0\0\xce",
        "number of messages in a queue that the app names; passive: creates and changes nothing",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        "channel.close-ok",
        b"\x01\0.\0\0\0\x04\0\x14\0\\)\xce",
        "confirms that the broker closed a channel",
        Depth.ENUMERATE,
    ),
)


_SENDS_1_0 = (
    DeclaredSend(
        _SASL,
        re.escape(performatives.SASL_HEADER),
        "whether the broker speaks AMQP 1.0, and its login mechanisms; sent before any login",
    ),
    DeclaredSend(
        _SASL_ANONYMOUS,
        re.escape(performatives.ANONYMOUS),
        "whether login without a user and a password works; only sent if the broker offers ANONYMOUS",
    ),
    DeclaredSend("header (1.0)", re.escape(performatives.HEADER), "starts the layer above the login"),
    DeclaredSend(
        _OPEN_10, performatives.OPEN_PATTERN, "product and version, and whether an anonymous client may connect"
    ),
    DeclaredSend(
        _BEGIN,
        re.escape(performatives.BEGINNING),
        "whether an anonymous client gets a session; it has no sender and no receiver, so nothing moves",
    ),
    DeclaredSend("close (1.0)", re.escape(performatives.CLOSING), "ends our own connection"),
)


SENDS = (*_SENDS_0_9_1, *_SENDS_1_0)


class AmqpProbe:
    """Probe of AMQP brokers: product, version, and whether an anonymous client can log in."""

    meta = ProbeMeta(
        name="amqp",
        may_keep_quiet=True,
        products=("rabbitmq", "lavinmq", "qpid", "activemq", "artemis", "amqp"),
        ports=(5672, 5671),
        services=("amqp", "amqps"),
        cpe=(
            "cpe:2.3:a:vmware:rabbitmq",
            "cpe:2.3:a:apache:qpid",
            "cpe:2.3:a:apache:activemq",
            "cpe:2.3:a:apache:activemq_artemis",
        ),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf",
            "https://www.rabbitmq.com/docs/access-control#anonymous",
            "https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-complete-v1.0-os.pdf",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)
        known: list[bool] = []

        def attempt(tls: bool) -> Conversation[bytes]:
            first = yield from first_answer(tls, frames.HEADER, 1, seconds or _HEADER_SECONDS)
            known.append(tls)
            return first

        try:
            first = yield from plain_then_tls(target.tls, attempt)
        except NotThisProtocol as verdict:
            if not str(verdict).startswith(SILENT_PEER):
                raise
            first = b""
        if first == b"A":
            version = yield from _other_version(draft, first)
            try:
                yield from _version_10(draft, target, tls=known[-1], seconds=seconds)
            except (NotThisProtocol, Fault) as verdict:
                draft.problem(f"speaks AMQP {version}, which is only identified: {verdict}")
            return
        if not first:
            yield from _version_10(draft, target, tls=bool(target.tls), seconds=seconds)
            return
        if first != bytes((frames.METHOD,)):
            raise NotThisProtocol(f"answers the AMQP header with {byte_text(first)}")
        head = first + (yield Receive(exactly=6))
        if head[1:4] != b"\0\0\0":
            raise NotThisProtocol(f"answers the AMQP header with {printable(head)}")
        opening = yield from frames.read_method(head)
        if opening.kind != frames.START:
            raise NotThisProtocol("an AMQP method other than connection.start")
        said = frames.read_start(opening.arguments)
        _known(draft, said.properties)
        if "ANONYMOUS" not in said.mechanisms:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_HEADER, f"requires a login: {' '.join(said.mechanisms)}", Access.AUTH_REQUIRED)
            return
        if (yield from _let_in(draft)):
            if depth.allows(Depth.ENUMERATE):
                yield from _queues(draft, target.names)
            yield Send(frames.CLOSE_CONNECTION)


def _other_version(draft: ReportDraft, first: bytes) -> Conversation[str]:
    """Read the version that the broker names before it closes (AMQP 1.0 or 0-10, or 1.0 behind a login)."""
    header = first + (yield Receive(exactly=7))
    if header[:4] != b"AMQP" or header[4] > 3:
        raise NotThisProtocol(f"answers the AMQP header with {printable(header)}")
    if header == frames.HEADER:
        # A broker that accepts this version sends connection.start instead.
        raise NotThisProtocol("repeats what was sent, as an echo service does")
    draft.spoke = True
    draft.fingerprint(())
    draft.product, draft.version = "amqp", ""
    return f"{header[5]}.{header[6]}.{header[7]}"


def _version_10(draft: ReportDraft, target: Target, *, tls: bool, seconds: float | None) -> Conversation[None]:
    """Connect again with AMQP 1.0.

    Raises:
        NotThisProtocol: the broker does not speak it.
    """
    header = yield from first_answer(tls, performatives.SASL_HEADER, 8, seconds)
    if header[:4] != b"AMQP" or header[4] > 3:
        raise NotThisProtocol(f"answers the AMQP header with {printable(header)}")
    draft.spoke = True
    draft.fingerprint(())
    draft.product = "amqp"
    if header != performatives.SASL_HEADER:
        draft.problem(
            f"speaks AMQP {header[5]}.{header[6]}.{header[7]} without a login layer, which is only identified"
        )
        return
    offered = _symbols((yield from performatives.read_sasl_frame()))
    if "ANONYMOUS" not in offered:
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_SASL, f"requires a login: {' '.join(offered)}", Access.AUTH_REQUIRED)
        return
    yield Send(performatives.ANONYMOUS)
    outcome = yield from performatives.read_sasl_frame()
    refused = outcome.number != performatives.SASL_OUTCOME or outcome.field(0) != 0
    if refused:
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_SASL_ANONYMOUS, f"refused with code {outcome.field(0)!r:.20}", Access.AUTH_REQUIRED)
    try:
        yield Send(performatives.HEADER)
        yield Send(performatives.opening(target.host))
        if (yield Receive(exactly=8)) != performatives.HEADER:
            if refused:
                return
            raise HostileAnswer("another AMQP header than the login layer announced")
        yield from _session_10(draft, refused=refused)
    except Fault as fault:
        # ActiveMQ names itself even after a refusal; others close.
        if not refused or fault.outcome not in STREAM_ENDED:
            raise


def _session_10(draft: ReportDraft, *, refused: bool) -> Conversation[None]:
    """Read the answer to ``open``, and begin a session if the broker accepts the connection."""
    answer = yield from performatives.read_amqp_frame()
    if answer.number == performatives.OPEN:
        properties = answer.field(9)
        found = properties if isinstance(properties, dict) else {}
        _known(draft, {name: value for name, value in found.items() if isinstance(value, str)})
        if not refused and _FAILED not in found:
            yield Send(performatives.BEGINNING)
        answer = yield from performatives.read_amqp_frame()
    if answer.number == performatives.BEGIN and not refused:
        draft.access = Access.PARTIAL
        draft.prove(_OPEN_10, "accepts the connection of an anonymous client", Access.OPEN)
        draft.prove(_BEGIN, "accepts a session of an anonymous client", Access.OPEN)
        draft.problem("the protocol has no list of queues, and a receiver to count messages would be a consumer")
        yield Send(performatives.CLOSING)
        return
    if answer.number != performatives.CLOSE:
        raise HostileAnswer(f"an unexpected AMQP performative {answer.number:#x}")
    error = answer.field(0)
    condition, text = (
        (str(error.field(0) or ""), str(error.field(1) or "")) if isinstance(error, Described) else ("", "")
    )
    draft.product = next(
        (product for pattern, product in _REFUSAL_TEXTS if draft.product == "amqp" and pattern.match(text)),
        draft.product,
    )
    if refused:
        return
    if condition == _UNAUTHORIZED:
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_OPEN_10, condition, Access.AUTH_REQUIRED)
    else:
        draft.untested.append(_OTHER_HOSTS)
        draft.problem(f"{_OPEN_10}: {condition[:60]} {text[:120]}")


def _symbols(frame: Described) -> list[str]:
    """Login mechanisms of ``sasl-mechanisms``: one symbol, or an array of them."""
    if frame.number != performatives.SASL_MECHANISMS:
        raise HostileAnswer("an AMQP login layer that does not begin with its mechanisms")
    offered = frame.field(0)
    return [str(one)[:40] for one in (offered if isinstance(offered, list) else [offered])[:20] if one]


def _known(draft: ReportDraft, properties: dict[str, str]) -> None:
    draft.spoke = True
    draft.fingerprint(())
    draft.product = _PRODUCTS.get(properties.get("product", ""), "amqp")
    version = properties.get("version", "")
    draft.version = version if re.fullmatch(r"[0-9][0-9A-Za-z.+-]{0,39}", version) else ""
    cluster = properties.get("cluster_name", "")[:200]
    if cluster and is_distinctive("cluster_name", cluster):
        draft.identity = Identity(f"{draft.product}:cluster_name:{cluster}", "vendor_id")


def _let_in(draft: ReportDraft) -> Conversation[bool]:
    yield Send(frames.ANONYMOUS)
    answer = yield from _answer(draft, _ANONYMOUS, frames.TUNE)
    if answer is None:
        return False
    draft.access = Access.PARTIAL
    draft.prove(_ANONYMOUS, "accepts an anonymous login", Access.OPEN)
    if draft.product == "rabbitmq":
        # https://www.rabbitmq.com/docs/access-control#anonymous: anonymous_login_user and anonymous_login_pass.
        draft.trait("default_credentials", "RabbitMQ logs in anonymous clients as guest with its default password")
    yield Send(frames.TUNE_ANSWER)
    yield Send(frames.OPENING)
    answer = yield from _answer(draft, _OPEN, frames.OPEN_OK)
    if answer is None:
        return False
    draft.prove(_OPEN, "an anonymous client may use the virtual host /", Access.OPEN)
    return True


def _answer(draft: ReportDraft, asked: str, wanted: tuple[int, int]) -> Conversation[frames.Method | None]:
    """Read the expected method; ``None`` if the broker refuses: the draft then has the reason."""
    try:
        answer = yield from frames.read_method()
    except Fault as fault:
        if fault.outcome not in STREAM_ENDED:
            raise
        # For some seconds, RabbitMQ closes without a message if the user must not use a virtual host.
        draft.problem(f"{asked}: the broker closed the connection")
        return None
    if answer.kind == wanted:
        return answer
    if answer.kind != frames.CLOSE:
        raise HostileAnswer(f"an unexpected AMQP method {answer.kind}")
    refusal = frames.read_refusal(answer.arguments)
    if refusal.code in (_ACCESS_REFUSED, _NOT_ALLOWED):
        draft.access = Access.AUTH_REQUIRED
        draft.proofs.clear()
        draft.prove(asked, f"{refusal.code} {refusal.text}", Access.AUTH_REQUIRED)
    else:
        draft.problem(f"{asked}: {refusal.code} {refusal.text[:120]}")
    return None


def _queues(draft: ReportDraft, names: tuple[str, ...]) -> Conversation[None]:
    if not names:
        draft.problem("the protocol has no list of queues, and no name of one is known")
        return
    refused = 0
    for channel, name in enumerate(names[:MAX_QUEUES], start=1):
        if not _QUEUE.fullmatch(name):
            draft.problem(f"skipped a queue name that is not safe to send: {name[:60]!r}")
            continue
        yield Send(frames.channel_open(channel))
        opened = yield from frames.read_method()
        if opened.kind != frames.CHANNEL_OPEN_OK or opened.channel != channel:
            raise HostileAnswer("an AMQP channel that is neither opened nor refused")
        yield Send(frames.passive_declare(channel, name.encode()))
        answer = yield from frames.read_method()
        if answer.kind == frames.QUEUE_DECLARE_OK:
            waiting = frames.queue_messages(answer.arguments)
            draft.prove(_DECLARE, f"a queue with {count_text(waiting, 'message')}", Access.OPEN)
            draft.containers.append(
                Container(("/", name), "queue", records=exact(waiting, f"{_DECLARE}, ready messages"))
            )
        elif answer.kind == frames.CHANNEL_CLOSE:
            refusal = frames.read_refusal(answer.arguments)
            refused += refusal.code == _ACCESS_REFUSED
            if refusal.code != _NOT_FOUND:
                draft.problem(f"{name[:60]!r}: {refusal.code} {refusal.text[:120]}")
            yield Send(frames.channel_close_ok(channel))
        else:
            raise HostileAnswer(f"an unexpected AMQP method {answer.kind}")
    if any(one.records is not None and one.records.value for one in draft.containers):
        draft.access = Access.PARTIAL if refused else Access.OPEN
