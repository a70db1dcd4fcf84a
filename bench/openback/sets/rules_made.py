"""Rules files put together from a seed, with the access that follows from their parts.

The parts are the constructs of the products' documentation, each with what an anonymous client and any registered user
may do. Names, order and comments differ by seed.
"""

import json
import random
import string
from collections.abc import Callable, Iterator

FILE_NAMES = {
    "azure-blob": "container.json",
    "cassandra": "cassandra.yaml",
    "elasticsearch": "elasticsearch.yml",
    "etcd": "etcd.conf.yml",
    "firestore": "firestore.rules",
    "gcs-iam": "iam-policy.json",
    "mongodb": "mongod.conf",
    "mosquitto": "mosquitto.conf",
    "mysql-grants": "grants.sql",
    "pg-hba": "pg_hba.conf",
    "redis": "redis.conf",
    "rtdb": "database.rules.json",
    "s3": "policy.json",
    "sql": "schema.sql",
    "storage": "storage.rules",
}
"""The usual name of a file of each kind."""

type Made = tuple[str, str, str, str, str]
"""Kind, text, path, access of an anonymous client, access of any registered user."""

_CONDITIONS = (
    # condition, anonymous, any user
    ("true", True, True),
    ("false", False, False),
    ("request.auth != null", False, True),
    ("request.auth == null", True, False),
    ("request.auth.uid != null", False, True),
    ("request.auth != null || true", True, True),
    ("request.auth != null && false", False, False),
)
_RTDB = (
    ("true", True, True),
    ("false", False, False),
    ("auth != null", False, True),
    ("auth == null", True, False),
    ("auth.uid != null", False, True),
    ("auth != null || true", True, True),
)
_SQL = (
    # role, condition, anonymous, any user
    ("", "true", True, True),
    ("", "false", False, False),
    ("to anon", "true", True, False),
    ("to authenticated", "true", False, True),
    ("", "auth.role() = 'authenticated'", False, True),
    ("", "auth.uid() is not null", False, True),
)


def made_rules(seed: int, count: int) -> Iterator[Made]:
    """``count`` files of six kinds in turn."""
    source = random.Random(f"{seed} rules")
    makers: tuple[Callable[[random.Random], Made], ...] = (_firestore, _rtdb, _sql, _s3, _pg_hba, _redis)
    for number in range(count):
        yield makers[number % len(makers)](source)


def _word(source: random.Random) -> str:
    return "".join(source.choices(string.ascii_lowercase, k=source.randint(5, 10)))


def _access(*, read: bool, write: bool) -> str:
    return f"{'r' if read else '-'}{'w' if write else '-'}"


def _firestore(source: random.Random) -> Made:
    name, other = _word(source), _word(source)
    read, write = source.choice(_CONDITIONS), source.choice(_CONDITIONS)
    rules = [
        f"    match /{name}/{{id}} {{\n      allow read: if {read[0]};\n      allow write: if {write[0]};\n    }}",
        f"    // {_word(source)}\n    match /{other}/{{id}} {{ allow read: if {source.choice(_CONDITIONS)[0]}; }}",
    ]
    source.shuffle(rules)
    head = "rules_version = '2';\nservice cloud.firestore {\n  match /databases/{database}/documents {\n"
    text = f"{head}{'\n'.join(rules)}\n  }}\n}}\n"
    return (
        "firestore",
        text,
        f"/{name}/1",
        _access(read=read[1], write=write[1]),
        _access(read=read[2], write=write[2]),
    )


def _rtdb(source: random.Random) -> Made:
    name, other = _word(source), _word(source)
    read, write = source.choice(_RTDB), source.choice(_RTDB)
    nodes = [(name, {".read": read[0], ".write": write[0]}), (other, {".read": source.choice(_RTDB)[0]})]
    source.shuffle(nodes)
    text = json.dumps({"rules": dict(nodes)}, indent=source.choice((1, 2, 4)))
    return (
        "rtdb",
        text,
        f"/{name}",
        _access(read=read[1], write=write[1]),
        _access(read=read[2], write=write[2]),
    )


def _sql(source: random.Random) -> Made:
    name = _word(source)
    statements = [f"create table {name} (id bigint primary key, {_word(source)} text);"]
    if source.random() < 0.25:
        return "sql", "\n".join(statements), name, "rw", "rw"
    role, condition, anonymous, user = source.choice(_SQL)
    statements.append(f"alter table {name} enable row level security;")
    statements.append(f'create policy "{_word(source)}" on {name} for select {role} using ({condition});')
    text = "\n".join([*statements, f"-- {_word(source)}", f"create table {_word(source)} (id bigint);"])
    return "sql", text, name, _access(read=anonymous, write=False), _access(read=user, write=False)


def _s3(source: random.Random) -> Made:
    bucket = _word(source)
    account = "".join(source.choices(string.digits, k=12))
    everyone = source.choice(("*", {"AWS": "*"}, {"AWS": f"arn:aws:iam::{account}:root"}))
    actions = source.choice((["s3:GetObject"], ["s3:GetObject", "s3:PutObject"], ["s3:PutObject"]))
    is_open = everyone in ("*", {"AWS": "*"})
    allow = {
        "Sid": _word(source),
        "Effect": "Allow",
        "Principal": everyone,
        "Action": actions,
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    statements = [allow]
    denied = source.random() < 0.25
    if denied:
        statements.append(
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
        )
    source.shuffle(statements)
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    opened = is_open and not denied
    access = _access(read=opened and "s3:GetObject" in actions, write=opened and "s3:PutObject" in actions)
    return "s3", text, f"{bucket}/x", access, access


def _pg_hba(source: random.Random) -> Made:
    method = source.choice(("trust", "scram-sha-256", "md5", "reject", "cert"))
    network = source.choice(("0.0.0.0/0", "0.0.0.0/0", "127.0.0.1/32"))
    lines = [
        "# TYPE DATABASE USER ADDRESS METHOD",
        f"# {_word(source)}",
        "local all all peer",
        f"host all all {network} {method}",
    ]
    access = "rw" if method == "trust" and network == "0.0.0.0/0" else "--"
    return "pg-hba", "\n".join(lines) + "\n", "/", access, access


def _redis(source: random.Random) -> Made:
    lines = [f"# {_word(source)}", "bind 0.0.0.0", f"maxmemory {source.randrange(16, 512)}mb"]
    protected, password = source.random() < 0.4, source.random() < 0.4
    lines.append(f"protected-mode {'yes' if protected else 'no'}")
    if password:
        lines.append(f"requirepass {_word(source)}")
    source.shuffle(lines)
    access = "--" if protected or password else "rw"
    return "redis", "\n".join(lines) + "\n", "/", access, access
