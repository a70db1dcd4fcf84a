"""Bombs inside exports that are recognised, so that they reach the real parser: one answer per file, in little memory.

Each format has an honest sample; the bombs follow its head. One child process reads all bombs of a format, one after
the other, so its highest memory is that of the worst.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tests.unit.intake.inventory.test_jamf import CATALOGUE
from tests.unit.intake.inventory.test_maas360 import XML
from tests.unit.intake.reports.test_open import SAMPLES
from tests.unit.posture.exports import EXPORTS
from tests.unit.posture.rules.test_sql_policies import SECURED

pytestmark = pytest.mark.more

MEBIBYTE = 1 << 20
BAR = 100
"""MiB beyond the honest sample."""
RULES_BAR = 200
"""The same for rules files, which are read whole: at most 16 MiB."""
DOCUMENT_BAR = 420
"""The same for tools that nest all results in one value: up to 64 MiB of it are read at once, and become objects."""
DOCUMENTS = (
    "scoutsuite", "powerpipe", "checkov", "checkov-sarif", "mobsf", "exodus", "openfirebase", "terraform-plan",
    "terraform-state",
)  # fmt: skip
INVENTORIES = {
    "intune.csv": "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,Platform,DeviceCount\n"
    "k,Acme,A,1,iOS,1\n",
    "apple.plist": '<?xml version="1.0"?><plist version="1.0"><dict><key>InstalledApplicationList</key><array><dict>'
    "<key>Identifier</key><string>com.acme</string><key>Name</key><string>Acme</string></dict></array></dict></plist>",
    "jamf.xml": CATALOGUE,
    "maas360.xml": XML,
    "kandji.json": '{"device_id": "k-1", "apps": [{"app_name": "W", "bundle_id": "com.w", "version": "3"}]}',
    "kaspersky.json": '{"DEV_EX_DATA_APPL": [{"type": "params", "value": {"AppIdentifier": "com.w", "AppName": "W"}}]}',
    "soti.json": '[{"DeviceId": "s-1", "ApplicationId": "com.w", "Name": "W", "Version": "3"}]',
    "hexnode.json": (
        '{"count": 1, "next": null, "previous": null,'
        ' "results": [{"name": "W", "identifier": "com.w", "version": "3"}]}'
    ),
    "google.json": '{"devices": [{"name": "enterprises/e/devices/d", "applicationReports": [{"packageName": "a.b"}]}]}',
}
RULES = {
    "storage.rules": "rules_version = '2'; service cloud.firestore { match /databases/{d}/documents { match /a { allow "
    "read: if true; } } }",
    "database.rules.json": '{"rules": {".read": true}}',
    "policy.json": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Resource": "*", '
    '"Action": "s3:GetObject"}]}',
    "iam.json": '{"bindings": [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]}',
    "container.json": '{"properties": {"publicAccess": "Container"}, "type": "Microsoft.Storage/storageAccounts/'
    'blobServices/containers"}',
    "schema.sql": SECURED,
    "grants.sql": "GRANT ALL PRIVILEGES ON *.* TO `root`@`%`;\n",
    "pg_hba.conf": "host all all 0.0.0.0/0 trust\n",
    "roles_mapping.yml": "_meta:\n  type: \"rolesmapping\"\nreadall:\n  users: ['*']\n",
    "elasticsearch.yml": "network.host: 0.0.0.0\nxpack.security.enabled: false\n",
    "mongod.conf": "net:\n  bindIp: 0.0.0.0\n",
    "cassandra.yaml": "authenticator: AllowAllAuthenticator\nrpc_address: 0.0.0.0\n",
    "etcd.conf.yml": "listen-client-urls: http://0.0.0.0:2379\n",
    "rabbitmq.conf": "loopback_users = none\n",
    "local.ini": "[chttpd]\nbind_address = 0.0.0.0\n",
    "redis.conf": "bind 0.0.0.0\nprotected-mode no\n",
    "mosquitto.conf": "listener 1883\nallow_anonymous true\n",
}


def csv_bombs(text: str) -> Iterator[tuple[str, str]]:
    last = text.rstrip().rsplit("\n", 1)[-1]
    commas = last.count(",")
    yield "field", text + "x" * (32 * MEBIBYTE) + "," * commas + "\n"
    yield "quoted field", text + '"' + "x\n" * (16 * MEBIBYTE) + '"' + "," * commas + "\n"
    yield "open quote", text + '"' + last * 100_000
    yield "quotes", text + '"' * (16 * MEBIBYTE)
    yield "columns", text + "," * (16 * MEBIBYTE)
    yield "nul", text + f"{last}\n" * 20_000 + "\0" * (16 * MEBIBYTE)
    yield "rows", text + f"{last}\n" * 300_000
    yield "empty rows", text + "\n" * (16 * MEBIBYTE)


def xml_bombs(text: str) -> Iterator[tuple[str, str]]:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    start = text.index("?>") + 2 if text.startswith("<?xml") else 0
    end = text.rindex("</")
    definitions = {
        "laughs": (f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]>', "&a9;"),
        "quadratic": (f'<!DOCTYPE x [<!ENTITY a "{"x" * 10_000}">]>', "&a;" * 100_000),
        "parameters": ("<!DOCTYPE x [<!ENTITY % a \"<!ENTITY b '%a;'>\"> %a;]>", "&b;"),
        "file": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        "dtd": ('<!DOCTYPE x SYSTEM "file:///etc/passwd">', ""),
    }
    for name, (head, reference) in definitions.items():
        yield name, text[:start] + head + text[start:end] + f"<zz>{reference}</zz>" + text[end:]
    yield "deep", text[:end] + "<zz>" * 1_000_000
    yield "deep and closed", text[:end] + "<zz>" * 200_000 + "</zz>" * 200_000 + text[end:]
    yield "text", text[:end] + "<zz>" + "x" * (32 * MEBIBYTE) + "</zz>" + text[end:]
    yield "attribute", text[:end] + '<zz a="' + "x" * (32 * MEBIBYTE) + '"/>' + text[end:]
    yield "attributes", text[:end] + "<zz " + " ".join(f'a{n}="1"' for n in range(500_000)) + "/>" + text[end:]
    yield "elements", text[:end] + "<zz/>" * 3_000_000 + text[end:]
    yield "comment", text[:end] + "<!--" + "x" * (32 * MEBIBYTE)


def plist_bombs(text: str) -> Iterator[tuple[str, str]]:
    yield from xml_bombs(text)
    end = text.rindex("</array>")
    yield "dicts", text[:end] + "<dict/>" * 2_000_000 + text[end:]
    yield "arrays", text[:end] + "<array>" * 300_000 + "</array>" * 300_000 + text[end:]
    yield "integer", text[:end] + f"<integer>{'9' * 3_000_000}</integer>" + text[end:]
    yield "data", text[:end] + f"<data>{'QUJD' * (8 * MEBIBYTE)}</data>" + text[end:]


def json_bombs(text: str, size: int = 16 * MEBIBYTE) -> Iterator[tuple[str, str]]:
    """Bombs as one more member of the outermost object, and of an object in it; then bombs behind the document."""
    last = text.rindex("}")
    ends = {"outside": last, "inside": text.rfind("}", 0, last) if text.count("}") > 1 else last}
    if text.count("}") < 3:
        del ends["inside"]  # the head that identifies the format would move
    for place, end in ends.items():
        for name, value in json_values(size):
            yield f"{place} {name}", f'{text[:end]}, "zz": {value}{text[end:]}'
    yield "open lists", text + "[" * (size // 8)
    yield "open objects", text + '{"a":' * (size // 32)
    yield "spaces", text[: ends["outside"]] + " " * size + text[ends["outside"] :]
    yield "lines", text + "\n" * size
    yield "keys", text[: ends["outside"]] + "".join(f', "a{n}": 1' for n in range(size // 16)) + text[ends["outside"] :]
    yield "same key", text[: ends["outside"]] + ', "zz": 1' * (size // 10) + text[ends["outside"] :]


def json_values(size: int) -> Iterator[tuple[str, str]]:
    yield "lists", "[" * (size // 8) + "]" * (size // 8)
    yield "objects", '{"a":' * (size // 32) + "1" + "}" * (size // 32)
    yield "text", '"' + "x" * size + '"'
    yield "escapes", '"' + "\\u0001" * (size // 6) + '"'
    yield "surrogates", '"' + "\\ud800" * (size // 6) + '"'
    yield "number", "9" * size
    yield "exponent", "1e" + "9" * 100_000
    yield "numbers", "[" + "1," * (size // 2) + "1]"
    yield "empty lists", "[" + "[]," * (size // 3) + "[]]"
    yield "open text", '"' + "x" * size


def yaml_bombs(text: str) -> Iterator[tuple[str, str]]:
    levels = "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(9))
    yield "laughs", f"{text}a0: &a0 ha\n{levels}"
    yield "loop", text + "zz: &a [*a, *a]\n"
    yield "merges", text + "zz: &a {b: 1}\nyy:\n" + "  <<: *a\n" * 500_000
    yield "lists", text + "zz: " + "[" * 7 * MEBIBYTE
    yield "dashes", text + "zz:\n" + "- " * 7 * MEBIBYTE
    yield "questions", text + "zz:\n  " + "? " * 7 * MEBIBYTE
    yield "values", text + "zz: [" + "a," * 7 * MEBIBYTE + "a]\n"
    yield "keys", text + "".join(f"k{n}: 1\n" for n in range(1_000_000))
    yield "text", text + "zz: " + "x" * 15 * MEBIBYTE + "\n"
    yield "quoted text", text + 'zz: "' + "x\n" * 7 * MEBIBYTE + '"\n'
    yield "anchors", text + "zz: [" + "&a a," * 2 * MEBIBYTE + "a]\n"
    yield "tags", text + "zz: [" + "!!python/object/apply:os.system a," * 400_000 + "a]\n"
    yield "directives", text + "---\n" * 3 * MEBIBYTE
    yield "number", text + "zz: " + "9" * 15 * MEBIBYTE + "\n"
    yield "too long", text + "#" * 17 * MEBIBYTE


def line_bombs(text: str) -> Iterator[tuple[str, str]]:
    last = text.rstrip().rsplit("\n", 1)[-1]
    yield "line", text + "x" * 15 * MEBIBYTE + "\n"
    yield "words", text + "x " * 7 * MEBIBYTE + "\n"
    yield "lines", text + f"{last}\n" * (4 * MEBIBYTE // len(last))
    yield "empty lines", text + "\n" * 15 * MEBIBYTE
    yield "brackets", text + "(" * 7 * MEBIBYTE
    yield "braces", text + "{" * 7 * MEBIBYTE
    yield "quote", text + "'" + "x" * 15 * MEBIBYTE
    yield "quotes", text + "'" * 15 * MEBIBYTE
    yield "double quotes", text + '"' * 15 * MEBIBYTE
    yield "comment", text + "/*" * 7 * MEBIBYTE
    yield "comments", text + "-- #" * 3 * MEBIBYTE
    yield "nul", text + "\0" * 15 * MEBIBYTE
    yield "equals", text + "= " * 7 * MEBIBYTE
    yield "too long", text + "#" * 17 * MEBIBYTE
    yield (
        "ands",
        text[: text.rindex("true")] + "true && " * MEBIBYTE + text[text.rindex("true") :] if "true" in text else text,
    )
    yield "nots", text[: text.rindex("true")] + "!" * MEBIBYTE + text[text.rindex("true") :] if "true" in text else text


def bombs(kind: str, name: str, text: str) -> Iterator[tuple[str, str]]:
    if name.endswith(".plist"):
        return plist_bombs(text)
    if text.lstrip().startswith("<"):
        return xml_bombs(text)
    is_json = text.lstrip("\ufeff \n").startswith(("{", "[")) or "_results =" in text[:40]
    if name.endswith(".json") or (is_json and kind != "rules"):
        return json_bombs(text, (15 if kind == "rules" else 16) * MEBIBYTE)
    if kind != "rules":
        return csv_bombs(text)
    return chain(
        line_bombs(text), yaml_bombs(text) if name.endswith((".yml", ".yaml")) or name == "mongod.conf" else ()
    )


CASES = [
    *(("inventory", name, text) for name, text in INVENTORIES.items()),
    *(("report", name, text.decode()) for name, text in SAMPLES.items()),
    *(("export", name, text) for name, (_, text) in EXPORTS.items()),
    *(("rules", name, text) for name, text in RULES.items()),
]
_CHILD = """
import json, re, sys, time
from pathlib import Path
from tieback.intake.inventory.open import open_inventory
from tieback.intake.inventory.source import InventorySource
from tieback.intake.reports.open import open_report
from tieback.model.errors import TiebackError
from tieback.posture.open import open_export
from tieback.posture.rules.audit import audit_rules
from tieback.posture.rules.interface import Requester

def items(kind, path):
    if kind == "rules":
        return audit_rules(path, list(Requester))
    if kind == "export":
        reader, source = open_export(path)
        return reader.facts(source)
    if kind == "inventory":
        source = InventorySource(path)
        importer, shape, _ = open_inventory(source)
        return importer.rows(source, shape)
    importer, source = open_report(path)
    return importer.facts(source)

kind, *paths = sys.argv[1:]
for path in paths:
    begun, count, said = time.monotonic(), 0, ""
    try:
        for _ in items(kind, Path(path)):
            count += 1
    except TiebackError as error:
        said = error.diagnostics()
    except Exception as error:
        said = f"ESCAPED {type(error).__name__}: {error}"[:300]
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
    print(json.dumps([Path(path).parent.name, count, said[:2000], peak, time.monotonic() - begun]), flush=True)
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "name", "text"), CASES, ids=[f"{kind} {name}" for kind, name, _ in CASES])
def test_a_recognised_export_can_hold_a_bomb(tmp_path: Path, kind: str, name: str, text: str) -> None:
    paths = []
    for number, (bomb, content) in enumerate(chain([("honest", text)], bombs(kind, name, text))):
        folder = tmp_path / f"{number} {bomb.replace('/', 'slash')}"
        folder.mkdir()
        (folder / name).write_text(content)
        paths.append(str(folder / name))
    words = [sys.executable, "-c", _CHILD, kind, *paths]
    done = subprocess.run(words, capture_output=True, text=True, timeout=500, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(paths), f"the process ended after {lines[-1:]}: {done.stderr[-500:]}"
    honest = lines[0]
    assert not honest[2], honest
    wrong = [line for line in lines if "unknown" in line[2] or "ESCAPED" in line[2] or "\n" in line[2]]
    assert wrong == []
    peaks = [(bomb, peak - honest[3], round(seconds, 1)) for bomb, _, _, peak, seconds in lines]
    bar = DOCUMENT_BAR if name in DOCUMENTS else RULES_BAR if kind == "rules" else BAR
    assert max(peak for _, peak, _ in peaks) <= bar, peaks
