"""A thousand planted secrets in forty forms: none is whole in any file of the workspace, a report or an export."""

import base64
import io
import json
import plistlib
import random
import re
import string
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pyarrow.parquet as pq
import pytest

from tests.lab.command import command

EACH = 25
LETTERS = string.ascii_letters + string.digits

type Make = Callable[[random.Random], str]


def word(size: int, letters: str = LETTERS) -> Make:
    def make(choose: random.Random) -> str:
        found = "".join(choose.choice(letters) for _ in range(size - 4))
        both = choose.choice(string.ascii_uppercase) + choose.choice(string.ascii_lowercase)
        return f"{found}{both}{choose.randrange(10, 99)}"

    return make


def password(choose: random.Random) -> str:
    return word(9)(choose) + choose.choice("!$*+~^=") + choose.choice(LETTERS)


def jwt(choose: random.Random) -> str:
    parts = (word(40)(choose), word(43)(choose))
    return "eyJhbGciOiJIUzI1NiJ9." + ".".join(parts)


def mail(choose: random.Random) -> str:
    return f"{word(8, string.ascii_lowercase)(choose).lower()}.person@realmail.example"


def basic(choose: random.Random) -> str:
    return base64.b64encode(f"user:{password(choose)}".encode()).decode()


KEY, HEX = word(20), word(32, "0123456789abcdef")
# Form of the text in the app; what is secret in it. N is a number, so that no two hosts are equal.
IN_APPS: dict[str, tuple[str, Make]] = {
    "password in a connection string": ('m="mongodb://admin:%s@dbN.planted-one.com:27017/x"', password),
    "user with an at sign": ('m="smtp://mailer@x.com:%s@smtpN.planted-one.com:587"', password),
    "a DSN of Go": ('d="root:%s@tcp(myN.planted-one.com:3306)/db"', password),
    "a DSN of PHP": ('d="mysql:host=phpN.planted-one.com;dbname=x;user=u;password=%s"', password),
    "a DSN of ADO": ('d="Server=tcp:sqlN.planted-one.com,1433;User ID=sa;Pwd=%s;"', password),
    "JDBC of Oracle": ('d="jdbc:oracle:thin:scott/%s@//oraN.planted-one.com:1521/x"', password),
    "a URL in capitals": ('u="HTTPS://ADMIN:%s@UPN.PLANTED-ONE.COM/"', password),
    "a token as the user": ('u="https://%s@gitN.planted-one.com/repo.git"', KEY),
    "auth= of a database": ('u="https://planted-N-default-rtdb.firebaseio.com/users.json?auth=%s"', word(38)),
    "api_key=": ('u="https://qN.planted-one.com/v1?api_key=%s&x=1"', KEY),
    "an unknown parameter": ('u="https://pN.planted-one.com/v1?zz=%s"', KEY),
    "a user and a parameter": ('u="https://esN.planted-one.com:9200/?username=elastic&password=%s"', password),
    "a fragment": ('u="https://fN.planted-one.com/#access_token=%s"', KEY),
    "a signature": ('u="https://acctN.blob.core.windows.net/c/x?sv=2020-08-04&sig=%s"', word(43)),
    "a session id": (
        'u="https://sN.planted-one.com/path;jsessionid=%s/y"',
        word(20, string.ascii_uppercase + string.digits),
    ),
    "a token in a path": ('u="https://tN.planted-one.com/token/%s/data"', KEY),
    "a JWT in a path": ('u="https://jN.planted-one.com/reset/%s"', jwt),
    "a long word in a path": ('u="https://wN.planted-one.com/files/%s/a"', word(30)),
    "a hexadecimal word in a path": ('u="https://xN.planted-one.com/u/%s"', HEX),
    "a hook of Teams": ('u="https://outlook.office.com/webhook/aaN@bb/IncomingWebhook/%s/cc"', HEX),
    "a hook of Slack": ('u="https://hooks.slack.com/services/T0AAAAAAN/B0BBBBBBB/%s"', word(24)),
    "an e-mail address in a path": ('u="https://mN.planted-one.com/user/%s/profile"', mail),
    "an e-mail address in a query": ('u="https://nN.planted-one.com/a?q=email:%s"', mail),
    "an e-mail address beside a URL": ('u="https://oN.planted-one.com/a",to="%s"', mail),
    "Basic": ('fetch("https://baN.planted-one.com/a",{headers:{Authorization:"Basic %s"}})', basic),
    "Bearer": ('fetch("https://beN.planted-one.com/a",{headers:{Authorization:"Bearer %s"}})', KEY),
    "a header of its own": ('fetch("https://hN.planted-one.com/a",{headers:{"x-custom":"%s"}})', KEY),
    "a variable": ('var u="https://vN.planted-one.com",tok="%s";', KEY),
    "by position": ('connect("https://cN.planted-one.com","admin","%s")', password),
    "JSON with a short name": ('{"host":"https://jsN.planted-one.com","pw":"%s"}', password),
    "XML": ("<url>https://xmN.planted-one.com</url><pass>%s</pass>", password),
    "a properties file": ("API=https://enN.planted-one.com ADMIN_PASSWORD=%s", password),
    "YAML": ("url: https://yaN.planted-one.com, secret: %s", password),
    "a digest": ('u="https://diN.planted-one.com/s";h="%s"', HEX),
}
IN_TRAFFIC: dict[str, tuple[str, Make]] = {
    "a query": ("https://api.planted-two.com/N/me?token=%s", KEY),
    "a path": ("https://api.planted-two.com/N/token/%s/x", KEY),
    "a JWT": ("https://api.planted-two.com/N/verify/%s", jwt),
    "an address": ("https://api.planted-two.com/N/user/%s/profile", mail),
    "user information": ("http://u1:%s@es.planted-two.com:9200/N/_search", word(14)),
    "a search": ("http://es.planted-two.com:9200/N/_search?q=email:%s", mail),
}


def planted(forms: dict[str, tuple[str, Make]], choose: random.Random) -> Iterator[tuple[str, str, str]]:
    """Form, secret and text; every secret once."""
    for form, (text, make) in forms.items():
        for number in range(EACH):
            secret = make(choose)
            yield form, secret, text.replace("N", str(number + 100), 1) % secret


def package(path: Path, texts: list[str]) -> None:
    info = {"CFBundleIdentifier": "com.planted.one", "CFBundleDisplayName": "Planted", "CFBundleExecutable": "X"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Payload/X.app/Info.plist", plistlib.dumps(info | {"CFBundleShortVersionString": "1"}))
        archive.writestr("Payload/X.app/main.jsbundle", "\n".join(texts))
        archive.writestr("Payload/X.app/one-line.js", ";".join(texts))


def har(path: Path, urls: list[str]) -> None:
    def entry(url: str) -> dict[str, Any]:
        request = {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": []}
        content = {"size": 2, "mimeType": "application/json", "text": "{}"}
        response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "content": content}
        return {"startedDateTime": "2026-11-01T00:00:00Z", "time": 1, "request": request, "response": response}

    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry(url) for url in urls]}}))


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what it has inside."""
    data = path.read_bytes()
    yield data
    if path.suffix == ".parquet":
        yield json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False).encode()
    if data[:4] == b"%PDF":
        for found in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            try:
                yield zlib.decompress(found[1])
            except zlib.error:
                continue
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def spellings(secret: str) -> set[bytes]:
    return {text.encode() for text in (secret, quote(secret, safe=""), unquote(secret), json.dumps(secret)[1:-1])}


REPORTS = ("json", "ndjson", "html", "md", "csv", "sarif", "cdx.json", "csaf.json", "stix.json", "junit.xml")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, tuple[str, bool]], list[Path]]:
    """Secrets with their form and whether it is of the app; and every file that a scan and its reports wrote."""
    folder = tmp_path_factory.mktemp("planted")
    inputs, out = folder / "inputs", folder / "out"
    inputs.mkdir()
    out.mkdir()
    choose = random.Random(7)
    apps, flows = list(planted(IN_APPS, choose)), list(planted(IN_TRAFFIC, choose))
    package(inputs / "planted.ipa", [text for _, _, text in apps])
    har(inputs / "planted.har", [url for _, _, url in flows])
    reports = [word for name in REPORTS for word in ("--report", str(out / f"report.{name}"))]

    def run(name: str, *words: str) -> None:
        done = command(*words, cwd=folder)
        assert done.returncode in (0, 1), done.stderr
        (out / f"{name}.stdout").write_text(done.stdout)
        (out / f"{name}.stderr").write_text(done.stderr)

    workspace = ("--workspace", str(folder / "workspace"))
    run("scan", "scan", str(inputs), *workspace, *reports)
    run("app", "app", str(inputs / "planted.ipa"), "--format", "json")
    run("app-table", "app", str(inputs / "planted.ipa"))
    run("traffic", "traffic", str(inputs / "planted.har"), "--format", "json")
    run("traffic-table", "traffic", str(inputs / "planted.har"))
    run("export", "workspace", "export", str(out / "export"), *workspace)
    secrets = {secret: (form, True) for form, secret, _ in apps} | {secret: (form, False) for form, secret, _ in flows}
    files = [path for top in (out, folder / "workspace") for path in top.rglob("*") if path.is_file()]
    return secrets, files


def test_a_thousand_secrets_are_planted(written: tuple[dict[str, tuple[str, bool]], list[Path]]) -> None:
    secrets, files = written
    assert len(secrets) == EACH * (len(IN_APPS) + len(IN_TRAFFIC)) == 1000
    assert {path.suffix for path in files} >= {".parquet", ".json", ".html"}
    # The hosts beside them were found: the secrets were read, and masked.
    report = next(path for path in files if path.name == "report.json").read_text()
    hosts = set(re.findall(r"[a-z]+1\d\d\.planted-one\.com", report))
    assert len(hosts) >= 500


def test_no_planted_secret_is_whole_in_any_file(written: tuple[dict[str, tuple[str, bool]], list[Path]]) -> None:
    secrets, files = written
    found: dict[str, set[str]] = {}
    for path in files:
        text = b"\n".join(contents(path))
        for secret, (form, _) in secrets.items():
            if any(spelling in text for spelling in spellings(secret)):
                found.setdefault(form, set()).add(path.name)
    assert found == {}
