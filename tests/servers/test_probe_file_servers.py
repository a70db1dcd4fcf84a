"""vsftpd, the rsync daemon, Samba and Apache Derby, real ones on loopback: who answers, and what strangers may list.

With ``TIEBACK_RECORD=1`` their transcripts are written to ``tests/unit/probes/recorded``.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tieback.lab.process import Launch, RunningServer, launch, stop, unprivileged_account
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes import PROBES
from tieback.probes.choose import probe_named
from tieback.probes.interface import Probe

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"
DERBY = ("/usr/share/java/derby.jar", "/usr/share/java/derbynet.jar")


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed here (Debian: {package})")
    return os.path.realpath(found)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory that the servers' own users may read: three files at the top, five below."""
    with tempfile.TemporaryDirectory(prefix="tieback-files-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        shown = directory / "shown"
        (shown / "pub" / "deeper").mkdir(parents=True)
        for n in range(3):
            (shown / f"list{n}.csv").write_text("x" * 10)
        for n in range(5):
            (shown / "pub" / f"photo{n}.jpg").write_text("x" * 7)
        shown.chmod(0o555)
        yield directory
        shown.chmod(0o755)


@pytest.fixture(scope="module")
def serve(place: Path, unused_port: Callable[[], int]) -> Iterator[Callable[..., RunningServer]]:
    """``serve(product, argv, as_root)``: start a server in a directory of its own, stop it at the end."""
    started: list[RunningServer] = []
    account = unprivileged_account()

    def start(product: str, argv: Callable[[Path, int], tuple[str, ...]], *, as_root: bool = False) -> RunningServer:
        directory = place / f"{product}-{len(started)}"
        directory.mkdir()
        port = unused_port()
        command = argv(directory, port)
        if account is not None and not as_root:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, account.uid, account.gid)
        plan = Launch(command, directory, HOST, port, None if as_root else account, seconds=60)
        process, _ = launch(plan, lambda: _accepts(port))
        server = RunningServer(product, "", HOST, port, process, emulation=False, directory=str(directory))
        started.append(server)
        return server

    try:
        yield start
    finally:
        for server in started:
            stop(server)


@pytest.fixture(scope="module")
def unused_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            port: int = listener.getsockname()[1]
            return port

    return find


def _accepts(port: int) -> bool | None:
    with socket.create_connection((HOST, port), timeout=1):
        return True


def _vsftpd(
    serve: Callable[..., RunningServer], place: Path, *, anonymous: bool, pem: bytes | None = None
) -> RunningServer:
    server = program("vsftpd", "vsftpd")
    if os.geteuid() != 0:
        pytest.skip("vsftpd confines anonymous to a directory only when started as root")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        config = directory / "vsftpd.conf"
        config.write_text(
            f"listen=YES\nlisten_address={HOST}\nlisten_port={port}\nbackground=NO\nlocal_enable=YES\n"
            f"anonymous_enable={'YES' if anonymous else 'NO'}\nanon_root={place / 'shown'}\n"
            f"nopriv_user=nobody\ndelay_failed_login=0\n"
            f"secure_chroot_dir={place / 'shown' / 'pub' / 'deeper'}\nseccomp_sandbox=NO\n"
        )
        if pem is not None:
            (directory / "both.pem").write_bytes(pem)
            with config.open("a") as more:
                more.write(
                    f"ssl_enable=YES\nallow_anon_ssl=YES\nforce_anon_logins_ssl=YES\nforce_anon_data_ssl=YES\n"
                    f"rsa_cert_file={directory}/both.pem\nrsa_private_key_file={directory}/both.pem\n"
                )
        return (server, str(config))

    return serve("vsftpd", argv, as_root=True)


@pytest.fixture(scope="module")
def ftp_open(serve: Callable[..., RunningServer], place: Path) -> RunningServer:
    return _vsftpd(serve, place, anonymous=True)


@pytest.fixture(scope="module")
def ftp_closed(serve: Callable[..., RunningServer], place: Path) -> RunningServer:
    return _vsftpd(serve, place, anonymous=False)


@pytest.fixture(scope="module")
def ftp_tls(serve: Callable[..., RunningServer], place: Path, pem: bytes) -> RunningServer:
    return _vsftpd(serve, place, anonymous=True, pem=pem)


@pytest.fixture(scope="module")
def rsync_open(serve: Callable[..., RunningServer], place: Path) -> RunningServer:
    server = program("rsync", "rsync")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        secrets = directory / "secrets"
        secrets.write_text("keeper:correct horse battery staple\n")
        secrets.chmod(0o600)
        (directory / "motd").write_text("Welcome\n\n")
        shown = place / "shown"
        (directory / "rsyncd.conf").write_text(
            f"port={port}\naddress={HOST}\nuse chroot=no\nmotd file={directory}/motd\n"
            f"[pub]\npath={shown}\ncomment=open to all\n"
            f"[hr]\npath={shown}\nauth users=keeper\nsecrets file={secrets}\n"
            f"[hidden]\npath={shown}\nlist=no\n"
        )
        return (server, "--daemon", "--no-detach", f"--config={directory}/rsyncd.conf")

    return serve("rsync", argv)


@pytest.fixture(scope="module")
def smb_open(serve: Callable[..., RunningServer], place: Path) -> RunningServer:
    server = program("smbd", "samba")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        kept = "".join(f"{kind} = {directory}\n" for kind in ("state directory", "cache directory", "lock directory"))
        (directory / "smb.conf").write_text(
            f"[global]\nserver role = standalone\nsmb ports = {port}\ninterfaces = {HOST}/8\n"
            f"bind interfaces only = yes\nprivate dir = {directory}/private\n{kept}pid directory = {directory}\n"
            f"ncalrpc dir = {directory}/rpc\nlog file = {directory}/log\nload printers = no\ndisable spoolss = yes\n"
            f"netbios name = FILES\nmap to guest = Bad User\n"
            f"[pub]\npath = {place / 'shown'}\nguest ok = yes\nread only = yes\n"
        )
        (directory / "private").mkdir()
        return (server, "--foreground", "--no-process-group", "-s", str(directory / "smb.conf"))

    return serve("smbd", argv)


@pytest.fixture(scope="module")
def drda_open(serve: Callable[..., RunningServer]) -> RunningServer:
    java = program("java", "default-jre-headless")
    if not all(Path(jar).exists() for jar in DERBY):
        pytest.skip("Apache Derby is not installed here (Debian: libderby-java)")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        main = "org.apache.derby.drda.NetworkServerControl"
        where = ("start", "-h", HOST, "-p", str(port), "-noSecurityManager")
        return (java, "-Xmx64m", f"-Dderby.system.home={directory}", "-cp", ":".join(DERBY), main, *where)

    return serve("derby", argv)


def probe(name: str) -> Probe:
    found = probe_named(name)
    assert found is not None
    return found


EXPECTED = [
    # fixture, probe, passwordless, product, access, records by container
    ("ftp_open", "ftp", (), "vsftpd", Access.UNKNOWN, {}),
    ("ftp_open", "ftp", ("anonymous",), "vsftpd", Access.OPEN, {"/": 3, "pub": 5}),
    ("ftp_closed", "ftp", ("anonymous",), "vsftpd", Access.AUTH_REQUIRED, {}),
    ("ftp_tls", "ftp", ("anonymous",), "vsftpd", Access.OPEN, {"/": 3, "pub": 5}),
    ("rsync_open", "rsync", (), "rsync", Access.PARTIAL, {"pub": 8, "hr": None}),
    ("smb_open", "smb", (), "samba", Access.UNKNOWN, {}),
    ("drda_open", "drda", (), "derby", Access.UNKNOWN, {}),
]


@pytest.mark.parametrize(("fixture", "name", "passwordless", "product", "access", "records"), EXPECTED)
def test_what_is_reported_is_what_is_there(
    ask: Callable[..., Any],
    request: pytest.FixtureRequest,
    fixture: str,
    name: str,
    passwordless: tuple[str, ...],
    product: str,
    access: Access,
    records: dict[str, int | None],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    for depth in Depth:
        asked = ask(probe(name), server, depth, passwordless=passwordless)
        report: ProbeReport = asked.report
        assert (report.outcome, report.product) == (Outcome.OK, product)
        for data in asked.sent:
            (declared,) = [send for send in probe(name).meta.sends if send.matches(data)]
            assert declared.depth.rank <= depth.rank
        if not depth.allows(Depth.ENUMERATE):
            assert report.containers == ()
            continue
        assert report.access is access
        assert {one.name: one.records.value if one.records else None for one in report.containers} == records


def test_rsyncs_own_client_counts_the_same(ask: Callable[..., Any], rsync_open: RunningServer, place: Path) -> None:
    """Also with more names than the server sends ahead: then the count is a lower bound."""
    client = program("rsync", "rsync")
    many = place / "shown" / "many"
    (place / "shown").chmod(0o755)
    for n in range(60):
        (many / f"d{n}").mkdir(parents=True)
        for m in range(40):
            (many / f"d{n}" / f"photo{m}-{'ü' * (m % 9)}.jpg").write_text("x" * m)
    try:
        where = f"rsync://{HOST}:{rsync_open.port}/pub/"
        told = subprocess.run((client, "-r", where), capture_output=True, text=True, timeout=60, check=True).stdout
        (container, _) = ask(probe("rsync"), rsync_open).report.containers
    finally:
        shutil.rmtree(many)
        (place / "shown").chmod(0o555)
    assert sum(line.startswith("-") for line in told.splitlines()) == 8 + 60 * 40
    assert container.records.quality is Quality.LOWER_BOUND
    assert 500 <= container.records.value < 8 + 60 * 40
    assert {field.name for field in container.fields} == {"*.csv", "*.jpg"}


def test_unlisted_module_is_probed_if_the_app_names_it(ask: Callable[..., Any], rsync_open: RunningServer) -> None:
    report: ProbeReport = ask(probe("rsync"), rsync_open, names=("hidden",)).report
    assert "hidden allows access without a password" in [proof.answer for proof in report.proofs]


SILENT = ("redis", "bolt", "ftp")
"""Samba and Derby wait for more where others answer or close: a second each, so only a few are tried there."""


@pytest.mark.parametrize("fixture", ["ftp_open", "rsync_open", "smb_open", "drda_open"])
def test_every_other_probe_reports_protocol_mismatch(
    ask: Callable[..., Any], request: pytest.FixtureRequest, fixture: str
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    for other in PROBES:
        if other.meta.web or other.meta.name == fixture.partition("_")[0]:
            continue
        if fixture in ("smb_open", "drda_open") and other.meta.name not in SILENT:
            continue
        report: ProbeReport = ask(other, server, Depth.DESCRIBE).report
        assert report.outcome in (Outcome.PROTOCOL_MISMATCH, Outcome.TIMEOUT, Outcome.REFUSED), report
        assert (report.access, report.product) == (Access.UNKNOWN, "")


RECORDINGS = [
    ("ftp-open", "ftp_open", "ftp", ("anonymous",)),
    ("rsync-open", "rsync_open", "rsync", ()),
    ("smb-open", "smb_open", "smb", ()),
    ("drda-open", "drda_open", "drda", ()),
]


@pytest.mark.parametrize(("file", "fixture", "name", "passwordless"), RECORDINGS)
async def test_a_replay_gives_the_same_report(
    transcribe: Callable[..., Any],
    request: pytest.FixtureRequest,
    file: str,
    fixture: str,
    name: str,
    passwordless: tuple[str, ...],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe(name), server, record=record, passwordless=passwordless)
    assert replayed == told
