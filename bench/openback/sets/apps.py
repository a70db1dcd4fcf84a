"""Apps with one known endpoint each: the classes of ``bench/flow``, each in an Android package of its own.

The seed chooses the domain of the endpoints where it is in the files as text, and the decoys: links that no code of the
app contacts. Encrypted and encoded endpoints have the same domain with every seed. The scripts of ``made`` are other
programs with every seed (``scripts_made.py``).
"""

import csv
import os
import random
import re
import shutil
import string
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from bench.flow import FILES, RESOURCES, read_cases
from bench.flow_build import EACH, HERE
from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.apk import manifest, package, renamed, resource_table
from bench.openback.sets.brought import apps_noise
from bench.openback.sets.interface import GENERATOR, CaseFile
from bench.openback.sets.scripts_made import script

_HOSTS = {
    "s3": "{}.s3.amazonaws.com",
    "azure-blob": "{}.blob.core.windows.net",
    "app-engine": "{}.appspot.com",
    "firebase-rtdb": "{}.firebaseio.com",
    "firestore": "firestore.googleapis.com",
    "supabase": "{}.supabase.co",
    "atlas-app-services": "services.cloud.mongodb.com",
}
"""Documented host of each kind of cloud resource: a tool may name it."""
_NOTICES = (
    "Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0",
    "MIT License, https://opensource.org/licenses/MIT",
    "This product includes software of https://www.eclipse.org/legal/epl-2.0/",
    "Fonts under the SIL Open Font License: https://scripts.sil.org/OFL",
)
_COMMENTS = (
    "// see https://github.com/{0}/{1}/issues/{2}",
    "/* {1}: https://developer.mozilla.org/docs/Web/API/{1} */",
    "// copied from https://stackoverflow.com/a/{2}",
    "// https://bugs.chromium.org/p/chromium/issues/detail?id={2}",
)
_OLD = b"flow.test"
MADE = 100
"""Number of apps with a script made from the seed, and of those with such a script as Hermes bytecode."""
COMPILER = "HERMESC"
"""Variable with the path of the compiler of Hermes; without it, ``hermesc`` in ``PATH`` is used."""
NO_COMPILER = "the compiler of Hermes is missing: npm pack hermes-compiler, and set HERMESC to its hermesc"
_MADE_CALL = re.compile(r"function (\w+f)\(b\)")
"""A function of a made script that contacts an endpoint."""
_MORE: Mapping[str, tuple[str, ...]] = {
    "abstract2": ("https://a2a.flow.test:8101/do",),
    "array1": ("https://k3a.flow.test/ar", "https://k3b.flow.test/ar"),
    "array2": ("https://k4a.flow.test:8001/pair",),
    "field6": ("https://h6x.flow.test/c",),
    "js_atob": ("https://atob.shop.test/v1/me",),
    "if1": ("https://f1.flow.test/zero",),
    "if2": ("https://stage.f2.flow.test/v2",),
    "list2": ("https://k2a.flow.test/it",),
    "parameter4": ("https://p4.flow.test/one",),
    "statics1": ("https://s4p.flow.test/prod",),
    "switch1": ("https://f3a.flow.test/sw", "https://f3c.flow.test/sw"),
}
"""Further endpoints of cases whose code contacts several, from reading the code."""
_RESOURCES = {"resource1": "r1", "resource2": "r2", "resource3": "r3", "resource4": "r4"}
_FILES = {"props1": "r8", "json1": "r9", "remote1": "r10"}
"""The resource or file that a case reads its host from."""


def make(seed: int, folder: Path) -> Iterator[CaseFile]:
    """Data flow in DEX files, encrypted texts, native code, obfuscated scripts, and scripts made from the seed."""
    yield "flow", list(_flow_cases(random.Random(f"{seed} flow"), folder))
    yield "encrypted", list(_table_cases("encrypted", random.Random(f"{seed} encrypted"), folder))
    yield "native", list(_table_cases("native", random.Random(f"{seed} native"), folder))
    yield "scripts", list(_table_cases("scripts", random.Random(f"{seed} scripts"), folder))
    yield "made", list(_made_cases(seed, folder))
    yield "hermes", list(_hermes_cases(seed, folder)) if _compiler() else NO_COMPILER
    yield "noise", apps_noise(folder)


def endpoint_claims(endpoint: str) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Expected and allowed claims for an endpoint: a URL, ``host:port`` or ``service:name``; nothing if it is empty.

    A URL whose path is cut off at a slash is allowed: it is true, but not the whole endpoint.
    """
    if not endpoint:
        return (), ()
    service, _, name = endpoint.partition(":")
    if service in _HOSTS:
        host = _HOSTS[service].format(name)
        allowed = (Claim("host", host), *(Claim("endpoint", f"{scheme}{host}") for scheme in ("https://", "")))
        return (Claim("resource", endpoint),), allowed
    parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
    head = f"{parts.scheme}://{parts.netloc}" if parts.scheme else parts.netloc
    steps = parts.path.rstrip("/").split("/")
    shorter = {head + "/".join(steps[:count]) for count in range(1, len(steps))} | {parts.netloc, parts.hostname or ""}
    allowed = tuple(Claim("endpoint", one) for one in sorted(shorter - {endpoint}))
    return (Claim("endpoint", endpoint.rstrip("/")), Claim("host", parts.hostname or "")), allowed


def _all_claims(endpoints: list[str]) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    claims = [endpoint_claims(one) for one in endpoints]
    expected = dict.fromkeys(claim for one, _ in claims for claim in one)
    return tuple(expected), tuple(dict.fromkeys(claim for _, others in claims for claim in others))


@cache
def _dex_files() -> Mapping[str, bytes]:
    with tarfile.open(EACH) as archive:
        return {member.name: _content(archive, member) for member in archive}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()


def _label(source: random.Random) -> bytes:
    return "".join(source.choices(string.ascii_lowercase, k=4)).encode()


def _flow_cases(source: random.Random, folder: Path) -> Iterator[Case]:
    every = _dex_files()
    for case in read_cases():
        codes = [every[f"{case.name}.dex"]]
        if f"{case.name}.second.dex" in every:
            codes.append(every[f"{case.name}.second.dex"])
        uses_files = case.group == "resources and settings"
        named = uses_files or any(_OLD in code for code in codes)
        new = _OLD
        for _ in range(20 if named else 0):
            new = _label(source) + b".test"
            others = [renamed(code, _OLD, new) for code in codes]
            if all(other is not None for other in others):
                codes = [other for other in others if other is not None]
                break
        else:
            new = _OLD
        files = _files(source, case.name, codes, new.decode() if uses_files else "")
        endpoints = (case.endpoint, *_MORE.get(case.name, ()))
        claims = _all_claims([one.replace(_OLD.decode(), new.decode()) for one in endpoints])
        origin = f"bench/flow/cases ({case.source})"
        yield _write(folder, f"flow-{case.name}", files, claims, origin, case.group)


def _table_cases(name: str, source: random.Random, folder: Path) -> Iterator[Case]:
    with (HERE / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            content = (HERE / row["file"]).read_bytes()
            if name == "native":
                files = content
            elif name == "scripts":
                code = {"assets/www/main.js": content, **_decoys(source)}
                files = package({"AndroidManifest.xml": manifest(f"org.flow.{row['id']}", "Shop", {}), **code})
            else:
                files = _files(source, row["id"], [content], "")
            endpoints = [row["expected"], *(row.get("more") or "").split()]
            if "javascript-obfuscator" in row["source"]:
                # The one script that was obfuscated in these ways also loads orders and opens a WebSocket.
                endpoints.append(f"{row['expected']}/orders")
                endpoints.append(row["expected"].replace("https:", "wss:").replace("/v2", "/live"))
            endpoints += _MORE.get(row["id"], ())
            claims = _all_claims(endpoints)
            yield _write(folder, f"{name}-{row['id']}", files, claims, row["source"], row["class"])


def _made_cases(seed: int, folder: Path) -> Iterator[Case]:
    source = random.Random(f"{seed} made")
    for number in range(MADE):
        made = script(source)
        files = {
            "AndroidManifest.xml": manifest(f"org.made.app{number}", "Shop", {}),
            "assets/www/main.js": made.text.encode(),
            **_decoys(source),
        }
        origin = f"bench/openback/sets/scripts_made.py, seed {seed}"
        case = _write(folder, f"made-{number:03}", package(files), _all_claims(list(made.endpoints)), origin, "script")
        yield msgspec.structs.replace(case, split=Split.HELD_OUT)


def _compiler() -> str | None:
    return os.environ.get(COMPILER) or shutil.which("hermesc")


def _hermes_cases(seed: int, folder: Path) -> Iterator[Case]:
    """The scripts of another seed as a module of Metro, compiled with optimisations."""
    source = random.Random(f"{seed} hermes")
    for number in range(MADE):
        made = script(source)
        # What a module does not export is left out by the compiler.
        exports = "".join(f"exports.{name}={name};\n" for name in _MADE_CALL.findall(made.text))
        module = f"__d(function(global,require,a,b,module,exports,d){{\n{made.text}{exports}}},0,[]);\n"
        files = {
            "AndroidManifest.xml": manifest(f"org.hermes.app{number}", "Shop", {}),
            "assets/index.android.bundle": _compiled(module),
        }
        origin = f"bench/openback/sets/scripts_made.py, seed {seed}, compiled"
        claims = _all_claims(list(made.endpoints))
        case = _write(folder, f"hermes-{number:03}", package(files), claims, origin, "hermes")
        yield msgspec.structs.replace(case, split=Split.HELD_OUT)


def _compiled(text: str) -> bytes:
    compiler = _compiler()
    assert compiler is not None
    with tempfile.TemporaryDirectory() as folder:
        source, bundle = Path(folder, "index.js"), Path(folder, "index.hbc")
        source.write_text(text, "utf-8")
        command = [compiler, "-O", "-w", "-emit-binary", "-out", str(bundle), str(source)]
        subprocess.run(command, check=True, capture_output=True)
        return bundle.read_bytes()


def _files(source: random.Random, name: str, codes: list[bytes], domain: str) -> bytes:
    """The package; ``domain``: also the resources, settings and manifest that some cases read their host from."""

    def changed(text: str) -> str:
        return text.replace(_OLD.decode(), domain)

    strings, files = {"app_name": "Shop"}, {}
    metadata: dict[str, str] = {}
    if domain:
        every = (RESOURCES.text(0x7F0E0001), RESOURCES.text(0x7F0E0002), RESOURCES.named("host_r3"))
        texts = (*every, RESOURCES.text(0x7F0E0004))
        for place, text in zip(("address_r1", "address_r2", "host_r3", "address_r4"), texts, strict=True):
            # An unused place keeps the identifiers of the others.
            strings[place] = changed(text) if place.endswith(_RESOURCES.get(name, "-")) else "none"
        metadata = {"org.flow.HOST": changed("r7.flow.test")} if name == "meta1" else {}
        mark = f"{_FILES.get(name, '-')}.flow.test"
        files = {path: changed(text.decode()).encode() for path, text in FILES.items() if mark in text.decode()}
    return package(
        {
            "AndroidManifest.xml": manifest(f"org.flow.{name}", "Shop", metadata),
            "resources.arsc": resource_table(f"org.flow.{name}", strings),
            **{f"classes{number if number > 1 else ''}.dex": code for number, code in enumerate(codes, 1)},
            **files,
            **_decoys(source),
        }
    )


def _decoys(source: random.Random) -> dict[str, bytes]:
    """Files with links that no code of the app contacts."""
    words = ["".join(source.choices(string.ascii_lowercase, k=7)) for _ in range(2)]
    comment = source.choice(_COMMENTS).format(*words, source.randrange(100, 99_999))
    layout = '<LinearLayout xmlns:android="http://schemas.android.com/apk/res/android"/>'
    return {
        "assets/NOTICE.txt": source.choice(_NOTICES).encode() + b"\n",
        "assets/www/lib.js": f"{comment}\nfunction {words[0]}(a){{return a+1}}\n".encode(),
        "assets/template.xml": layout.encode(),
    }


def _write(
    folder: Path, name: str, files: bytes, claims: tuple[tuple[Claim, ...], tuple[Claim, ...]], source: str, kind: str
) -> Case:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.apk").write_bytes(files)
    return Case(
        id=f"app-{name}",
        topic=Topic.APP,
        split=Split.TUNE,
        source=source,
        group=f"app-{name}",
        input=f"{name}.apk",
        expected=claims[0],
        labellers=(GENERATOR,),
        allowed=claims[1],
        note=kind,
    )
