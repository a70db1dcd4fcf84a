"""Files with the names that the how-to pages use: sample apps, a capture, exports and rules. All data are synthetic."""

import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.unit.cli.test_declarations import har, ipa
from tests.unit.cli.test_inventory import RAW
from tests.unit.cli.test_rules_probes import GITLEAKS
from tests.unit.posture.exports import EXPORTS, INSTANCE, OPEN_GROUP, ROUTES

ROOT = Path(__file__).parents[2]
APPS = {"app.apk": "workhub", "app-release.apk": "fieldhand", "shop.apk": "tillroll", "other.apk": "tillroll"}
"""Name on a page to a sample app."""
SAFETY = (
    "Question ID (machine readable),Response ID (machine readable),Response value\n"
    "PSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true\n"
)
TRUFFLEHOG = """
detectors:
- name: AcmeKey
  keywords: [acme]
  regex: {token: 'acme_[a-z0-9]{32}'}
"""
TEXTS = {
    "keys.txt": "CLIENT_RANDOM " + "0" * 64 + " " + "0" * 96 + "\n",
    "targets.txt": "es.fieldhand.test:9200\n",
    "corpus.csv": "path\napp.apk\n",
    "project.toml": '[[exclude]]\nmatch = "198.51.100.0/28"\nreason = "medical devices"\n',
    "data_safety_export.csv": SAFETY,
    "AppInvRawData.csv": RAW,
    "jamf/pixel-8.txt": "package:com.workhub.mobile versionCode:3\n",
    "mapping.txt": "org.example.Api -> a.a:\n",
    "pixel-7.txt": "package:com.workhub.mobile versionCode:3\n",
    "rds.json": json.dumps({"DBInstances": [INSTANCE]}),
    "network.json": json.dumps({"SecurityGroups": [OPEN_GROUP]}) + json.dumps({"RouteTables": [ROUTES]}),
    "prowler.ocsf.json": EXPORTS["prowler"][1],
    "plan.json": EXPORTS["terraform-plan"][1],
    "firestore.rules": (
        "service cloud.firestore { match /databases/{d}/documents { match /users/{u} { allow read: if true; } } }\n"
    ),
    "storage.rules": "service firebase.storage { match /b/{b}/o { match /{f=**} { allow read; } } }\n",
    "redis.conf": "bind 0.0.0.0\nprotected-mode no\n",
    "schema.sql": "create table public.people (email text);\ngrant select on public.people to anon;\n",
    "supabase/migrations/1_people.sql": "create table public.people (email text);\n",
    "docker-compose.yml": "services:\n  cache:\n    image: redis:7\n    ports: ['6379:6379']\n",
    "my-project/redis.conf": "bind 0.0.0.0\nprotected-mode no\n",
    "infra/bucket.json": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/*"}
            ],
        }
    ),
    ".gitleaks.toml": GITLEAKS.partition('[[rules]]\nid = "acme-look"')[0],
    "config.yaml": TRUFFLEHOG,
    "token": "secret-of-the-test",
    "get-app": f'#!/bin/sh\ncp "{ROOT}/labs/apps/workhub.apk" "$TIEBACK_APP_DIR/app.apk" 2>/dev/null || exit 3\n',
}


def page_block(page: str, language: str, number: int = 0) -> str:
    """A code block of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return str(re.findall(rf"(?ms)^```{language}\n(.*?)^```", text)[number])


def fill(folder: Path, lab: Path, capture: Path) -> None:
    """Write the files into an empty folder; the grant is that of the lab."""
    for name, app in APPS.items():
        shutil.copyfile(ROOT / f"labs/apps/{app}.apk", folder / name)
    for name in ("run.pcap", "run.pcapng"):
        shutil.copyfile(capture, folder / name)
    shutil.copyfile(lab, folder / "grant.toml")
    (folder / "grant.toml").chmod(0o600)
    har(folder)
    ipa(folder)
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "get-app").chmod(0o755)
    (folder / "token").chmod(0o600)
    with zipfile.ZipFile(folder / "AppInvRawData.zip", "w") as archive:
        archive.write(folder / "AppInvRawData.csv", "AppInvRawData.csv")
    (folder / "ci").mkdir()
    for place in ("folder", "apps", "packages"):
        (folder / place).mkdir()
        shutil.copyfile(folder / "shop.apk", folder / place / "shop.apk")
    with tarfile.open(folder / "shard.tar", "w") as shard:
        shard.add(folder / "app-release.apk", "app-release.apk")
    (folder / "rules").mkdir()
    (folder / "rules/acme.toml").write_text(page_block("docs/howto/rules-probes.md", "toml"), encoding="utf-8")
    (folder / "sender.toml").write_text(page_block("docs/howto/letters.md", "toml"), encoding="utf-8")


def own_key(home: Path) -> str:
    """Write an SSH key into a home folder, and return its public part."""
    key = Ed25519PrivateKey.generate()
    path = home / ".ssh/id_ed25519"
    path.parent.mkdir(parents=True)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    (home / ".ssh/id_ed25519.pub").write_text(f"{public} anna@example.org\n")
    return public
