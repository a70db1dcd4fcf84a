"""The evidence of a case: complete, only of this case, and checked without its workspace."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.ports import free_port
from tests.unit.pipeline.disclosure.test_recheck import GRANT, POLICY, everything, opened
from tieback.cases.evidence import verify_bundle
from tieback.model.case import CaseApp
from tieback.model.errors import InputError
from tieback.pipeline.disclosure.cases import open_case_service
from tieback.pipeline.disclosure.evidence import Evidence, write_evidence
from tieback.pipeline.disclosure.evidence_check import check_evidence
from tieback.pipeline.disclosure.recheck import recheck
from tieback.scope.audit import open_audit_log


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = opened(tmp_path_factory.mktemp("evidence"), free_port())
    list(recheck(found, GRANT, POLICY, everything))
    with open_case_service(found) as work:
        (case,) = work.cases()
        work.note(case.id, "internal remark", [], "Ann")
        rival = CaseApp("com.rival", "Rival", "1", "android", "b" * 64)
        work.change(case.id, lambda old: (msgspec.structs.replace(old, also=(rival,)), ()))
    return found


def written(directory: Path, **more: Any) -> Evidence:
    with open_case_service(directory) as work:
        (case,) = work.cases()
        return write_evidence(work, case, **more)


def test_the_way_from_the_app_to_the_store_is_in_it_and_nothing_of_others(directory: Path, tmp_path: Path) -> None:
    made = written(directory)
    assert (made.audit_blocks, made.audit_left_out, made.time) == (1, 0, "")
    files = verify_bundle(made.data).files
    (route,) = json.loads(files["path.json"])["routes"]
    assert (route["app"]["sha256"], route["file"], route["offset"]) == ("a" * 64, "classes.dex", 100)
    assert route["app"]["signer"]["sha256"] == "6c" * 32
    case = json.loads(files["case.json"])
    assert case["check"]["verdict"] == "closed"
    assert case["store"]["records"]["value"] == 1350
    assert [json.loads(line)["event"] for line in files["history.jsonl"].splitlines()] == ["opened", "check"]
    assert b'"event":"connect"' in files["audit.jsonl"]
    assert {"network.json", "conversation.json", "grant.json", "README.md"} <= files.keys()
    for private in (b"internal remark", b"com.rival"):
        assert private not in made.data
    (tmp_path / "e.zip").write_bytes(made.data)
    check = check_evidence(tmp_path / "e.zip")
    assert (check.case, check.timestamp, check.audit_keys) == (case["id"], "none", (check.key,))
    assert check_evidence(tmp_path / "e.zip", check.key) == check
    with pytest.raises(InputError, match="sealed by SHA256"):
        check_evidence(tmp_path / "e.zip", "SHA256:other")
    (tmp_path / "e.zip").write_bytes(made.data.replace(b"1350", b"1351"))
    with pytest.raises(InputError, match="not intact"):
        check_evidence(tmp_path / "e.zip")


def test_a_part_of_the_log_about_other_hosts_is_left_out(directory: Path) -> None:
    with open_audit_log(directory / "audit.jsonl") as log:
        log.append("connect", {"target": "127.0.0.1:9200"})
        log.append("connect", {"target": "db.rival.test:5432"})
    made = written(directory)
    assert (made.audit_blocks, made.audit_left_out) == (1, 1)
    assert b"db.rival.test" not in made.data
    assert b"db.rival.test" in written(directory, others=True).data


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A time stamp authority on loopback, made with ``openssl ts``; and its root certificate."""
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = tsa1\n[tsa1]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n"
        "digests = sha256\ness_cert_id_alg = sha256\n"
        "[ext]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
    )

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True, timeout=60)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "30")
    openssl("req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root")
    openssl("req", *new[:-2], "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=TSA")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "30", "-out", "tsa.pem",
            "-extfile", "tsa.cnf", "-extensions", "ext")  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (tmp_path / "query.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-signer", "tsa.pem",
                    "-inkey", "tsa.key", "-out", "reply.tsr")  # fmt: skip
            self.send_response(200)
            self.end_headers()
            self.wfile.write((tmp_path / "reply.tsr").read_bytes())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsr", tmp_path / "root.pem"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_time_stamp_is_requested_and_verified(directory: Path, tmp_path: Path, authority: tuple[str, Path]) -> None:
    url, root = authority
    made = written(directory, tsa=url)
    path = tmp_path / "e.zip"
    path.write_bytes(made.data)
    assert check_evidence(path).timestamp == f"{made.time}, signature not verified: pass --timestamp-ca FILE"
    check = check_evidence(path, roots=root)
    assert (check.timestamp_verified, check.timestamp) == (True, made.time)
    found = verify_bundle(made.data)
    (tmp_path / "manifest.json").write_bytes(found.manifest_data)
    (tmp_path / "t.tsr").write_bytes(found.timestamp)
    again = subprocess.run(
        ["openssl", "ts", "-verify", "-data", "manifest.json", "-in", "t.tsr", "-CAfile", "root.pem"],
        cwd=tmp_path, check=False, capture_output=True, timeout=60,
    )  # fmt: skip
    assert again.returncode == 0
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-noenc", "-keyout", "o.key", "-out", "other.pem",
         "-subj", "/CN=Other"], cwd=tmp_path, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    with pytest.raises(InputError, match="the time stamp is not valid"):
        check_evidence(path, roots=tmp_path / "other.pem")


def test_without_a_time_stamp_none_is_shown_and_a_missing_one_is_an_error(directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    path.write_bytes(written(directory).data)
    with pytest.raises(InputError, match="it has no time stamp"):
        check_evidence(path, roots=tmp_path / "any.pem")
    with pytest.raises(InputError, match="no time stamp"):
        written(directory, tsa=f"http://127.0.0.1:{free_port()}/")
