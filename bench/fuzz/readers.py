"""The fuzzed readers by group, each with its documented errors and the source of its seeds."""

import io
import lzma
import ssl
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import cast

from bench.fuzz import files
from bench.fuzz.interface import MAX_SEED, RECORDED, ROOT, Reader, Room, as_file
from bench.fuzz.pages import fuzz_target, page_answers

LABS = ROOT / "labs" / "apps"
ENCRYPTED = ROOT / "bench" / "flow" / "encrypted"
NATIVE = ROOT / "tests" / "unit" / "recognise" / "machine_code" / "native"
SCRIPTS = ROOT / "bench" / "flow" / "scripts"
LANGUAGE = ROOT / "tests" / "unit" / "recognise" / "script_runs" / "language.txt"
HERMES = ROOT / "bench" / "flow" / "hermes"
SCRIPT_STEPS = 50_000
"""Steps of one script or file of bytecode: fewer than for an app, so that an input takes milliseconds."""
CODE_STEPS = 4_000
"""Instructions of native code of one input."""
RUN_STEPS = 5_000
"""Steps of one run of a script."""
CODE = ROOT / "tests" / "unit" / "recognise" / "dataflow" / "dex"


class _PartsOfInput:
    """An app whose files are parts of the input."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    native = None

    def raw_file(self, identifier: int) -> bytes | None:
        return self._data[identifier & 0xFF :][:4_000]

    def asset(self, name: str) -> bytes | None:
        return self._data[len(name) :][:4_000]

    def java_file(self, name: str) -> bytes | None:
        return self.asset(name) if len(name) & 1 else None

    def resource(self, identifier: int) -> str:
        return self._data[identifier & 0xFF :][:40].decode("utf-8", "replace")

    def items(self, identifier: int) -> tuple[str, ...]:
        return (self.resource(identifier),) * (identifier & 3)

    def integer(self, identifier: int) -> int | None:
        return identifier & 0xFFFF if identifier & 1 else None

    def metadata(self, key: str) -> str:
        return self.resource(len(key))

    def remote(self, key: str) -> str:
        return self.resource(len(key) + 1)

    def name(self) -> str:
        return self.resource(1)


def _encrypted() -> list[Path]:
    """Code that decrypts its texts, also with files of the app."""
    return [*sorted(ENCRYPTED.glob("*.dex")), CODE / "openedfiles.dex"]


def _script_reader() -> Callable[[bytes], None]:
    """Expressions of scripts that are put together, with all that they can name."""
    from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
    from tieback.recognise.extract import EndpointExtractor
    from tieback.recognise.scripts.extract import ScriptExtractor

    scripts = ScriptExtractor(EndpointExtractor())

    def script(data: bytes) -> None:
        buffer = Buffer("a.js", BufferKind.TEXT, data)
        scripts.left = scripts.run_steps = SCRIPT_STEPS
        for _ in scripts.extract(Artifact("a.js", (buffer,))):
            pass

    return script


def _script_run(data: bytes) -> None:
    """A script from its beginning, with all functions that nothing has called."""
    from tieback.recognise.script_runs.run import requests

    found = requests(data, range(0, len(data), 8), steps=RUN_STEPS)
    # The last call of the platform can pass the limit by what it has made.
    assert found.steps < RUN_STEPS + MAX_SEED
    assert found.is_cut or found.steps <= RUN_STEPS


_RUN_SCRIPTS = (
    b"class A{#h='api.fuzz.test';get u(){return `https://${this.#h}/v`}static make(){return new A}}fetch(A.make().u)",
    b"const p=new Proxy({},{get:(t,k)=>k+'.fuzz.test'});async function f(){await 0;new WebSocket('wss://'+p.a)};f()",
    b"function*g(){yield*['a','b'];yield g}for(const[i,x]of[...g()].entries())fetch('https://'+x+i+'.fuzz.test/')",
    b"var t=['c','a','b'];(function(a,n){while(--n)a.push(a.shift())}(t,0x2));eval('fetch(\"https://\"+t[0]+\".test/\")')",
    b"switch(x){case 1:default:throw{a:1}}label:for(;;){do{try{break label}finally{}}while(0)}x?.y?.[z]??=`a${b}`",
    b"let{a:{b=1,...c},...d}={a:{e:'x'}};JSON.parse('{\"a\":[1]}').a.map(q=>q).reduce((m,n)=>m+n,'').replace(/a(b)/g,'$1')",
    b"new Map([['h','m.fuzz.test']]).forEach((v,k)=>fetch(new URL('/'+k,'https://'+v)));Promise.all([1]).then(r=>r)",
)


def _hermes_reader() -> tuple[Callable[[bytes], None], list[bytes]]:
    """Functions of Hermes bytecode, and the bundles of the flow cases, without what libFuzzer cannot guess."""
    from tieback.intake.apps.hermes import read_hermes
    from tieback.intake.apps.interface import Artifact
    from tieback.recognise.extract import EndpointExtractor
    from tieback.recognise.hermes.extract import HermesExtractor

    judge = EndpointExtractor()
    bytecode = HermesExtractor(judge, judge)

    def hermes(data: bytes) -> None:
        bytecode.left, bytecode.more = SCRIPT_STEPS, 0
        artifact = Artifact("a.hbc", read_hermes("a.hbc", data)[0].buffers, bytecode=data)
        finds = list(judge.extract(artifact))
        for _ in bytecode.extract(artifact):
            pass
        bytecode.settled(artifact, finds)

    return hermes, [lzma.decompress(path.read_bytes()) for path in sorted(HERMES.glob("*.hbc.xz"))]


def _ram_bundle(data: bytes) -> None:
    """The table and the modules of a RAM bundle; the scripts in them have readers of their own."""
    from tieback.intake.apps.ram_bundle import read_ram_bundle

    read_ram_bundle("a.bundle", data)


def _python(data: bytes) -> None:
    """The texts of a compiled module, whatever its first bytes say of the version."""
    from tieback.intake.apps.python_code import module_texts, read_python

    found = module_texts(data)
    assert all(one.start <= one.end <= len(data) for one in (*found.texts, *found.documentation, *found.started))
    read_python("a.pyc", data).buffers[0].starts  # noqa: B018 - read on first use


def _tars() -> list[bytes]:
    """Archives in the three forms, with a long name and a compiled module in each."""
    found = []
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            for name, data in (("a" * 90 + "/" + "b" * 60, b"https://api.fuzz.test"), ("main.pyc", _PYTHON)):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        found.append(out.getvalue())
    return found


def apps() -> Room:
    """Whole packages, and each kind of entry on its own, both up to the extractors."""
    from tieback.intake.apps.budget import budget_for
    from tieback.intake.apps.codesign import read_signature
    from tieback.intake.apps.entries import make_artifacts
    from tieback.intake.apps.problems import PackageProblems
    from tieback.intake.apps.proto_xml import read_proto_xml, search_proto_xml
    from tieback.intake.apps.stringpool import MalformedPoolError
    from tieback.model.document import encode
    from tieback.model.errors import InputError
    from tieback.pipeline.analyse import Analyser
    from tieback.recognise import extractors
    from tieback.recognise.dalvik.decryptors import Decryption
    from tieback.recognise.dalvik.run import MIN_STEPS
    from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
    from tieback.recognise.dataflow.dex.dexfile import DexFile
    from tieback.recognise.rules import RuleFiles
    from tieback.recognise.settings.preferences import server_defaults
    from tieback.recognise.texts.places import TextPlaces

    analyser, rules = Analyser(), RuleFiles()
    searching = extractors(rules)

    def package(data: bytes) -> None:
        def read(path: Path) -> None:
            try:
                encode("app", analyser.document(path, "0" * 64))
            except InputError:
                return

        as_file(data, read)

    def entry(data: bytes) -> None:
        for artifact in make_artifacts("entry", data, PackageProblems(), budget_for(len(data))):
            for extractor in searching:
                for _ in extractor.extract(artifact):
                    pass

    def proto_xml(data: bytes) -> None:
        artifact = search_proto_xml("res/xml/a.xml", data)
        for extractor in searching:
            for _ in extractor.extract(artifact):
                pass
        try:
            read_proto_xml(data)
        except MalformedPoolError:
            return

    def decryption(data: bytes) -> None:
        try:
            dex = DexFile(data)
        except MalformedDexError:
            return
        # The last library call can pass the limit by what it may allocate.
        assert Decryption((dex,), app_files=_PartsOfInput(data)).runner.machine.left > -MIN_STEPS

    def text(data: bytes) -> None:
        if not data:
            return
        places = TextPlaces(f"a.{_TEXT_NAMES[data[0] % len(_TEXT_NAMES)]}", data[1:])
        for offset in range(0, min(len(data), 2_000), 3):
            places.reason(offset)

    def settings_screen(data: bytes) -> None:
        for _ in server_defaults("res/xml/a.xml", data, rules):
            pass

    packages, entries = [], []
    for path in sorted(LABS.glob("*.apk")):
        packages.append(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            entries += [archive.read(name) for name in archive.namelist()]
    entries += [path.read_bytes() for path in sorted(CODE.glob("*.dex"))]
    return Room(
        [
            Reader("package", package, packages),
            Reader("entry", entry, [*entries, *_SMALL_FILES]),
            Reader("decryption", decryption, [path.read_bytes() for path in _encrypted()]),
            Reader("code-signature", lambda data: read_signature(data, 0, len(data)), [_SIGNATURE]),
            Reader("proto-xml", proto_xml, [_PROTO_XML]),
            Reader("text", text, _TEXTS),
            Reader("settings-screen", settings_screen, [_SCREEN]),
            Reader("hermes", *_hermes_reader()),
            Reader("ram-bundle", _ram_bundle, [_RAM_BUNDLE]),
            Reader("python", _python, [_PYTHON, _PYTHON.replace(_PYTHON[:16], b"\xcb\x0d\r\n" + bytes(12))]),
            Reader("tar", entry, _tars()),
            Reader("swf", _swf, _films()),
            Reader("native-code", _native_code, [path.read_bytes() for path in sorted(NATIVE.glob("*.so"))]),
            Reader("machine-code", _machine_code, _instructions()),
            Reader("script", _script_reader(), [path.read_bytes() for path in sorted(SCRIPTS.rglob("*.js"))]),
            Reader("script-run", _script_run, [*LANGUAGE.read_bytes().splitlines(), *_RUN_SCRIPTS]),
        ]
    )


def _swf(data: bytes) -> None:
    from tieback.intake.apps.budget import budget_for
    from tieback.intake.apps.swf import read_swf

    read_swf("a.swf", data, budget_for(len(data)))


def _native_code(data: bytes) -> None:
    from tieback.recognise.machine_code.jni import Opaque
    from tieback.recognise.machine_code.memory import NotRunnableError
    from tieback.recognise.machine_code.native import NativeCode

    code = NativeCode({"a": data})
    code.left = CODE_STEPS
    for name in (*code.functions[:20], "Java_none"):
        for given in ((), ("https://api.fuzz.test", 3), (Opaque("a/B"), b"bytes", -1)):
            with suppress(NotRunnableError):
                code.call((name,), "La/B;", ("b", "()Ljava/lang/String;"), given)
    assert code.left > -100_000


def _machine_code(data: bytes) -> None:
    """Instructions in a library that is whole; the first byte chooses the processor."""
    from bench.hostile_made.native_runs import library
    from tieback.recognise.machine_code.libc import FUNCTIONS
    from tieback.recognise.machine_code.memory import NotRunnableError
    from tieback.recognise.machine_code.native import NativeCode

    if not data:
        return
    made = bytearray(library({"Java_a": data[1:]}, imports=tuple(FUNCTIONS)))
    made[18] = 183 if data[0] & 1 else 62
    code = NativeCode({"a": bytes(made)})
    code.left = CODE_STEPS
    for given in ((), ("https://api.fuzz.test", 3, b"bytes")):
        with suppress(NotRunnableError):
            code.call(("Java_a",), "La/B;", ("b", "()Ljava/lang/String;"), given)
    assert code.left > -MAX_SEED * 16


def _instructions() -> list[bytes]:
    """The code of the functions of the libraries in the tests, for each processor."""
    from tieback.recognise.machine_code.elf import BASE, Library

    found = []
    for path in sorted(NATIVE.glob("*.so")):
        made = Library(path.read_bytes())
        begins = sorted({at - BASE for at in made.functions.values()})
        first = bytes([made.machine == 183])
        found += [first + made.content(at, 400) for at in begins]
    return found


def _films() -> list[bytes]:
    """Programs of Adobe AIR with one constant and a description, plain and in zlib."""
    constants = b"\x10\0\x2e\0\x02\x07\x02\x07\x02" + bytes(8) + b"\x02\x18https://api.fuzz.test/v1" + bytes(8)
    about = b"<rdf:RDF></rdf:RDF>\0"
    tags = b"".join(
        struct.pack("<HI", kind << 6 | 0x3F, len(content)) + content
        for kind, content in ((77, about), (82, b"\1\0\0\0frame1\0" + constants), (72, constants), (0, b""))
    )
    rest = b"\x08\0\0\x18\1\0" + tags
    size = struct.pack("<I", len(rest) + 8)
    return [b"FWS\x20" + size + rest, b"CWS\x20" + size + zlib.compress(rest)]


_PYTHON = (
    b"\x61\x0d\r\n" + bytes(12)
    + b"\xe3" + bytes(20) + b"\x40\0\0\0s\x04\0\0\0d\0d\x01)\x04z\x09A client.\xe3" + bytes(20)
    + b"\x43\0\0\0s\0\0\0\0)\x02z\x09Gets one.N)\0)\0)\0)\0Z\x01aZ\x03get\x01\0\0\0s\0\0\0\0"
    + b"Z\x08__main__z\x15https://api.fuzz.test)\x02Z\x07__doc__Z\x08__name__)\0)\0)\0r\0\0\0\0Z\x08<module>"
    + b"\x01\0\0\0s\0\0\0\0"
)  # fmt: skip
"""A module of Python 3.9 with documentation, a function, and a part that runs if it is started."""
_RAM_BUNDLE = (
    b"\xe5\xd1\x0b\xfb\x02\0\0\0\x08\0\0\0\x08\0\0\0\x09\0\0\0\x11\0\0\0\x08\0\0\0__r(0);\0var a=1;\0"
    b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f"
)
"""A RAM bundle of React Native: a script, and the beginning of bytecode."""
_PROTO_XML = (
    b'\x0ae\x1a\x08manifest"\x11\x12\x07package\x1a\x06test.x*F'
    b'\x0aD\x1a\x0bapplication"\x1f\x12\x03url\x1a\x18https://api.fuzz.test/v1'
    b"*\x14\x12\x12db.fuzz.test:27017"
)
"""A manifest of an app bundle: two elements, two attributes, a text."""
_SIGNATURE = (
    bytes.fromhex("fade0cc0 00000084 00000002 00000000 0000001c 00000005 00000064")
    + bytes.fromhex("fade0c02 00000048 00020200")
    + bytes(36)
    + (52).to_bytes(4)
    + b"TEAM123456\0"
    + bytes(9)
    + bytes.fromhex("fade7171 00000020")
    + b"<plist></plist>"
)


_TEXT_NAMES = ("js", "css", "html", "xml", "map", "json", "yml", "svg", "txt")
_TEXTS = (
    b"\x00a=/x'/;/* http://a.test */b=`${c}//`;throw Error('see http://a.test/b');eval('// http://a.test\\n');h='<b>x</b>'",
    b"\x01/* http://a.test */@import 'http://b.test';a{b:url(http://a.test/x)}// http://c.test",
    b"\x02<!-- http://a.test --><p title='http://b.test'>http://c.test</p><script>// http://d.test\n</script><style>a{}</style>",
    b"\x03<?xml version='1.0'?><a xmlns='http://a.test'><![CDATA[http://b.test]]><license>http://c.test</license></a>",
    b'\x04{"version":3,"sources":["a.js"],"sourcesContent":["// http://a.test\\nf(\\"http://b.test\\")"],"mappings":""}',
    b'\x05{"name":"a","version":"1","license":{"url":"http://a.test"},"api":"http://b.test","h":"see http://c.test"}',
    b"\x06# http://a.test\nhomepage: http://b.test\nurl: http://c.test # http://d.test\n",
    b"\x07<svg><metadata>http://a.test</metadata><image href='http://b.test'/></svg>",
    b"\x08" + b"[Mozilla/5.0 (compatible; ABot; +http://a.test)*]\nParent=x\n" * 30,
)
_SCREEN = (
    b'<a><p key="serverip" defaultValue="192.168.1.101"/><p key="serverport" defaultValue="8080"/>'
    b'<p key="hostname" defaultValue="a.test"/><p key="hostport" defaultValue="5222"/></a>'
)
_SMALL_FILES = (
    b"bplist00\xd1\x01\x02SURL_\x10\x19https://api.fuzz.test/v1x\x08\x0b\x0f" + bytes(6) + b"\x01\x01" + bytes(7)
    + b"\x03" + bytes(15) + b"\x2b",
    b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f" + (84).to_bytes(4, "little") + bytes(120),
    b"\x7fELF\x02\x01\x01" + bytes(57) + b"https://api.fuzz.test\0",
    b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(80),
    b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + bytes(80),
    b"SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20" + bytes(200),
    b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(120) + b"BSJB" + bytes(80),
    b"XALZ" + bytes(40),
    b"\xaf\x1b\xb1\xfa\x1f\0\0\0" + bytes(120),
    b'<?xml version="1.0"?><plist version="1.0"><dict><key>u</key><string>https://api.fuzz.test</string></dict></plist>',
    b'{"firebase_url":"https://fuzz.firebaseio.com","k":"AIzaSyA0000000000000000000000000000000"}',
    b"\x1f\x8b\x08\x08" + bytes(6) + b"a\0\x01\x15\0\xea\xffhttps://api.fuzz.test" + bytes(8),
    b"UnityFS\0\0\0\0\x065.x.x\0" + b"2021.3.1f1\0" + bytes(8) + b"\0\0\0\x22\0\0\0\x22" + bytes(4)
    + bytes(16) + b"\0\0\0\x01\0\0\0\x15\0\0\0\x15\0\0" + bytes(4) + b"https://api.fuzz.test",
    b"db=Server=tcp:db.fuzz.test,1433;Database=crm;User ID=app;Password='a;b'\nhost=db.fuzz.test dbname=crm user=app",
)  # fmt: skip


def traffic() -> Room:
    """Whole traffic files, and the readers of each protocol on their own."""
    from tieback.intake.traffic import http, http2, quic, tls, websocket
    from tieback.intake.traffic.certificate import CertificateNames
    from tieback.intake.traffic.dns import parse_message, parse_stream
    from tieback.intake.traffic.interface import ConnectionStart
    from tieback.intake.traffic.open import open_traffic
    from tieback.intake.traffic.stores.choose import recognise
    from tieback.leaks.values import read_values
    from tieback.model.errors import InputError
    from tieback.model.flow import CleartextSample

    def capture(data: bytes) -> None:
        def read(path: Path) -> None:
            try:
                opened = open_traffic(path)
            except InputError:
                return
            try:
                for seen in opened.flows():
                    for sample in seen.samples:
                        for _ in read_values(sample):
                            pass
            finally:
                opened.close()

        as_file(data, read)

    def both(read: Callable[[bytes, bytes], object]) -> Callable[[bytes], object]:
        """Split the input: its first two bytes are the length of the client's part."""

        def call(data: bytes) -> None:
            split = 2 + int.from_bytes(data[:2], "little")
            read(data[2:split], data[split:])

        return call

    def stores(client: bytes, server: bytes) -> None:
        for port in (None, 3306):
            recognise(ConnectionStart(client, server, port))
        recognise(ConnectionStart(client, server, None, midstream=True))

    def dns(data: bytes) -> None:
        parse_message(data)
        parse_stream(data)

    def samples(data: bytes) -> None:
        for kind in ("http", "redis", "sql", "mongodb", "other"):
            for _ in read_values(CleartextSample("out", kind, data)):
                pass

    def http_2(client: bytes, server: bytes) -> None:
        http2.recognise_http2(client, server)
        http2.cleartext_messages(client, 4096)

    hello = bytes.fromhex("16030100") + bytes([60]) + bytes.fromhex("01000038") + b"\x03\x03" + bytes(54)
    openings = [_split(b"\x4a\0\0\0\x0a8.0.36\0" + bytes(60))]
    openings += [_split(b"", greeting + answer) for greeting, answer in _recorded()]
    openings += [_split(text) for text in _FIRST_WORDS]
    return Room(
        [
            Reader("capture", capture, _captures()),
            Reader(
                "tls",
                both(lambda client, server: tls.recognise_tls(client, server, CertificateNames())),
                [_split(hello)],
            ),
            Reader("quic", both(lambda client, server: quic.recognise_quic([client], [server])), [_split(_QUIC)]),
            Reader("dns", dns, [_DNS]),
            Reader("http", both(http.recognise_http), [_split(_HTTP, b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n{}")]),
            Reader("http2", both(http_2), [_split(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) + _HEADERS)]),
            Reader("stores", both(stores), openings),
            Reader("samples", samples, [_HTTP, *_SAMPLES]),
            Reader("websocket", lambda data: websocket.messages(data, 4096), [b"\x81\x85abcd\t\7\x0f\b\x0e\xc1\2\0\0"]),
            Reader("certificate", _certificate_details(), [_certificate()]),
        ]
    )


def _certificate_details() -> Callable[[bytes], object]:
    """As after a handshake with a server whose certificate is the input."""
    from tieback.scope.tls import describe_session

    class Session:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        def __init__(self, data: bytes) -> None:
            self.data = data

        def version(self) -> str:
            return "TLSv1.3"

        def getpeercert(self, *, binary_form: bool) -> bytes:
            assert binary_form
            return self.data

    def read(data: bytes) -> None:
        assert not describe_session(cast("ssl.SSLObject", Session(data)), "self-signed certificate").verified

    return read


def _certificate() -> bytes:
    """The same certificate each time."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding

    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "db.fuzz.test")])
    others = x509.SubjectAlternativeName([x509.DNSName("b.fuzz.test"), x509.IPAddress(ip_address("127.77.0.1"))])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    built = built.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return built.add_extension(others, critical=False).sign(key, None).public_bytes(Encoding.DER)


_HTTP = b"GET /_search HTTP/1.1\r\nHost: es.fuzz.test:9200\r\nAuthorization: Basic dTpw\r\n\r\n"
_HEADERS = b"\0\0\x05\x01\x05\0\0\0\x01\x82\x86\x84\x41\x8a"
_QUIC = b"\xc3\0\0\0\x01\x08\x01\x02\x03\x04\x05\x06\x07\x08\0\0\x44\x9e" + bytes(1200)
_DNS = b"\x12\x34\x81\x80\0\1\0\1\0\0\0\0\3api\4fuzz\4test\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\x4d\0\x01"
_FIRST_WORDS = (
    b"\0\0\0\x08\x04\xd2\x16\x2f",
    b"*1\r\n$4\r\nPING\r\n",
    b"\x10\x12\0\4MQTT\4\2\0\x3c\0\6device",
    b"AMQP\0\0\x09\x01",
    b"\x12\x01\0\x2f\0\0\1\0" + bytes(39),
    b"\0\x3a\0\0\1\0\0\0\1\x36\1\x2c" + bytes(46),
    b"\x60\x60\xb0\x17\0\0\5\4\0\0\0\0\0\0\0\0\0\0\0\0",
    b"\x04\0\0\0\5\0\0\0\0",
    b"\0\0\0\x1a\0\3\0\2\0\0\0\1\0\4test" + bytes(8),
    b"CONNECT {}\r\n",
    b"stats\r\n",
    b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0",
)  # fmt: skip


_SAMPLES = (
    b'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"m":"a"}\r\n0\r\n\r\n',
    b'--x\r\nContent-Disposition: form-data; name="m"\r\n\r\na@fuzz.test\r\n--x--',
    b"INSERT INTO p (m) VALUES ($1), ('b')\na@fuzz.test",
    b'*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$7\r\n{"a":1}\r\n%1\r\n$1\r\na\r\n:1\r\n',
    b'<a b="c"><d>a@fuzz.test</d></a> +49 30 901820',
    b'<auth mechanism="PLAIN">AGEAYg==</auth><message to="a@fuzz.test"><body>a b c</body></message>',
    b'{"a":[{"key":"m.n","value":{"s":"a@fuzz.test"}}],"s":"T.{\\"m\\":\\"a\\"}"}',
)


def _split(client: bytes, server: bytes = b"") -> bytes:
    return len(client).to_bytes(2, "little") + client + server


_HAR_OF_APP = (
    b'{"log":{"creator":{"name":"cyanoacrylate"},"entries":[{"request":{"method":"POST","url":"wss://a.fuzz.test/",'
    b'"_content":{"text":"AA==","encoding":"base64"}},"_webSocketMessages":[{"type":"send","opcode":2,"data":"AA=="}]}],'
    b'"_tlsErrors":[{"startedDateTime":"2026-01-02T03:04:05Z","time":1,"cause":"cert-rejected","hostname":"b.fuzz.test",'
    b'"clientPort":9}],"_tweasel":{"options":{"mode":"allowlist","apps":["a.b"]},"device":{"platform":"android"},"apps":'
    b'[{"id":"a.b","name":"n","version":"1"}]}}}'
)
"""An archive of tweasel with a failed handshake as HTTP Toolkit writes it."""


def _captures() -> list[bytes]:
    """One capture of each kind, created here."""
    import io

    from tieback.lab.packets import PacketWriter, TcpStream

    out = io.BytesIO()
    writer = PacketWriter(out, clock=lambda: 1_700_000_000.0)
    writer.app(10_001, "org.fuzz.app", "Fuzz")
    client, server = ("10.215.173.1", 40_000), ("127.77.0.10", 9200)
    writer.udp(("10.215.173.1", 5353), ("10.215.173.2", 53), _DNS, 10_001)
    stream = TcpStream(writer, client, server, 10_001)
    stream.send(_HTTP, outwards=True)
    stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", outwards=False)
    packet = b"\x45\0\0\x28\0\1\x40\0\x40\6\0\0\x0a\0\0\1\x7f\x4d\0\1\x9c\x40\x23\xf0" + bytes(8) + b"\x50\2" + bytes(6)
    header = b"\xd4\xc3\xb2\xa1\2\0\4\0" + bytes(8) + b"\xff\xff\0\0\x65\0\0\0"
    size = len(packet).to_bytes(4, "little")
    har = (
        b'{"log":{"entries":[{"request":{"method":"GET","url":"http://a.fuzz.test/?email=a@b.test","headers":[]},'
        b'"response":{"status":200,"headers":[],"content":{"text":"{}"}}}]}}'
    )
    return [
        out.getvalue(),
        header + bytes(8) + size + size + packet,
        har,
        _HAR_OF_APP,
        b"#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\n",
        b'{"timestamp":"2026-01-01T00:00:00.0+0000","event_type":"flow","src_ip":"10.0.0.1","dest_ip":"10.0.0.2"}\n',
        b"6:8:type;4:http;}",
    ]


def _recorded() -> Iterator[tuple[bytes, bytes]]:
    """Greeting and answers, up to 4,096 bytes, of the servers that the tests recorded."""
    for _, greeting, answers in _recordings():
        yield greeting, b"".join(answers)[:4096]


def _recordings() -> Iterator[tuple[str, bytes, tuple[bytes, ...]]]:
    """Name of the probe, greeting and answers of each recorded conversation."""
    from tieback.probes.playback import server_bytes
    from tieback.scope.transcript import read_transcripts

    for path in sorted(RECORDED.glob("*.jsonl")):
        for transcript in read_transcripts(path):
            yield path.stem.partition("-")[0], *server_bytes(transcript)


def protocols() -> Room:
    """The codecs that several packages share: whole buffers, and the functions that refuse what breaks the protocol."""
    from tieback.protocols import http1, resp
    from tieback.protocols.content_coding import CODINGS, decode_content

    def http(data: bytes) -> None:
        found = list(http1.messages(data))
        assert sum(len(message.body) for message in found) <= http1.MAX_BODY
        http1.request_line(data, cut=True)
        http1.status_line(data)
        http1.join_chunks(data)
        http1.field_value(data, b"host")

    def http_strict(data: bytes) -> None:
        try:
            fields = http1.strict_fields(data)
            http1.body_framing(200, fields)
            http1.chunk_size(data)
        except http1.MalformedHttpError:
            return

    def values(data: bytes) -> None:
        reading = resp.decode(data)
        assert reading.end <= len(data)
        resp.split_inline(data)

    def elements(data: bytes) -> None:
        """As a probe reads: line by line, each string as announced."""
        decoder = resp.RespDecoder()
        at = 0
        try:
            while not decoder.done and (end := resp.line_end(data, at)) >= 0:
                string = decoder.add(data[at : at + 1], data[at + 1 : end])
                at = end + 2
                if string >= 0:
                    end = resp.string_end(data, at, string)
                    decoder.add_string(data[at : end - 2])
                    at = end
        except resp.MalformedRespError:
            return

    def codings(data: bytes) -> None:
        for coding in CODINGS:
            assert len(decode_content(data, coding, 4096) or b"") <= 4096

    return Room(
        [
            Reader("http1", http, [_HTTP, *_SAMPLES[:1], _HTTP_ANSWER]),
            Reader(
                "http1-strict",
                http_strict,
                [_HTTP.partition(b"\n")[2], b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n"],
            ),
            Reader("resp", values, [*_RESP, b'SET a "b\\x41"']),
            Reader("resp-elements", elements, _RESP),
            Reader(
                "content-coding", codings, [b"\x1f\x8b\x08\0\0\0\0\0\2\xff\x03\0" + bytes(8), b"x\x9c\x03\0\0\0\0\1"]
            ),
        ]
    )


_RESP = (
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n",
    b"%1\r\n+a\r\n~2\r\n#t\r\n,1.5\r\n",
    b"|1\r\n+ttl\r\n:9\r\n>2\r\n=5\r\ntxt:a\r\n!3\r\nERR\r\n",
    b"*3\r\n_\r\n(12345678901234567890\r\n$-1\r\n",
)


def probes() -> Room:
    """Every probe with a server that answers with the input."""
    from tieback.model.grant import Depth
    from tieback.model.probe import ProbeReport
    from tieback.probes import PROBES
    from tieback.probes.interface import Probe
    from tieback.probes.playback import MemoryPeer, play, recorded_answers
    from tieback.probes.stores.cassandra.session import HEADER, decode_rows
    from tieback.probes.stores.cassandra.tokens import complete_tokens, partition_keys, without_tokens
    from tieback.probes.stores.kafka.records import log_records
    from tieback.probes.wire.objects import KINDS, object_records
    from tieback.probes.wire.verdicts import HostileAnswer

    def asks(probe: Probe) -> Callable[[bytes], object]:
        def ask(data: bytes) -> None:
            """The responses, each after its length in two bytes; the first one is the greeting."""
            parts = list(_parts(data))
            target = fuzz_target(probe.meta.ports[0])
            peer = MemoryPeer(recorded_answers(parts[1:]), greeting=parts[0] if parts else b"")
            report = play(probe.run(target, Depth.SAMPLE), peer, probe.meta.sends).result
            assert isinstance(report, ProbeReport)

        return ask

    seeds: dict[str, list[bytes]] = {}
    others = (*(("amqp", answers) for answers in _AMQP_1_0), *page_answers())
    for name, greeting, answers in (*_recordings(), *((name, b"", answers) for name, answers in others)):
        parts = (greeting, *answers)
        joined = b"".join(len(part).to_bytes(2, "little") + part for part in parts if len(part) < MAX_SEED)
        seeds.setdefault(name, []).append(joined)
    web = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    framed = len(web).to_bytes(2, "little") + web

    def objects(data: bytes) -> None:
        """The records of an object of a bucket; the first byte selects its kind."""
        object_records(data[1:], KINDS[(data[0] if data else 0) % len(KINDS)], 50, cut=bool(data and data[0] & 128))

    def tokens(data: bytes) -> None:
        """A page of tokens and a page of columns: both are rows of CQL, of one and of five columns."""
        without_tokens(data)
        for columns in (1, 5):
            try:
                rows = decode_rows(data[HEADER:], columns).rows
            except HostileAnswer:
                continue
            complete_tokens(rows) if columns == 1 else partition_keys(rows)

    return Room(
        [
            *(
                Reader(probe.meta.name, asks(probe), seeds.get(probe.meta.name, [b"\0\0" + framed + framed]))
                for probe in PROBES
            ),
            Reader("cassandra-tokens", tokens, [_cql_rows(_TOKENS), _cql_rows(_KEY_COLUMNS)]),
            Reader("kafka-records", lambda data: log_records(data, 50), [bytes(61), bytes(16) + b"\x02" + bytes(44)]),
            Reader("object-records", objects, [b"\0a,b\n1,2\n", b'\2{"a":[{"b":1}]}', b'\3{"a":1}\n{"a":2}\n']),
        ]
    )


def _amqp(kind: int, number: int, fields: bytes, count: int) -> bytes:
    """A frame of AMQP 1.0 with a described list."""
    body = bytes((0, 0x53, number, 0xC0, len(fields) + 1, count)) + fields
    return (8 + len(body)).to_bytes(4) + bytes((2, kind, 0, 0)) + body


_HEADER_1_0 = b"AMQP\0\x01\0\0"
_LOGIN = b"AMQP\x03\x01\0\0" + _amqp(1, 0x40, b"\xe0\x12\x02\xa3\x05PLAIN\x09ANONYMOUS", 1)
_OPENED = _amqp(0, 0x10, b"\xa1\x01q" + b"\x40" * 8 + b"\xc1\x10\x02\xa3\x07product\xa1\x04qpid", 10)
_CLOSED = b"\0\x53\x1d\xc0\x1c\x02\xa3\x18amqp:unauthorized-access\x40"
_AMQP_1_0 = (
    (_HEADER_1_0, _LOGIN, _amqp(1, 0x44, b"\x50\0", 1), _HEADER_1_0, _OPENED, _amqp(0, 0x11, b"\x60\0\0", 1)),
    (_HEADER_1_0, _LOGIN, _amqp(1, 0x44, b"\x50\0", 1), _HEADER_1_0, _amqp(0, 0x18, _CLOSED, 1)),
)
"""A broker that only speaks AMQP 1.0: it accepts an anonymous session, or refuses the connection."""


def _cql_rows(rows: Sequence[Sequence[bytes]]) -> bytes:
    """A RESULT frame of CQL with these rows."""
    columns = b"".join(b"\0\x01c\0\x02" for _ in rows[0])
    head = (2).to_bytes(4) + (1).to_bytes(4) + len(rows[0]).to_bytes(4) + b"\0\x01k\0\x01t" + columns
    values = b"".join(len(value).to_bytes(4) + value for row in rows for value in row)
    body = head + len(rows).to_bytes(4) + values
    return b"\x84\0\0\0\x08" + len(body).to_bytes(4) + body


_TOKENS = ((bytes(8),), (b"\xff" * 8,), (b"\xff" * 8,))
_KEY_COLUMNS = ((b"shop", b"orders", b"id", bytes(4), b"partition_key"),)


def _parts(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "little")
        yield data[at + 2 : end]
        at = end


def pii() -> Room:
    """Names and values as in untrusted schemas."""
    from tieback.model.pii import Column
    from tieback.pii import detectors
    from tieback.pii.values import ValueDetector

    (names,) = detectors()
    values = ValueDetector()

    def name(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        field, _, rest = text.partition("\n")
        list(names.classify(Column(field, table=rest[:40], siblings=tuple(rest.split("\n")[:8]))))

    def column(data: bytes) -> None:
        rows = data.decode("utf-8", "replace").split("\n")
        list(values.classify(Column("column", values=tuple(rows[:200]))))

    return Room(
        [
            Reader("names", name, [b"customer_email\ncustomers\nid\nphone", b"fecha_nacimiento", "手机号".encode()]),
            Reader(
                "values",
                column,
                [b"a@b.test\nc@d.test", b"4111111111111111\n378282246310005", b"DE89370400440532013000"],
            ),
        ]
    )


def room(name: str) -> Room:
    """A group by its name, or one of its readers: ``traffic`` or ``traffic.stores``."""
    from tieback.recognise import failures

    failures.RAISED = True  # an error in a reader is what fuzzing looks for
    whole, _, reader = name.partition(".")
    made = ROOMS[whole]()
    return made if not reader else Room(one for one in made.readers if one.name == reader)


def reports() -> Room:
    """Reports of other tools, inventories, address data of the operator, and hosts in captured responses."""
    from tieback.backends.hints import extract_hints
    from tieback.backends.mmdb import Mmdb
    from tieback.backends.range_files import read_ranges
    from tieback.intake.inventory import open as inventory
    from tieback.intake.inventory.interface import InventoryImporter
    from tieback.intake.inventory.published import read_published_list
    from tieback.intake.inventory.source import InventorySource
    from tieback.intake.inventory.store_facts import read_store_facts
    from tieback.intake.reports.interface import ReportImporter
    from tieback.intake.reports.open import importers
    from tieback.intake.reports.source import ReportSource
    from tieback.model.errors import InputError

    def importing(importer: ReportImporter) -> Callable[[bytes], object]:
        def read(path: Path) -> None:
            try:
                for _ in importer.facts(ReportSource(path)):
                    pass
            except InputError:
                return

        return lambda data: as_file(data, read)

    def listing(importer: InventoryImporter) -> Callable[[bytes], object]:
        def read(path: Path) -> None:
            source = InventorySource(path)
            try:
                shape = importer.shape(inventory.read_head(source))
                if shape:
                    for _ in importer.rows(source, shape):
                        pass
            except InputError:
                return

        return lambda data: as_file(data, read)

    def published(path: Path) -> None:
        try:
            read_published_list(InventorySource(path))
        except InputError:
            return

    def store_facts(path: Path) -> None:
        try:
            list(read_store_facts(InventorySource(path), date(2026, 11, 1)))
        except InputError:
            return

    def database(path: Path) -> None:
        try:
            with Mmdb(path) as opened:
                for address in ("203.0.113.9", "2001:db8::1"):
                    opened.of(address)
        except InputError:
            return

    def ranges(data: bytes) -> None:
        try:
            read_ranges(data, provider="fuzz")
        except InputError:
            return

    meta = b"\xab\xcd\xefMaxMind.com\xe1Knode_count\xc1\x01Krecord_size\xa1\x18Jip_version\xa1\x06"
    return Room(
        [
            *(
                Reader(
                    one.meta.name,
                    importing(one),
                    _REPORT_SEEDS.get(one.meta.name) or [_REPORTS[one.meta.form]],
                )
                for one in importers()
            ),
            *(Reader(f"inventory-{one.meta.name}", listing(one), _INVENTORIES) for one in inventory.importers()),
            Reader("published-list", lambda data: as_file(data, published), _PUBLISHED),
            Reader("store-facts", lambda data: as_file(data, store_facts), _STORE_FACTS),
            Reader("mmdb", lambda data: as_file(data, database), [bytes(6) + bytes(16) + meta]),
            Reader(
                "ranges", ranges, [b'{"prefixes":[{"ip_prefix":"1.0.0.0/8","region":"a"}]}', b"1.0.0.0,1.0.0.9,1,a\n"]
            ),
            Reader("hints", lambda data: extract_hints([data], "api.fuzz.test", 443), [_HTTP_ANSWER]),
            _privacy_manifests(),
        ]
    )


def _privacy_manifests() -> Reader:
    """Privacy manifests, and their comparison with traffic."""
    from tieback.intake.apps.plist import read_values
    from tieback.intake.apps.privacy_manifest import read_manifest
    from tieback.intake.apps.stringpool import MalformedPoolError
    from tieback.leaks.declared import AppDeclarations, Sent

    def read(data: bytes) -> None:
        try:
            values = read_values(data)
        except MalformedPoolError:
            return
        declared, _ = read_manifest(values, "PrivacyInfo.xcprivacy")
        list(AppDeclarations([declared]).items(("", "", ""), [Sent("email", "", "a.test")], ["a.test"], read=True))

    return Reader("privacy-manifest", read, [_PRIVACY_MANIFEST])


def posture() -> Room:
    """Exports of cloud accounts with every reader, and the merge of all sources; rules files."""
    from tests.unit.posture.exports import EXPORTS
    from tieback.model.errors import InputError
    from tieback.model.resource import Dependency, Resource
    from tieback.posture.defaults import ProviderDefaults
    from tieback.posture.interface import PostureReader
    from tieback.posture.merge import merge_statements
    from tieback.posture.open import readers
    from tieback.posture.rules import READERS
    from tieback.posture.rules.interface import Requester, RulesReader
    from tieback.posture.rules.source import RulesText
    from tieback.posture.rules.sql.project import read_files
    from tieback.posture.source import PostureSource

    defaults = ProviderDefaults()

    def importing(reader: PostureReader) -> Callable[[bytes], object]:
        def read(path: Path) -> None:
            about: dict[str, list[Dependency]] = {}
            said: list[Resource] = []
            try:
                for fact in reader.facts(PostureSource(path)):
                    if isinstance(fact, Dependency):
                        about.setdefault(fact.id, []).append(fact)
                    else:
                        said.append(fact)
            except InputError:
                return
            for one in said:
                merge_statements([one, *said[:3]], about, defaults)

        return lambda data: as_file(data, read)

    def judging(reader: RulesReader) -> Callable[[bytes], object]:
        def read(data: bytes) -> None:
            try:
                policy = reader.read(RulesText("fuzz.gql", data.decode("utf-8", "replace")))
            except InputError:
                return
            for path in islice(policy.paths(), 20):
                for who in Requester:
                    policy.ask(who, path)

        return read

    def project(path: Path) -> None:
        try:
            read_files([], path)
        except InputError:
            return

    texts = [text.encode() for _, text in EXPORTS.values()]
    return Room(
        [
            *(Reader(one.meta.title, importing(one), [text for text in texts if one.recognises(text)])
              for one in readers()),
            *(Reader(one.meta.name, judging(one), [_RULES[one.meta.name]]) for one in READERS),
            Reader("supabase-config", lambda data: as_file(data, project), [_PROJECT]),
        ]
    )  # fmt: skip


_PROJECT = b"""[api]
schemas = ["public", "shop"]
[storage.buckets.a]
public = true
[functions.f]
verify_jwt = false
"""
_RULES = {
    "compose": b"""x-e: &e {A: '${B:-c}'}
services:
  db:
    image: mongo:${T}
    ports: ['127.0.0.1:27017-27019:27017-27019']
    environment: {<<: *e, MONGO_INITDB_ROOT_USERNAME: }
    command: sh -c 'mongod --auth $$A'
  c:
    build: .
    ports: [{target: 6379, published: 1}]
    labels: [traefik.enable=true]
    volumes: ['./a:/etc/redis/redis.conf']
""",
    "kubernetes": b"""apiVersion: v1
kind: Service
metadata: {name: s}
spec: {type: LoadBalancer, selector: {a: b}, ports: [{port: 1, targetPort: d}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
      - {name: c, image: 'redis:7', ports: [{name: d, containerPort: 6379, hostPort: 1}], args: [--requirepass, $(P)],
         env: [{name: P, valueFrom: {secretKeyRef: {name: x}}}]}
""",
    "firebase-rules": b"rules_version = '2';\nservice cloud.firestore { match /databases/{d}/documents { function f(a) "
    b"{ return a.data.x == 1 && 'r' in request.auth.token; } match /a/{b=**} { allow read: if f(resource); } } }",
    "firebase-rtdb": b'{"rules": {"a": {"$u": {".read": "$u === auth.uid && data.val() > now", ".write": true}}}}',
    "firebase-sql-connect": b'query Q($u: String!) @auth(level: USER, expr: "auth.uid == vars.u") { a(wh'
    b'ere: {o: {eq_expr: "auth.uid"}}) { id @check(expr: "this != null") } }',
    "instantdb": b"const r = { a: { allow: { view: 'isOwner', $default: `false` }, bind: ['isOwner', \"au"
    b"th.id != null && auth.id in data.ref('o.id')\"], fields: { e: 'true' } }, ...b } satisfies InstantRul"
    b"es; export default r;",
    "amplify": b"import { a } from '@aws-amplify/backend'; const s = a.schema({ P: a.model({ f: a.string"
    b"().authorization(allow => [allow.owner()]) }) }).authorization((allow) => [allow.publicApiKey().to(["
    b"'read', 'list'])]); defineStorage({ name: 's', access: allow => ({ 'a/{entity_id}/*': [allow.guest.t"
    b"o(['read'])] }) });",
    "convex": b'import { query as q } from "./_generated/server"; export const f = q({ handler: async (c'
    b"tx, a) => { const i = await ctx.auth.getUserIdentity(); if (!i || a.x) { throw new Error(`${a}`); } "
    b'return h(ctx); } }); const h = ({ db }) => db.query("m").collect(); export { f as g };',
    "appwrite": b'{"projectId": "p", "tables": [{"$id": "t", "$permissions": ["read(\\"any\\")", "create(\\'
    b'"users\\")"], "rowSecurity": true}], "buckets": [{"$id": "b", "$permissions": []}], "functions": [{"$'
    b'id": "f", "execute": ["any"]}]}',
    "pocketbase": b"migrate((app) => { const c = new Collection({ name: 'a', type: 'auth', listRule: '@r"
    b'equest.auth.r = "x" && (o.id ?= @request.auth.id || t ~ "y")\', fields: [{ name: \'r\' }] }); app.save('
    b"c); c.viewRule = ''; unmarshal({ createRule: '@collection.a.b:each >= 1 // c' }, c); })",
    "directus": b'{"permissions": [{"collection": "a", "action": "read", "policy": "p", "fields": ["*"],'
    b' "permissions": {"_and": [{"o": {"_in": ["$CURRENT_USER"]}}]}}], "access": [{"role": null, "user": n'
    b'ull, "policy": "p"}]}',
    "hasura": b'{"metadata": {"sources": [{"name": "d", "tables": [{"table": {"name": "t"}, "select_perm'
    b'issions": [{"role": "user", "permission": {"columns": "*", "filter": {"_not": {"o": {"_eq": "X-Hasur'
    b'a-User-Id"}}}}}]}]}]}}',
    "s3": b'{"Policy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "*", '
    b'"Condition": {"StringLike": {"aws:Referer": ["a*"]}}}]}, "Grants": [{"Permission": "READ"}]}',
    "gcs-iam": b'{"bindings": [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]}',
    "azure-blob": b'[{"name": "a", "properties": {"publicAccess": "blob"}}]',
    "sql-rls": b"CREATE TABLE public.a (b uuid);\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON a FOR "
    b"SELECT TO anon USING (auth.uid() = b OR b IS NULL);\nGRANT SELECT ON a TO anon;",
    "mysql-grants": b"GRANT SELECT, INSERT ON `a`.* TO ''@'%' IDENTIFIED BY 'x' WITH GRANT OPTION;",
    "pg-hba": b'host all all 0.0.0.0/0 trust\nlocal all "all",+g peer map=x',
    "opensearch-security": b"config:\n  dynamic:\n    http:\n      anonymous_auth_enabled: true",
    "elasticsearch": b"xpack.security.enabled: false\nnetwork.host: [_site_, 0.0.0.0]",
    "mongodb": b"net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: disabled",
    "cassandra": b"authenticator: AllowAllAuthenticator\nrpc_address: 0.0.0.0",
    "etcd": b"ETCD_LISTEN_CLIENT_URLS=http://0.0.0.0:2379\n",
    "rabbitmq": b"loopback_users.guest = false\nlisteners.tcp.default = 5672",
    "couchdb": b"[chttpd]\nbind_address = 0.0.0.0\n[admins]\na = b",
    "redis": b"bind 0.0.0.0\nprotected-mode no\nuser default on nopass ~* +@all",
    "mosquitto": b"listener 1883 0.0.0.0\nallow_anonymous true\nacl_file /a",
}


_INVENTORIES = (
    b'{"value":[{"displayName":"A","deviceId":"d","applicationName":"A","id":"1","version":"2"}]}',
    b'{"applicationReports":[{"packageName":"a.b","versionName":"1"}],"name":"enterprises/1/devices/2"}',
    b"<mobile_device><applications><application><identifier>a.b</identifier></application></applications></mobile_device>",
    b"package:a.b versionCode:1\n",
    b'{"DeviceApps":[{"ApplicationIdentifier":"a.b","Name":"A"}]}',
    b"ApplicationKey,ApplicationName,DeviceId\n1,A,d\n",
    b'{"DEV_EX_DATA_APPL":[{"AppIdentifier":"a.b"}]}',
    b'[{"DeviceId":"d","ApplicationId":"a.b","Version":"2"}]',
    b'{"device_id":"d","apps":[{"app_name":"A","bundle_id":"a.b"}]}',
    b"<plist><dict><key>InstalledApplicationList</key><array><dict><key>Identifier</key><string>a</string></dict></array>",
    b"package,name,device\na.b,A,d\n",
    b'[{"deviceId":"d","identifier":"a.b","isManaged":true,"shortVersion":"1","name":"A","uninstalledAt":null}]',
    b'{"data":[{"type":"installed_app","attributes":{"identifier":"a.b","name":"A","version":"1"}}],"has_more":true}',
    b'{"Devices":[{"Uuid":"u","DeviceFriendlyName":"D","app_items":[{"bundle_id":"a.b","name":"A"}]}],"Total":2}',
    b'{"results":[{"deviceUuid":"u","appInventory":[{"name":"A","version":"1","bundleId":"a.b"}]}],"hasMore":false}',
    b"App Package ID,App Is Installed,Device Friendly Name\na.b,true,D\n",
)
_PUBLISHED = (
    (
        b'{"document":{"csaf_version":"2.0"},"product_tree":{"branches":[{"category":"product_name","name":"a.b",'
        b'"branches":[{"category":"product_version","name":"1","product":{"product_id":"p","name":"A 1 (ios)"}}]}]},'
        b'"vulnerabilities":[{"product_status":{"known_affected":["p"]},"remediations":[{"category":"no_fix_planned",'
        b'"product_ids":["p"]}]}]}'
    ),
    b'{"type":"bundle","objects":[{"type":"software","name":"A","swid":"a.b","vendor":"V","version":"1"}]}',
    (
        b'{"schema":"tieback/report/1","exposures":[{"id":"e","access":"open"}],"apps":[{"app":{"bundle_id":"a.b"},'
        b'"exposures":["e"]}]}'
    ),
    b"package;affected version;fixed in;action\na.b;1, 2;3;uninstall\n",
)
_STORE_FACTS = (
    b"package;platform;country;status;downloads;category;date\na.b;android;us;removed;1,000+;Finance;2026-11-01\n",
    b'[{"bundleId":"a.b","platform":"ios","available":true,"seenOn":"2026-11-01"}]',
)
_HTTP_ANSWER = (
    b"HTTP/1.1 500 x\r\nX-Backend: es.fuzz.test:9200\r\n\r\nmongodb://u:p@m.fuzz.test/a db.fuzz/10.0.0.1:5432"
)
_OWN_REPORTS = [
    b"""{"audience":"","baseline":null,"created":"2026-11-28T10:00:00Z","schema":"tieback/report-head/1"}
{"app":{"sha256":"ab","platform":"android","bundle_id":"a.b"},"schema":"tieback/app-summary/1"}
{"id":"s","product":"redis","access":"open","targets":["203.0.113.7:6379","[::1]:1","a.test:2"],"containers":[{"path":["d"]}],
"records":{"value":1,"quality":"exact","method":"m"},"schema":"tieback/exposure/1"}
{"app_sha256":"ab","sighting":{"endpoint":{"value":"https://a.test","kind":"url"}},"schema":"tieback/app-sighting/1"}
""",
    b"""{"schema":"tieback/report/1","created":"x","apps":[{"app":{"sha256":"ab"}}],"exposures":[{"id":"s","product":"",
"access":"","targets":[""]}],"sightings":[{"app_sha256":"ab","sighting":{"endpoint":{"value":"p","kind":"cloud"},
"evidence":{"context":"https://p.test"}}}]}""",
]
_REPORT_SEEDS = {
    "tieback": _OWN_REPORTS,
    "play-data-safety": [
        (
            b"Question ID (machine readable),Response ID (machine readable),Response value\n"
            b"PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA,,true\nPSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true\n"
            b"PSL_DATA_USAGE_RESPONSES:PSL_EMAIL:PSL_DATA_USAGE_COLLECTION_AND_SHARING,PSL_DATA_USAGE_ONLY_SHARED,true\n"
        )
    ],
    "mobsf_dynamic": [
        (
            b'{"hash":"0123456789abcdef0123456789abcdef","emails":[],"urls":["https://a.fuzz.test/x"],"domains":{"b.fuzz.test":'
            b'{"bad":"no"}},"droidmon":{},"apimon":{},"base64_strings":[["f","https://c.fuzz.test"]],"package":"a.b"}'
        ),
        b'{"title":"iOS Dynamic Analysis Report","bundleid":"a.b","network":[{"source":"s","url":"https://d.fuzz.test"}]}',
    ],
}
"""Seeds of one format, by its name."""
_REPORTS = {
    "JSON": b'{"ip":"203.0.113.7","ip_str":"203.0.113.7","port":9200,"services":[{"port":1}],"event_type":"leak",'
    b'"template-id":"x","matched-at":"a.test:1","ports":[{"port":1,"proto":"tcp"}],"package_name":"a.b","urls":[]}',
    "CSV": b"timestamp,ip,port,tag\n2026-11-01,203.0.113.7,80,redis\n",
    "XML": b'<nmaprun><host><address addr="203.0.113.7" addrtype="ipv4"/><ports><port protocol="tcp" portid="1">'
    b'<state state="open"/></port></ports></host></nmaprun>',
}

_PRIVACY_MANIFEST = b"""<plist version="1.0"><dict><key>NSPrivacyTracking</key><true/>
<key>NSPrivacyTrackingDomains</key><array><string>a.test</string></array>
<key>NSPrivacyCollectedDataTypes</key><array><dict>
<key>NSPrivacyCollectedDataType</key><string>NSPrivacyCollectedDataTypeEmailAddress</string>
<key>NSPrivacyCollectedDataTypeLinked</key><true/>
<key>NSPrivacyCollectedDataTypePurposes</key><array><string>x</string></array></dict></array>
<key>NSPrivacyAccessedAPITypes</key><array><dict><key>NSPrivacyAccessedAPIType</key><string>y</string>
<key>NSPrivacyAccessedAPITypeReasons</key><array><string>CA92.1</string></array></dict></array></dict></plist>"""


ROOMS: dict[str, Callable[[], Room]] = {
    "apps": apps,
    "traffic": traffic,
    "protocols": protocols,
    "probes": probes,
    "pii": pii,
    "reports": reports,
    "posture": posture,
    "settings": files.settings,
    "records": files.records,
}
