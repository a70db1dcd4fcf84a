"""Other kinds of packages, and members in rare formats: iOS, bundles, modules of React Native, Python, Flash."""

import marshal
import plistlib
import struct

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind, coded
from tests.unit.intake.apps.test_hermes import bytecode
from tests.unit.intake.apps.test_macho import macho
from tests.unit.intake.conftest import pb_attribute, pb_field, pb_node, pb_varint
from tieback.intake.apps.ram_bundle import MAGIC

_BOTH = (OWN, LAST)


def _ios(program: bytes, info: dict[str, object] | None = None, more: Files | None = None) -> Files:
    values = {"CFBundleIdentifier": "shop.app", "CFBundleExecutable": "a", **(info or {})}
    return [("Payload/a.app/Info.plist", plistlib.dumps(values)), ("Payload/a.app/a", program), *(more or [])]


def _text(*more: bytes) -> bytes:
    return b"\0".join((*more, f"https://{LAST}/v".encode(), f"https://{OWN}/v1".encode(), b""))


def ios_texts(n: int) -> Files:
    """Texts of a program."""
    return _ios(macho(extra=((b"__cstring", _text(*(b"text number %d" % k for k in range(n)))),)))


def ios_addresses(n: int) -> Files:
    """Addresses of a program."""
    return _ios(macho(extra=((b"__cstring", _text(*(b"https://h%d.shop.test/v" % k for k in range(n)))),)))


def ios_code(n: int) -> Files:
    """Bytes of code that look like constants of short texts."""
    move = struct.pack("<I", 0xD2800000 | 0x2E2F << 5) + struct.pack("<I", 0xF2A00000 | 0x7068 << 5 | 1)
    return _ios(macho(extra=((b"__text", move * (n // 8)), (b"__cstring", _text()))))


def ios_transport(n: int) -> Files:
    """Exceptions of the transport security."""
    domains = {f"h{k}.shop.test": {"NSExceptionAllowsInsecureHTTPLoads": True} for k in range(n)}
    return _ios(macho(extra=((b"__cstring", _text()),)), {"NSAppTransportSecurity": {"NSExceptionDomains": domains}})


def ios_languages(n: int) -> Files:
    """Files of texts of a language."""
    one = b'"key" = "https://h.shop.test/v";\n' * 100
    files = [(f"Payload/a.app/l{k}.lproj/Localizable.strings", one) for k in range(n)]
    return _ios(macho(extra=((b"__cstring", _text()),)), more=files)


def _manifest(inside: bytes) -> Files:
    head = pb_attribute("package", "shop.app")
    permission = pb_node("uses-permission", [_named("android.permission.INTERNET")])
    element = (
        pb_field(3, "manifest")
        + pb_field(4, head)
        + pb_field(5, permission)
        + pb_field(5, pb_node("application"))
        + inside
    )
    return [("BundleConfig.pb", b"\x0a\2\x12\0"), ("base/manifest/AndroidManifest.xml", pb_field(1, element))]


def _named(value: str) -> bytes:
    return pb_attribute("name", value, uri="http://schemas.android.com/apk/res/android")


def bundle_components(n: int) -> Files:
    """Elements of the manifest of an app bundle."""
    (_, code), *_ = coded()
    rows = b"".join(pb_field(5, pb_node("activity", [_named(f"shop.A{k}")])) for k in range(n))
    return [*_manifest(rows), ("base/dex/classes.dex", code)]


def bundle_resources(n: int) -> Files:
    """Resources of an app bundle."""
    (_, code), *_ = coded()
    item = pb_field(2, pb_field(4, pb_field(2, pb_field(1, f"https://{LAST}/v"))))
    rows = b"".join(
        pb_field(3, pb_field(1, pb_field(1, k)) + pb_field(2, f"s{k}") + pb_field(6, item)) for k in range(n)
    )
    kind = pb_field(1, pb_field(1, 1)) + pb_field(2, "string") + rows
    table = pb_field(2, pb_field(1, pb_field(1, 0x7F)) + pb_field(2, "shop.app") + pb_field(3, kind))
    return [*_manifest(b""), ("base/dex/classes.dex", code), ("base/resources.pb", table)]


def bundle_deep(n: int) -> Files:
    """Messages inside each other in the resources of an app bundle."""
    (_, code), *_ = coded()
    lengths, size = [], 0
    for _ in range(n):
        lengths.append(size)
        size += 1 + len(pb_varint(size))
    data = b"".join(b"\x12" + pb_varint(length) for length in reversed(lengths))
    return [*_manifest(b""), ("base/dex/classes.dex", code), ("base/resources.pb", data)]


def ram_modules(n: int) -> Files:
    """Modules of a RAM bundle."""
    modules = [b"__d(function(g,r,i,a,m){m.exports={k:'h%d.shop.test'}},%d,[]);\0" % (k, k) for k in range(n)]
    modules.append(f'__d(function(g,r,i,a,m){{fetch("https://{LAST}/v")}},{n},[]);\0'.encode())
    startup = b"__r(%d);\0" % n
    rows, at = [], len(startup)
    for one in modules:
        rows.append(struct.pack("<II", at, len(one)))
        at += len(one)
    head = MAGIC + struct.pack("<II", len(modules), len(startup))
    return [("assets/index.android.bundle", head + b"".join((*rows, startup, *modules)))]


def hermes_files(n: int) -> Files:
    """Bundles of bytecode."""
    return [(f"assets/b{k}.hbc", bytecode(96)) for k in range(n)]


def python_constants(n: int) -> Files:
    """Constants of a Python module."""
    text = "\n".join(f'a{k} = "https://h{k % 500}.shop.test/{k}"' for k in range(n))
    code = compile(f'{text}\nimport requests\nrequests.get("https://{LAST}/v")\n', "m.py", "exec")
    import importlib.util

    return [("assets/m.pyc", importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))]


def manifest_elements(n: int) -> Files:
    """Elements of the manifest of an APK, as text of a decoded folder."""
    from tests.unit.recognise.resource_files import layout

    return [("res/xml/a.xml", layout(*[("activity", {"name": f".A{k}"}) for k in range(n)]))]


KINDS = (
    Kind("ios-texts", "iOS: texts of a program", 500_000, 60, ios_texts, _BOTH),
    Kind("ios-addresses", "iOS: addresses of a program", 20_000, 60, ios_addresses, _BOTH),
    Kind("ios-code", "iOS: bytes of code that look like short texts", 8 << 20, 8_000, ios_code, _BOTH),
    Kind("ios-transport", "iOS: exceptions of the transport security", 20_000, 60, ios_transport, _BOTH),
    Kind("ios-languages", "iOS: files with the texts of a language", 3_000, 5, ios_languages, _BOTH),
    Kind("aab-components", "App bundle: elements of the manifest", 20_000, 60, bundle_components),
    Kind("aab-resources", "App bundle: resources", 50_000, 60, bundle_resources),
    Kind("aab-deep", "App bundle: messages inside each other", 50_000, 60, bundle_deep),
    Kind("ram-modules", "RAM bundle: modules", 20_000, 60, ram_modules, _BOTH),
    Kind("hermes-files", "Hermes: bundles", 500, 3, hermes_files),
    Kind("python", "Python: constants of a module", 20_000, 60, python_constants),
    Kind("axml-names", "Compiled XML: elements with a name", 30_000, 60, manifest_elements),
)
