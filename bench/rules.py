"""Time of ``tieback posture rules`` for a thousand files: random SQL schemas, and typical files of other grammars."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from bench.measure import process
from bench.policies_made import make

FILES = 1_000
SECONDS = 10.0
"""The goal for all files together."""
_FIRESTORE = """rules_version = '2';
service cloud.firestore {{
  match /databases/{{database}}/documents {{
    function signedIn() {{ return request.auth != null; }}
    function isOwner(uid) {{ return signedIn() && request.auth.uid == uid; }}
    function role() {{ return get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role; }}
    match /users/{{uid}} {{
      allow read, update: if isOwner(uid);
      allow create: if isOwner(uid) && request.resource.data.keys().hasOnly(['name', 'email']);
    }}
    match /posts{number}/{{post}} {{
      allow read: if resource.data.public == true || isOwner(resource.data.owner);
      allow create: if signedIn() && request.resource.data.owner == request.auth.uid
        && request.resource.data.title is string && request.resource.data.title.size() < {size};
      allow update, delete: if isOwner(resource.data.owner) || role() == 'admin';
      match /comments/{{comment}} {{ allow read: if true; allow write: if signedIn(); }}
    }}
    match /settings/{{document=**}} {{ allow read: if signedIn(); allow write: if role() == 'admin'; }}
  }}
}}
"""
_HBA = """# TYPE DATABASE USER ADDRESS METHOD
local all all peer
host all all 127.0.0.1/32 scram-sha-256
host app{number} app 10.0.0.0/{bits} md5
hostssl all all 0.0.0.0/0 scram-sha-256
host replication all ::/0 reject
"""
_REDIS = "bind 0.0.0.0 ::\nport {port}\nprotected-mode {mode}\nmaxmemory {number}mb\nrename-command FLUSHALL ''\n"


def run() -> str:
    """Measure, and return the report section."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        files = write(Path(folder), FILES)
        command = shutil.which("tieback") or sys.executable
        words = [command] if command != sys.executable else [command, "-m", "tieback"]
        wall, cpu, peak = process([*words, "posture", "rules", "--format", "json", *map(str, files)])
        size = sum(file.stat().st_size for file in files)
    return (
        f"## Rules\n\n`python -m bench rules`: {FILES:,} files of rules ({size / 1e6:.1f} MB), half of them random SQL "
        "schemas, the others Firestore, Realtime Database, S3, pg_hba and Redis, in one command: "
        f"{wall:.1f} s, {cpu:.1f} s of CPU time, {peak:.0f} MiB. Goal: less than {SECONDS:.0f} s."
    )


def write(folder: Path, count: int) -> list[Path]:
    """Write ``count`` different files."""
    found = []
    for number in range(count):
        name, text = _sql(number) if number % 2 else _other(number)
        place = folder / str(number)
        place.mkdir()
        (place / name).write_text(text)
        found.append(place / name)
    return found


def _sql(number: int) -> tuple[str, str]:
    return "schema.sql", make(number).text


def _other(number: int) -> tuple[str, str]:
    match number // 2 % 5:
        case 0:
            return "firestore.rules", _FIRESTORE.format(number=number, size=number + 10)
        case 1:
            own = {".read": "auth != null && auth.uid == $uid", ".write": "$uid === auth.uid"}
            rules = {"users": {"$uid": own}, f"posts{number}": {".read": True, ".write": "newData.exists()"}}
            return "database.rules.json", json.dumps({"rules": rules})
        case 2:
            allowed = {
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::bucket{number}/*",
                "Condition": {"IpAddress": {"aws:SourceIp": f"10.{number % 200}.0.0/16"}},
            }  # fmt: skip
            return "policy.json", json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        case 3:
            return "pg_hba.conf", _HBA.format(number=number, bits=8 + number % 16)
    return "redis.conf", _REDIS.format(number=number, port=6379, mode="yes" if number % 4 else "no")
