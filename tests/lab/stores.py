"""Real stores on loopback for the probes, a plain blocking driver that records every byte, and what was loaded."""

import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.lab.patient import PATIENT
from tests.lab.ports import free_port
from tieback.lab.login import Login
from tieback.lab.mongod import client, start_mongod
from tieback.lab.osmem import request, start_osmem
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import Launch, RunningServer, launch, stop, unprivileged_account
from tieback.lab.valkey import pipeline, start_valkey
from tieback.lab.wheels import program
from tieback.model.document import encode
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Outcome, ProbeReport
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.scope.audit import AuditLog
from tieback.scope.connection import Connection
from tieback.scope.conversation import Connect, Conversation, Fault, Receive, Send, StartTls, Step, Target, Traffic
from tieback.scope.dialer import Dialer
from tieback.scope.replay import ReplayDialer
from tieback.scope.transcript import ConnectionRecord, Transcript, TranscriptFile, read_transcripts

HOST = "127.0.0.1"
PASSWORD = "correct horse battery staple"
PEOPLE = 137
"""Records in the main container of every store."""


class Asked(msgspec.Struct, frozen=True):
    """A report, with what went over the wire."""

    report: ProbeReport
    sent: tuple[bytes, ...]
    bytes_read: int
    tls: bool
    greeting: bytes
    """What the server said first on the first connection."""
    answers: tuple[bytes, ...]
    """What came back after each send."""


class SocketDriver:
    """Runs one conversation over blocking sockets; a send that is not declared fails the test."""

    def __init__(self, probe: Probe, target: Target, idle: float = 5) -> None:
        self._probe = probe
        self._idle = idle
        self._target = target
        self._socket: socket.socket | None = None
        self._held = b""
        self._fresh = True
        self.sent: list[bytes] = []
        self.heard: list[bytes] = [b""]
        """Before the first send of the first connection, then after each send."""
        self.bytes_read = 0
        self.tls = False

    def run(self, depth: Depth) -> Asked:
        try:
            report = self._converse(self._probe.run(self._target, depth))
        finally:
            self._close()
        return Asked(report, tuple(self.sent), self.bytes_read, self.tls, self.heard[0], tuple(self.heard[1:]))

    def converse[T](self, conversation: Conversation[T]) -> T:
        """Run another conversation of the probe, such as that of a sample."""
        try:
            return self._converse(conversation)
        finally:
            self._close()

    def _converse[T](self, conversation: Conversation[T]) -> T:
        answer: bytes | Fault | None = None
        while True:
            try:
                if isinstance(answer, Fault):
                    step = conversation.throw(answer)
                else:
                    step = next(conversation) if answer is None else conversation.send(answer)
            except StopIteration as end:
                result: T = end.value
                return result
            try:
                answer = self._take(step)
            except Fault as fault:
                answer = fault

    def _take(self, step: Step) -> bytes:
        match step:
            case Connect(tls=tls):
                self._close()
                self._held, self.tls, self._fresh = b"", False, True
                try:
                    self._socket = socket.create_connection(
                        (self._target.host, self._target.port), timeout=min(3, self._idle)
                    )
                except OSError as error:
                    raise Fault(Outcome.REFUSED, str(error)) from None
                if tls:
                    self._secure()
            case StartTls():
                self._secure()
            case Send(data=data):
                assert any(send.matches(data) for send in self._probe.meta.sends), f"undeclared: {data!r}"
                self.sent.append(data)
                self.heard.append(b"")
                self._fresh = False
                with contextlib.suppress(OSError):
                    self._connection.sendall(data)
            case Receive():
                return self._receive(step)
        return b""

    @property
    def _connection(self) -> socket.socket:
        assert self._socket is not None
        return self._socket

    def _secure(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            self._socket = context.wrap_socket(self._connection)
        except OSError as error:
            raise Fault(Outcome.TLS_ERROR, str(error)) from None
        self.tls = True

    def _receive(self, step: Receive) -> bytes:
        self._connection.settimeout(min(step.seconds or 5, self._idle))
        while (size := self._ready(step)) is None:
            try:
                part = self._connection.recv(65536)
            except TimeoutError:
                raise Fault(Outcome.TIMEOUT, "no answer") from None
            except OSError as error:
                raise Fault(Outcome.REFUSED, str(error)) from None
            if not part:
                if step.exactly is None and step.until is None:
                    size = 0
                    break
                raise Fault(Outcome.REFUSED, "closed by the peer")
            self._held += part
            # A greeting of a later connection is not an answer to the last send of the one before.
            if not self._fresh or not self.sent:
                self.heard[-1] += part
            self.bytes_read += len(part)
        data, self._held = self._held[:size], self._held[size:]
        return data

    def _ready(self, step: Receive) -> int | None:
        if step.exactly is not None:
            return step.exactly if len(self._held) >= step.exactly else None
        if step.until is None:
            return min(len(self._held), step.limit) or None
        found = self._held.find(step.until)
        if found < 0 and len(self._held) < step.limit:
            return None
        if not 0 <= found <= step.limit - len(step.until):
            raise Fault(Outcome.HOSTILE, f"no end within {step.limit} bytes")
        return found + len(step.until)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


type Ask = Callable[..., Asked]


class Recorder:
    """Every byte string that any test sends to a server that is examined, and which declared send each one is."""

    def __init__(self) -> None:
        self._sends = {(probe.meta.name, send.name): send for probe in PROBES for send in probe.meta.sends}
        self._known: dict[bytes, bool] = {}
        self.undeclared: list[bytes] = []
        self.listens = False
        """Whether a test of real servers is running; others talk to peers of their own."""

    def note(self, data: bytes) -> None:
        if data not in self._known:
            self._known[data] = any(send.matches(data) for send in self._sends.values())
            if not self._known[data]:
                self.undeclared.append(data)

    @property
    def seen(self) -> int:
        return len(self._known)


@pytest.fixture(scope="session", autouse=True)
def recorder() -> Iterator[Recorder]:
    """What the dialer's connections write in this whole session is declared, or the session fails."""
    recorder = Recorder()
    write = Connection.write

    async def recorded(self: Connection, data: bytes, seconds: float) -> None:
        if recorder.listens:
            recorder.note(data)
        await write(self, data, seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "write", recorded)
        yield recorder
    assert recorder.undeclared == [], recorder.undeclared


@pytest.fixture(autouse=True)
def listening_recorder(recorder: Recorder) -> Iterator[None]:
    """It listens while a test of this folder runs."""
    recorder.listens = True
    yield
    recorder.listens = False


@pytest.fixture(scope="session")
def ask() -> Ask:
    """``ask(probe, server, depth, **target)``: run a probe against a server that a fixture started.

    ``idle``: seconds that one receive may wait.
    """

    def run(
        probe: Probe, server: RunningServer, depth: Depth = Depth.DESCRIBE, idle: float = 5, **more: object
    ) -> Asked:
        target = msgspec.convert({"host": server.address, "port": server.port, **more}, Target)
        return SocketDriver(probe, target, idle).run(depth)

    return run


@pytest.fixture
def transcribe(tmp_path: Path) -> Callable[..., Any]:
    """``await transcribe(probe, server, **target)``: report and cost by the dialer, and both by a replay of it."""

    async def run(
        probe: Probe, server: RunningServer, record: Path | None = None, **more: object
    ) -> tuple[tuple[ProbeReport, Traffic], tuple[ProbeReport, Traffic]]:
        target = msgspec.convert({"host": server.address, "port": server.port, **more}, Target)
        meta = probe.meta
        file = tmp_path / "transcript.jsonl"
        transcripts = TranscriptFile(file, LOOPBACK)
        with AuditLog(tmp_path / "audit.jsonl") as audit:
            told = await Dialer(LOOPBACK, audit, transcripts=transcripts).converse(
                target, probe.run(target, Depth.DESCRIBE), meta.sends, depth=Depth.DESCRIBE, probe=meta.name
            )
        transcripts.close()
        (transcript,) = read_transcripts(file)
        replayed = await ReplayDialer([transcript]).converse(
            target, probe.run(target, Depth.DESCRIBE), meta.sends, depth=Depth.DESCRIBE, probe=meta.name
        )
        if record is not None:
            keep(transcript, record)
        return told, replayed

    return run


LOOPBACK = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(
        TargetRule(
            "127.0.0.0/8", "any", Depth.DESCRIBE, ("root", "postgres", "anonymous"), ransom_note=True, scans=True
        ),
    ),
    limits=PATIENT,
)


def keep(transcript: Transcript, path: Path) -> None:
    path.write_bytes(encode("transcript", impersonal(transcript)) + b"\n")


def impersonal(transcript: Transcript) -> Transcript:
    """Without the paths of the machine that recorded it; every answer as long as before."""
    return msgspec.structs.replace(
        transcript,
        lines=tuple(
            ConnectionRecord(
                line.address,
                tuple(msgspec.structs.replace(event, data=_without_paths(event.data)) for event in line.events),
            )
            for line in transcript.lines
        ),
    )


def _without_paths(answer: bytes) -> bytes:
    return re.sub(
        rb"(?<=:)/(?!/)[A-Za-z0-9_./-]{4,}|/tmp/[A-Za-z0-9_./-]{4,}",
        lambda found: b"/" + b"x" * (len(found[0]) - 1),
        answer,
    )


@contextlib.contextmanager
def stopped_after(server: RunningServer) -> Iterator[RunningServer]:
    try:
        yield server
    finally:
        stop(server)


@pytest.fixture(scope="session")
def mongo_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo"), HOST, free_port())) as server:
        with client(HOST, server.port) as connection:
            people = connection["hr"]["employees"]
            people.insert_many(
                {"name": f"n{i}", "email": f"p{i}@hr.test", "address": {"city": "x", "geo": {"lat": 1.5}}, "pin": i}
                for i in range(PEOPLE)
            )
            people.create_index("email")
            connection["hr"].create_collection(
                "visits", validator={"$jsonSchema": {"properties": {"badge": {"bsonType": "string"}}}}
            )
            connection["hr"]["odd\tname"].insert_one({"a": 1})
        yield server


@pytest.fixture(scope="session")
def mongo_many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """More collections than one answer lists."""
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo-many"), HOST, free_port())) as server:
        with client(HOST, server.port) as connection:
            connection["many"]["people"].insert_one({"a": 1})
            for number in range(1202):
                connection["many"].create_collection(f"c{number:04}")
        yield server


@pytest.fixture(scope="session")
def mongo_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """More databases than are probed, each with two records."""
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo-databases"), HOST, free_port())) as server:
        with client(HOST, server.port) as connection:
            for number in range(70):
                connection[f"clinic{number:02}"]["patients"].insert_many([{"email": f"p{n}@hr.test"} for n in range(2)])
        yield server


@pytest.fixture(scope="session")
def mongo_auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    login = Login("keeper", PASSWORD)
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo-auth"), HOST, free_port(), login=login)) as server:
        yield server


@pytest.fixture(scope="session")
def mongo_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo-empty"), HOST, free_port())) as server:
        yield server


@pytest.fixture(scope="session")
def mongo_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory = tmp_path_factory.mktemp("mongo-tls")
    (directory / "data").mkdir()
    (directory / "both.pem").write_bytes(certificate())
    port = free_port()
    argv = (
        str(program("fiftyone", "db", "bin", "mongod")),
        *("--dbpath", str(directory / "data"), "--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
        *("--wiredTigerCacheSizeGB", "0.25", "--tlsMode", "requireTLS"),
        *("--tlsCertificateKeyFile", str(directory / "both.pem")),
    )
    process, _ = launch(Launch(argv, directory, HOST, port), lambda: accepts(port))
    yield from finished(RunningServer("mongodb", "", HOST, port, process, emulation=False, directory=str(directory)))


def finished(server: RunningServer) -> Iterator[RunningServer]:
    with stopped_after(server):
        yield server


def accepts(port: int) -> bool | None:
    with socket.create_connection((HOST, port), timeout=1):
        return True


@pytest.fixture(scope="session")
def pem() -> bytes:
    """A certificate and its key."""
    return certificate()


def certificate() -> bytes:
    """A self-signed certificate for ``localhost`` and its key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + made.public_bytes(serialization.Encoding.PEM)


SQL_PEOPLE = (
    "CREATE TABLE employees (id int PRIMARY KEY, full_name varchar(80), email varchar(80), vpn_pin int);"
    "CREATE TABLE nothing (id int PRIMARY KEY);"
)


def analyse_postgres(server: RunningServer, table: str, rows: int, database: str) -> None:
    """Make PostgreSQL's estimate of a table exact.

    What a session has inserted is counted when it has ended. If that came after an ANALYZE, it would count twice.
    """
    alive = f"SELECT n_live_tup FROM pg_stat_user_tables WHERE relname = '{table}'"
    deadline = time.monotonic() + 60
    while str(psql(server, alive, database=database)).strip() != str(rows):
        assert time.monotonic() < deadline, "PostgreSQL does not count what was inserted"
        time.sleep(0.05)
    psql(server, "ANALYZE", database=database)


@pytest.fixture(scope="session")
def postgres_trust(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_postgres(tmp_path_factory.mktemp("pg"), HOST, free_port())) as server:
        psql(server, "CREATE DATABASE hr")
        rows = f"SELECT i, 'n' || i, 'p' || i || '@hr.test', i FROM generate_series(1, {PEOPLE}) i"
        psql(server, f"{SQL_PEOPLE} INSERT INTO employees {rows}", database="hr")
        analyse_postgres(server, "employees", PEOPLE, "hr")
        psql(server, "CREATE ROLE guest LOGIN")
        yield server


@pytest.fixture(scope="session")
def postgres_scram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory = tmp_path_factory.mktemp("pg-scram")
    with stopped_after(start_postgres(directory, HOST, free_port(), password=PASSWORD)) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_valkey(tmp_path_factory.mktemp("valkey"), HOST, free_port())) as server:
        commands: list[tuple[str | bytes, ...]] = [("SET", f"session:{i}:token", "secret") for i in range(PEOPLE)]
        commands += [("SELECT", "3"), ("SET", "anna@hr.test", "secret"), ("SET", "READ_ME", "pay")]
        pipeline(HOST, server.port, commands)
        yield server


@pytest.fixture(scope="session")
def valkey_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """100 databases with three keys each."""
    place = tmp_path_factory.mktemp("valkey-databases")
    with stopped_after(start_valkey(place, HOST, free_port(), databases=100)) as server:
        commands: list[tuple[str | bytes, ...]] = []
        for number in range(100):
            commands += [("SELECT", str(number)), *(("SET", f"key{n}", "secret") for n in range(3))]
        pipeline(HOST, server.port, commands)
        yield server


@pytest.fixture(scope="session")
def valkey_auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(
        start_valkey(tmp_path_factory.mktemp("valkey-auth"), HOST, free_port(), password=PASSWORD)
    ) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_valkey(tmp_path_factory.mktemp("valkey-empty"), HOST, free_port())) as server:
        yield server


@pytest.fixture(scope="session")
def opensearch_emulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """osmem-server: an emulation of OpenSearch."""
    with stopped_after(start_osmem(tmp_path_factory.mktemp("osmem"), HOST, free_port())) as server:
        mapping = (
            b'{"mappings":{"properties":{"email":{"type":"keyword"},"at":{"properties":{"gps":{"type":"geo_point"}}}}}}'
        )
        request(HOST, server.port, "PUT", "/machines", mapping)
        lines = "".join(f'{{"index":{{}}}}\n{{"email":"p{i}@hr.test","at":{{"gps":"1,2"}}}}\n' for i in range(PEOPLE))
        request(HOST, server.port, "POST", "/machines/_bulk?refresh=true", lines.encode())
        request(HOST, server.port, "PUT", "/.own")
        request(HOST, server.port, "POST", "/.own/_doc?refresh=true", b'{"a":1}')
        yield server


@pytest.fixture(scope="session")
def opensearch_emulation_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_osmem(tmp_path_factory.mktemp("osmem-empty"), HOST, free_port())) as server:
        yield server


def mariadb(name: str, accounts: str) -> Iterator[RunningServer]:
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    install = shutil.which("mariadb-install-db")
    if server is None or install is None:
        pytest.skip("MariaDB is not installed here (Debian: mariadb-server)")
    account = unprivileged_account()
    with tempfile.TemporaryDirectory(prefix=f"tieback-{name}-") as place:
        directory = Path(place)
        data = directory / "data"
        data.mkdir()
        start = directory / "init.sql"
        rows = ",".join(f"({i},'n{i}','p{i}@hr.test',{i})" for i in range(PEOPLE))
        load = f"CREATE DATABASE hr; USE hr; {SQL_PEOPLE} INSERT INTO employees VALUES {rows}; ANALYZE TABLE employees;"
        start.write_text("\n".join(f"{line.strip()};" for line in (load + accounts).split(";") if line.strip()))
        if account:
            for path in (directory, data, start):
                os.chown(path, account.uid, account.gid)
        subprocess.run(
            [
                *(install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"),
                *("--skip-test-db", "--skip-name-resolve", *(["--user=nobody"] if account else [])),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        port = free_port()
        argv = (
            *(server, "--no-defaults", f"--datadir={data}", f"--port={port}", f"--bind-address={HOST}"),
            *(f"--socket={directory}/s", f"--init-file={start}", f"--pid-file={directory}/pid", "--skip-name-resolve"),
            *("--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M"),
        )
        process, _ = launch(Launch(argv, directory, HOST, port, account, seconds=60), lambda: accepts(port))
        yield from finished(RunningServer("mariadb", "", HOST, port, process, emulation=False, directory=place))


@pytest.fixture(scope="session")
def mariadb_blind() -> Iterator[RunningServer]:
    """Has an anonymous account without any right, as after ``mariadb-install-db``: its catalogue shows no table."""
    yield from mariadb("mariadb-blind", "CREATE USER ''@'127.0.0.1';")


@pytest.fixture(scope="session")
def mariadb_closed() -> Iterator[RunningServer]:
    """Asks for a password, except of ``root``, which has none."""
    yield from mariadb("mariadb", "")


@pytest.fixture(scope="session")
def mariadb_elsewhere() -> Iterator[RunningServer]:
    """Has accounts for another host alone."""
    yield from mariadb(
        "mariadb-elsewhere",
        "CREATE USER 'app'@'192.0.2.1'; DELETE FROM mysql.global_priv WHERE Host <> '192.0.2.1'; FLUSH PRIVILEGES;",
    )


@pytest.fixture(scope="session")
def mariadb_anonymous() -> Iterator[RunningServer]:
    """Has an anonymous account that may read."""
    yield from mariadb("mariadb-anonymous", "CREATE USER ''@'127.0.0.1'; GRANT SELECT ON hr.* TO ''@'127.0.0.1';")
