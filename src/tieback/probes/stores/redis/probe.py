"""Redis, Valkey, KeyDB, Dragonfly and Sentinel over RESP2: version, key spaces, sizes, patterns of names. No value.

Sends, in this order: ``PING`` and ``INFO server`` at once, ``INFO replication`` (identify); ``DBSIZE``, ``INFO
keyspace``, ``INFO memory`` (enumerate); ``SELECT <n>`` and one ``SCAN 0 COUNT 50`` for each database (describe).
``SELECT`` changes the state of our own connection only. A Sentinel stores no keys: it receives ``INFO sentinel``
instead (enumerate), which returns the names of the masters that it monitors. KeyDB and Dragonfly: from documentation
only.

Identity: ``master_replid``, which a primary and its replicas share, else ``run_id``. Both may change at a restart.
"""

import re
from collections.abc import Sequence

import msgspec

from tieback.model.figure import Figure, estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, ProbeReport
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
from tieback.probes.stores.redis import sample
from tieback.probes.stores.redis.keys import frequent_patterns, mask_scan
from tieback.probes.wire import resp
from tieback.probes.wire.opening import first_answer, plain_then_tls
from tieback.probes.wire.placeholders import is_distinctive
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Send, Target

MAX_DATABASES = 64
_MAX_DESCRIBED = 16
_SAMPLED = "50"

_NOTE_KEY = re.compile(r"[A-Za-z_-]{1,40}")
_DATABASE = re.compile(r"0|[1-9][0-9]{0,2}")
_FIRST = "PING, INFO server"
_HELLO = resp.command("PING") + resp.command("INFO", "server")
"""Both commands at once: longer than a MongoDB header, so that a mongod detects the mismatch at once."""
_DBSIZE = resp.command("DBSIZE")
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
    "NOPERM": Access.AUTH_REQUIRED,
    "DENIED": Access.LOCKED,
}
"""Access states by error code; ``-DENIED`` is protected mode."""
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
    ),
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
        def attempt(tls: bool) -> Conversation[bytes]:
            return (yield from first_answer(tls, _HELLO, 1, first_answer_timeout(self.meta, target)))

        kind = yield from plain_then_tls(target.tls, attempt)
        pong = yield from resp.reply(kind)
        if not isinstance(pong, resp.RespError) and pong != "PONG":
            raise NotThisProtocol("answers PING with something other than PONG")
        if isinstance(pong, resp.RespError) and pong.code not in (*_REFUSALS, *_BUSY, "ERR"):
            raise NotThisProtocol(f"answers PING with {pong.text[:60]!r}")
        draft.fingerprint(())
        if _refused(draft, _FIRST, pong):
            draft.spoke = True
            return
        server = yield from _read_info(draft, _FIRST)
        draft.spoke = draft.spoke or bool(server)
        if draft.access is not Access.UNKNOWN:
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
        yield from _look(draft, server, depth)


def _look(draft: ReportDraft, server: dict[str, str], depth: Depth) -> Conversation[None]:
    """Identify the server and read its content, as far as the grant's depth allows."""
    enumerates = depth.allows(Depth.ENUMERATE)
    # A server does not wait until its answers are read, and sends them in the order of the requests.
    for question in (_REPLICATION, *(_CATALOGUE if enumerates else ())):
        yield Send(question)
    yield from _identity(draft, server)
    if enumerates:
        yield from _enumerate(draft)
    if depth.allows(Depth.DESCRIBE) and draft.access in (Access.OPEN, Access.PARTIAL):
        yield from _describe(draft)


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


def _refused(draft: ReportDraft, asked: str, reply: resp.Reply) -> bool:
    """True if a reply is a refusal; the draft is updated then."""
    if not isinstance(reply, resp.RespError):
        return False
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
    reply = yield from resp.reply()
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
    if draft.access is not Access.PARTIAL:
        return
    for key, value in told.items():
        named = re.match(r"name=([^,]{1,100})", value) if re.fullmatch(r"master[0-9]{1,4}", key) else None
        if named:
            draft.containers.append(Container((named[1],), "master"))
    draft.prove("INFO sentinel", f"names {len(draft.containers)} masters", Access.SCHEMA_ONLY)
    draft.access = Access.SCHEMA_ONLY if draft.containers else Access.OPEN_EMPTY


def _identity(draft: ReportDraft, server: dict[str, str]) -> Conversation[None]:
    access = draft.access
    replication = yield from _read_info(draft, "INFO replication")
    # A refusal here does not apply to the other commands.
    draft.access = access
    for key, section in (("master_replid", replication), ("run_id", server)):
        value = section.get(key, "")
        if re.fullmatch(r"[0-9a-f]{40}", value) and is_distinctive(key, value):
            draft.vendor_id(key, value)
            return


def _enumerate(draft: ReportDraft) -> Conversation[None]:
    size = yield from resp.reply()
    refused = _refused(draft, "DBSIZE", size)
    if isinstance(size, int):
        draft.prove("DBSIZE", f"{size} keys in database 0", Access.OPEN)
    keyspace = yield from _read_info(draft, "INFO keyspace")
    memory = yield from _read_info(draft, "INFO memory")
    if refused:
        return
    counts = _counts(keyspace)
    if len(counts) > MAX_DATABASES:
        draft.problem(f"{len(counts)} databases; only the first {MAX_DATABASES} are listed")
    total = sum(counts.values())
    held = _number(memory.get("used_memory_dataset", ""))
    for number, keys in sorted(counts.items())[:MAX_DATABASES]:
        share: Figure | None = None
        if held is not None and total:
            # The server reports bytes for all databases together.
            share = estimate(held * keys // total, "INFO used_memory_dataset, distributed in proportion to the keys")
        draft.containers.append(
            Container((f"db{number}",), "keyspace", records=exact(keys, "INFO keyspace"), bytes=share)
        )
    if not counts and isinstance(size, int) and size >= 0:
        counts = {0: size}
        if size:
            draft.containers.append(Container(("db0",), "keyspace", records=exact(size, "DBSIZE")))
    if any(counts.values()):
        draft.access = Access.OPEN
    elif counts:  # without an answer to either, it is not known to be empty
        draft.access = Access.OPEN_EMPTY


def _describe(draft: ReportDraft) -> Conversation[None]:
    for position, container in enumerate(draft.containers[:_MAX_DESCRIBED]):
        number = container.path[0].removeprefix("db")
        yield Send(resp.command("SELECT", number))
        selected = yield from resp.reply()
        if selected != "OK":
            draft.problem(f"{container.name}: SELECT was refused")
            continue
        yield Send(_SCAN)
        scanned = yield from resp.reply()
        keys = scanned[1] if isinstance(scanned, list) and len(scanned) == 2 else None
        if not isinstance(keys, list):
            draft.problem(f"{container.name}: SCAN was refused")
            continue
        names = frequent_patterns(key for key in keys if isinstance(key, bytes))
        fields = tuple(Field(name, "key pattern") for name in names)
        draft.containers[position] = msgspec.structs.replace(container, fields=fields)


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
