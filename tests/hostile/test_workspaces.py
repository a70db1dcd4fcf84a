"""A repository brings files of a workspace: they change neither what a scan decides nor what it connects to."""

import io
import json
import os
import plistlib
import re
import shutil
import socketserver
import sqlite3
import subprocess
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.inline_engine import read_here, worker_processes
from tests.unit.cli.conftest import Run, run
from tieback.model.errors import WorkspaceError
from tieback.pipeline.probing.ransom_notes import workspace_salt
from tieback.storage.own_domains import read_own_domains
from tieback.storage.trust import (
    DEFAULT,
    SUPPRESSIONS_FILE,
    accept_file,
    accepts_file,
    default_workspace,
    distrust,
    trust,
)
from tieback.storage.workspace import SCHEMA, Workspace
from tieback.user_state import state_folder

__all__ = ("read_here", "run", "worker_processes")

PASSWORD = "MySecretDbPassword"
BAD = 'var a="mongodb://admin:Zq7MongoPw91xx@db.gate-backend.test:27017/prod";'
GOOD = 'var a="https://www.gate-backend.test/";'
SUPPRESSIONS = "".join(
    f'[[suppress]]\nrule = "{rule}"\nreason = "x"\nauthor = "x"\nexpires = 2099-01-01\n'
    for rule in ("database-password-in-app", "credential-in-app")
)
VERSION = f"tieback workspace\nschema {SCHEMA}\n"


class Postgres:
    """A server that speaks as much of PostgreSQL's protocol as is needed to get a password; records what came."""

    def __init__(self) -> None:
        self.connections: list[bytes] = []
        recorder = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(5)
                recorder.connections.append(b"")
                message = self.request.recv(4096)
                if message[4:8] == b"\x04\xd2\x16\x2f":  # SSLRequest
                    self.request.sendall(b"N")
                    message = self.request.recv(4096)
                self.request.sendall(b"R\0\0\0\x08\0\0\0\x03")  # AuthenticationCleartextPassword
                recorder.connections[-1] = self.request.recv(4096)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"postgresql://tieback@127.0.0.1:{self.server.server_address[1]}/tieback"


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("TIEBACK_LEDGER_PASSWORD", PASSWORD)
    made = Postgres()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def ipa(path: Path, script: str) -> Path:
    info = {"CFBundleIdentifier": "com.gate.app", "CFBundleName": "Gate", "CFBundleExecutable": "X"}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Payload/X.app/Info.plist", plistlib.dumps(info))
        file.writestr("Payload/X.app/m.js", script)
    return path


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@x.test")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def pointer(url: str) -> str:
    return json.dumps({"schema": 1, "url": url, "workspace": "00112233445566778899aabbccddeeff"})


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture(params=[pytest.param("folder", marks=pytest.mark.more), "checkout"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The working directory with an app that a gate must reject: unpacked from an archive, or cloned with Git."""
    ipa(tmp_path / "app.ipa", BAD)
    if request.param == "checkout":
        git(tmp_path, "init", "-q")
    return tmp_path


def commit(repository: Path) -> None:
    if (repository / ".git").exists():
        git(repository, "add", "-A", "-f")
        git(repository, "commit", "-q", "-m", "x")


SCAN = ("scan", "--fail-on", "high", "app.ipa")


def test_without_such_files_the_gate_rejects_the_app_and_remembers_it(repository: Path, run: Run) -> None:
    first, second = run(*SCAN), run(*SCAN)
    assert (first.code, second.code) == (1, 1), first.err
    runs = run("workspace", "runs", "--format", "json").out.splitlines()
    assert len(runs) == 2, "the default workspace of a folder stays the same"
    assert (repository / ".tieback").exists() != (repository / ".git").exists()


@pytest.mark.parametrize("words", [SCAN, ("report",), ("workspace", "show"), ("case", "list"), ("posture", "join")])
def test_no_password_goes_to_a_ledger_that_a_repository_names(
    repository: Path, run: Run, postgres: Postgres, words: tuple[str, ...]
) -> None:
    write(repository / ".tieback", {"VERSION": VERSION, "ledger.json": pointer(postgres.url), "lake/x": ""})
    commit(repository)
    by_default = run(*words)
    assert by_default.code == (1 if words == SCAN else 4), by_default.err
    assert "you did not create it on this machine" in by_default.err
    named = run(*words, "-w", ".tieback")
    assert named.code == 4
    assert "tieback workspace trust" in named.err
    accepted = run("workspace", "trust", "-w", ".tieback")
    assert accepted.code in {2, 4}, "only together with the address"
    assert postgres.connections == []


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_no_password_goes_to_an_address_in_a_moved_ledger(
    tmp_path: Path, run: Run, postgres: Postgres, token: str
) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    with Workspace.open(tmp_path / "made"):
        pass
    with closing(sqlite3.connect(tmp_path / "made" / "ledger.db")) as ledger:
        ledger.execute("UPDATE ledger_state SET moved_to = ?", (postgres.url,))
        ledger.commit()
    shutil.copytree(tmp_path / "made", tmp_path / ".tieback")
    write(tmp_path / ".tieback", {"ledger.moving.json": pointer(postgres.url), "identity": token})
    assert run(*SCAN).code == 1
    assert run("report", "-w", ".tieback").code == 4
    # Even a workspace of the user's own follows only an address that the user passed.
    write(tmp_path / "made", {"ledger.moving.json": pointer(postgres.url)})
    assert run(*SCAN, "-w", "made").code == 4
    assert postgres.connections == []


def test_the_address_of_a_ledger_is_accepted_only_by_naming_it(tmp_path: Path, run: Run, postgres: Postgres) -> None:
    write(tmp_path / ".tieback", {"VERSION": VERSION, "ledger.json": pointer(postgres.url)})
    (tmp_path / ".tieback").chmod(0o700)
    assert run("workspace", "trust", "-w", ".tieback").code == 2
    assert run("workspace", "trust", "-w", ".tieback", "--ledger", "postgresql://tieback@db.example.test/x").code == 2
    assert postgres.connections == []
    assert run("workspace", "trust", "-w", ".tieback", "--ledger", postgres.url).code == 4
    assert PASSWORD.encode() in b"".join(postgres.connections), "the user confirmed this address"


@pytest.mark.parametrize("with_version", [True, pytest.param(False, marks=pytest.mark.more)])
def test_suppressions_that_a_repository_brings_do_not_count(repository: Path, run: Run, with_version: bool) -> None:
    files = {"suppressions.toml": SUPPRESSIONS} | ({"VERSION": VERSION} if with_version else {})
    write(repository / ".tieback", files)
    commit(repository)
    ended = run(*SCAN)
    assert ended.code == 1, ended.err


def claim_harmless(workspace: Path, good: Path, bad: Path) -> None:
    """Rewrite the lake and the ledger: what was true of one app is claimed of the other, under its SHA-256."""
    digests = [sha256(path.read_bytes()).hexdigest() for path in (good, bad)]
    for path in workspace.glob("lake/parts/*/*.parquet"):
        table = pq.read_table(path)
        for at, field in enumerate(table.schema):
            if pa.types.is_string(field.type):
                values = [value and value.replace(*digests) for value in table.column(at).to_pylist()]
                table = table.set_column(at, field, pa.array(values, field.type))
        pq.write_table(table, path)
    for path in workspace.glob("ledger.db*"):
        path.write_bytes(path.read_bytes().replace(digests[0].encode(), digests[1].encode()))


@pytest.mark.parametrize("whose", ["the same user", pytest.param("somebody else", marks=pytest.mark.more)])
def test_results_that_a_repository_brings_do_not_count(
    repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, whose: str
) -> None:
    good = ipa(tmp_path / "good.ipa", GOOD)
    with monkeypatch.context() as patch:
        if whose == "somebody else":
            patch.setenv("TIEBACK_STATE", str(tmp_path / "elsewhere"))
        assert run("scan", good, "-w", ".tieback", "--fail-on", "high").code == 0
    claim_harmless(repository / ".tieback", good, repository / "app.ipa")
    ended = run(*SCAN)
    assert ended.code == 1, ended.err
    assert ("your tieback" in ended.err) == (whose == "the same user"), "the output names what was not used"
    commit(repository)
    assert run(*SCAN).code == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE units SET part = (SELECT part FROM units WHERE key = :good) WHERE key = :bad",
        "UPDATE units SET state = 'leased', lease_owner = 'x', lease_until = 9e9 WHERE key = :bad",
    ],
)
def test_a_ledger_that_says_more_than_the_lake_is_not_believed(tmp_path: Path, run: Run, change: str) -> None:
    good, bad = ipa(tmp_path / "good.ipa", GOOD), ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN).code == 1
    shutil.rmtree(next((tmp_path / ".tieback" / "lake" / "parts").glob("units-*")))
    assert run("scan", good).code == 0
    names = {"good": sha256(good.read_bytes()).hexdigest(), "bad": sha256(bad.read_bytes()).hexdigest()}
    with closing(sqlite3.connect(tmp_path / ".tieback" / "ledger.db")) as ledger:
        ledger.execute("UPDATE units SET state = 'done' WHERE key = :bad", names)
        assert ledger.execute(change, names).rowcount == 1
        ledger.commit()
    ended = run(*SCAN)
    assert ended.code == 1, ended.err


def test_a_checkout_cannot_add_files_to_a_workspace_that_the_user_created(tmp_path: Path, run: Run) -> None:
    git(tmp_path, "init", "-q")
    ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN, "-w", ".tieback").code == 1
    assert run(*SCAN).code == 1
    assert distrust(tmp_path / ".tieback") == ""
    write(tmp_path / ".tieback", {"suppressions.toml": SUPPRESSIONS})
    git(tmp_path, "add", "-f", ".tieback/suppressions.toml")
    ended = run(*SCAN)
    assert ended.code == 1, ended.err
    assert "Git tracks files of it" in ended.err
    assert run(*SCAN, "-w", ".tieback").code == 4


def unpack_over(folder: Path, files: dict[str, str]) -> None:
    """Unpack an archive with these members where the user works, as its owner."""
    archive = folder / "vendor.tar"
    with tarfile.open(archive, "w") as out:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text), 0o600
            out.addfile(member, io.BytesIO(text.encode()))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")


def test_an_archive_unpacked_over_a_trusted_workspace_suppresses_nothing(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN).code == 1
    unpack_over(tmp_path, {".tieback/suppressions.toml": SUPPRESSIONS})
    assert distrust(tmp_path / ".tieback") == ""
    ended = run(*SCAN)
    assert ended.code == 1, ended.err
    assert "suppressions.toml is new or has changed, and was not applied" in ended.err
    assert run(*SCAN, "--suppressions", ".tieback/suppressions.toml").code == 0
    assert run(*SCAN).code == 0, "the user accepted this content"


def replace_ledger(workspace: Path, other: Path) -> None:
    for suffix in ("-wal", "-shm"):
        workspace.joinpath(f"ledger.db{suffix}").unlink(missing_ok=True)
    shutil.copy(other / "ledger.db", workspace / "ledger.db")


def test_a_ledger_that_an_archive_brings_is_not_used(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN).code == 1
    shutil.copytree(tmp_path / ".tieback", tmp_path / "backup")
    with Workspace.open(tmp_path / "other"):
        pass
    replace_ledger(tmp_path / ".tieback", tmp_path / "other")
    for words in (SCAN, ("report",), ("case", "list"), ("vendor", "list"), ("workspace", "runs")):
        ended = run(*words)
        assert ended.code == 4, words
        assert "your tieback did not write .tieback/ledger.db" in ended.err
        assert "tieback workspace trust -w .tieback" in ended.err
    replace_ledger(tmp_path / ".tieback", tmp_path / "backup")
    assert run("report").code == 0, "a backup of the same ledger"
    replace_ledger(tmp_path / ".tieback", tmp_path / "other")
    assert run("workspace", "trust", "-w", ".tieback").code == 0
    assert run("case", "list").code == 0


REPLAYED = ("ledger.db-wal", "ledger.db-journal")


def replayed_file(workspace: Path, name: str, scratch: Path) -> bytes:
    """A file for exactly this ledger that makes SQLite add a contact when it opens the ledger."""
    copy, contact = scratch / "copy.db", "INSERT INTO vendors VALUES ('evil', 'evil.test', '{}')"
    shutil.copy(workspace / "ledger.db", copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as ledger:
        if name.endswith("-wal"):
            ledger.execute("PRAGMA journal_mode = wal").close()
            ledger.execute(contact)
            return copy.with_name("copy.db-wal").read_bytes()
        for pragma in ("journal_mode = delete", "synchronous = off", "cache_size = 1"):
            ledger.execute(f"PRAGMA {pragma}").close()
        ledger.execute(contact)
        ledger.execute("BEGIN")
        ledger.execute("DELETE FROM vendors")
        ledger.execute("CREATE TABLE filler AS SELECT hex(zeroblob(200000))")
        return copy.with_name("copy.db-journal").read_bytes()


@pytest.mark.parametrize("name", REPLAYED)
def test_a_file_that_sqlite_would_replay_into_the_ledger_is_refused(tmp_path: Path, run: Run, name: str) -> None:
    Workspace.open(tmp_path / ".tieback").close()
    crafted = replayed_file(tmp_path / ".tieback", name, tmp_path)
    shutil.copytree(tmp_path / ".tieback", tmp_path / "unguarded")
    (tmp_path / "unguarded" / name).write_bytes(crafted)
    with closing(sqlite3.connect(tmp_path / "unguarded" / "ledger.db")) as ledger:
        assert "evil" in {vendor for (vendor,) in ledger.execute("SELECT id FROM vendors")}, "the attack works"
    (tmp_path / ".tieback" / name).write_bytes(crafted)
    ipa(tmp_path / "app.ipa", BAD)
    for words in ((*SCAN, "-w", ".tieback"), ("report",), ("case", "list"), ("vendor", "list"), ("workspace", "runs")):
        ended = run(*words)
        assert ended.code == 4, words
        assert f".tieback/{name}: your tieback did not write this file" in ended.err
        assert "tieback workspace trust -w .tieback" in ended.err
    (tmp_path / ".tieback" / name).unlink()
    ended = run("vendor", "list")
    assert ended.code == 0, ended.err
    assert "evil" not in ended.out


@pytest.mark.parametrize("name", [*REPLAYED, "ledger.db-shm"])
def test_a_link_in_place_of_a_file_of_the_ledger_is_not_followed(tmp_path: Path, run: Run, name: str) -> None:
    Workspace.open(tmp_path / ".tieback").close()
    ipa(tmp_path / "app.ipa", BAD)
    (tmp_path / "precious").write_bytes(b"x" * 100_000)
    (tmp_path / ".tieback" / name).symlink_to(tmp_path / "precious")
    ended = run(*SCAN, "-w", ".tieback")
    assert ended.code == 4
    assert f"{name} is a link" in ended.err
    run("case", "list")
    assert (tmp_path / "precious").read_bytes() == b"x" * 100_000


def test_an_empty_ledger_is_another_one_and_a_missing_one_is_new(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws"):
        pass
    (tmp_path / "ws" / "ledger.db").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="your tieback did not write"):
        Workspace.open(tmp_path / "ws")
    (tmp_path / "ws" / "ledger.db").unlink()
    for _ in range(2):
        with Workspace.open(tmp_path / "ws", create=False):
            pass


def test_the_ledger_of_an_earlier_release_gets_its_word_at_the_first_use(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws"):
        pass
    records = {path: json.loads(path.read_text()) for path in (state_folder() / "trusted").glob("*.json")}
    (record,) = (path for path, known in records.items() if known["path"] == str(tmp_path / "ws"))
    known = records[record]
    assert known.pop("ledger")
    record.write_text(json.dumps(known))
    with closing(sqlite3.connect(tmp_path / "ws" / "ledger.db")) as ledger:
        ledger.execute("UPDATE ledger_state SET workspace = NULL")
        ledger.commit()
    with Workspace.open(tmp_path / "ws", create=False):
        word = json.loads(record.read_text())["ledger"]
    with closing(sqlite3.connect(tmp_path / "ws" / "ledger.db")) as ledger:
        assert ledger.execute("SELECT workspace FROM ledger_state").fetchall() == [(word,)]


def test_a_settings_file_is_accepted_as_it_was(tmp_path: Path) -> None:
    place, file = tmp_path / "ws", tmp_path / "ws" / SUPPRESSIONS_FILE
    with Workspace.open(place):
        pass
    file.write_text("one")
    assert not accepts_file(place, SUPPRESSIONS_FILE)
    accept_file(place, SUPPRESSIONS_FILE)
    assert accepts_file(place, SUPPRESSIONS_FILE)
    (place / "webhooks.toml").write_text("one")
    assert not accepts_file(place, "webhooks.toml"), "each file is accepted for itself"
    unpack_over(tmp_path, {"ws/suppressions.toml": "two"})
    assert not accepts_file(place, SUPPRESSIONS_FILE)
    unpack_over(tmp_path, {"ws/suppressions.toml": "one"})
    assert accepts_file(place, SUPPRESSIONS_FILE)
    write(place, {SUPPRESSIONS_FILE: "three"})
    trust(place)
    assert accepts_file(place, SUPPRESSIONS_FILE)
    file.unlink()
    os.mkfifo(file)
    assert not accepts_file(place, SUPPRESSIONS_FILE)
    file.unlink()
    file.symlink_to("webhooks.toml")
    assert distrust(place) != ""
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / SUPPRESSIONS_FILE).write_text("one")
    accept_file(tmp_path / "foreign", SUPPRESSIONS_FILE)
    assert not accepts_file(tmp_path / "foreign", SUPPRESSIONS_FILE)


@pytest.mark.parametrize("name", [SUPPRESSIONS_FILE, "rules/a.toml"])
def test_a_settings_file_without_an_end_is_never_accepted(tmp_path: Path, name: str) -> None:
    """A sparse file of a terabyte, in a workspace that an archive was unpacked over: it is not even hashed."""
    place = tmp_path / "ws"
    Workspace.open(place).close()
    (place / name).parent.mkdir(exist_ok=True)
    with (place / name).open("wb") as file:
        file.truncate(1 << 40)
    begun = time.monotonic()
    accept_file(place, name.partition("/")[0])
    assert not accepts_file(place, name.partition("/")[0])
    assert time.monotonic() - begun < 30


def test_many_rule_files_share_one_limit(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    Workspace.open(place).close()
    (place / "rules").mkdir()
    for number in range(12):
        with (place / "rules" / f"{number}.toml").open("wb") as file:
            file.truncate(4 << 20)
    accept_file(place, "rules")
    assert not accepts_file(place, "rules")


def test_a_folder_inside_the_rules_is_not_walked(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    Workspace.open(place).close()
    (place / "rules" / "a.toml" / "b.toml").mkdir(parents=True)
    accept_file(place, "rules")
    before = accepts_file(place, "rules")
    (place / "rules" / "a.toml" / "b.toml" / "c.toml").write_text("")
    assert accepts_file(place, "rules") is before


def test_a_settings_file_of_an_earlier_release_stays_accepted(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    with Workspace.open(place):
        pass
    records = [path for path in (state_folder() / "trusted").glob("*.json") if str(place) in path.read_text()]
    for record in records:
        old = json.loads(record.read_text())
        assert old.pop("accepted") == {}
        record.write_text(json.dumps(old))
    write(place, {"suppressions.toml": "one", "domains.toml": "one"})
    assert accepts_file(place, SUPPRESSIONS_FILE)
    assert accepts_file(place, "domains.toml"), "all that are there at the first use"
    write(place, {"suppressions.toml": "two"})
    assert not accepts_file(place, SUPPRESSIONS_FILE)


def test_webhooks_that_an_archive_brings_are_not_used(tmp_path: Path, run: Run, postgres: Postgres) -> None:
    ipa(tmp_path / "app.ipa", GOOD)
    assert run(*SCAN).code == 0
    grant = 'authorised_by = "x"\ncontact = "x@x.test"\nnot_after = 2099-01-01\n[[target]]\nmatch = "127.77.1.1"\n'
    (tmp_path / "grant.toml").write_text(grant + 'ports = "any"\ndepth = "identify"\n')
    port = postgres.server.server_address[1]
    hook = f'[[webhook]]\nname = "x"\nurl = "http://127.0.0.1:{port}/"\nsecret_env = "PGPASSWORD"\n'
    unpack_over(tmp_path, {".tieback/webhooks.toml": hook})
    watch = ("watch", "--once", "--grant", "grant.toml")
    ended = run(*watch)
    assert ended.code == 0, ended.err
    assert "webhooks.toml is new or has changed, and is not used" in ended.err
    assert postgres.connections == []
    assert "not used" not in run(*watch, "--webhooks", ".tieback/webhooks.toml").err
    assert "not used" not in run(*watch).err


@pytest.mark.parametrize(
    ("name", "text", "option", "words"),
    [
        ("retention.toml", 'older_than = "1d"\n', "--retention", ("workspace", "prune", "--yes")),
        ("sender.toml", 'organisation = "x"\nemail = "x@x.test"\n', "--sender", ("letter", "write", "assurance")),
    ],
)
def test_a_file_that_an_archive_brings_decides_no_removal_and_no_letter(
    tmp_path: Path, run: Run, name: str, text: str, option: str, words: tuple[str, ...]
) -> None:
    ipa(tmp_path / "app.ipa", GOOD)
    assert run(*SCAN).code == 0
    unpack_over(tmp_path, {f".tieback/{name}": text})
    refused = run(*words)
    assert refused.code == 2, refused.err
    assert f"Review it, then pass {option} .tieback/{name}" in refused.err
    assert not (tmp_path / "letters").exists()
    assert run(*words, option, f".tieback/{name}").code == 0
    assert run(*words).code == 0, "the user accepted this content"
    unpack_over(tmp_path, {f".tieback/{name}": f"{text}# changed\n"})
    assert run(*words).code == 2


def test_files_of_tieback_itself_that_an_archive_brings_are_not_used(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", GOOD)
    assert run(*SCAN).code == 0
    (tmp_path / "devices.csv").write_text(
        "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,Platform,DeviceCount\nk,A,A,1,iOS,1\n"
    )
    place = tmp_path / ".tieback"
    unpack_over(tmp_path, {".tieback/inventory.key": "k" * 32, ".tieback/ransom.salt": "s" * 32})
    imported = run("inventory", "import", "devices.csv")
    assert imported.code == 4, imported.err
    assert "your tieback did not write this file as it is now" in imported.err
    with pytest.raises(WorkspaceError, match="did not write this file"):
        workspace_salt(place)
    for name in ("inventory.key", "ransom.salt"):
        (place / name).unlink()
    assert run("inventory", "import", "devices.csv").code == 0
    assert run("inventory", "import", "devices.csv").code == 0
    assert workspace_salt(place) == workspace_salt(place)
    assert run("workspace", "domains", "example.org").code == 0
    assert run("workspace", "domains").out == "example.org\n"
    unpack_over(tmp_path, {".tieback/domains.toml": 'domains = ["attacker.test"]\n'})
    assert run("workspace", "domains").code == 4
    with pytest.raises(WorkspaceError, match="did not write this file"):
        read_own_domains(place)
    assert run("workspace", "trust").code == 0
    assert run("workspace", "domains").out == "attacker.test\n", "the user accepted all that is there"


def test_a_pending_removal_that_an_archive_brings_removes_nothing(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", GOOD)
    assert run(*SCAN).code == 0
    (name,) = re.findall(r"\d{8}T\d{6}Z-[0-9a-f]{8}", run("workspace", "runs", "--format", "json").out)[:1]
    pruning = tmp_path / ".tieback" / "lake" / "pruning"
    pruning.mkdir()
    none = pa.array([], pa.string())
    pq.write_table(pa.table({"unit": none, "version": none}), pruning / "gone.parquet")
    for plan in ({"runs": [name]}, {"runs": [name], "mac": "0" * 64}):
        (pruning / "plan.json").write_text(json.dumps(plan))
        ended = run(*SCAN)
        assert ended.code == 4
        assert "your tieback did not write it" in ended.err
    shutil.rmtree(pruning)
    assert run(*SCAN).code == 0
    assert name in run("workspace", "runs").out


def test_a_stop_file_that_an_archive_brings_is_an_error_and_no_result(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN).code == 1
    unpack_over(tmp_path, {".tieback/stop": ""})
    grant = 'authorised_by = "x"\ncontact = "x@x.test"\nnot_after = 2099-01-01\n[[target]]\nmatch = "*.test"\n'
    grant += 'ports = "any"\ndepth = "identify"\n[hosts]\n"db.gate-backend.test" = "127.77.1.1"\n'
    (tmp_path / "grant.toml").write_text(grant)
    ended = run("scan", "app.ipa", "--grant", "grant.toml")
    assert ended.code == 3, "what was not probed is no answer"
    assert "the stop file .tieback/stop exists" in ended.err


def test_a_link_in_a_checkout_leads_to_no_other_workspace(tmp_path: Path, run: Run) -> None:
    (tmp_path / "other").mkdir()
    with Workspace.open(tmp_path / "other" / ".tieback"):
        write(tmp_path / "other" / ".tieback", {"suppressions.toml": SUPPRESSIONS})
    ipa(tmp_path / "app.ipa", BAD)
    (tmp_path / ".tieback").symlink_to("other/.tieback")
    assert run(*SCAN).code == 1


def test_a_workspace_that_others_can_write_is_not_trusted(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN).code == 1
    for name in ("suppressions.toml", "."):
        path = tmp_path / ".tieback" / name
        path.touch()
        path.chmod(path.stat().st_mode | 0o020)
        assert "others can write" in distrust(tmp_path / ".tieback")
        path.chmod(path.stat().st_mode & ~0o020)
    assert distrust(tmp_path / ".tieback") == ""


def test_an_accepted_workspace_is_used_with_its_results(tmp_path: Path, run: Run) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    assert run(*SCAN, "-w", "old").code == 1
    (tmp_path / "old").rename(tmp_path / "moved")
    refused = run(*SCAN, "-w", "moved")
    assert refused.code == 4
    assert "tieback workspace trust -w moved" in refused.err
    shown = run("report", "-w", "moved")
    assert shown.code == 0
    assert "note: moved is not trusted (you did not create it on this machine)" in shown.err
    assert run("workspace", "trust", "-w", "moved").code == 0
    again = run(*SCAN, "-w", "moved")
    assert again.code == 1
    assert "note:" not in again.err
    assert "removed a damaged file" not in again.err


NAMES = st.sampled_from(
    [
        "VERSION",
        "identity",
        "ledger.json",
        "ledger.moving.json",
        "suppressions.toml",
        "retention.toml",
        "stop",
        "lake/parts/units-x/units.parquet",
        "lake/parts/units-x/seal.json",
        "lake/parts/merged-x/replaces.json",
        "lake/pruning/plan.json",
        "lake/damaged/units-x",
        "ledger.db",
        "lock",
    ]
)
TEXTS = st.sampled_from([VERSION, SUPPRESSIONS, '{"replaces": [], "holds": []}', "0" * 64, "", "postgres"])


@settings(max_examples=examples(200), deadline=None)
@given(files=st.dictionaries(NAMES, TEXTS, min_size=1), in_checkout=st.booleans())
def test_no_files_make_a_default_workspace(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], in_checkout: bool
) -> None:
    folder = tmp_path_factory.mktemp("repository")
    write(folder / ".tieback", files)
    if in_checkout:
        (folder / ".git").mkdir()
    chosen, why = default_workspace(folder)
    assert chosen.is_relative_to(state_folder())
    assert why
    assert distrust(folder / ".tieback")
    shutil.rmtree(folder)


@settings(max_examples=examples(6), deadline=None)
@given(files=st.dictionaries(NAMES, TEXTS, min_size=1))
def test_no_file_changes_the_exit_code_or_what_is_connected_to(
    run: Run, postgres: Postgres, tmp_path: Path, files: dict[str, str]
) -> None:
    ipa(tmp_path / "app.ipa", BAD)
    shutil.rmtree(tmp_path / ".tieback", ignore_errors=True)
    made = {name: pointer(postgres.url) if text == "postgres" else text for name, text in files.items()}
    write(tmp_path / ".tieback", made)
    ended = run(*SCAN)
    assert ended.code == 1, ended.err
    assert postgres.connections == []


def test_a_folder_without_such_files_has_its_workspace_in_it(tmp_path: Path) -> None:
    assert default_workspace(tmp_path) == (DEFAULT, "")
    with Workspace.open(tmp_path / ".tieback"):
        pass
    assert default_workspace(tmp_path) == (DEFAULT, "")
    trust(tmp_path / ".tieback")
    assert default_workspace(tmp_path) == (DEFAULT, "")
