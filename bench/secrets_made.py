"""Apps with planted credentials and decoys, made from a seed by the shapes of ``secrets.tsv``.

The values exist only in the folder that ``write_apps`` fills. They have the form of real credentials and belong to no
account. Each app is an unpacked folder with one file per surface.
"""

import base64
import json
import plistlib
import random
import re
import string
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from tests.unit.intake.conftest import dex
from tieback.recognise.credentials import key_body

SHAPES = Path(__file__).with_name("secrets.tsv")
PER_FILE = 4
"""Items of one file."""
_MARK = re.compile(r"<([A-Za-z2]):(\d{1,3})>|<([a-z_]{3,32})>")
_ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "a": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "l": string.ascii_lowercase,
    "b": string.ascii_letters + string.digits + "+/",
    "u": string.ascii_letters + string.digits + "-_",
    "2": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "p": string.ascii_letters + string.digits + "!#%+-.?_~*",
}
SURFACES = {
    "x": "res/values/strings.xml",
    "d": "classes.dex",
    "j": "assets/www/main.js",
    "o": "assets/settings.json",
    "p": "assets/Settings.plist",
    "r": "assets/app.properties",
}


class Shape(NamedTuple):
    """A line of the table."""

    name: str
    role: str
    key: str
    where: str
    form: str


class Item(NamedTuple):
    """A planted value or a decoy at its place."""

    shape: Shape
    app: int
    surface: str
    text: str
    """The value with the text around it that belongs to its form."""
    value: str
    """The credential itself, as a program would use it."""


def shapes(path: Path = SHAPES) -> list[Shape]:
    """The lines of the table."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Shape(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def items(seed: int, times: int, per_file: int = PER_FILE) -> list[Item]:
    """``times`` items of each shape, on its surfaces in turn; ``per_file`` of them share a file."""
    source = random.Random(seed)
    slots = [
        (shape, shape.where[(start + number) % len(shape.where)])
        for shape in shapes()
        for start in (source.randrange(len(shape.where)),)
        for number in range(times)
    ]
    source.shuffle(slots)
    filled: dict[str, int] = {}
    made = []
    for shape, surface in slots:
        filled[surface] = filled.get(surface, 0) + 1
        text, value = filled_form(shape.form, source)
        made.append(Item(shape, (filled[surface] - 1) // per_file, surface, text, value))
    return made


def filled_form(form: str, source: random.Random) -> tuple[str, str]:
    """A text of this form, and the credential in it."""
    text = _MARK.sub(lambda found: _drawn(found, source), form)
    head, begin, rest = text.partition("<<")
    value, _, tail = rest.partition(">>") if begin else (text, "", "")
    whole = head + value + tail if begin else text
    return whole, key_body(value) if "PRIVATE KEY-----" in value else value


def _drawn(found: re.Match[str], source: random.Random) -> str:
    if found[1]:
        alphabet, size = _ALPHABETS[found[1]], int(found[2])
        text = "".join(source.choices(alphabet, k=size))
        # A value of a few characters is random text in which a digit and a letter are missing too often.
        mixed = found[1] in "AaUhHp" and size >= 12
        if mixed and (text.isalpha() or text.isdigit()):
            text = f"a{text[1:-1]}7" if found[1] != "U" and found[1] != "H" else f"A{text[1:-1]}7"
        return text
    return _SPECIAL[found[3]](source)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _token(source: random.Random, claims: dict[str, object]) -> str:
    signature = "".join(source.choices(_ALPHABETS["u"], k=43))
    return f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}.{signature}"


def _letters(source: random.Random, alphabet: str, size: int) -> str:
    return "".join(source.choices(_ALPHABETS[alphabet], k=size))


def _jwt(source: random.Random) -> str:
    claims = {"iss": f"https://auth.{_letters(source, 'l', 8)}.com", "sub": _letters(source, "d", 8), "exp": 2051222400}
    return _token(source, claims)


def _supabase(role: str) -> Callable[[random.Random], str]:
    return lambda source: _token(
        source, {"iss": "supabase", "ref": _letters(source, "l", 20), "role": role, "exp": 2051222400}
    )


def _uuid(source: random.Random) -> str:
    text = _letters(source, "h", 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _pem(source: random.Random) -> str:
    body = base64.b64encode(b"\x30\x82\x04\xbd" + source.randbytes(600)).decode()
    lines = "\\n".join(textwrap.wrap(body, 64))
    return f"-----BEGIN PRIVATE KEY-----\\n{lines}\\n-----END PRIVATE KEY-----\\n"


def _service_account(source: random.Random) -> str:
    project = f"{_letters(source, 'l', 8)}-{_letters(source, 'd', 4)}"
    return (
        f'{{"type":"service_account","project_id":"{project}","private_key_id":"{_letters(source, "h", 40)}",'
        f'"private_key":"<<{_pem(source)}>>","client_email":"svc@{project}.iam.gserviceaccount.com"}}'
    )


def _basic(source: random.Random) -> str:
    pair = f"svc{_letters(source, 'l', 5)}:{_letters(source, 'A', source.randint(9, 20))}"
    return base64.b64encode(pair.encode()).decode()


def _elastic(source: random.Random) -> str:
    return base64.b64encode(f"{_letters(source, 'u', 20)}:{_letters(source, 'u', 22)}".encode()).decode()


def _words(source: random.Random) -> str:
    words = ("Enter", "your", "password", "please", "Passwort", "vergessen", "Mot", "de", "passe", "token", "expired")
    return " ".join(source.choices(words, k=source.randint(1, 4)))


def _fingerprint(source: random.Random) -> str:
    return ":".join(_letters(source, "H", 2) for _ in range(20))


_SPECIAL: dict[str, Callable[[random.Random], str]] = {
    "jwt": _jwt,
    "supabase_service": _supabase("service_role"),
    "supabase_anon": _supabase("anon"),
    "uuid": _uuid,
    "pem": _pem,
    "service_account": _service_account,
    "basic": _basic,
    "elastic": _elastic,
    "words": _words,
    "fingerprint": _fingerprint,
    "age": lambda source: "".join(source.choices("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", k=58)),
    "clerk": lambda source: base64.b64encode(f"clerk.{_letters(source, 'l', 9)}.com$".encode()).decode().rstrip("="),
    "public_key": lambda source: (
        "-----BEGIN PUBLIC KEY-----\\n"
        + base64.b64encode(source.randbytes(270)).decode()
        + "\\n-----END PUBLIC KEY-----"
    ),
    "public_key_der": lambda source: base64.b64encode(
        bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
        + source.randbytes(256)
        + b"\x02\x03\x01\x00\x01"
    ).decode(),
    # The examples of RFC 7519 and of the site of its authors.
    "rfc_jwt": lambda _: (
        _part({"typ": "JWT", "alg": "HS256"})
        + "."
        + base64.urlsafe_b64encode(b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}')
        .decode()
        .rstrip("=")
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    ),
    "jwt_io": lambda _: (
        f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part({'sub': '1234567890', 'name': 'John Doe', 'iat': 1516239022})}"
        ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    ),
}


def write_apps(made: Sequence[Item], folder: Path) -> list[Path]:
    """Write the items as unpacked apps below ``folder``, and return the folders of the apps."""
    by_app: dict[int, list[Item]] = {}
    for item in made:
        by_app.setdefault(item.app, []).append(item)
    apps = []
    for number, its in sorted(by_app.items()):
        app = folder / f"app{number}"
        for surface, file in SURFACES.items():
            path = app / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_WRITERS[surface]([one for one in its if one.surface == surface]))
        (app / "AndroidManifest.xml").write_text(
            f'<?xml version="1.0" encoding="utf-8"?>\n<manifest package="com.acme{number}.shop">\n'
            f'<application label="Shop {number}"/></manifest>'
        )
        (app / "apktool.yml").write_text("version: 2.9.3\n")
        apps.append(app)
    return apps


def _keyed(made: Sequence[Item]) -> Iterator[tuple[str, str]]:
    for item in made:
        yield item.shape.key or "value", item.text


def _strings(made: Sequence[Item]) -> bytes:
    rows = [f'    <string name="{key.replace("-", "_")}">{escape(text)}</string>' for key, text in _keyed(made)]
    rows += ['    <string name="app_name">Shop</string>', '    <string name="sign_in">Sign in to continue</string>']
    return ('<?xml version="1.0" encoding="utf-8"?>\n<resources>\n' + "\n".join(rows) + "\n</resources>\n").encode()


def _dex(made: Sequence[Item]) -> bytes:
    texts = [item.text.replace("\\n", "\n").encode() for item in made]
    return dex(sorted({*texts, b"<init>", b"Landroid/app/Activity;", b"onCreate", b"setText", b"toString"}))


def _script(made: Sequence[Item]) -> bytes:
    parts = ['"use strict";(()=>{var e={};function t(r){return e[r]||(e[r]={exports:{}}).exports}']
    for number, item in enumerate(made):
        key, text = item.shape.key, json.dumps(item.text)
        if not key:
            parts.append(f"function n{number}(e){{{_as_statement(item.text)}}}")
        elif number % 2 and key.isidentifier():
            parts.append(f"var {key}={text};")
        else:
            parts.append(f"const s{number}={{{_js_key(key)}:{text},timeout:3e4}};")
    parts.append("function z(e){return e.map((e=>e.id)).filter(Boolean)}})();\n")
    return "".join(parts).encode()


def _as_statement(text: str) -> str:
    if text.startswith("AWS_"):
        text = f"accessKeyId:{text.partition('=')[2].replace('secret_access_key=', 'secretAccessKey:')}"
    if text.startswith(("accessKeyId", "mappings")):
        return f"return {{{text}}}"
    return text if text.endswith((";", "}")) else f'return "{text}"'


def _js_key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def _json(made: Sequence[Item]) -> bytes:
    tree: dict[str, object] = {"version": 3, "locale": "en"}
    for number, item in enumerate(made):
        inner = json.loads(item.text) if not item.shape.key and item.text.startswith("{") else item.text
        tree[f"part{number}"] = {item.shape.key or "value": inner, "enabled": True}
    return json.dumps(tree, indent=1).encode()


def _plist(made: Sequence[Item]) -> bytes:
    return plistlib.dumps({"Version": 3, **dict(_keyed(made))})


def _properties(made: Sequence[Item]) -> bytes:
    rows = ["# settings of the app", "app.locale=en", "app.retries=3"]
    rows += [f"{item.shape.key}={item.text}" if item.shape.key else item.text.replace(",", "\n") for item in made]
    return ("\n".join(rows) + "\n").encode()


_WRITERS: dict[str, Callable[[Sequence[Item]], bytes]] = {
    "x": _strings,
    "d": _dex,
    "j": _script,
    "o": _json,
    "p": _plist,
    "r": _properties,
}
