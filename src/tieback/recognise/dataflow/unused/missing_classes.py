"""Classes that the code of an app names, and that neither the package nor the platform has.

Builders leave out libraries that an app does not use, and code that needs them stays. Then no class is certain to be
missing if other code may be in the app's class loader: split packages, shared libraries of the system, packers, code
that is added to the loader later. So a doubt never hides a back end.
"""

from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import Packages
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.methods.sinks import read_sinks

_MOST_PART = 3
"""If more than a third of the classes are missing, they are somewhere else: a packer has them."""
_FROM_VENDORS = (
    "acer/", "amazon/device/", "amlogic/", "asus/", "bbk/", "blackberry/", "broadcom/", "cipherlab/", "coloros/",
    "datalogic/", "epson/", "ericsson/", "fujitsu/", "google/android/", "gsma/", "heytap/", "hihonor/", "hisense/",
    "honeywell/", "htc/", "huawei/", "ibm/icu/", "immersion/", "ingenico/", "intel/", "kyocera/", "landi/",
    "lenovo/", "lge/", "mediatek/", "meizu/", "miui/", "motorola/", "newland/", "nokia/", "nttdocomo/", "nvidia/",
    "nxp/", "oneplus/", "oppo/", "panasonic/", "pax/", "qti/", "qualcomm/", "realtek/", "rockchip/", "samsung/",
    "sec/", "sharp/", "smartisanos/", "sony/", "sonyericsson/", "sun/", "sunmi/", "symbol/", "tcl/", "telpo/",
    "transsion/", "ubx/", "urovo/", "verifone/", "vivo/", "vuzix/", "xiaomi/", "zebra/", "zte/",
)  # fmt: skip
_PLATFORM = (
    "Landroid/", "Landroidx/window/extensions/", "Landroidx/window/sidecar/", "Lcom/android/",
    *(f"Lcom/{name}" for name in _FROM_VENDORS), "Ldalvik/", "Lde/robv/android/xposed/", "Lgov/nist/",
    "Lio/github/libxposed/", "Ljava/", "Ljavax/", "Ljdk/", "Ljunit/", "Llibcore/", "Lmiui/", "Lorg/apache/commons/",
    "Lorg/apache/harmony/", "Lorg/apache/http/", "Lorg/apache/james/", "Lorg/apache/xalan/", "Lorg/apache/xml/",
    "Lorg/apache/xpath/", "Lorg/bouncycastle/", "Lorg/ccil/cowan/", "Lorg/chromium/", "Lorg/codeaurora/",
    "Lorg/conscrypt/", "Lorg/hamcrest/", "Lorg/ietf/", "Lorg/json/", "Lorg/junit/", "Lorg/kxml2/", "Lorg/omg/",
    "Lorg/simalliance/", "Lorg/w3c/", "Lorg/xml/", "Lorg/xmlpull/", "Lsun/", "Lvendor/",
)  # fmt: skip
"""Packages that Android, its older versions or its vendors have at least a part of; of older support libraries too."""
_NOT_PLATFORM = (
    "Lcom/google/android/exoplayer", "Lcom/google/android/gms/", "Lcom/google/android/material/",
    "Lcom/google/android/play/", "Lorg/apache/http/client/fluent/", "Lorg/apache/http/entity/mime/",
)  # fmt: skip
"""Packages below these that Android never had: https://developer.android.com/reference/org/apache/http/package-summary"""
_OF_PLATFORM = Packages(_PLATFORM, _NOT_PLATFORM)
_LOADERS = tuple(f"Ldalvik/system/{name};" for name in (
    "BaseDexClassLoader", "DelegateLastClassLoader", "DexClassLoader", "DexFile", "InMemoryDexClassLoader",
    "PathClassLoader",
))  # fmt: skip
_ADDS_CODE = ("dexElements", "pathList", "makeDexElements", "makePathElements", "mClassLoader")
"""Fields and methods of the system by which code adds classes to the loader of the app."""
_OWN_PARTS = ("/MultiDex;", "/MultiDex$")
"""The library that does so with the DEX files of the app itself: https://developer.android.com/build/multidex"""


class MissingClasses:
    """Which types of the DEX files of one app have no class."""

    def __init__(
        self, app: AppCode, places: CodePlaces, package: PackageResources | None, own: OwnPackages, *, at_start: bool
    ) -> None:
        """Read the tables at the first question.

        Args:
            app: the code of the app.
            places: the places of its instructions.
            package: the other files of the app.
            own: the packages of its own classes.
            at_start: true if the system loads all DEX files.
        """
        self._app, self._places, self._package, self._own, self._at_start = app, places, package, own, at_start

    @cached_property
    def tables(self) -> Sequence[dict[int, str]]:
        """For each file the indices of the missing types, with their descriptors; empty if there is a doubt."""
        package = self._package
        nothing: list[dict[int, str]] = [{} for _ in self._app.files]
        if package is None or package.has_doubt or package.may_lack_code or not any(True for _ in package.packages()):
            return nothing
        if not self._at_start or not all(dex.is_whole for dex in self._app.files):
            return nothing
        found = [self._missing(dex) for dex in self._app.files]
        if not any(found) or _MOST_PART * len({name for table in found for name in table.values()}) > len(
            self._defined
        ):
            return nothing
        return found if self._has_components(package) and not self._loads_code else nothing

    @cached_property
    def _defined(self) -> frozenset[bytes]:
        """The MUTF-8 bytes of the classes of all files; not by a search, which needs the order of the types."""
        return frozenset(raw for dex in self._app.files for raw in dex.raw_types(dex.classes["type"]))

    def _missing(self, dex: DexFile) -> dict[int, str]:
        clients = client_packages()
        kinds = dex.undefined_types(_OF_PLATFORM, Packages(clients))
        every = zip(kinds.tolist(), dex.raw_types(kinds), strict=True)
        absent = ((kind, raw) for kind, raw in every if raw[:1] == b"L" and raw not in self._defined)
        return {
            kind: name
            for kind, name in ((kind, dex.descriptor(kind)) for kind, _ in absent)
            if not is_of_platform(name) and not name.startswith(clients)
        }

    def _has_components(self, package: PackageResources) -> bool:
        """True if the code has most classes that the manifest names."""
        names = set(package.components())
        absent = sum(
            one.encode("utf-8", "surrogatepass") not in self._defined and not is_of_platform(one) for one in names
        )
        return _MOST_PART * absent <= len(names)

    @property
    def _loads_code(self) -> bool:
        """True if code adds classes to the loader of the app, or if the app's own classes load others."""
        if any(not user or self._own.have(user) for user in self._loader_users()):
            return True
        texts = (self._users_of(number, text) for number in range(len(self._app.files)) for text in _ADDS_CODE)
        return any(not any(part in user for part in _OWN_PARTS) for users in texts for user in users)

    @cached_property
    def has_own_loader(self) -> bool:
        """True if the app's own classes make class loaders: the code that these load can call any method."""
        return any(bool(user) and self._own.have(user) for user in self._loader_users())

    def _loader_users(self) -> Iterator[str]:
        """Classes that call class loaders; empty where that is not known."""
        for number, dex in enumerate(self._app.files):
            kinds = [self._app.type_of(number, name) for name in _LOADERS]
            for index in (index for kind in kinds if kind >= 0 for index in dex.methods_of(kind)):
                yield from self._owners(number, self._places.offsets(number, CALLS, index))

    def _users_of(self, number: int, text: str) -> Iterator[str]:
        """Classes that load a string."""
        index = self._app.string_of(number, text)
        if index >= 0:
            yield from self._owners(number, self._places.strings(number, index))

    def _owners(self, number: int, offsets: Sequence[int]) -> Iterator[str]:
        dex = self._app.files[number]
        if len(offsets) >= MAX_SITES:
            yield ""
        for offset in offsets:
            code = dex.code_around(offset, every=True)
            if code is not None and self._places.begins(number, code, offset):
                method = dex.method_of(code)
                yield dex.descriptor(dex.method_kind(method)) if method >= 0 else ""


@cache
def client_packages() -> tuple[str, ...]:
    """Packages of the libraries by which apps contact servers.

    Without them little of an app works, so they are more likely to be added later than to be missing: a part of an app,
    or code that was assembled for a test, is read without them. Those are not here for which other libraries have code
    that works only if an app adds them.
    """
    owners = {sink.owner for sink in read_sinks() if not sink.optional and not is_of_platform(sink.owner)}
    return tuple(sorted({f"{owner.rpartition('/')[0]}/" for owner in owners if "/" in owner}))


def is_of_platform(descriptor: str) -> bool:
    """True for a class that the device can have; also if a package contains a copy of it."""
    return descriptor.startswith(_PLATFORM) and not descriptor.startswith(_NOT_PLATFORM)
