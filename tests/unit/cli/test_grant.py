"""``tieback grant``, as a user sees it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.unit.cli.conftest import Run
from tests.unit.scope.policy.signers import make_key, needs_ssh_keygen
from tieback.cli.grant import app
from tieback.model.errors import GrantError, WorkspaceError
from tieback.model.grant import Depth
from tieback.scope.audit import AuditLog, open_audit_log
from tieback.scope.checkpoints import own_fingerprint
from tieback.scope.grant import load_grant
from tieback.scope.policy.ssh_keys import parse_public_key

NEXT_YEAR = datetime.now(UTC).date() + timedelta(days=365)
GRANT = f"""
authorised_by = "Security [bold]office"
contact = "sec@example.test"
not_after = {NEXT_YEAR}
dns = true
[[target]]
match = "127.0.0.0/8"
ports = [9200, "27000-27100"]
depth = "describe"
passwordless = ["root"]
[[target]]
match = "*.x.test"
ports = "any"
depth = "identify"
[hosts]
"db.x.test" = ["127.0.0.5", "10.0.0.5"]
"""


@pytest.fixture
def grant(tmp_path: Path) -> Path:
    path = tmp_path / "grant.toml"
    path.write_text(GRANT)
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


WHO = ("--authorised-by", "Office", "--contact", "sec@example.test")


def test_new(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    options = ("--not-after", "2027-06-30", "--target", "192.0.2.0/24", "--target", "*.x.test", "--depth", "describe")
    result = run("new", path, *WHO, *options)
    assert result.exit_code == 0
    assert "Nothing can be probed for *.x.test: DNS is not allowed and [hosts] is empty." in result.stdout
    written = load_grant(path)
    assert [(rule.match, rule.ports, rule.depth) for rule in written.target] == [
        ("192.0.2.0/24", "any", Depth.DESCRIBE),
        ("*.x.test", "any", Depth.DESCRIBE),
    ]
    assert str(written.not_after) == "2027-06-30"
    assert not written.dns


def test_new_prints_what_the_grant_permits(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    result = run("new", path, *WHO, "--not-after", "2027-06-30", "--target", "*.x.test", "--dns")
    assert load_grant(path).dns
    assert [rule.depth for rule in load_grant(path).target] == [Depth.DESCRIBE]
    permits, _, forbids = result.stdout.partition("It does not permit:")
    assert "valid until 2027-06-30" in permits
    assert "*.x.test on any port: read which product responds" in permits
    assert "names and types of fields, but no values" in permits
    assert "DNS queries for names that a target covers" in permits
    assert "values of records" in forbids
    assert "DNS" not in forbids


def test_new_without_a_target_is_an_error(tmp_path: Path) -> None:
    result = run("new", tmp_path / "g.toml", *WHO)
    assert result.exit_code == 0
    assert "has no target yet" in result.stderr
    assert load_grant(tmp_path / "g.toml").not_after == datetime.now(UTC).date() + timedelta(days=30)


def test_new_refuses_a_day_that_has_passed(tmp_path: Path) -> None:
    result = run("new", tmp_path / "g.toml", *WHO, "--target", "*.x.test", "--not-after", "2020-01-01")
    assert isinstance(result.exception, GrantError)
    assert "--not-after 2020-01-01: the day has passed" in result.exception.diagnostics()
    assert not (tmp_path / "g.toml").exists()


def test_new_writes_addresses_of_names(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    hosts = ("--host", "es.x.test=127.0.0.5", "--host", "db.x.test=127.0.0.6", "--host", "db.x.test = ::1")
    printed = run("new", path, *WHO, "--target", "127.0.0.0/8", *hosts).stdout
    assert load_grant(path).hosts == {"es.x.test": "127.0.0.5", "db.x.test": ("127.0.0.6", "::1")}
    assert "Nothing can be probed" not in printed
    (row,) = lines(run("explain", path, "es.x.test:9200", "--format", "json"))
    assert (row["allowed"], row["address"]) == (True, "127.0.0.5")
    for wrong, says in (("es.x.test", "no address"), ("es.x.test=no address", "es.x.test"), ("=127.0.0.5", "hosts")):
        error = run("new", tmp_path / "h.toml", *WHO, "--host", wrong).exception
        assert isinstance(error, GrantError)
        assert says in str(error)
        assert not (tmp_path / "h.toml").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--target", "127.1"), "short form"),
        (("--target", "10.0.0.1/8"), "did you mean `10.0.0.0/8`?"),
        (("--contact", "a\nb"), "`contact` must be one line"),
    ],
)
def test_new_refuses_what_check_would(tmp_path: Path, options: tuple[str, str], says: str) -> None:
    result = run("new", tmp_path / "g.toml", *WHO, *options)
    assert isinstance(result.exception, GrantError)
    assert says in str(result.exception)
    assert not (tmp_path / "g.toml").exists()


def test_new_keeps_what_is_there(grant: Path, tmp_path: Path) -> None:
    result = run("new", grant, *WHO)
    assert isinstance(result.exception, GrantError)
    assert "the file exists" in str(result.exception)
    assert grant.read_text() == GRANT
    assert "cannot be written" in str(run("new", tmp_path / "no" / "g.toml", *WHO).exception)


def test_check(grant: Path) -> None:
    result = run("check", grant)
    assert result.exit_code == 0
    for text in ("Security [bold]office", "127.0.0.0/8", "9200, 27000-27100", "describe", "root", "*.x.test", "1 name"):
        assert text in result.stdout
    (document,) = lines(run("check", grant, "--format", "json"))
    assert (document["schema"], document["target"][1]["match"]) == ("tieback/grant/1", "*.x.test")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("depth = ", "depht = ", "grant.toml, line 9: unknown key `depht` in target 1 (did you mean `depth`?)"),
        (f"not_after = {NEXT_YEAR}", "not_after = 2020-01-01", "grant.toml: the grant expired on 2020-01-01"),
    ],
)
def test_check_reports_the_error(grant: Path, before: str, after: str, says: str) -> None:
    grant.write_text(GRANT.replace(before, after, 1))
    result = run("check", grant)
    assert isinstance(result.exception, GrantError)
    assert says in str(result.exception)
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("target", "rows"),
    [
        ("127.0.0.1:9200", [(True, "127.0.0.1", "127.0.0.0/8", "9200", "describe")]),
        ("127.0.0.1:22", [(False, "127.0.0.1", "", "22", None)]),
        ("127.0.0.1", [(True, "127.0.0.1", "127.0.0.0/8", "9200, 27000-27100", "describe")]),
        (
            "db.x.test:27017",
            [
                (True, "127.0.0.5", "127.0.0.0/8", "27017", "describe"),
                (True, "10.0.0.5", "*.x.test", "27017", "identify"),
            ],
        ),
        ("[::1]:9200", [(False, "::1", "", "9200", None)]),
        ("::1", [(False, "::1", "", "", None)]),
        ("::ffff:127.0.0.1", [(True, "127.0.0.1", "127.0.0.0/8", "9200, 27000-27100", "describe")]),
        ("other.test:80", [(False, "", "", "80", None)]),
        ("127.1:9200", [(False, "", "", "9200", None)]),
        ("a b", [(False, "", "", "", None)]),
    ],
)
def test_explain(grant: Path, target: str, rows: list[tuple[object, ...]]) -> None:
    found = lines(run("explain", grant, target, "--format", "json"))
    assert [(f["allowed"], f["address"], f["rule"], f["ports"], f["depth"]) for f in found] == rows
    assert all(f["reason"] and f["target"] == target and f["schema"] == "tieback/grant-explanation/1" for f in found)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("127.0.0.1:22", "port 22 is not among the ports"),
        ("169.254.169.254:80", "no target of the grant covers 169.254.169.254"),
        ("web.x.test:80", "resolved by DNS: allowed by `*.x.test` if the name resolves to a public address"),
        ("other.test:80", "no target covers it by name"),
        ("0x7f.1:80", "hexadecimal"),
        ("127.0.0.1:9200", "`127.0.0.0/8` covers 127.0.0.1"),
    ],
)
def test_explain_gives_reasons(grant: Path, target: str, says: str) -> None:
    (row,) = lines(run("explain", grant, target, "--format", "json"))
    assert says in row["reason"]
    table = " ".join(run("explain", grant, target).stdout.split())
    verdict = " in " if row["allowed"] else " by DNS " if row["needs_dns"] else " out "
    assert verdict in table


@pytest.mark.parametrize(
    ("target", "needs_dns", "ports", "says"),
    [
        ("web.x.test:443", True, "443", "allowed by `*.x.test` if the name resolves to a public address"),
        ("web.x.test", True, "443", "allowed by `*.x.test` if the name resolves to a public address"),
        ("web.x.test:22", False, "22", "port 22 is not among the ports of `*.x.test`"),
        ("ward.x.test:443", False, "443", "patient monitor"),
        ("other.test:443", False, "443", "no target covers it by name"),
    ],
)
def test_explain_a_name_that_only_dns_resolves(
    tmp_path: Path, target: str, needs_dns: bool, ports: str, says: str
) -> None:
    path = tmp_path / "g.toml"
    path.write_text(
        f'authorised_by = "Me"\ncontact = "me@example.org"\nnot_after = {NEXT_YEAR}\ndns = true\n'
        '[[target]]\nmatch = "*.x.test"\nports = [443]\ndepth = "describe"\n'
        '[[exclude]]\nmatch = "ward.x.test"\nreason = "patient monitor"\n'
    )
    (row,) = lines(run("explain", path, target, "--format", "json"))
    assert (row["allowed"], row["needs_dns"], row["ports"]) == (False, needs_dns, ports)
    assert says in row["reason"]
    table = " ".join(run("explain", path, target).stdout.split())
    assert (" by DNS " if needs_dns else " out ") in table


def test_a_session_with_mcp_servers_is_a_permission_that_a_site_policy_can_take(tmp_path: Path) -> None:
    path, policy = tmp_path / "g.toml", tmp_path / "never.toml"
    assert "sessions with MCP servers (mcp = true)" in run("new", path, *WHO, "--target", "127.0.0.0/8").stdout
    path.unlink()
    printed = run("new", path, *WHO, "--target", "127.0.0.0/8", "--mcp").stdout
    assert "open a session with MCP servers, and list the names of their tools" in printed
    assert load_grant(path).target[0].mcp
    assert "mcp" in run("check", path).stdout
    (row,) = lines(run("explain", path, "127.0.0.1:80", "--format", "json"))
    assert row["permissions"] == ["mcp"]
    policy.write_text('forbid = ["mcp"]\n')
    (row,) = lines(run("explain", path, "127.0.0.1:80", "--never", policy, "--format", "json"))
    assert (row["allowed"], row["permissions"], row["forbidden"]) == (True, [], [f"mcp ({policy})"])
    told = "".join(run("explain", path, "127.0.0.1:80", "--never", policy).stdout.split())
    assert f"forbiddenbyasitepolicy:mcp({policy})" in told
    shown = run("show", path, "--never", policy).stdout
    assert "sessions with MCP servers (mcp = true)" in shown
    assert f"No grant can allow mcp: {policy} forbids it" in shown


def test_explain_an_expired_grant(grant: Path) -> None:
    grant.write_text(GRANT.replace(str(NEXT_YEAR), "2020-01-01"))
    (row,) = lines(run("explain", grant, "127.0.0.1:9200", "--format", "json"))
    assert (row["allowed"], row["reason"]) == (False, "the grant expired on 2020-01-01")


@pytest.mark.parametrize("target", ["a.test:0", "a.test:65536", "a.test:http", "[::1]:x"])
def test_explain_bad_ports(grant: Path, target: str) -> None:
    result = run("explain", grant, target)
    assert isinstance(result.exception, GrantError)
    assert "is not a port" in str(result.exception)


def test_a_cloud_resource_is_no_target_and_the_error_says_where_its_host_is(grant: Path, tmp_path: Path) -> None:
    advice = "For a cloud resource, write its host: `tieback backend show firebase-rtdb:shop-1234` prints it"
    explained = run("explain", grant, "firebase-rtdb:shop-1234")
    words = ("--authorised-by", "Office", "--contact", "a@b.test", "--target", "firebase-rtdb:shop-1234")
    for result in (explained, run("new", tmp_path / "g.toml", *words)):
        assert isinstance(result.exception, GrantError)
        assert advice in str(result.exception)


EXCLUDE = '[[exclude]]\nmatch = "127.0.0.9"\nreason = "patient monitor"\n'


def test_new_with_exclusions(tmp_path: Path) -> None:
    path = tmp_path / "g.toml"
    options = ("--target", "192.0.2.0/24", "--exclude", "192.0.2.9=patient monitor", "--exclude", "*.ward.test")
    told = run("new", path, *WHO, *options)
    excluded = [(rule.match, rule.ports, rule.reason) for rule in load_grant(path).exclude]
    assert excluded == [("192.0.2.9", "any", "patient monitor"), ("*.ward.test", "any", "")]
    shown = run("show", path)
    for text in (told.stdout, shown.stdout):
        assert "It never contacts, even if a target covers it:" in text
        assert "  - 192.0.2.9 on any port: patient monitor" in text
        assert "  - *.ward.test and ward.test on any port: no reason given" in text
    bad = run("new", tmp_path / "h.toml", *WHO, "--exclude", "10.0.0.1/8")
    assert "`match` in exclude 1" in str(bad.exception)


def test_show_and_explain_name_the_site_policy(grant: Path, tmp_path: Path) -> None:
    never = tmp_path / "never.toml"
    never.write_text(EXCLUDE + f'[signatures]\nneed = 1\nkeys = ["{KEY}"]\n')
    shown = run("show", grant, "--never", never).stdout
    assert f"127.0.0.9 on any port: patient monitor ({never} line 2)" in shown
    assert f"{never} demands 1 signature of these keys:" in shown
    assert f"{FINGERPRINT} anna" in shown
    (row,) = lines(run("explain", grant, "127.0.0.9:9200", "--never", never, "--format", "json"))
    assert (row["allowed"], row["reason"]) == (False, f"excluded by {never} line 2: patient monitor")
    never.write_text('[[exclude]]\nmatch = "*.x.test"\n')
    for target in ("web.x.test:80", "db.x.test:27017"):
        (row,) = lines(run("explain", grant, target, "--never", never, "--format", "json"))
        assert row["reason"] == f"excluded by {never} line 2: `*.x.test`, no reason given"


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKLeJfv4Jg0QqYNZZyt7PiTCpp1nHjLXe7fC9ZHoxOjf anna"
FINGERPRINT = parse_public_key(KEY).fingerprint


@needs_ssh_keygen
def test_sign_and_verify(grant: Path, tmp_path: Path) -> None:
    anna, line = make_key(tmp_path, "anna")
    mallory, _ = make_key(tmp_path, "mallory")
    unsigned = run("verify", grant)
    assert (unsigned.exit_code, unsigned.stdout.startswith("not checked: ")) == (1, True)
    grant.write_text(GRANT + f'[signatures]\nneed = 1\nkeys = ["{line}"]\n')
    run("sign", grant, "--key", mallory)
    missing = run("verify", grant)
    assert missing.exit_code == 1
    assert "missing: 0 of 1 required signature, from a list of 1 key in the grant" in missing.stdout
    assert "does not count: grant.toml.sig: not a signature of a listed key" in missing.stdout
    signed = run("sign", grant, "--key", anna)
    fingerprint = parse_public_key(line).fingerprint
    assert signed.stdout == f"{grant}.2.sig: signed with {fingerprint}\n"
    verified = run("verify", grant)
    assert (verified.exit_code, "ok: 1 of 1" in verified.stdout, fingerprint in verified.stdout) == (0, True, True)
    (document,) = lines(run("verify", grant, "--format", "json"))
    assert (document["schema"], document["ok"]) == ("tieback/grant-signatures/1", True)
    (row,) = document["requirements"]
    assert row["signed_by"] == [{"key": fingerprint, "comment": "anna", "file": "grant.toml.2.sig"}]


def test_audit(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(path) as log:
        for number in range(3):
            log.append("connect", {"n": number})
    result = run("audit", path)
    unsigned = "not signed: there is no checkpoint, so edits with recomputed hashes cannot be detected"
    assert (result.exit_code, result.stdout) == (0, f"intact: 3 entries, last hash {log.head}\n{unsigned}\n")
    assert lines(run("audit", path, "--format", "json"))[0]["ok"]
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"n":1', b'"n":7'))
    result = run("audit", path)
    assert result.exit_code == 1
    assert result.stdout.startswith("broken at line 2: the hash does not match")
    path.write_bytes(whole[:-10])
    result = run("audit", path)
    assert result.exit_code == 1
    assert result.stdout.startswith("truncated at line 3: the log ends in the middle")
    assert isinstance(run("audit", tmp_path / "none").exception, WorkspaceError)


def test_audit_of_a_signed_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with open_audit_log(path) as log:
        for number in range(3):
            log.append("connect", {"n": number})
    result = run("audit", path)
    key = own_fingerprint()
    assert result.exit_code == 0
    assert f"signed: 1 checkpoint by {key} (this user)\n" in result.stdout
    assert result.stdout.endswith("cannot be detected: changes by a holder of the key\n")
    (document,) = lines(run("audit", path, "--key", key, "--contains", log.head, "--format", "json"))
    assert (document["checkpoints"], document["unsigned"], document["keys"]) == (1, 0, [key])
    for options in (("--key", "SHA256:other"), ("--contains", "0" * 64)):
        refused = run("audit", path, *options)
        assert (refused.exit_code, refused.stdout.startswith("broken: no ")) == (1, True)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    cut = run("audit", path)
    assert (cut.exit_code, cut.stdout.startswith("broken: entries were removed or replaced")) == (1, True)
    path.write_bytes(b"")
    empty = run("audit", path)
    assert (empty.exit_code, empty.stdout.startswith("broken: the log is empty")) == (1, True)


def test_the_log_of_a_run_without_contact_begins_with_its_grant(run: Run, tmp_path: Path) -> None:
    who = ("--authorised-by", "Me", "--contact", "me@example.org")
    assert run("grant", "new", "g.toml", *who, "--target", "127.0.0.1").code == 0
    har = {"log": {"version": "1.2", "entries": []}}
    (tmp_path / "empty.har").write_text(json.dumps(har))
    assert run("scan", "empty.har", "--grant", "g.toml", "-w", "ws", "--workers", "1").code == 0
    assert run("probe", "127.0.0.2:9200", "--grant", "g.toml", "--audit", "probe.jsonl").code == 4
    for log in ("ws/audit.jsonl", "probe.jsonl"):
        ended = run("grant", "audit", log)
        assert (ended.code, ended.out.partition(":")[0]) == (0, "intact")
        first = json.loads((tmp_path / log).read_text().splitlines()[0])
        assert (first["event"], first["fields"]["targets"]) == ("grant", ["127.0.0.1"])


def test_new_lists_resources_of_shared_hosts_only(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    targets = ("--target", "firestore.googleapis.com", "--target", "*.a.test")
    done = run("new", path, *WHO, *targets, "--resource", "shop", "--resource", "shop", "--dns")
    assert done.exit_code == 0, done.output
    assert "Of these, only shop may be probed." in done.output
    assert [rule.resources for rule in load_grant(path).target] == [("shop",), ()]
    rows = lines(
        run("explain", path, "firestore.googleapis.com:443/shop", "firestore.googleapis.com/club", "--format", "json")
    )
    assert [row["needs_dns"] for row in rows] == [True, False]
    assert "the project 'club' of Cloud Firestore" in rows[1]["reason"]
    assert "shop" in run("check", path).output


def test_a_resource_without_a_shared_host_is_an_error(tmp_path: Path) -> None:
    done = run("new", tmp_path / "new.toml", *WHO, "--target", "db.a.test", "--resource", "shop")
    assert isinstance(done.exception, GrantError)
    assert "no --target is a host that many customers share" in str(done.exception)
    assert not (tmp_path / "new.toml").exists()


def test_check_shows_what_an_old_grant_of_a_shared_host_needs(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text(GRANT.replace("*.x.test", "firestore.googleapis.com"))
    assert "`resources` of this target is missing: no project there is probed" in run("check", path).output
    (row,) = lines(run("explain", path, "firestore.googleapis.com/shop", "--format", "json"))
    assert (row["allowed"], row["needs_dns"]) == (False, False)
    assert 'Add resources = ["shop"]' in row["reason"]


def test_explain_shows_the_resources_of_a_shared_host(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    named = GRANT.replace('match = "*.x.test"', 'match = "storage.googleapis.com"\nresources = ["shop"]')
    path.write_text(named.replace('"db.x.test" = ["127.0.0.5", "10.0.0.5"]', '"storage.googleapis.com" = "192.0.2.1"'))
    (row,) = lines(run("explain", path, "storage.googleapis.com:443/shop", "--format", "json"))
    assert (row["allowed"], row["resources"]) == (True, ["shop"])
