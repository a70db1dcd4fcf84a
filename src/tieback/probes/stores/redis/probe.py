"""Redis, Valkey, KeyDB, Dragonfly and Sentinel over RESP2: version, key spaces, sizes, patterns of names. No value.

Sends, in this order: ``PING`` and ``INFO server`` at once, ``INFO replication`` (identify); ``DBSIZE``, ``INFO
keyspace``, ``INFO memory``, ``ACL GETUSER default`` (enumerate); ``SELECT <n>`` and one ``SCAN 0 COUNT 50`` for each
database (describe). If ``INFO`` is refused or renamed, ``HELLO 2`` names the product, and ``SELECT <n>`` with
``DBSIZE`` counts the keys of the first 16 databases. If the user without a password may not read every key, ``TYPE`` on
the listed names counts the readable ones (``rights``).
``SELECT`` changes the state of our own connection only. A Sentinel stores no keys: it receives ``INFO sentinel``
instead (enumerate), which returns the names of the masters that it monitors. KeyDB and Dragonfly: from documentation
only.

Identity: ``master_replid``, which a primary and its replicas share, else ``run_id``. Both may change at a restart.
"""

import re
from collections.abc import Sequence
from functools import partial

import msgspec

from tieback.model.count_text import count_text, form_for
from tieback.model.figure import Figure, estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Privileges, ProbeReport
from tieback.probes.interface import (
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_note,
    run_sample,
    run_to_report,
)
from tieback.probes.stores.redis import rights, sample
from tieback.probes.stores.redis.keys import frequent_patterns, mask_scan
from tieback.probes.wire import resp
from tieback.probes.wire.opening import first_answer, plain_then_tls
from tieback.probes.wire.placeholders import is_distinctive
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Send, SendCost, Target

MAX_DATABASES = 64
_MAX_DESCRIBED = 16
_MAX_CHECKED = 4
"""Maximum number of databases whose names are checked one by one."""
_USUAL_DATABASES = 16
"""Default of ``databases`` in redis.conf."""
_SAMPLED = "50"

_NOTE_KEY = re.compile(r"[A-Za-z_-]{1,40}")
_DATABASE = re.compile(r"0|[1-9][0-9]{0,2}")
_FIRST = "PING, INFO server"
_HELLO = resp.command("PING") + resp.command("INFO", "server")
"""Both commands at once: longer than a MongoDB header, so that a mongod detects the mismatch at once."""
_DBSIZE = resp.command("DBSIZE")
_GREETING = resp.command("HELLO", "2")
_HELLO_2 = "HELLO 2"
_SCAN = resp.command("SCAN", "0", "COUNT", _SAMPLED)

_VERSIONS = (
    ("valkey_version", "valkey"),
    ("dragonfly_version", "dragonfly"),
    ("redis_version", "redis"),
)
"""Keys of ``INFO server`` and the product that each identifies; the forks keep ``redis_version`` for old clients."""
_KEYDB = "keydb-server"
"""Name of KeyDB's program, in ``executable``: KeyDB has no version key of its own."""

_REFUSALS = {
    "NOAUTH": Access.AUTH_REQUIRED,
    "WRONGPASS": Access.AUTH_REQUIRED,
    "DENIED": Access.LOCKED,
}
"""Access states by error code; ``-DENIED`` is protected mode. ``-NOPERM`` is no demand for a password: it is sent to a
user that is logged in."""
_NOPERM = "NOPERM"
_UNKNOWN_INFO = re.compile(r"ERR unknown command .{0,2}INFO", re.IGNORECASE)
"""Answer of Redis if ``rename-command`` disables INFO."""
_BUSY = frozenset(("LOADING", "MASTERDOWN", "BUSY"))


def _info(section: str) -> bytes:
    return resp.command("INFO", section)


def _declared(name: str, data: bytes, why: str, depth: Depth = Depth.ENUMERATE) -> DeclaredSend:
    return DeclaredSend(name, re.escape(data), why, depth)


_REPLICATION = _info("replication")
_CATALOGUE = (_DBSIZE, _info("keyspace"), _info("memory"))
SENDS = (
    _declared(
        _FIRST,
        _HELLO,
        "whether authentication is required; product, version and run id; statistics only",
        Depth.IDENTIFY,
    ),
    _declared(
        "INFO replication",
        _info("replication"),
        "the replication id that a primary and its replicas share",
        Depth.IDENTIFY,
    ),
    _declared("INFO sentinel", _info("sentinel"), "names of the masters that a Sentinel monitors; statistics only"),
    _declared("INFO keyspace", _info("keyspace"), "number of keys in each database; statistics only"),
    _declared("INFO memory", _info("memory"), "bytes of the data set; statistics only"),
    _declared("DBSIZE", _DBSIZE, "number of keys, counted by the server: the second proof"),
    _declared(
        _HELLO_2,
        _GREETING,
        "product and version, if INFO is refused or renamed; without a user and a password it logs in to nothing",
        Depth.IDENTIFY,
    ),
    DeclaredSend(
        "SELECT <n>, DBSIZE",
        rb"\*2\r\n\$6\r\nSELECT\r\n(?:\$1\r\n[1-9]|\$2\r\n1[0-5])\r\n" + re.escape(_DBSIZE),
        "number of keys in databases 1 to 15, if INFO is refused or renamed; affects only our own connection",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        "SELECT <n>",
        rb"\*2\r\n\$6\r\nSELECT\r\n(?:\$1\r\n[0-9]|\$2\r\n[1-9][0-9]|\$3\r\n[1-9][0-9]{2})\r\n",
        "selects the database for the next SCAN; affects only our own connection",
        Depth.DESCRIBE,
    ),
    msgspec.structs.replace(
        _declared(
            "SCAN 0 COUNT 50", _SCAN, "a few key names, of which only patterns are kept; no values", Depth.DESCRIBE
        ),
        redact=mask_scan,
    ),
    DeclaredSend(
        "GETRANGE <key> 0 4095",
        rb"\*4\r\n\$8\r\nGETRANGE\r\n\$[0-9]{1,2}\r\n[A-Za-z_-]{1,40}\r\n\$1\r\n0\r\n\$4\r\n4095\r\n",
        "the first 4 KiB of one string whose key is named like a ransom note; the text is not kept",
        Depth.DESCRIBE,
        values=True,
        cost=SendCost.BOUNDED,
    ),
    *rights.SENDS,
    *sample.SENDS,
)


class RedisProbe:
    """Probe of Redis and compatible servers: keys, bytes, patterns of key names."""

    meta = ProbeMeta(
        name="redis",
        products=("redis", "valkey", "keydb", "dragonfly", "redis-sentinel", "valkey-sentinel"),
        ports=(6379, 6380, 16379, 26379),
        services=("redis", "rediss", "valkey", "keydb", "redis-sentinel"),
        cpe=("cpe:2.3:a:redis:redis", "cpe:2.3:a:lfprojects:valkey"),
        cwe="CWE-306",
        sends=SENDS,
        references=("https://redis.io/docs/latest/commands/", "https://valkey.io/commands/"),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:  # noqa: ARG002 - none
        """Read the text of a key; other types of values are not read."""
        return run_note(_note(target, container.path))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read texts and hashes of a few keys, by the pattern of their names; also the part that the patterns hide."""
        found: list[SampledColumn] = []
        return run_sample(found, sample.read_samples(target, _HELLO, containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        secure = [False]

        def attempt(tls: bool) -> Conversation[bytes]:
            secure[0] = tls
            return (yield from first_answer(tls, _HELLO, 1, first_answer_timeout(self.meta, target)))

        def connect() -> Conversation[None]:
            yield Connect(secure[0])

        kind = yield from plain_then_tls(target.tls, attempt)
        connection = ResumableConnection(connect)
        pong = yield from resp.reply(kind)
        if not isinstance(pong, resp.RespError) and pong != "PONG":
            raise NotThisProtocol("answers PING with something other than PONG")
        if isinstance(pong, resp.RespError) and pong.code not in (*_REFUSALS, *_BUSY, _NOPERM, "ERR"):
            raise NotThisProtocol(f"answers PING with {pong.text[:60]!r}")
        draft.fingerprint(())
        if _refused(draft, _FIRST, pong):
            draft.spoke = True
            if not _is_forbidden(pong):
                return
        reply = yield from resp.reply()
        server = _info_of(draft, _FIRST, reply)
        draft.spoke = draft.spoke or bool(server)
        if draft.access is not Access.UNKNOWN:
            return
        if _is_forbidden(reply) or (isinstance(reply, resp.RespError) and _UNKNOWN_INFO.match(reply.text)):
            # The user without a password may not run INFO, or an administrator renamed it. That protects no data.
            draft.product, draft.spoke = "redis", True
            yield from _greet(draft)
            yield from _look(draft, {}, depth, connection, info=False)
            return
        for key, product in _VERSIONS:
            if key in server:
                draft.product, draft.version = product, server[key][:40].removeprefix("df-v")
                break
        else:
            raise NotThisProtocol("answers PING, but INFO contains no version of Redis or a compatible server")
        sentinel = server.get("redis_mode", server.get("server_mode", "")) == "sentinel"
        if server.get("executable", "").rpartition("/")[2] == _KEYDB:
            draft.product = "keydb"
        if sentinel:
            draft.product += "-sentinel"
        _note_traits(draft, server)
        draft.access = Access.PARTIAL
        draft.prove(_FIRST, f"answers without a password: {draft.product} {draft.version}", Access.OPEN)
        if sentinel:
            yield from _watched(draft, server, depth)
            return
        yield from _look(draft, server, depth, connection)


def _greet(draft: ReportDraft) -> Conversation[None]:
    """Product and version from ``HELLO``, which needs no right, but a session that is logged in."""
    yield Send(_GREETING)
    answer = yield from resp.reply()
    if _refused(draft, _HELLO_2, answer) or not isinstance(answer, list):
        return
    texts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else "" for one in answer[:32]]
    told = dict(zip(texts[::2], texts[1::2], strict=False))
    if told.get("server") in ("redis", "valkey"):
        draft.product, draft.version = told["server"], told.get("version", "")[:40]
        draft.access = Access.PARTIAL
        draft.prove(_HELLO_2, f"a session without a password: {draft.product} {draft.version}", Access.OPEN)


def _look(
    draft: ReportDraft, server: dict[str, str], depth: Depth, connection: ResumableConnection, *, info: bool = True
) -> Conversation[None]:
    """Identify the server and read its content, as far as the grant's depth allows.

    Args:
        draft: the report.
        server: the answer to ``INFO server``.
        depth: depth of the grant.
        connection: to the server; a command that the server answers by closing it costs only that command.
        info: false if ``INFO`` is refused or renamed.
    """
    enumerates = depth.allows(Depth.ENUMERATE)
    # A server does not wait until its answers are read, and sends them in the order of the requests.
    for question in (_REPLICATION, *(_CATALOGUE if enumerates else ())):
        if info or question == _DBSIZE:
            yield Send(question)
    if info:
        yield from _identity(draft, server)
    if not enumerates:
        return
    yield from _enumerate(draft, info=info)
    user = rights.user_rights((yield from connection.run(_user(), resp.RespError)), draft.version)
    draft.privileges = user.privileges
    described = depth.allows(Depth.DESCRIBE)
    if described and draft.access in (Access.OPEN, Access.PARTIAL):
        yield from _describe(draft, user, connection)
    elif not user.every_key and draft.access is Access.OPEN:
        draft.containers = [_unchecked(container) for container in draft.containers]
        draft.access = Access.PARTIAL
        draft.problem("keys were counted; the depth describe shows which of them are readable without a password")
    if draft.access is Access.UNKNOWN and not any(proof.supports is Access.OPEN for proof in draft.proofs):
        draft.untested.append("keys and channels that only their names would show")


def _unchecked(container: Container) -> Container:
    """The container of a database whose readable part is not known."""
    return msgspec.structs.replace(container, records=None, bytes=None)


def _note_traits(draft: ReportDraft, server: dict[str, str]) -> None:
    for key in ("process_id", "gcc_version"):
        draft.trait(key, server.get(key))


def _note(target: Target, path: tuple[str, ...]) -> Conversation[bytes]:
    number, key = path[0].removeprefix("db"), path[-1]
    if len(path) != 2 or not _NOTE_KEY.fullmatch(key) or not _DATABASE.fullmatch(number):
        return b""

    def attempt(tls: bool) -> Conversation[bytes]:
        return (yield from first_answer(tls, _HELLO, 1, None))

    kind = yield from plain_then_tls(target.tls, attempt)
    yield from resp.reply(kind)
    yield from resp.reply()
    yield Send(resp.command("SELECT", number))
    if (yield from resp.reply()) != "OK":
        return b""
    yield Send(resp.command("GETRANGE", key, "0", "4095"))
    text = yield from resp.reply()
    return text if isinstance(text, bytes) else b""


def _is_forbidden(reply: resp.Reply) -> bool:
    """True if the user without a password is logged in, but may not run the command."""
    return isinstance(reply, resp.RespError) and reply.code == _NOPERM


def _refused(draft: ReportDraft, asked: str, reply: resp.Reply) -> bool:
    """True if a reply is a refusal; the draft is updated then."""
    if not isinstance(reply, resp.RespError):
        return False
    if reply.code == _NOPERM:
        draft.problem(f"{asked}: not permitted to the user without a password")
        draft.privileges = Privileges.LIMITED
        return True
    access = _REFUSALS.get(reply.code)
    if access is not None:
        draft.product = draft.product or "redis"
        draft.access = access
        draft.prove(asked, reply.text, access)
    elif "operation not permitted" in reply.text:
        # Redis before 2.6 uses this text for NOAUTH.
        draft.product, draft.access = "redis", Access.AUTH_REQUIRED
        draft.prove(asked, reply.text, Access.AUTH_REQUIRED)
    else:
        draft.problem(f"{asked}: {reply.text[:120]}")
        return reply.code in _BUSY
    return True


def _ask_info(draft: ReportDraft, section: str) -> Conversation[dict[str, str]]:
    yield Send(_info(section))
    return (yield from _read_info(draft, f"INFO {section}"))


def _read_info(draft: ReportDraft, asked: str) -> Conversation[dict[str, str]]:
    return _info_of(draft, asked, (yield from resp.reply()))


def _info_of(draft: ReportDraft, asked: str, reply: resp.Reply) -> dict[str, str]:
    if _refused(draft, asked, reply) or not isinstance(reply, bytes):
        return {}
    lines = (line.partition(":") for line in reply.decode("utf-8", "replace").split("\r\n"))
    return {key[:64]: value[:256] for key, colon, value in lines if colon}


def _watched(draft: ReportDraft, server: dict[str, str], depth: Depth) -> Conversation[None]:
    """Masters that a Sentinel monitors: names, and no records."""
    if re.fullmatch(r"[0-9a-f]{40}", server.get("run_id", "")):
        draft.vendor_id("run_id", server["run_id"])
    if not depth.allows(Depth.ENUMERATE):
        return
    told = yield from _ask_info(draft, "sentinel")
    if draft.access is not Access.PARTIAL or not told:
        return
    for key, value in told.items():
        named = re.match(r"name=([^,]{1,100})", value) if re.fullmatch(r"master[0-9]{1,4}", key) else None
        if named:
            draft.containers.append(Container((named[1],), "master"))
    draft.prove("INFO sentinel", f"names {count_text(len(draft.containers), 'master')}", Access.SCHEMA_ONLY)
    draft.access = Access.SCHEMA_ONLY if draft.containers else Access.OPEN_EMPTY


def _identity(draft: ReportDraft, server: dict[str, str]) -> Conversation[None]:
    access = draft.access
    replication = yield from _read_info(draft, "INFO replication")
    # A refusal here does not apply to the other commands.
    draft.access = access
    if replication.get("role") == "slave":
        for key in ("master_host", "master_link_status"):
            draft.trait(key, replication.get(key))
    for key, section in (("master_replid", replication), ("run_id", server)):
        value = section.get(key, "")
        if re.fullmatch(r"[0-9a-f]{40}", value) and is_distinctive(key, value):
            draft.vendor_id(key, value)
            return


def _enumerate(draft: ReportDraft, *, info: bool) -> Conversation[None]:
    size = yield from resp.reply()
    _refused(draft, "DBSIZE", size)
    if isinstance(size, int):
        draft.prove("DBSIZE", f"{count_text(size, 'key')} in database 0", Access.OPEN)
    keyspace = (yield from _read_info(draft, "INFO keyspace")) if info else {}
    memory = (yield from _read_info(draft, "INFO memory")) if info else {}
    counts = _counts(keyspace)
    if not info and isinstance(size, int):
        counts = yield from _count_each(draft, size)
    total = sum(counts.values())
    held = _number(memory.get("used_memory_dataset", ""))
    named = sorted(counts.items())
    listed = [(f"db{number}", keys) for number, keys in named[:MAX_DATABASES]]
    if rest := named[MAX_DATABASES:]:
        draft.problem(f"{count_text(len(counts), 'database')}; only the first {MAX_DATABASES} are listed one by one")
        # The answer has the keys of all of them.
        listed.append((f"({count_text(len(rest), 'other database')})", sum(keys for _, keys in rest)))
    for name, keys in listed:
        share: Figure | None = None
        if held is not None and total:
            # The server reports bytes for all databases together.
            share = estimate(held * keys // total, "INFO used_memory_dataset, distributed in proportion to the keys")
        draft.containers.append(
            Container((name,), "keyspace", records=exact(keys, "INFO keyspace" if info else "DBSIZE"), bytes=share)
        )
    if not counts and isinstance(size, int) and size >= 0:
        counts = {0: size}
        if size:
            draft.containers.append(Container(("db0",), "keyspace", records=exact(size, "DBSIZE")))
    if any(counts.values()):
        draft.access = Access.OPEN
    elif counts:  # without an answer to either, it is not known to be empty
        draft.access = Access.OPEN_EMPTY


def _count_each(draft: ReportDraft, first: int) -> Conversation[dict[int, int]]:
    """Number of keys in each of the usual databases; ``first`` is that of database 0."""
    counts = {0: first}
    numbers = range(1, _USUAL_DATABASES)
    for number in numbers:
        yield Send(resp.command("SELECT", str(number)) + _DBSIZE)
    for number in numbers:
        selected = yield from resp.reply()
        size = yield from resp.reply()
        if selected == "OK" and isinstance(size, int) and size > 0:
            counts[number] = size
    draft.leave_out(f"INFO is not available: databases from {_USUAL_DATABASES} on were not counted")
    return counts


def _user() -> Conversation[resp.Reply]:
    yield Send(rights.USER)
    return (yield from resp.reply())


def _describe(draft: ReportDraft, user: rights.UserRights, connection: ResumableConnection) -> Conversation[None]:
    """Add patterns of key names; if not every key is readable, count those that are."""
    hidden = False
    counted = draft.containers
    if not user.every_key:
        # If the conversation ends early, no key is called readable that was not checked.
        draft.containers = [_unchecked(container) for container in counted]
        draft.access = Access.PARTIAL if draft.access is Access.OPEN else draft.access
    for position, container in enumerate(counted):
        page: tuple[bytes, list[bytes]] | None = None
        if position < _MAX_DESCRIBED:
            closed = partial(_closed, draft, container)
            page = yield from connection.run(_scan(draft, container), closed)
        found: rights.ReadableKeys | None = None
        if page is not None and not user.every_key and position < _MAX_CHECKED:
            found = yield from rights.count_readable(_keys(container), *page)
        one = container if user.every_key else _readable(draft, container, found)
        hidden = hidden or not (user.every_key or (found is not None and found.all_readable))
        if page is not None:
            fields = tuple(Field(name, "key pattern") for name in frequent_patterns(page[1]))
            one = msgspec.structs.replace(one, fields=fields)
        draft.containers[position] = one
    if not user.every_key and draft.containers:
        readable = any(one.records is None or one.records.value for one in draft.containers)
        draft.access = Access.SCHEMA_ONLY if not readable else Access.PARTIAL if hidden else Access.OPEN


def _closed(draft: ReportDraft, container: Container, why: str) -> None:
    draft.problem(f"{container.name}: SCAN: {why}")


def _scan(draft: ReportDraft, container: Container) -> Conversation[tuple[bytes, list[bytes]] | None]:
    """Select a database, and read the first page of its key names."""
    yield Send(resp.command("SELECT", container.path[0].removeprefix("db")))
    if (yield from resp.reply()) != "OK":
        draft.problem(f"{container.name}: SELECT was refused")
        return None
    yield Send(_SCAN)
    page = rights.scan_page((yield from resp.reply()))
    if page is None:
        draft.problem(f"{container.name}: SCAN was refused")
    return page


def _readable(draft: ReportDraft, container: Container, found: rights.ReadableKeys | None) -> Container:
    """The container with the keys that are readable; the same one if they are all readable."""
    keys, figure = _keys(container), found.figure if found is not None else None
    if found is None or figure is None:
        verb = form_for(keys, "whether it is", "which are")
        draft.problem(f"{container.name}: {count_text(keys, 'key')}; {verb} readable without a password is not known")
        return _unchecked(container)
    if found.readable == found.names == keys:
        return container
    draft.problem(
        f"{container.name}: {count_text(keys, 'key')}; of {count_text(found.names, 'name')}, "
        f"{count_text(found.readable, 'is readable', 'are readable')} without a password"
    )
    size = container.bytes
    if size is not None:
        size = estimate(size.value * found.readable // max(keys, 1), f"{size.method}, readable keys only")
    return msgspec.structs.replace(container, records=figure, bytes=size)


def _keys(container: Container) -> int:
    return container.records.value if container.records is not None else 0


def _counts(keyspace: dict[str, str]) -> dict[int, int]:
    """Number of keys in each database, from lines like ``db0:keys=3,expires=1,avg_ttl=0``."""
    counts: dict[int, int] = {}
    for name, value in keyspace.items():
        number = re.fullmatch(r"db(0|[1-9][0-9]{0,2})", name)
        keys = re.match(r"keys=([0-9]{1,18})(?:,|$)", value)
        if number and keys:
            counts[int(number[1])] = int(keys[1])
    return counts


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
