"""Adapters of openback: each parser on small output of its tool, and on hostile output. No tool is needed.

The output of nuclei, LeakIX, MobSF and TruffleHog is made up by their documentation; that of the others was
recorded from the tool and shortened.
"""

import json
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.openback import compare
from bench.openback.peers import (
    _captures,
    _columns,
    _credentials,
    _endpoints,
    _programs,
    _rules,
    _stores,
    _strings,
    betterleaks,
    checkov,
    colscan,
    dbmask,
    detect_secrets,
    dexllm,
    gitleaks,
    kingfisher,
    leakix,
    mobsf,
    ndpi,
    nfstream,
    nmap,
    nuclei,
    pgrls,
    presidio,
    redposture,
    scrubadub,
    secretlint,
    suricata,
    targaryen,
    trufflehog,
    trufflehog3,
    tshark,
    whispers,
)
from bench.openback.peers._answers import UnsupportedError, ended, input_file, results
from bench.openback.peers._programs import Done, ToolError
from bench.openback.schema import Answer, Case, Claim, Split, Topic
from tests.each import each
from tieback.pii.taxonomy import load_taxonomy

HOSTILE = [
    b"",
    b"\xff\xfe\0",
    b"[" * 100_000,
    b"null",
    b"[1, [2]]",
    b'{"a": {}}',
    b'"' + b"x" * 200_000,
    b"1\n2\n",
    b"<x/>",
]


def case(input_: str, topic: Topic = Topic.APP, ask: tuple[str, ...] = ()) -> Case:
    return Case("c1", topic, Split.TUNE, "", "g", input_, (), (), ask)


def test_every_adapter_has_topics_a_version_and_an_answer() -> None:
    names = compare.peers()
    assert {"nmap", "gitleaks", "tshark", "presidio", "pgrls", "nuclei"} <= set(names)
    for name in names:
        module = import_module(f"bench.openback.peers.{name}")
        assert frozenset(Topic) >= module.TOPICS
        assert module.version() is None or isinstance(module.version(), str)
        assert callable(module.answer)
        assert module.CLAIMS
        assert len(module.__doc__ or "") > 60


# Shared parts.


def test_endpoints_are_written_as_openback_writes_them() -> None:
    texts = [
        "GET HTTPS://Api.Shop.test:443/Orders/",
        "db.shop.test:27017",
        "see http://a.test/x?y=1#z.",
        "10.0.0.1:6379",
    ]
    assert list(_endpoints.claims(texts)) == [
        Claim("endpoint", "https://api.shop.test/Orders"),
        Claim("host", "api.shop.test"),
        Claim("endpoint", "db.shop.test:27017"),
        Claim("host", "db.shop.test"),
        Claim("endpoint", "http://a.test/x?y=1"),
        Claim("host", "a.test"),
        Claim("endpoint", "10.0.0.1:6379"),
        Claim("host", "10.0.0.1"),
    ]


@pytest.mark.parametrize(
    "text", ["content://a.b/c", "com.example.App", "http://localhost/x", "http://[::1", "http://a.test:99999/"]
)
def test_texts_without_a_place_on_a_network_are_no_endpoint(text: str) -> None:
    assert list(_endpoints.claims([text])) == []


@given(st.lists(st.text(), max_size=5))
def test_any_texts_are_read_and_never_raises(texts: list[str]) -> None:
    for claim in _endpoints.claims(texts):
        assert claim.name in {"endpoint", "host"}


def test_a_script_whose_folder_was_moved_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_programs, "PLACE", tmp_path)
    place = tmp_path / "x" / "bin"
    place.mkdir(parents=True)
    (place / "python").symlink_to(sys.executable)
    script, other = place / "tool", place / "elf"
    script.write_text("#!/nonexistent/x/bin/python\nprint('started')\n")
    other.write_bytes(b"\x7fELF")
    assert _programs.run([script], tmp_path, network=True).output == b"started\n"
    assert _programs.started([other, "-v"]) == [str(other), "-v"]
    assert _programs.started(["rg", Path("x")]) == ["rg", "x"]


def test_a_failing_tool_is_failed_and_not_silent() -> None:
    def decide(one: Case) -> Iterable[Claim] | None:
        if one.input == "u":
            raise UnsupportedError("reads no such file")
        if one.input == "f":
            raise ToolError("longer than 120 s")
        return None if one.input == "?" else [Claim("host", "a.test"), Claim("host", "a.test")]

    found = list(results("x", "1", [case(word) for word in ("u", "f", "?", "d")], decide))
    assert [one.answer for one in found] == [Answer.UNSUPPORTED, Answer.FAILED, Answer.UNDECIDED, Answer.DECIDED]
    assert found[1].error == "longer than 120 s"
    assert found[3].claims == (Claim("host", "a.test"),)


def test_only_an_end_with_a_known_code_has_output() -> None:
    assert ended(Done(b"x", 1, "", ""), (0, 1)) == b"x"
    with pytest.raises(ToolError, match="code 2: broken"):
        ended(Done(b"x", 2, "", "broken\n"))
    with pytest.raises(ToolError, match="longer"):
        ended(Done(b"x", -9, "longer than 1 s", ""))


def test_inputs_of_another_kind_are_unsupported(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x")
    with pytest.raises(UnsupportedError, match=r"reads only \.apk"):
        input_file(case("a.js"), tmp_path, (".apk",))
    with pytest.raises(ToolError, match="is missing"):
        input_file(case("b.apk"), tmp_path, (".apk",))


# Apps.


def test_texts_of_apps() -> None:
    assert _strings.texts_of(["a"]) == ["a"]
    for said in (None, {"a": 1}, [1], "a"):
        with pytest.raises(ToolError):
            _strings.texts_of(said)


def test_indicators_of_dexllm() -> None:
    lines = ["urls https://a.test/x", "domains B.test", "ips 10.0.0.1:80", "emails a@b.test", ""]
    assert list(dexllm.claims(lines)) == [
        Claim("endpoint", "https://a.test/x"),
        Claim("host", "a.test"),
        Claim("host", "b.test"),
        Claim("host", "10.0.0.1"),
        Claim("endpoint", "10.0.0.1:80"),
    ]


def test_a_report_of_mobsf() -> None:
    report = {
        "urls": [{"urls": ["https://a.test/x"], "path": "B.java"}, "http://c.test/", 7],
        "firebase_urls": [{"url": "https://shop.firebaseio.com", "open": False}],
        "domains": {"D.test": {"bad": "no"}},
    }
    found = mobsf.claims(report)
    assert {one.value for one in found if one.name == "endpoint"} == {
        "https://a.test/x",
        "http://c.test",
        "https://shop.firebaseio.com",
    }
    assert Claim("host", "d.test") in found
    assert mobsf.claims({"urls": 3, "domains": []}) == []


# Credentials.

FINDER: dict[Callable[[bytes], Iterable[str]], bytes] = {
    gitleaks.files: b'[{"RuleID": "github-pat", "File": "/t/a.json", "Secret": "x"}]',
    betterleaks.files: b'["/t/a.json"]',
    kingfisher.files: b'{"findings":[{"rule":{"id":"x"},"finding":{"path":"/t/a.json"}}]}\n{"summary":{"scanned":1}}\n',
    detect_secrets.files: b'{"results": {"/t/a.json": [{"type": "JSON Web Token"}], "/t/b.json": []}}',
    trufflehog3.files: b'[{"rule": {"id": "high-entropy"}, "path": "/t/a.json", "line": "4"}]',
    whispers.files: b'[{"key": "k", "file": "/t/a.json", "rule_id": "apikey"}]',
    secretlint.files: b'[{"filePath": "/t/a.json", "messages": [{}]}, {"filePath": "/t/b", "messages": []}]',
}


@each("read", FINDER, ids=lambda read: read.__module__.rpartition(".")[2])
def test_reports_of_scanners_for_credentials(read: Callable[[bytes], Iterable[str]]) -> None:
    assert list(read(FINDER[read])) == ["/t/a.json"]


@pytest.mark.parametrize("output", HOSTILE)
@pytest.mark.parametrize("read", FINDER, ids=lambda read: read.__module__.rpartition(".")[2])
def test_hostile_reports_are_errors_of_the_tool_or_empty(read: Callable[[bytes], Iterable[str]], output: bytes) -> None:
    with suppress(ToolError):
        assert list(read(output)) == []


def test_files_outside_the_folder_are_no_claim(tmp_path: Path) -> None:
    paths = [f"{tmp_path}/c/1.xml", "c/1.xml", "../etc/passwd", "/etc/passwd"]
    assert list(_credentials.claims(paths, tmp_path)) == [Claim("credential", "secret", "c/1.xml")]


def test_findings_of_trufflehog() -> None:
    def line(file: str) -> dict[str, object]:
        return {"SourceMetadata": {"Data": {"Filesystem": {"file": file}}}, "DetectorName": "Github", "Verified": False}

    lines: list[dict[str, object]] = [
        line("build/cases/credential/app1/res/a.xml"),
        line("/x/other/a.xml"),
        {"level": "info"},
    ]
    assert trufflehog.findings(lines) == {"app1": {Claim("credential", "secret", "res/a.xml"): None}}


# Captures.


def test_flows_of_tshark() -> None:
    rows = [
        ["0", "10.0.0.1", "", "40000", "192.0.2.1", "", "6379", "1", "0", "eth:ethertype:ip:tcp"],
        ["0", "192.0.2.1", "", "6379", "10.0.0.1", "", "40000", "0", "1", "eth:ethertype:ip:tcp:resp"],
        ["1", "", "2001:db8::1", "5432", "", "2001:db8::2", "40000", "False", "True", "eth:ipv6:tcp:pgsql"],
        ["x"],
        ["2", "10.0.0.1", "", "no", "192.0.2.1", "", "80", "1", "0", "http"],
    ]
    found = _captures.claims(tshark.flows("\n".join("\t".join(row) for row in rows).encode()))
    assert found == [Claim("store", "redis", "192.0.2.1:6379"), Claim("store", "postgresql", "[2001:db8::1]:5432")]


def test_flows_of_suricata(tmp_path: Path) -> None:
    lines = [
        '{"event_type":"flow","dest_ip":"192.0.2.1","dest_port":1883,"app_proto":"mqtt"}',
        '{"event_type":"flow","dest_ip":"192.0.2.2","dest_port":80,"app_proto":"http"}',
        '{"event_type":"stats"}',
        "{broken",
        "x" * 2_000_000,
    ]
    (tmp_path / "eve.json").write_text("\n".join(lines))
    assert _captures.claims(suricata.flows(tmp_path / "eve.json")) == [Claim("store", "mqtt", "192.0.2.1:1883")]


def test_flows_of_nfstream() -> None:
    said = [
        ["192.0.2.1", 27017, "MongoDB", False],
        ["192.0.2.2", 3306, "MySQL", True],
        ["192.0.2.3", 443, "TLS.Redis", False],
    ]
    found = _captures.claims(nfstream.flows(said))
    assert found == [Claim("store", "mongodb", "192.0.2.1:27017"), Claim("store", "redis", "192.0.2.3:443")]
    for bad in (None, [1], [["a"]]):
        with pytest.raises(ToolError):
            list(nfstream.flows(bad))


def test_flows_of_ndpi() -> None:
    output = b"""Detected flows:
\t2\tTCP 10.0.0.235:40000 <-> 203.0.113.118:35403 [proto: 19/PostgreSQL][ClearText][Confidence: DPI][cat: Database/11]
\t3\tTCP 10.0.0.236:40000 <-> 203.0.113.119:3306 [proto: 20/MySQL][ClearText][Confidence: Match by port]
\t1\tTCP 10.0.0.172:40002 <-> 192.0.2.67:14488 [proto: 0/Unknown][ClearText][Confidence: Unknown]
"""
    assert _captures.claims(ndpi.flows(output)) == [Claim("store", "postgresql", "203.0.113.118:35403")]
    for hostile in HOSTILE:
        assert list(ndpi.flows(hostile)) == []
        assert list(tshark.flows(hostile)) == []


# Fields.

CLASSES = {"email": "email", "vat": "national_id"}


@each(
    ("said", "named", "expected"),
    [
        ({"name": "email"}, True, ["email"]),
        ({"name": None}, True, []),
        ({"name": "vat", "column": "email"}, False, ["email"]),
        ({"values": ["email", "email", None]}, False, ["email"]),
        ({"values": ["email", None, None]}, False, []),
        ({"values": []}, False, []),
        ({"column": ["odd"]}, False, []),
    ],
)
def test_classes_of_fields(said: object, *, named: bool, expected: list[str]) -> None:
    assert [one.value for one in _columns.claims(said, CLASSES.get, named=named)] == expected


def test_a_tool_without_names_supports_none() -> None:
    with pytest.raises(UnsupportedError):
        _columns.claims({"values": []}, CLASSES.get, named=True)
    with pytest.raises(ToolError):
        _columns.claims([], CLASSES.get, named=False)


def test_every_class_of_a_map_is_one_of_the_taxonomy() -> None:
    maps = (colscan.CLASSES, dbmask.CLASSES, scrubadub.CLASSES, presidio.CLASSES)
    assert {kind for one in maps for kind in one.values()} <= set(load_taxonomy())
    assert presidio.class_of("DE_KFZ") == "vehicle"
    assert presidio.class_of("FR_NIR") == "national_id"
    assert presidio.class_of("URL") is None


# Rules.


def test_what_anyone_may_do_makes_a_path_open() -> None:
    closed = {"anonymous_read": False, "anonymous_write": False, "user_read": True, "user_write": None}
    assert list(_rules.access("t", closed))[-1] == Claim("open", value=False, subject="t")
    assert Claim("open", value=True, subject="t") in list(_rules.access("t", {**closed, "anonymous_write": True}))
    unknown = list(_rules.access("t", {**closed, "anonymous_read": None}))
    assert "open" not in {one.name for one in unknown}


def test_answers_of_targaryen() -> None:
    said = {"anonymous": {"read": False, "write": True}, "user": {"read": True, "write": True}}
    assert Claim("open", value=True, subject="/a") in list(targaryen.claims("/a", said))
    hostile: list[object] = [None, {}, {"anonymous": 1, "user": 2}, []]
    for bad in hostile:
        with pytest.raises(ToolError):
            list(targaryen.claims("/a", bad))


def test_a_matrix_of_pgrls() -> None:
    def row(command: str, anon: str, user: str) -> dict[str, object]:
        access = {"anon": {"verdict": anon}, "authenticated": {"verdict": user}}
        return {"table": "public.t", "command": command, "access": access}

    rows = [row("SELECT", "denied", "conditional"), row("INSERT", "denied", "open"), row("UPDATE", "denied", "denied")]
    found = pgrls.claims(
        ["t", "v"], {"rows": [*rows, row("DELETE", "undecided", "denied"), row("TRUNCATE", "open", "open"), 3]}
    )
    assert found == [Claim("anonymous_read", value=False, subject="t"), Claim("user_write", value=True, subject="t")]
    proofs = {"cross-tenant": {"tables": [{"table": "public.t", "verdict": "leak"}]}, "anon": 3}
    proven = pgrls.claims(["t"], {"rows": rows, "proofs": proofs})
    assert proven is not None
    assert Claim("user_read", value=True, subject="t") in proven
    assert pgrls.claims(["v"], {"rows": rows}) is None
    with pytest.raises(ToolError):
        pgrls.claims(["t"], [])


def test_templates_and_verdicts_of_checkov() -> None:
    assert "aws_s3_bucket_policy" in checkov.template("policy.json", '{"Statement": []}')
    binding = '{"bindings": [{"role": "r", "members": ["allUsers"]}]}'
    assert '"allUsers"' in checkov.template("iam-policy.json", binding)
    assert '"container"' in checkov.template("container.json", '{"publicAccess": "container"}')
    with pytest.raises(UnsupportedError):
        checkov.template("firestore.rules", "{}")
    for text in ("[]", "{", "7"):
        with pytest.raises((ValueError, ToolError), match=r"no JSON object|Expecting"):
            checkov.template("policy.json", text)

    def check(place: str) -> dict[str, str]:
        return {"check_id": "CKV_AWS_70", "file_path": f"/{place}/main.tf"}

    report = {
        "results": {"failed_checks": [check("0")], "passed_checks": [check("0"), check("1"), {"check_id": "CKV_X"}, 4]}
    }
    assert checkov.verdicts(json.dumps(report).encode()) == {"0": True, "1": False}
    assert checkov.verdicts(b'{"passed": 0, "failed": 0}') == {}


# Stores.

NMAP = b"""<nmaprun><host><address addr="127.77.1.40"/><ports><port protocol="tcp" portid="6379"><state state="open"/>
<service name="redis" product="Redis key-value store" version="7.2.4"/>%s</port></ports></host></nmaprun>"""


def test_a_report_of_nmap() -> None:
    opened = nmap.claims(NMAP % b'<script id="redis-info" output="Version: 7.2.4&#xa;  Used memory: 1.17M"/>')
    assert opened == [Claim("product", "redis"), Claim("access", "open")]
    refused = nmap.claims(NMAP % b'<script id="redis-info" output="ERROR: NOAUTH Authentication required."/>')
    assert refused == [Claim("product", "redis"), Claim("access", "closed")]
    assert nmap.claims(NMAP % b"") == [Claim("product", "redis")]
    assert nmap.claims(b"<nmaprun/>") is None
    for bad in (b"", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'):
        with pytest.raises(ToolError):
            nmap.claims(bad)


def test_no_script_of_nmap_guesses_or_logs_in() -> None:
    assert not [name for name in nmap.SCRIPTS if "brute" in name or "empty-password" in name or name == "ftp-anon"]


def test_a_report_of_redposture() -> None:
    def line(status: str, **more: object) -> str:
        return json.dumps({"host": "127.77.1.40", "port": 6379, "status": status, **more})

    lines = [
        line("open_no_auth", key_count=0, implementation="valkey"),
        line("fail"),
        "{",
        '{"type": "summary", "status": "partial"}',
    ]
    found = redposture.reports("redis", "\n".join(lines).encode())
    assert found == {("127.77.1.40", 6379): [Claim("product", "valkey"), Claim("access", "empty")]}
    assert redposture.reports("redis", line("auth_required").encode())["127.77.1.40", 6379][-1] == Claim(
        "access", "closed"
    )
    for hostile in HOSTILE:
        assert redposture.reports("redis", hostile) == {}


def test_only_loopback_is_passed_to_a_tool(tmp_path: Path) -> None:
    place = {"host": "127.77.1.40", "port": 6379, "tls": False, "name": "x.test"}
    (tmp_path / "addresses.json").write_text(json.dumps({"a": place, "b": {**place, "host": "192.0.2.1"}}))
    assert _stores.places([case("a", Topic.STORE), case("c", Topic.STORE)], tmp_path) == {"c1": ("127.77.1.40", 6379)}
    with pytest.raises(ValueError, match="is not loopback"):
        _stores.places([case("b", Topic.STORE)], tmp_path)


def test_findings_of_nuclei() -> None:
    lines: list[dict[str, object]] = [
        {"template-id": "mongodb-unauth", "info": {"tags": ["network", "mongodb"]}, "matched-at": "127.77.1.20:27017"},
        {"template-id": "redis-detect", "info": {"tags": "network,redis,detect"}, "matched-at": "127.77.1.40:6379"},
        {"template-id": "unauthenticated-prometheus", "matched-at": "http://127.77.1.60:9090/graph"},
        {"template-id": "x", "matched-at": 7},
    ]
    assert nuclei.findings(lines) == {
        ("127.77.1.20", 27017): [Claim("product", "mongodb"), Claim("access", "open")],
        ("127.77.1.40", 6379): [Claim("product", "redis")],
        ("127.77.1.60", 9090): [Claim("product", "prometheus"), Claim("access", "open")],
    }


def test_events_of_leakix() -> None:
    service = {"software": {"name": "MongoDB"}, "credentials": {"noauth": True}}
    leak = {"dataset": {"rows": 12, "collections": 2}}
    lines: list[dict[str, object]] = [
        {"event_type": "leak", "ip": "127.77.1.20", "port": "27017", "service": service, "leak": leak},
        {"event_type": "service", "ip": "127.77.1.40", "port": "6379", "protocol": "redis", "service": []},
        {
            "event_type": "leak",
            "ip": "127.77.1.41",
            "port": "6379",
            "protocol": "redis",
            "leak": {"dataset": {"rows": 0}},
        },
        {"event_type": "leak", "ip": 3, "port": "x"},
    ]
    assert leakix.events(lines) == {
        ("127.77.1.20", 27017): [Claim("product", "mongodb"), Claim("access", "open"), Claim("records", 12)],
        ("127.77.1.40", 6379): [Claim("product", "redis")],
        ("127.77.1.41", 6379): [Claim("product", "redis"), Claim("access", "empty")],
    }
