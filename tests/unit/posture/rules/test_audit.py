"""Which grammar a file is of, and what its answers say."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.document import encode
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Severity
from tieback.posture.rules import READERS, reader_for, reader_named
from tieback.posture.rules.audit import audit_rules
from tieback.posture.rules.interface import Requester, RulesReader
from tieback.posture.rules.source import RulesText

OPEN = "service cloud.firestore { match /databases/{d}/documents { match /a/{b} { allow read; } } }"

KINDS: list[tuple[str, str, str]] = [
    (
        "c.yml",
        "services:\n  es:\n    image: elasticsearch:8.1.0\n    environment: [xpack.security.enabled=false]\n",
        "compose",
    ),
    ("c.json", '{"services": {"db": {"build": "."}}}', "compose"),
    (
        "cm.yml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  mongod.conf: |\n    net:\n      bindIp: 0.0.0.0\n",
        "kubernetes",
    ),
    ("pod.json", '{"kind": "Pod", "apiVersion": "v1"}', "kubernetes"),
    ("firestore.rules", OPEN, "firebase-rules"),
    ("storage.rules", "rules_version = '2';\nservice firebase.storage { }", "firebase-rules"),
    ("rules.json", '// c\n{"rules": {".read": true}}', "firebase-rtdb"),
    ("queries.gql", "query Q @auth(level: PUBLIC) { a { id } }", "firebase-sql-connect"),
    ("instant.perms.ts", "export default {};", "instantdb"),
    ("rules.ts", "const r = { a: { allow: {} } } satisfies InstantRules;", "instantdb"),
    ("resource.ts", "import { a } from '@aws-amplify/backend'; a.schema({})", "amplify"),
    ("messages.ts", 'import { query } from "./_generated/server";', "convex"),
    ("appwrite.json", "{}", "appwrite"),
    ("p.json", '{"projectId": "x", "tables": [{"$permissions": []}]}', "appwrite"),
    ("pb_schema.json", '[{"name": "a", "listRule": null}]', "pocketbase"),
    ("1_a.js", "migrate((app) => { app.findCollectionByNameOrId('a').listRule = null })", "pocketbase"),
    ("p.json", '[{"collection": "a", "action": "read", "role": null, "presets": null}]', "directus"),
    ("p.json", '{"data": [{"collection": "a", "action": "read", "policy": "x"}]}', "directus"),
    ("m.json", '{"resource_version": 1, "metadata": {"sources": []}}', "hasura"),
    ("t.yaml", "table: a\nselect_permissions: []", "hasura"),
    ("p.json", '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}', "s3"),
    ("p.json", json.dumps({"Policy": '{"Statement": [{"Action": "s3:*"}]}'}), "s3"),
    ("acl.json", '{"Grants": [{"Grantee": {"URI": "x"}}]}', "s3"),
    ("block.json", '{"PublicAccessBlockConfiguration": {}}', "s3"),
    ("iam.json", '{"bindings": [{"role": "roles/viewer"}]}', "gcs-iam"),
    ("c.json", '[{"name": "a", "properties": {"publicAccess": "blob"}}]', "azure-blob"),
    ("schema.sql", "ALTER TABLE a ENABLE ROW LEVEL SECURITY;", "sql-rls"),
    ("grants.txt", "GRANT SELECT ON a.* TO ''@'%'", "mysql-grants"),
    ("x.conf", "# TYPE\nlocal all all peer\nhost all all ::1/128 md5", "pg-hba"),
    ("x.yml", "config:\n  dynamic:\n    http:\n      anonymous_auth_enabled: true", "opensearch-security"),
    ("roles_mapping.yml", '_meta:\n  type: "rolesmapping"\n', "opensearch-security"),
    ("x.yml", "xpack.security.enabled: true", "elasticsearch"),
    ("opensearch.yml", "network.host: 0.0.0.0", "elasticsearch"),
    ("x.conf", "storage:\n  dbPath: /d\nnet:\n  bindIp: 0.0.0.0", "mongodb"),
    ("mongod.conf", "bind_ip = 0.0.0.0", "mongodb"),
    ("x.yaml", "authenticator: AllowAllAuthenticator\nendpoint_snitch: x", "cassandra"),
    ("etcd", 'ETCD_NAME="a"', "etcd"),
    ("x.conf", "loopback_users.guest = false", "rabbitmq"),
    ("x.ini", "[chttpd]\nport = 1", "couchdb"),
    ("security.json", '{"admins": {"names": []}, "members": {"names": [], "roles": []}}', "couchdb"),
    ("x.conf", "protected-mode no\nappendonly yes", "redis"),
    ("x.conf", "listener 1883\nallow_anonymous true", "mosquitto"),
]


@each(("name", "text", "kind"), KINDS)
def test_kinds_are_detected_from_content(name: str, text: str, kind: str) -> None:
    assert reader_for(RulesText(name, text)).meta.name == kind


def test_every_kind_is_in_the_table() -> None:
    assert {kind for _, _, kind in KINDS} == {reader.meta.name for reader in READERS}


def test_unknown_files_and_kinds_list_the_known_ones() -> None:
    with pytest.raises(UsageError, match="Choose one of amplify, appwrite"):
        reader_named("nothing")
    for text in ("", "hello", "{}", "[1]"):
        with pytest.raises(UsageError, match="--kind"):
            reader_for(RulesText("x.txt", text))


def test_answers_are_documents(tmp_path: Path) -> None:
    file = tmp_path / "f.rules"
    file.write_text(OPEN)
    anonymous, user = audit_rules(file, list(Requester), ["/a/1"])
    document = json.loads(encode("posture-rules", anonymous))
    assert (document["as"], document["path"], document["read"], document["write"]) == ("anonymous", "/a/1", True, False)
    assert (document["line"], document["rule"], document["certain"]) == (1, "allow read", True)
    assert anonymous.is_equivalent(user)
    assert [one.path for one in audit_rules(file, [Requester.ANONYMOUS])] == ["/a/{b}"]


@pytest.mark.parametrize(
    ("rule", "who", "severity"),
    [
        ("allow read;", Requester.ANONYMOUS, Severity.HIGH),
        ("allow write;", Requester.ANONYMOUS, Severity.CRITICAL),
        ("allow write: if request.auth != null;", Requester.ANY_USER, Severity.MEDIUM),
        ("allow read: if resource.data.open;", Requester.ANONYMOUS, Severity.LOW),
        ("allow read: if false;", Requester.ANONYMOUS, None),
    ],
)
def test_severity(tmp_path: Path, rule: str, who: Requester, severity: Severity | None) -> None:
    file = tmp_path / "f.rules"
    file.write_text(OPEN.replace("allow read;", rule))
    (answer,) = audit_rules(file, [who])
    assert answer.severity is severity


def test_more_paths_than_there_is_time_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.posture.rules.audit.SECONDS", -1)
    file = tmp_path / "p.json"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    file.write_text(json.dumps({"Statement": [{**statement, "Resource": f"arn:aws:s3:::b/{n}"} for n in range(9)]}))
    found = audit_rules(file, [Requester.ANONYMOUS])
    assert next(found).read
    with pytest.raises(InputError, match="only the first 1 path was evaluated"):
        next(found)


@pytest.mark.parametrize("reader", READERS, ids=[reader.meta.name for reader in READERS])
@given(text=st.text(alphabet="abc:-=[]{}\"'#, \n\t01*&!|>", max_size=80))
def test_any_text_never_raises_another_error(reader: RulesReader, text: str) -> None:
    rules = RulesText("f", text)
    reader.recognises(rules)
    try:
        policy = reader.read(rules)
    except InputError:
        return
    for path in ("/", *policy.paths()):
        policy.ask(Requester.ANONYMOUS, path)


UNTIL_FIRESTORE = """service cloud.firestore { match /databases/{d}/documents {
  match /{a=**} { allow read: if request.time < timestamp.date(2020, 2, 1); }
} }"""
UNTIL_S3 = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
    "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-02-01T00:00:00Z"}},
}


def test_own_data_only_is_low(tmp_path: Path) -> None:
    file = tmp_path / "f.rules"
    file.write_text(OPEN.replace("allow read;", "allow create: if request.auth.uid == request.resource.data.owner;"))
    (answer,) = audit_rules(file, [Requester.ANY_USER])
    assert (answer.write_by.own_only, answer.severity) == (True, Severity.LOW)


@pytest.mark.parametrize(("day", "allowed"), [("2020-01-01", True), ("2020-03-01", False)])
@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("firestore.rules", UNTIL_FIRESTORE, "/a/b"),
        ("database.rules.json", '{"rules": {".read": "now < 1580515200000"}}', "/a"),
        ("policy.json", json.dumps({"Statement": [UNTIL_S3]}), "b/key"),
        ("pb_schema.json", '[{"name": "notes", "listRule": "@now < \\"2020-02-01\\""}]', "notes"),
    ],
)
def test_conditions_on_time_are_those_of_the_chosen_day(
    tmp_path: Path, name: str, text: str, path: str, day: str, allowed: bool
) -> None:
    (tmp_path / name).write_text(text)
    moment = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    (answer,) = audit_rules(tmp_path / name, [Requester.ANONYMOUS], [path], at=moment)
    assert answer.read is allowed


@pytest.mark.parametrize(
    ("name", "text"),
    [("firestore.rules", UNTIL_FIRESTORE), ("database.rules.json", '{"rules": {".read": "now < 1580515200000"}}')],
)
def test_expired_rules_are_named_and_those_that_will_expire(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    reasons = []
    for day in ("2020-01-01", "2020-03-01"):
        moment = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        (answer,) = audit_rules(tmp_path / name, [Requester.ANONYMOUS], ["/a/b"], at=moment)
        reasons.append((answer.read, answer.read_by.reason, answer.read_by.line > 0))
    assert reasons == [
        (True, "the condition on time ends this access later", True),
        (False, "expired: the condition on time allowed access before", True),
    ]
