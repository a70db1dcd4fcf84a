"""Builds the packages of the blind sets of the flow benchmark: ``flow/blind/*.txt`` -> ``flow/blind/built*.tar.xz``.

    python -m bench.flow_blind_build TOOLS            build all
    python -m bench.flow_blind_build TOOLS CASE...    build only these cases, into TOOLS/work, and write no archive
    python -m bench.flow_blind_build TOOLS --set SET  build one set, and put it into its archive; the other sets stay

``flow/blind/tools.sh TOOLS`` fills the folder TOOLS with the compilers, all from PyPI, npm and Debian. The libraries
are our own stubs (``flow/blind/stubs``), except OkHttp, Okio, and Kotlin's standard library and coroutines.
"""

import base64
import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.flow_blind import HERE, SETS, BlindCase, archive_of, read_blind

OKHTTP = ("/usr/share/java/okhttp.jar", "/usr/share/java/okio.jar")
IMPORTS = ["android.app.*", "android.content.*", "android.os.*", "android.util.Log", "java.io.*", "java.net.*"]
JAVA = [*IMPORTS, *["android.net.Uri", "android.util.Base64", "android.widget.*", "java.util.*", "org.json.*"]]
KEEP = """-keep public class app.** extends android.app.Activity { *; }
-keep public class app.** extends android.app.Application { *; }
-keepattributes *Annotation*,Signature,InnerClasses,EnclosingMethod
-if interface * { @retrofit2.http.* <methods>; }
-keep,allowobfuscation interface <1>
-keepclassmembers,allowobfuscation interface * { @retrofit2.http.* <methods>; }
-keepclasseswithmembernames class * { native <methods>; }
-keep public class app.** extends android.app.Service { *; }
-keepclasseswithmembers,allowobfuscation interface * { @retrofit.http.* <methods>; }
-dontwarn **
-ignorewarnings
"""
TWICE = {("third", "notes_pocketbase"), ("third", "plan_supabase")}
"""Apps whose name is in the second set, too."""
SIZES = {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 9: 5, 10: 5, 11: 5, 12: 5, 15: 4, 16: 3, 17: 5, 18: 5, 19: 3, 20: 3}
"""Bytes of a constant of a class file, by its tag; texts (tag 1) have their own length."""
SHOWN = {
    "www": 'text.setText("Made by our team, https://{0}/team");',
    "docs": 'android.util.Log.w("About", "Setting missing, read https://{0}/errors/12");',
    "help": "text.setOnClickListener(new android.view.View.OnClickListener() "
    "{{ public void onClick(android.view.View v) "
    '{{ startActivity(new android.content.Intent("android.intent.action.VIEW", '
    'android.net.Uri.parse("https://{0}/faq"))); }} }});',
    "schemas": "text.setText(android.util.Xml.asAttributeSet(getResources().getLayout(0))"
    '.getAttributeValue("http://{0}/apk/res", "title"));',
    "bot": 'System.setProperty("http.agent", "Mozilla/5.0 (compatible; Tern/1.0; +https://{0}/info)");',
}
"""How an app of the first set shows an address; the other sets have it in their sources."""
PAGE = (
    "public class MainActivity extends android.app.Activity {{ protected void onCreate(android.os.Bundle b) "
    "{{ super.onCreate(b); android.webkit.WebView view = new android.webkit.WebView(this); setContentView(view); "
    'view.getSettings().setJavaScriptEnabled(true); view.loadUrl("file:///android_asset/{}/index.html"); }} }}\n'
)
REACT = (
    "public class MainActivity extends com.facebook.react.ReactActivity "
    '{ protected String getMainComponentName() { return "app"; } }\n'
)
SHELLS = {"capacitor": PAGE.format("public"), "cordova": PAGE.format("www"), "rn": REACT, "expo": REACT}
"""The activity of an app of scripts, by its kind."""


def blocks(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """Head and text of each block that starts with a line of a mark and a head."""
    for part in re.split(rf"(?m)^{mark} ", text)[1:]:
        head, _, body = part.partition("\n")
        yield head.strip(), body


def sources() -> dict[tuple[str, str], dict[str, str]]:
    """The files of each case, by set and name."""
    found = {}
    for part, folder in SETS.items():
        for path in sorted(folder.glob("*.txt")):
            for name, body in blocks(path.read_text("utf-8"), "==="):
                found[part, name] = {head: f"{text.rstrip()}\n" for head, text in blocks(body, "---")}
    return found


def space(case: BlindCase) -> str:
    """The bundle identifier of an app."""
    name = case.name.replace("-", "_")
    return f"app.{'tern' if case.part == 'first' else 'field3' if (case.part, name) in TWICE else 'field'}.{name}"


def _is_script(case: BlindCase) -> bool:
    return not case.tool.startswith(("java", "kt", "native", "smali"))


def run(command: list[str | Path], folder: Path | None = None) -> None:
    """Run a command; raises SystemExit with its last lines if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {(done.stdout + done.stderr)[-60000:]}")


class Build:
    """One build of some cases into a folder."""

    def __init__(self, tools: Path, cases: list[BlindCase]) -> None:
        self.tools, self.cases, self.files = tools, cases, sources()
        self.work = tools / "work"
        shutil.rmtree(self.work, ignore_errors=True)
        self.java, self.kotlin, self.classes = (self.work / name for name in ("java", "kotlin", "classes"))
        self.out = self.work / "out"
        self.android = tools / "android.jar"
        self.libraries = [tools / "kotlin/lib/kotlin-stdlib.jar", tools / "kotlin/lib/kotlinx-coroutines-core-jvm.jar"]

    def write(self) -> None:
        """Write sources and resources of all apps and stubs."""
        for kind in ("java", "kt"):
            for head, text in blocks((HERE / "stubs" / f"{kind}.txt").read_text("utf-8"), "---"):
                package = head.rpartition("/")[0].replace("/", ".")
                _put(
                    self.java / head if kind == "java" else self.kotlin / head,
                    f"package {package};\n" * (kind == "java") + text,
                )
        for case in self.cases:
            self._app(case)

    def _app(self, case: BlindCase) -> None:
        bundle, place = space(case), self.out / case.part / case.name
        files = dict(self.files[case.part, case.name])
        if _is_script(case):
            files = {"MainActivity.java": SHELLS[case.tool.removeprefix("js ").partition(" ")[0]]}
        elif case.part == "first":
            line = SHOWN[case.decoys[0].partition(".")[0]].format(case.decoys[0])
            files["HelpActivity.java"] = (
                "public class HelpActivity extends android.app.Activity { protected void onCreate(android.os.Bundle b) "
                "{ super.onCreate(b); android.widget.TextView text = new android.widget.TextView(this); "
                f"setContentView(text); {line} }} }}\n"
            )
        files.setdefault("res/values/strings.xml", '<resources><string name="app_name">App</string></resources>\n')
        folder = bundle.replace(".", "/")
        for name, text in files.items():
            imports = () if case.part == "first" else JAVA if name.endswith(".java") else IMPORTS
            if name.endswith(".java"):
                head = f"package {bundle}; " + " ".join(f"import {one};" for one in imports)
                _put(self.java / folder / name, head + text)
            elif name.endswith(".kt"):
                _put(
                    self.kotlin / folder / name,
                    f"package {bundle}; " + "; ".join(f"import {one}" for one in imports) + "\n" + text,
                )
            elif name.startswith("res/"):
                _put(self.work / "res" / case.part / case.name / name, text)
            elif name.startswith("assets/"):
                _put(place / name, text)
            elif name.startswith("native/"):
                self._native(name, text, place)
            elif name.endswith(".smali"):
                _put(self.work / "smali" / case.part / case.name / name, text)
            elif name == "special":
                self._special(text, place)
        self._resources(case, files, place)

    def _native(self, name: str, text: str, place: Path) -> None:
        parts = name.split("/")
        abi = parts[1] if len(parts) == 3 else "arm64-v8a"
        target = place / "lib" / abi / (parts[-1] if len(parts) == 3 else f"lib{Path(name).stem}.so")
        plus = 'extern "C"' in text  # C++, which takes what the standard library has from a shared one, as some apps do
        source = _put(self.work / "native" / f"{target.stem}.{'cpp' if plus else 'c'}", text)
        target.parent.mkdir(parents=True, exist_ok=True)
        compiler = f"{'' if abi == 'x86_64' else 'aarch64-linux-gnu-'}{'g++' if plus else 'gcc'}"
        run([compiler, "-O2", "-shared", "-fPIC", "-nostdlib", "-s", "-I", HERE / "stubs", "-o", target, source])

    def _special(self, text: str, place: Path) -> None:
        kind, *rest, name = text.split()
        body = " ".join(rest).encode()
        data = body
        if kind == "gzip":
            data = gzip.compress(body, mtime=0)
        elif kind == "xor5a":
            data = bytes(byte ^ 0x5A for byte in body)
        elif kind == "zipprops":
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w") as archive:
                archive.writestr("config.properties", body)
            data = held.getvalue()
        elif kind == "b64dex":
            data = b"dex:" + body  # written by `special_dex`, when the class is compiled
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def _resources(self, case: BlindCase, files: dict[str, str], place: Path) -> None:
        bundle, work = space(case), self.work / "res" / case.part / case.name
        has_app = "App.java" in files or any("class App :" in text for text in files.values())
        name = ' android:name=".App"' if has_app else ""
        extra = files.get("manifest", "") + files.get("manifest-app", "")
        if case.name == "firebase-default-values":
            extra += (
                '<provider android:name="com.google.firebase.provider.FirebaseInitProvider" '
                f'android:authorities="{bundle}.firebase"/>'
            )
        about = '<activity android:name=".HelpActivity"/>' if any(name.startswith("Help") for name in files) else ""
        manifest = _put(
            work / "AndroidManifest.xml",
            '<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="' + bundle + '">'
            '<uses-sdk android:minSdkVersion="24"/><uses-permission android:name="android.permission.INTERNET"/>'
            f'<application android:label="@string/app_name"{name}>'
            '<activity android:name=".MainActivity"><intent-filter><action android:name="android.intent.action.MAIN"/>'
            '<category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>'
            f"{about}{extra}</application></manifest>",
        )
        held = work / "resources.apk"
        run(["aapt", "package", "-f", "-M", manifest, "-S", work / "res", "-I", self.android, "-J", work, "-F", held])
        _put(self.java / bundle.replace(".", "/") / "R.java", (work / "R.java").read_text())
        with zipfile.ZipFile(held) as archive:
            archive.extractall(place)

    def compile(self) -> None:
        """Compile all sources into one folder of classes."""
        self.classes.mkdir(parents=True)
        api = self.work / "api.jar"  # of Android only: the classes of Java are those of the JDK
        with zipfile.ZipFile(self.android) as whole, zipfile.ZipFile(api, "w") as part:
            for name in whole.namelist():
                if name.endswith(".class") and not name.startswith(("java/", "javax/")):
                    part.writestr(name, whole.read(name))
        path = ":".join(map(str, [api, *OKHTTP, *self.libraries, self.classes]))
        compiler = self.tools / "kotlin/lib/kotlin-compiler.jar"
        run(
            ["java", "-Xmx2g", "-cp", f"{compiler}:{self.tools}/kotlin/lib/*",
             "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
             "-no-stdlib", "-no-reflect", "-nowarn", "-jvm-target", "11", "-cp", path, "-d", self.classes,
             self.kotlin, self.java]
        )  # fmt: skip
        names = _put(self.work / "java.list", "\n".join(str(one) for one in sorted(self.java.rglob("*.java"))))
        options = ["-nowarn", "-proc:none", "-Xmaxerrs", "1000", "-source", "11", "-target", "11"]
        run(["javac", *options, "-cp", path, "-d", self.classes, f"@{names}"])

    def dex(self) -> None:
        """Make the DEX files of all apps, and of the libraries."""
        known = {one.relative_to(self.classes).as_posix()[:-6]: one for one in self.classes.rglob("*.class")}
        stubs = {name: path for name, path in known.items() if not name.startswith("app/")}
        jobs = []
        for case in self.cases:
            own = {name: path for name, path in known.items() if name.startswith(space(case).replace(".", "/") + "/")}
            used = _used(own, stubs)
            place = self.out / case.part / case.name
            text = b"".join(path.read_bytes() for path in [*own.values(), *used.values()])
            libraries = ["okhttp"] * (b"okhttp3/" in text) + ["kotlin"] * (b"kotlin/" in text)
            jar = self.work / "jars" / case.part / f"{case.name}.jar"
            jar.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(jar, "w") as archive:
                for name, path in sorted({**own, **used}.items()):
                    archive.write(path, f"{name}.class")
            if case.name == "asset-base64-dex":
                plug = next(path for name, path in own.items() if name.endswith("/Plugin"))
                jobs.append(["D8", "--min-api", "24", "--lib", self.android, "--output", self.work / "plugin", plug])
                (self.work / "plugin").mkdir()
            jars = [*(OKHTTP if "okhttp" in libraries else ()), *(self.libraries if "kotlin" in libraries else ())]
            if case.tool.endswith(" d8") or _is_script(case):
                paths = [part for one in jars for part in ("--classpath", one)]
                jobs.append(
                    ["D8", "--release", "--min-api", "24", "--lib", self.android, *paths, "--output", place, jar]
                )
                _put(place / "libraries.txt", "\n".join(f"{one}.dex" for one in libraries))
            else:
                rules = KEEP + "".join(f"-keep class {name.replace('/', '.')} {{ *; }}\n" for name in sorted(used))
                if case.tool.endswith(" shrink"):
                    rules += "-dontobfuscate\n-dontoptimize\n"
                conf = _put(jar.with_suffix(".pro"), rules)
                jobs.append(
                    [
                        "R8",
                        "--release",
                        "--min-api",
                        "24",
                        "--lib",
                        self.android,
                        "--pg-conf",
                        conf,
                        "--output",
                        place,
                        jar,
                        *jars,
                    ]
                )
        for name, these in (("okhttp", OKHTTP), ("kotlin", self.libraries)):
            target = self.out / "libraries" / name
            target.mkdir(parents=True)
            jobs.append(["D8", "--release", "--min-api", "24", "--lib", self.android, "--output", target, *these])
        listed = _put(self.work / "jobs.txt", "\n".join("\t".join(map(str, job)) for job in jobs))
        run(["java", "-Xmx2g", "-cp", self.tools / "d8.jar", HERE / "Dexes.java", listed])
        for folder in sorted((self.work / "smali").glob("*/*")):  # D8 removes the DEX files that are there before
            run(
                ["smali", "assemble", "-o", self.out / folder.relative_to(self.work / "smali") / "classes2.dex", folder]
            )
        for name in ("okhttp", "kotlin"):
            (self.out / "libraries" / name / "classes.dex").rename(self.out / "libraries" / f"{name}.dex")
            (self.out / "libraries" / name).rmdir()
        plain = self.out / "first/asset-base64-dex/assets/plugin.dat"
        if plain.exists():
            plain.write_bytes(base64.b64encode((self.work / "plugin/classes.dex").read_bytes()))

    def scripts(self) -> None:
        """Bundle the scripts."""
        jobs = []
        for case in self.cases:
            if not _is_script(case):
                continue
            files = self.files[case.part, case.name]
            words = case.tool.removeprefix("js ").split()
            jobs.append(
                {"out": str(self.out / case.part / case.name), "kind": words[0], "tool": words[1], "files": files}
            )
        listed = _put(self.work / "scripts.json", json.dumps(jobs))
        shutil.copy(HERE / "bundle.mjs", self.tools / "bundle.mjs")
        run(["node", "bundle.mjs", listed], self.tools)

    def pack(self) -> None:
        """Write the archives of these sets, in a fixed order."""
        parts = {case.part for case in self.cases} | {"libraries"}
        for target in {archive_of(case.part) for case in self.cases}:
            with tarfile.open(target) as archive:
                kept = [one for one in archive.getmembers() if one.name.partition("/")[0] not in parts]
                archive.extractall(self.out, kept, filter="data")
            files = [path for path in self.out.rglob("*") if path.is_file()]
            files = [path for path in files if archive_of(path.relative_to(self.out).parts[0]) == target]
            with tarfile.open(target, "w:xz", preset=9, format=tarfile.USTAR_FORMAT) as archive:
                for path in sorted(files, key=lambda one: (one.suffix, one.name, str(one))):
                    info = archive.gettarinfo(path, path.relative_to(self.out).as_posix())
                    info.mtime, info.uid, info.gid, info.uname, info.gname, info.mode = 0, 0, 0, "", "", 0o644
                    with path.open("rb") as content:
                        archive.addfile(info, content)


def _used(own: dict[str, Path], stubs: dict[str, Path]) -> dict[str, Path]:
    """The stubs to which the classes of an app refer, directly or not."""
    found: dict[str, Path] = {}
    left = list(own.values())
    while left:
        for text in _constants(left.pop().read_bytes()):
            for name in re.findall(r"[\w/$]+", text):
                for one in (name, name[1:]):
                    if one in stubs and one not in found:
                        found[one] = stubs[one]
                        left.append(stubs[one])
    return found


def _constants(data: bytes) -> Iterator[str]:
    """The texts of a class file's pool of constants (Java Virtual Machine Specification 4.4)."""
    at, left = 10, int.from_bytes(data[8:10]) - 1
    while left > 0:
        tag = data[at]
        size = 3 + int.from_bytes(data[at + 1 : at + 3]) if tag == 1 else SIZES[tag]
        if tag == 1:
            yield data[at + 3 : at + size].decode("utf-8", "replace")
        at, left = at + size, left - (2 if tag in (5, 6) else 1)


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def main() -> None:
    """Build the cases that the command line names, or all."""
    names = sys.argv[2:]
    part = names.pop() if names[:1] == ["--set"] else ""
    names = [] if part else names
    cases = [case for case in read_blind() if part in ("", case.part) and (not names or case.name in names)]
    build = Build(Path(sys.argv[1]).resolve(), cases)
    build.write()
    build.scripts()
    build.compile()
    build.dex()
    if not names:
        build.pack()


if __name__ == "__main__":
    main()
