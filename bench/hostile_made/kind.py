"""What all kinds have in common: a size, the files of a package, and a class of the app that contacts one more host."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.unit.intake.conftest import manifest
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.dex_writer import DexBuilder

TEXT = "Ljava/lang/String;"

type Files = list[tuple[str, bytes]]
"""Names and contents of a package, in their order."""

OWN = "zz-own.shop.test"
"""Host that a class of each app contacts; as a text, it is behind all other addresses."""
MIB = 1 << 20

_MAIN = "classes.dex"


class Kind(NamedTuple):
    """One way to make a package slow to read."""

    name: str
    what: str
    """The part that is large, as the table shows it."""
    n: int
    """Size that is measured, and doubled."""
    small: int
    """Size for tests."""
    make: Callable[[int], Files]
    """The files of a package of a size, besides the manifest and the class of the app if it has none."""
    hosts: tuple[str, ...] = (OWN,)
    """Hosts that the app contacts: each one is found, or a problem line states that something was not read."""
    unread: bool = False
    """True if the small package, too, is above a limit, so that there is a problem line."""
    deflated: bool = False
    """True for bombs: the others are stored, since of an entry that inflates too well only the first part is read."""


def smali(name: str, body: str, *, above: str = "Ljava/lang/Object;", interfaces: Sequence[str] = ()) -> str:
    """A public class: its name such as ``shop/Api``, and its members."""
    lines = "".join(f".implements L{one};\n" for one in interfaces)
    return f".class public L{name};\n.super {above}\n{lines}{body}"


def method(signature: str, body: str, *, registers: int = 8, how: str = "public static") -> str:
    """A method with code."""
    return f".method {how} {signature}\n    .registers {registers}\n{body}\n.end method\n"


def connect(register: str = "v0", url: str = "v1") -> str:
    """Lines that open a connection to the address in ``register``; ``url`` is overwritten."""
    return (
        f"new-instance {url}, Ljava/net/URL;\n"
        f"invoke-direct {{{url}, {register}}}, Ljava/net/URL;-><init>(Ljava/lang/String;)V\n"
        f"invoke-virtual {{{url}}}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;\n"
    )


def concat(one: str = "v0", other: str = "v1", into: str = "v0") -> str:
    """Lines that put the text of one register before that of another."""
    return f"invoke-virtual {{{one}, {other}}}, {TEXT}->concat({TEXT}){TEXT}\nmove-result-object {into}\n"


def initialiser(body: str) -> str:
    """The static initialiser of a class."""
    return method("<clinit>()V", body, how="static constructor")


def contact(address: str) -> str:
    """Lines that open a connection to an address."""
    return f'const-string v0, "{address}"\n{connect()}'


def contact_last(address: str) -> str:
    """The same for an address behind very many other texts, whose number has no place in 16 bits."""
    return f'const-string/jumbo v0, "{address}"\n{connect()}'


def started(body: str, *, registers: int = 8) -> str:
    """The activity that Android starts: ``body`` runs first, then it contacts ``OWN``."""
    end = contact_last(f"https://{OWN}/v1")
    create = method("onCreate(Landroid/os/Bundle;)V", f"{body}{end}return-void", registers=registers, how="public")
    return smali("shop/Main", create, above="Landroid/app/Activity;")


def dex(classes: Iterable[str]) -> bytes:
    """A DEX file of classes in smali."""
    builder, reader = DexBuilder(), ClassReader()
    for text in classes:
        read = reader.read(text)
        if read.unread or not builder.add(read):
            raise ValueError(f"{read.descriptor} has no place in the file")
    data, unread = builder.finish()
    if unread:
        raise ValueError("a method has no place in the file")
    return data


def coded(*classes: str, body: str = "") -> Files:
    """One DEX file with these classes and the activity, which begins with ``body``."""
    return [(_MAIN, dex([*classes, started(body)]))]


def whole(files: Files) -> Files:
    """The files with a manifest that permits access to the network, and with a class of the app."""
    names = {name for name, _ in files}
    if names & {"BundleConfig.pb", "Payload/a.app/Info.plist"}:
        return files  # a package of another kind
    before: Files = []
    if "AndroidManifest.xml" not in names:
        before.append(("AndroidManifest.xml", manifest("shop.app")))
    if _MAIN not in names:
        before.append((_MAIN, dex([started("")])))
    return [*before, *files]


def write(kind: Kind, n: int, path: Path) -> None:
    """Write the package of a kind and a size."""
    method = zipfile.ZIP_DEFLATED if kind.deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as app:
        for name, content in whole(kind.make(n)):
            app.writestr(name, content)
