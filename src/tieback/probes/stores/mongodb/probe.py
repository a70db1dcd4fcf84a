"""MongoDB over OP_MSG (3.6 and newer): databases, collections, counts, sizes, names of fields. No document is returned.

``hello`` and ``buildInfo`` are answered before a login and prove nothing. An empty list of databases proves nothing
either: a server with ``--auth`` can send one. Proofs of an open server are a list of at least one database, its own
start-up warning that access control is off, and catalogues without a login.

Identity: the UUIDs that the server assigned to its collections. They are the same on every member of a replica set and
survive restarts. A replica set's name is often just ``rs0``, and ``topologyVersion.processId`` changes at every start.
If the server sends no UUIDs, the identity is a digest of the names.
"""

from collections.abc import Sequence
from zlib import crc32

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, Quality
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
from tieback.probes.sampling import document_columns
from tieback.probes.stores.mongodb import answers, commands
from tieback.probes.stores.mongodb.commands import Command
from tieback.probes.wire.frames import MONGO_HEADER, OP_MSG, mongo_body
from tieback.probes.wire.opening import first_answer, opening_bytes, plain_then_tls, printable
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TooLargeAnswer
from tieback.protocols import bson
from tieback.scope.conversation import Connect, Conversation, Receive, Send, Target

MAX_DATABASES = 64
MAX_COLLECTIONS = 200
"""Maximum number of collections that are measured, over all databases; the others are listed without figures."""
MAX_DESCRIBED = 100
MAX_BATCHES = 10
"""Maximum number of further batches of one listing of collections."""
_CAP = 1024 * 1024
_SYSTEM_DATABASES = frozenset(("admin", "config", "local"))
_WARNING = "Access control is not enabled for the database"
"""Start-up warning of a server without access control."""
_UNRESTRICTED = "Read and write access to data and configuration is unrestricted"
"""Its second half, in the same line or the next: every client has all rights."""


class _Session:
    """Commands over one connection.

    It is opened again if an answer was too large to read, or if the server closed it in answer to a command.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._tls = bool(target.tls)
        self._request = 0
        self._connection = ResumableConnection(self._connect)

    def first(self, command: Command, seconds: float | None) -> Conversation[bson.Document]:
        def attempt(tls: bool) -> Conversation[bytes]:
            self._tls = tls
            # Five bytes tell a TLS alert from a message length.
            return (yield from first_answer(tls, self._message(command), 5, seconds))

        head = yield from plain_then_tls(self._target.tls, attempt)
        head += yield from opening_bytes(Receive(exactly=MONGO_HEADER - len(head), seconds=seconds))
        if int.from_bytes(head[12:16], "little") != OP_MSG:
            raise NotThisProtocol(f"not a MongoDB message: {printable(head)}")
        return (yield from self._answer(head))

    def ask(
        self, command: Command, database: str = "", collection: str = "", cursor: int = 0
    ) -> Conversation[bson.Document]:
        """Answer to a command; an error of ours if the server closes the connection instead."""
        message = self._message(command, database, collection, cursor)
        return (yield from self._connection.run(self._exchange(message), _closed, command.name))

    def _connect(self) -> Conversation[None]:
        yield Connect(self._tls)

    def _exchange(self, message: bytes) -> Conversation[bson.Document]:
        yield Send(message)
        head = yield Receive(exactly=MONGO_HEADER)
        return (yield from self._answer(head))

    def _message(self, command: Command, database: str = "", collection: str = "", cursor: int = 0) -> bytes:
        # The id is derived from the request, so that a transcript has the answer whatever was sent before.
        self._request = crc32(repr((command.name, database, collection, cursor)).encode()) & 0x7FFFFFFF or 1
        return command.message(self._request, database, collection, cursor)

    def _answer(self, head: bytes) -> Conversation[bson.Document]:
        try:
            body = yield from mongo_body(head, self._request, _CAP)
        except TooLargeAnswer:
            self._connection.drop()
            raise
        try:
            return bson.decode(body)
        except bson.MalformedBsonError as error:
            raise HostileAnswer(str(error)) from None


def _closed(why: str) -> bson.Document:
    return {"ok": 0.0, "errmsg": why}


class MongodbProbe:
    """Probe of MongoDB: databases, collections, documents, bytes, fields."""

    meta = ProbeMeta(
        name="mongodb",
        http_too=True,
        products=("mongodb", "ferretdb"),
        ports=(27017, 27018, 27019),
        services=("mongodb", "mongodb+srv"),
        cpe=("cpe:2.3:a:mongodb:mongodb",),
        cwe="CWE-306",
        sends=tuple(command.declared() for command in commands.COMMANDS),
        references=(
            "https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/",
            "https://www.mongodb.com/docs/manual/reference/command/",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:  # noqa: ARG002 - none
        """Read the texts of the first document of a collection, one per line."""
        return run_note(_note(target, container.path))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read the first documents of each collection."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(target, containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        session = _Session(target)
        hello = yield from session.first(commands.HELLO, first_answer_timeout(self.meta, target))
        draft.spoke = True
        draft.product = "mongodb"
        if not answers.is_ok(hello):
            hello = yield from session.ask(commands.IS_MASTER)
        draft.fingerprint(())
        build = yield from session.ask(commands.BUILD_INFO)
        draft.version = answers.text(build.get("version"), 40)
        draft.trait("max_wire_version", answers.number(hello.get("maxWireVersion")))
        draft.trait("set_name", answers.text(hello.get("setName"), 120))
        draft.trait("sharded", "isdbgrid" if hello.get("msg") == "isdbgrid" else "")
        if any(key.startswith("ferretdb") for key in build):
            # The version of MongoDB is the one that FerretDB emulates.
            draft.product = "ferretdb"
            draft.trait("emulated_version", draft.version)
            draft.version = answers.ferretdb_version(build)
        yield from _startup_warnings(draft, session)
        if draft.access is Access.AUTH_REQUIRED or not depth.allows(Depth.ENUMERATE):
            return
        yield from _enumerate(draft, session, depth, sharded=hello.get("msg") == "isdbgrid")


def _note(target: Target, path: tuple[str, ...]) -> Conversation[bytes]:
    if len(path) != 2 or not (commands.valid_database(path[0]) and commands.valid_collection(path[1])):
        return b""
    session = _Session(target)
    yield from session.first(commands.HELLO, None)
    answer = yield from session.ask(commands.NOTE, *path)
    texts = [row.get("t") for row in answers.first_batch(answer)[:1]]
    return "\n".join(answers.text(one, 500) for text in texts if isinstance(text, list) for one in text).encode()


def _sample(target: Target, containers: Sequence[Container], found: list[SampledColumn]) -> Conversation[None]:
    session = _Session(target)
    yield from session.first(commands.HELLO, None)
    for container in containers:
        path = container.path
        if len(path) != 2 or not (commands.valid_database(path[0]) and commands.valid_collection(path[1])):
            continue
        try:
            answer = yield from session.ask(commands.SAMPLE, *path)
        except TooLargeAnswer:
            continue
        found += document_columns(path, answers.sampled_documents(answer))


def _startup_warnings(draft: ReportDraft, session: _Session) -> Conversation[None]:
    log = yield from session.ask(commands.GET_LOG)
    if answers.requires_authentication(log):
        draft.access = Access.AUTH_REQUIRED
        draft.prove("getLog startupWarnings", answers.error_text(log), Access.AUTH_REQUIRED)
    elif answers.is_ok(log):
        lines = log.get("log")
        told = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
        said = [one for one in (_WARNING, _UNRESTRICTED) if any(one in line for line in told)]
        draft.access = Access.PARTIAL
        if said:
            draft.privileges = Privileges.ADMIN
        saying = f"start-up warning of the server: {'. '.join(said)}" if said else "answers without a login"
        draft.prove("getLog startupWarnings", saying, Access.OPEN)
    else:
        draft.problem(f"getLog: {answers.error_text(log)}")


def _enumerate(draft: ReportDraft, session: _Session, depth: Depth, *, sharded: bool) -> Conversation[None]:
    listed = yield from session.ask(commands.LIST_DATABASES)
    if answers.requires_authentication(listed):
        draft.access = Access.AUTH_REQUIRED
        draft.proofs.clear()
        draft.prove("listDatabases", answers.error_text(listed), Access.AUTH_REQUIRED)
        return
    names = [answers.text(entry.get("name"), 255) for entry in answers.documents(listed.get("databases"))]
    if not answers.is_ok(listed) or not any(names):
        # Every server without access control has at least `admin` and `local`.
        draft.access = Access.UNKNOWN
        draft.proofs.clear()
        draft.problem(
            f"listDatabases returns no database, which does not prove an open server: {answers.error_text(listed)}"
        )
        return
    draft.prove("listDatabases", f"lists {count_text(len(names), 'database')}", Access.OPEN)
    own = [name for name in names if name not in _SYSTEM_DATABASES]
    if len(own) > MAX_DATABASES:
        draft.leave_out(f"{count_text(len(own), 'database')}; only the first {MAX_DATABASES} were probed")
    walk = _Walk(draft, session, depth, sharded=sharded)
    for name in (*sorted(own)[:MAX_DATABASES], *sorted(_SYSTEM_DATABASES.intersection(names))):
        yield from walk.database(name)
    draft.fingerprint(walk.identifiers)
    draft.access = _judge(draft.containers, walk.refused, walk.held)
    if depth.allows(Depth.DESCRIBE):
        yield from _describe(draft, session, walk.validators)


class _Walk:
    """Requests about the databases, and the containers made from their answers."""

    def __init__(self, draft: ReportDraft, session: _Session, depth: Depth, *, sharded: bool) -> None:
        self._draft = draft
        self._session = session
        self._depth = depth
        # Counts on shards may include orphaned documents of a migration.
        self._quality = Quality.ESTIMATE if sharded else Quality.EXACT
        self._measured = 0
        self.identifiers: list[str] = []
        self.validators: dict[tuple[str, ...], tuple[Field, ...]] = {}
        self.refused = 0
        self.held = 0
        """Number of documents of databases whose collections were not all measured."""

    def database(self, name: str) -> Conversation[None]:
        draft = self._draft
        if not commands.valid_database(name):
            draft.leave_out(f"skipped a database name that is not safe to send: {name[:60]!r}")
            return
        system = name in _SYSTEM_DATABASES
        if system:
            draft.containers.append(Container((name,), "database", system=True))
            return
        stats = yield from self._session.ask(commands.DB_STATS, name)
        infos = yield from self._collections(name)
        if infos is None:
            self.refused += 1
            records = self._figure(answers.number(stats.get("objects")), "dbStats objects")
            size = self._figure(answers.number(stats.get("dataSize")), "dbStats dataSize")
            draft.containers.append(Container((name,), "database", records=records, bytes=size))
            return
        if not any(proof.asked == "listCollections" for proof in draft.proofs):
            draft.prove("listCollections", f"lists {count_text(len(infos), 'collection')} of a database", Access.OPEN)
        for info in infos:
            yield from self._collection(name, info)
        if self._measured > MAX_COLLECTIONS:
            # It is unknown which of the unmeasured collections have documents; it is known that some do.
            self.held += answers.number(stats.get("objects")) or 0

    def _collections(self, database: str) -> Conversation[list[answers.CollectionInfo] | None]:
        """Collections of a database, or ``None`` if the server refuses the list."""
        draft = self._draft
        for command in (commands.LIST_COLLECTIONS, commands.LIST_COLLECTION_NAMES):
            try:
                listed = yield from self._session.ask(command, database)
            except TooLargeAnswer as verdict:
                draft.problem(f"{database}: {command.name}: {verdict}")
                continue
            if answers.is_ok(listed):
                return (yield from self._rest(database, listed))
            draft.problem(f"{database}: {command.name}: {answers.error_text(listed)}")
            break
        return None

    def _rest(self, database: str, listed: bson.Document) -> Conversation[list[answers.CollectionInfo]]:
        """Collections of a listing, including its next batches."""
        found = answers.collections(listed)
        cursor = answers.cursor_of(listed)
        for _ in range(MAX_BATCHES):
            if not cursor:
                return found
            more = yield from self._session.ask(commands.GET_MORE, database, cursor=cursor)
            if not answers.is_ok(more):
                self._draft.problem(f"{database}: {commands.GET_MORE.name}: {answers.error_text(more)}")
                return found
            found += answers.collections(more)
            cursor = answers.cursor_of(more)
        if cursor:
            self._draft.leave_out(f"{database}: more collections than the limit; the first {len(found)} are listed")
        return found

    def _collection(self, database: str, info: answers.CollectionInfo) -> Conversation[None]:
        draft = self._draft
        path = (database, info.name)
        system = info.name.startswith("system.")
        self.identifiers.append(info.uuid or f"{database}\0{info.name}")
        if info.validator:
            self.validators[path] = info.validator
        records = size = None
        if info.kind == "view":
            return
        if not commands.valid_collection(info.name):
            draft.problem(f"{database}: skipped a collection name that is not safe to send: {info.name[:60]!r}")
        elif self._measured >= MAX_COLLECTIONS:
            if self._measured == MAX_COLLECTIONS:
                draft.leave_out(
                    f"only the first {MAX_COLLECTIONS} collections were measured; the others are only listed"
                )
                self._measured += 1
        elif not system:
            self._measured += 1
            records, size = yield from self._measure(database, info.name)
        draft.containers.append(Container(path, "collection", system, records, size, uid=info.uuid))

    def _measure(self, database: str, collection: str) -> Conversation[tuple[Figure | None, Figure | None]]:
        answer = yield from self._session.ask(commands.COLLECTION_STATS, database, collection)
        if answers.is_ok(answer):
            count, size = answers.count_and_size(answer)
            how = "$collStats"
        else:
            if answers.requires_authentication(answer):
                self.refused += 1
                return None, None
            answer = yield from self._session.ask(commands.OLD_COLLECTION_STATS, database, collection)
            count, size = answers.number(answer.get("count")), answers.number(answer.get("size"))
            how = "collStats"
        return self._figure(count, f"{how} count"), self._figure(size, f"{how} size, before compression")

    def _figure(self, value: int | None, method: str) -> Figure | None:
        return None if value is None else Figure(value, self._quality, method)


def _judge(containers: list[Container], refused: int, held: int) -> Access:
    user = [c for c in containers if not c.system]
    if held or any(c.records is not None and c.records.value for c in user):
        return Access.PARTIAL if refused else Access.OPEN
    if any(c.records is None for c in user):
        return Access.SCHEMA_ONLY
    return Access.OPEN_EMPTY


def _describe(
    draft: ReportDraft, session: _Session, validators: dict[tuple[str, ...], tuple[Field, ...]]
) -> Conversation[None]:
    asked = 0
    for position, container in enumerate(draft.containers):
        if container.system or container.kind != "collection" or not commands.valid_collection(container.path[1]):
            continue
        if asked == MAX_DESCRIBED:
            draft.problem(f"only the first {MAX_DESCRIBED} collections were described")
            return
        asked += 1
        database, collection = container.path
        found = {field.name: field.type for field in validators.get(container.path, ())}
        indexes = yield from session.ask(commands.LIST_INDEXES, database, collection)
        try:
            keys = yield from session.ask(commands.KEYS, database, collection)
        except TooLargeAnswer as verdict:
            keys = {}
            draft.problem(f"{container.name}: {commands.KEYS.name}: {verdict}")
        for name, kind in answers.sampled_fields(keys).items():
            found.setdefault(name, kind)
        for name in answers.index_fields(indexes):
            found.setdefault(name, "")
        fields = tuple(Field(name, kind) for name, kind in found.items() if name)
        draft.containers[position] = msgspec.structs.replace(container, fields=fields)
