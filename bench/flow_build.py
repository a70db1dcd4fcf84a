"""Builds the DEX files of the flow cases: ``cases/*.flow`` -> smali -> ``cases.dex``, ``second.dex``, ``hostile.dex``.

    python bench/flow_build.py            build all
    python bench/flow_build.py --check    build all, compare with what is here, change nothing; 1 if they differ
    python bench/flow_build.py --each     also ``each.tar.xz``: one or two DEX files per case, for ``bench/openback``

Debian package: smali (2.5.2). Each case is smali with short forms, described in ``cases/README.md``.
"""

import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent / "flow"
TYPES = {
    "S": "Ljava/lang/String;",
    "O": "Ljava/lang/Object;",
    "B": "Ljava/lang/StringBuilder;",
    "C": "Ljava/lang/CharSequence;",
    "L": "Ljava/util/List;",
    "M": "Ljava/util/Map;",
    "X": "Landroid/content/Context;",
    "U": "Landroid/net/Uri;",
}
PARTS = ("cases", "second", "hostile")
EACH = HERE / "each.tar.xz"
"""``NAME.dex`` and, for cases of several DEX files, ``NAME.second.dex``."""
INVOKES = {"v": "virtual", "s": "static", "d": "direct", "i": "interface"}


def cases() -> Iterator[tuple[str, list[str]]]:
    """Header and lines of each case."""
    for path in sorted((HERE / "cases").glob("*.flow")):
        header = ""
        lines: list[str] = []
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("@"):
                if header:
                    yield header, lines
                header, lines = line[1:].strip(), []
            elif line.strip() and not line.startswith("#"):
                lines.append(line.strip())
        if header:
            yield header, lines


def classes(name: str, lines: list[str]) -> Iterator[tuple[str, bool, str]]:
    """Descriptor of each class of a case, whether it belongs into the second file, and its smali."""
    expanded = [expand(line, name) for line in lines]
    if not expanded or not expanded[0].startswith(".class"):
        expanded.insert(0, f".class Lflow/{name};")
    group: list[str] = []
    for line in [*expanded, ".class end"]:
        if line.startswith(".class") and group:
            words = group[0].split()
            yield words[1], "second" in words, "\n".join(body(group))
            group = []
        group.append(line)


def expand(line: str, name: str) -> str:
    """A line with whole type names."""
    quoted = re.split(r'("(?:[^"\\]|\\.)*")', line)
    for place in range(0, len(quoted), 2):
        quoted[place] = re.sub(r"\$([A-Z])(?![a-z])", lambda found: TYPES.get(found[1], found[0]), quoted[place])
        quoted[place] = quoted[place].replace("%", f"Lflow/{name}")
    return "".join(quoted)


def body(group: list[str]) -> Iterator[str]:
    """The smali of one class."""
    words = group[0].split()
    above = words[words.index("super") + 1] if "super" in words else "Ljava/lang/Object;"
    kind = "interface abstract " if "interface" in words else "abstract " if "abstract" in words else ""
    yield f".class public {kind}{words[1]}"
    yield f".super {above}"
    yield from (
        f".implements {word}" for word in (words[words.index("implements") + 1 :] if "implements" in words else ())
    )
    inside = False
    for line in group[1:]:
        word, _, rest = line.partition(" ")
        if word in ("f", "fs"):
            yield f".field public {'static ' if word == 'fs' else ''}{rest}"
        elif word in ("m", "ms", "mc", "mi", "ma"):
            if inside:
                yield ".end method"
            inside = word != "ma"
            name = {"mc": f"constructor <init>{rest}", "mi": "static constructor <clinit>()V"}.get(word, rest)
            flags = {"ms": "static ", "ma": "abstract "}.get(word, "")
            yield f".method public {flags}{name}"
            yield "    .locals 11" if inside else ".end method"
        else:
            yield from (f"    {one}" for one in instruction(line))
    if inside:
        yield ".end method"


def instruction(line: str) -> Iterator[str]:
    """The smali of one line of a method."""
    word, _, rest = line.partition(" ")
    if found := re.fullmatch(r'(\d+)=(".*")', line):
        yield f"const-string v{found[1]}, {found[2]}"
    elif found := re.fullmatch(r"(\d+)=(-?\w+)", line):
        yield f"const v{found[1]}, {found[2]}"
    elif word in INVOKES:
        target, *registers = rest.split()
        result = registers.pop() if registers and registers[-1].startswith(">") else ""
        yield f"invoke-{INVOKES[word]} {{{', '.join(map(register, registers))}}}, {target}"
        if result:
            yield f"move-result{'-object' if target.rpartition(')')[2][0] in 'L[' else ''} v{result[1:]}"
    elif word == "n":
        to, target, *registers = rest.split()
        owner, _, kinds = target.partition("(")
        yield f"new-instance v{to}, {owner}"
        yield f"invoke-direct {{v{to}{''.join(', ' + register(one) for one in registers)}}}, {owner}-><init>({kinds}V"
    elif word in ("get", "put"):
        value, field, *holder = rest.split()
        kind = "-object" if field.rpartition(":")[2][0] in "L[" else ""
        yield f"{'i' if holder else 's'}{word}{kind} {', '.join(map(register, [value, *holder]))}, {field}"
    elif word == "cat":
        yield from concatenation(rest)
    elif word == "url":
        yield from instruction(f"n 8 Ljava/net/URL;(Ljava/lang/String;) {rest}")
        yield from instruction("v Ljava/net/URL;->openConnection()Ljava/net/URLConnection; 8")
    elif word == "ret":
        yield f"return-object {register(rest)}" if rest else "return-void"
    elif word == "reti":
        yield f"return {register(rest)}"
    else:
        yield line


def concatenation(rest: str) -> Iterator[str]:
    """``cat 0 "a" 1 #2``: join texts, registers with texts and registers with numbers, with a ``StringBuilder``."""
    to, *_ = rest.split()
    yield from instruction("n 9 Ljava/lang/StringBuilder;()")
    for part in re.findall(r'"(?:[^"\\]|\\.)*"|\S+', rest)[1:]:
        kind, source = ("I", part[1:]) if part.startswith("#") else ("Ljava/lang/String;", part)
        if part.startswith('"'):
            yield f"const-string v10, {part}"
            source = "10"
        yield from instruction(f"v Ljava/lang/StringBuilder;->append({kind})Ljava/lang/StringBuilder; 9 {source}")
    yield from instruction(f"v Ljava/lang/StringBuilder;->toString()Ljava/lang/String; 9 >{to}")


def hostile() -> Iterator[tuple[str, list[str]]]:
    """Packages built to blow up the call graph: cases without an endpoint."""
    calls = range(1, 9)
    fan: list[str] = []
    for number in range(64):
        fan += [f"ms m{number}($S)V", 'cat 0 p0 "/x"', "url 0"]
        fan += [f"s %;->m{(number * 7 + step) % 64}($S)V 0" for step in calls]
        fan.append("ret")
    yield "fan", [*fan, "ms main()V", '0="https://fan.flow.test"', "s %;->m0($S)V 0", "ret"]
    ring = [f"fs F{number}:$S" for number in range(64)]
    for number in range(64):
        ring += [f"ms s{number}()V", f"get 0 %;->F{(number + 1) % 64}:$S", 'cat 1 0 "/r"']
        ring += [f"put 1 %;->F{number}:$S", 'cat 2 "https://ring.flow.test" 1', "url 2", "ret"]
    yield "ring", ring
    choices = ["ms main(I)V", '0="https://choice.flow.test"']
    for step in range(24):
        cases = [f":c{step}_{case}" for case in range(16)]
        choices += [f"packed-switch p0, :t{step}", '1="/none"', f"goto/16 :d{step}"]
        for case, label in enumerate(cases):
            choices += [label, f'1="/{step}x{case}"', f"goto/16 :d{step}"]
        choices += [f":d{step}", "cat 0 0 1"]
    choices += ["url 0", "ret"]
    for step in range(24):
        choices += [
            f":t{step}",
            ".packed-switch 0x0",
            *(f":c{step}_{case}" for case in range(16)),
            ".end packed-switch",
        ]
    yield "choice", choices
    paths = ["ms main(I)V", *(f"n {number} $B()" for number in range(8)), '9="https://paths.flow.test"']
    for step in range(1500):
        paths += [f"if-eqz p0, :p{step}", f"v $B->append($S)$B {step % 8} 9", f":p{step}"]
    yield "paths", [*paths, "v $B->toString()$S 0 >9", "url 9", "ret"]
    many: list[str] = []
    for number in range(400):
        many += [f"ms k{number}($S)V", f"s %;->{'sink' if number % 20 else f'k{number + 1}'}($S)V p0", "ret"]
        many += [f"ms j{number}()V", f'0="/{number}"', f"s %;->k{number}($S)V 0", "ret"]
    yield "many", [*many, "ms sink($S)V", 'cat 0 "https://many.flow.test" p0', "url 0", "ret"]
    kinds = [".class %I; interface", "ma get($S)$S"]
    for number in range(100):
        kinds += [f".class %K{number}; implements %I;", "mc ()V", "d $O-><init>()V p0", "ret", "m get($S)$S"]
        kinds += [f'cat 0 p1 "/{number}"', "ret 0"]
    keys: list[str] = []
    for number in range(96):
        keys += [f"ms g{number}(Landroid/content/Intent;)V", f'0="key{number}"', f'1="key{(number + 1) % 96}"']
        keys += ["v Landroid/content/Intent;->getStringExtra($S)$S p0 1 >2", 'cat 3 "https://keys.flow.test" 2 "/k"']
        keys += ["v Landroid/content/Intent;->putExtra($S$S)Landroid/content/Intent; p0 0 3", "url 3", "ret"]
    yield "keys", keys
    calls_of = ["i %I;->get($S)$S p0 0 >0"] * 40
    yield "kinds", [*kinds, ".class %;", "ms main(%I;)V", '0="https://kinds.flow.test"', *calls_of, "url 0", "ret"]


def register(word: str) -> str:
    """``3`` is a local register, ``p0`` a parameter."""
    return word if word.startswith("p") else f"v{word}"


def build(into: Path) -> None:
    """Write the DEX files into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        names: set[str] = set()
        every = [(header, lines, "") for header, lines in cases()]
        every += [(header, lines, "hostile") for header, lines in hostile()]
        for header, lines, part in every:
            name = header.split("|")[0].strip()
            assert name not in names, name
            names.add(name)
            for descriptor, second, text in classes(name, lines):
                tree = Path(folder, part or ("second" if second else "cases"))
                tree.mkdir(exist_ok=True)
                file = tree / (descriptor.strip("L;").replace("/", ".") + ".smali")
                assert not file.exists(), file.name
                file.write_text(text + "\n", "utf-8")
        for part in PARTS:
            assemble(Path(folder, part), into / f"{part}.dex")


def assemble(tree: Path, target: Path) -> None:
    """Write the DEX file of a folder of smali."""
    command = ["smali", "assemble", "--jobs", "1", "--api", "28", "--output", str(target), str(tree)]
    subprocess.run(command, check=True)


def build_each() -> None:
    """Write ``each.tar.xz``: a case in a DEX file of its own has no text of other cases."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(EACH, "w:xz", preset=9) as archive:
        for header, lines in cases():
            name = header.split("|")[0].strip()
            for descriptor, second, text in classes(name, lines):
                tree = Path(folder, f"{name}.second" if second else name)
                tree.mkdir(exist_ok=True)
                (tree / (descriptor.strip("L;").replace("/", ".") + ".smali")).write_text(text + "\n", "utf-8")
            for tree in sorted(Path(folder).glob(f"{name}*")):
                target = Path(folder, "out.dex")
                assemble(tree, target)
                member = tarfile.TarInfo(f"{tree.name}.dex")
                member.size = target.stat().st_size
                archive.addfile(member, io.BytesIO(target.read_bytes()))
                shutil.rmtree(tree)


def main() -> int:
    """Build, or compare."""
    if shutil.which("smali") is None:
        print("smali is missing. Install it: apt-get install smali", file=sys.stderr)
        return 2
    if sys.argv[1:] != ["--check"]:
        build(HERE)
        if sys.argv[1:] == ["--each"]:
            build_each()
        return 0
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        return int(
            any((HERE / f"{part}.dex").read_bytes() != (Path(folder, f"{part}.dex")).read_bytes() for part in PARTS)
        )


if __name__ == "__main__":
    sys.exit(main())
