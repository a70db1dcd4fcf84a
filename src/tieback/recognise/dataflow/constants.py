"""Sightings in the constants of an app whose address no code contacts: they become texts that are not back ends.

Only web addresses are judged, and no resources of cloud providers: their names are of interest even if no code reads
them.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeGuard

from msgspec.structs import replace

from tieback.intake.apps.interface import Buffer
from tieback.model.endpoint import EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dalvik.decryptors import DecryptedText
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dex_tables import MAX_STRING
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.ends.app_description import description_reason
from tieback.recognise.dataflow.ends.replaced_at_start import StartValues
from tieback.recognise.dataflow.ends.resource_ends import ResourceEnds
from tieback.recognise.dataflow.ends.unread_objects import reason_of_fields
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts.bare_hosts import BareHost, BareHosts
from tieback.recognise.dataflow.hosts.components import ComponentHost
from tieback.recognise.dataflow.hosts.opened_links import OpenedLink, opened_links
from tieback.recognise.dataflow.hosts.viewed_pages import viewed_pages
from tieback.recognise.dataflow.unused.samples import SAMPLE, SampleClasses
from tieback.recognise.dataflow.unused.uncalled import UncalledCode
from tieback.recognise.dataflow.unused.undeclared import UndeclaredComponents
from tieback.recognise.dataflow.unused.unrunnable import UnrunnableCode
from tieback.recognise.links import OPENED
from tieback.recognise.reasons import DESCRIPTION, LINK, NEVER, SHOWN
from tieback.recognise.rules import RuleFiles, ThirdParties
from tieback.recognise.span import string_bounds

_METHODS = ("dex-string/", "dex-flow/")
_JOINED = "dex-string/script-"
_ENCODED = ":base64"
_RESOURCE = lazy_pattern(r"(?:^|!)(?:resources\.arsc$|[\w.-]{1,100}/resources\.pb$|(?:[\w.-]{1,100}/)?res/)")
_MAP_DATA = lazy_pattern(r"(?:^|!)(?:[\w.-]{1,100}/)?res/raw[^/]{0,60}/[^/]{1,200}\.(?:kml|gpx|geojson|topojson)$")
_MAX_OWNERS = 16
"""Classes with one constant that are looked at."""
_LEAST_PART = 2
"""Characters of the shortest part of a host that tells methods apart; dots and digits are everywhere."""
_PACKAGE_PARTS = 3
"""Parts of the package that the classes of one app share."""
_ADDRESS = lazy_pattern(rb"https?://[A-Za-z0-9]", re.IGNORECASE)


class DexPart(NamedTuple):
    """A DEX file of the app, and the buffer that contains it."""

    buffer: Buffer
    dex: DexFile


_AT_START = lazy_pattern(
    r"^(?:(?!assets/|lib/)[^!]{1,200}!)?(?:(?:[\w.-]{1,100}/dex/)?classes\d*\.dex|smali(?:_classes\d+)?(?:\.part\d)?)$"
)
"""DEX files that the system loads, also under the names of folders of apktool.

The app loads others itself, and calls their methods by name.
"""


def is_followed(find: object) -> TypeGuard[Sighting]:
    """True for the sighting of a web address in the code or the resources of an app."""
    return (
        isinstance(find, Sighting)
        and find.endpoint.is_web
        and find.evidence.offset is not None
        and (find.evidence.how.startswith(_METHODS) or _RESOURCE.search(find.evidence.file) is not None)
    )


def is_in_code(find: object) -> bool:
    """True for the sighting of any endpoint in the code of an app."""
    return isinstance(find, Sighting) and find.evidence.how.startswith(_METHODS) and find.evidence.offset is not None


_PICTURE = lazy_pattern(rb"<img\b[^<>]{0,200}\ssrc\s?=", re.IGNORECASE)
_PICTURES = "Landroid/text/Html$ImageGetter;"
"""What loads the pictures in such a text: https://developer.android.com/reference/android/text/Html.ImageGetter"""


def is_settled(find: object) -> bool:
    """True for a find that ``ConstantEnds.settle`` can make a text that is not a back end."""
    return is_followed(find) or is_in_code(find) or (isinstance(find, Sighting) and _is_map_data(find))


def _is_map_data(find: Sighting) -> bool:
    return find.endpoint.kind is EndpointKind.CLOUD and _MAP_DATA.search(find.evidence.file) is not None


class ConstantEnds:
    """Decides about the constants and resources of one app; each once."""

    def __init__(
        self, parts: Sequence[DexPart], package: PackageResources | None = None, libraries: ThirdParties | None = None
    ) -> None:
        """All DEX files of the app, its other files, and the libraries that are known."""
        self._buffers = {part.buffer.file: part.buffer for part in parts}
        doubt = package is not None and package.has_doubt
        called = {number for number, part in enumerate(parts) if doubt or not _AT_START.search(part.buffer.file)}
        self._uses = ConstantUses(
            [part.dex for part in parts],
            called=called,
            names=package.names if package else None,
            scripts=package is not None and package.scripts_call_all,
            handlers=package.names_handler if package is not None else lambda _: True,
        )
        self._resources = ResourceEnds(self._uses, package) if package is not None else None
        self._uses.packages = frozenset(package.packages() if package is not None else ())
        self._uses.start_values = StartValues(self._uses, package.components) if package is not None else None
        names, started = (package.packages(), package.started_classes()) if package is not None else ((), ())
        own = OwnPackages(names, started, libraries)
        self._uncalled = UncalledCode(self._uses, own, package)
        self._undeclared = UndeclaredComponents(self._uses, package)
        self._unrunnable = UnrunnableCode(
            self._uses, package, own, at_start=all(_AT_START.search(part.buffer.file) for part in parts)
        )
        self._reasons: dict[bytes, str] = {}
        components = list(package.components()) if package is not None else []
        named = package.text_names if package is not None else lambda _: False
        self._samples = SampleClasses(self._uses.app, self._uses.places, components, named) if components else None
        self._made: dict[tuple[int, int, int], str] = {}
        self._package = package
        self._linked = package.linked_hosts() if package is not None else set()

    def close(self) -> None:
        """Release the code of the app; its readers refer to each other, so that it would stay with the next app."""
        self._uses.close()

    def settle(self, find: Sighting) -> Sighting | NotBackend:
        """The sighting, or a text that is not a back end if no code contacts what is in its constant."""
        if not is_followed(find):
            reason = self._of_cloud(find) if find.endpoint.kind is EndpointKind.CLOUD else self._of_other(find)
            return NotBackend(find.endpoint.value, reason) if reason else find
        if not find.evidence.how.startswith(_METHODS):
            reason = self._resources.reason(find) if self._resources is not None else ""
            return NotBackend(find.endpoint.value, reason) if reason else find
        hidden = find.evidence.how.startswith(_JOINED) or find.evidence.how.endswith(_ENCODED)
        reason = self._of_constant(self._constant(find), "" if hidden else find.endpoint.host)
        if reason == LINK and find.endpoint.host in self._linked:
            reason = ""  # the app itself opens such links
        return NotBackend(find.endpoint.value, reason) if reason else find

    def _of_constant(self, raw: bytes, host: str) -> str:
        """Why no code contacts a host that is in a constant; empty if code may.

        No host stands for one that a script in the constant puts together, or that is encoded in it.
        """
        name = raw.lower()
        if not raw or (host and name != host.encode() and (_ADDRESS.search(raw) is None or host.encode() not in name)):
            return ""
        if raw not in self._reasons:
            self._reasons[raw] = self._uses.reason(raw) or self._sample(raw) or self._uncalled.reason(raw)
            self._reasons[raw] = self._reasons[raw] or self._undeclared.reason(raw) or self._unrunnable.reason(raw)
            self._reasons[raw] = self._reasons[raw] or description_reason(self._uses, raw)
            if self._reasons[raw] == SHOWN and _PICTURE.search(raw) and self._uses.hierarchy.below(_PICTURES) != ():
                self._reasons[raw] = ""  # the app loads the picture in a text of HTML
        return self._reasons[raw]

    def bare_hosts(
        self, rules: RuleFiles, shown: set[str], left_out: set[str], domains: set[str]
    ) -> Iterator[BareHost | NotBackend]:
        """The constants that are only a host, and that the app contacts; see ``BareHosts.finds``.

        Those of its own links become texts that are not back ends.
        """
        found = BareHosts(self._uses, rules, domains - shown, self._linked)
        for one in found.finds(shown, left_out - shown):
            reason = self._of_bare(one)
            yield NotBackend(f"https://{one.name}", reason) if reason else one
        yield from (NotBackend(f"https://{name}", OPENED) for name in sorted(found.linked - shown - left_out))

    def opened_links(self) -> Iterator[OpenedLink]:
        """The hosts of the app's own links that it contacts itself."""
        if self._linked and self._package is not None:
            yield from opened_links(self._uses, self._package.link_openers())

    def viewed_pages(self, rules: RuleFiles) -> Iterator[ComponentHost]:
        """The addresses that network components of App Inventor get, in code that runs."""
        for one in viewed_pages(self._uses, rules.not_backends.is_linked):
            raw = self._uses.file(one.file).raw(one.string)
            if not self._uses.reason(raw) and not self._unless_run(raw):
                yield one

    def _of_bare(self, host: BareHost) -> str:
        """Why no code contacts a constant that is a host.

        The constant can also be a JSON object with the host; then the host can be in a constant of its own, too.
        """
        name, constant = host.name.encode(), self._uses.file(host.file).raw(host.string)
        reason = self._unless_run(constant)
        if not reason or name == constant or self._uses.app.string_of(host.file, host.name) < 0:
            return reason
        return reason if self._uses.reason(name) or self._unless_run(name) else ""

    def _unless_run(self, raw: bytes) -> str:
        """Why no code that loads a constant can run; empty if some can."""
        return self._uncalled.reason(raw) or self._undeclared.reason(raw) or self._unrunnable.reason_of_load(raw)

    def with_class(self, find: Sighting, libraries: ThirdParties) -> Sighting:
        """The sighting with the class of its constant, if all classes that have it are of one library or package.

        The class can show whose an address is.
        """
        if not is_in_code(find) or find.evidence.chain or libraries.of(find.endpoint.host) is not None:
            return find
        raw = self._constant(find)
        owners = list(islice(self._uses.owners(raw, annotated=False), _MAX_OWNERS + 1)) if raw else []
        names = {libraries.of_package(one[1:].removesuffix(";").replace("/", ".")) for one in owners}
        packages = {tuple(one.split("/")[:-1][:_PACKAGE_PARTS]) for one in owners}
        of_package = len(packages) == 1 and "" not in owners
        if len(names) != 1 or (None in names and not of_package) or len(owners) > _MAX_OWNERS:
            return find
        return replace(find, evidence=replace(find.evidence, chain=(owners[0],)))

    def _of_cloud(self, find: Sighting) -> str:
        """The reason for a resource of a cloud provider.

        Only in a sample, in code that cannot run, in a description of code, or in data for maps that nothing reads.
        """
        self._uses.contacted_in = ""
        if find.evidence.how.startswith(_METHODS):
            raw = self._constant(find)
            sample = self._sample(raw)
            if sample or not raw:
                return sample
            reason = self._uses.reason(raw)
            return self._unrunnable.reason(raw) if not reason else reason if reason == DESCRIPTION else ""
        return self._resources.reason(find) if self._resources and _is_map_data(find) else ""

    def _of_other(self, find: Sighting) -> str:
        """The reason for an address of another kind, such as that of a STUN server, in a constant."""
        raw = self._constant(find) if find.evidence.how.startswith(_METHODS) else b""
        if not raw:
            return ""
        return self._unless_run(raw) or ("" if self._uses.is_loaded(raw) else self._uses.reason(raw))

    def _sample(self, raw: bytes) -> str:
        """The reason for a constant that only tests and examples of libraries have; empty for other constants."""
        samples = self._samples
        if not raw or samples is None or (self._uses.contacted_in and not samples.has(self._uses.contacted_in)):
            return ""
        found = False
        for owner in self._uses.owners(raw):
            if not samples.has(owner):
                return ""
            found = True
        return SAMPLE if found else ""

    def settle_made(
        self, find: Sighting, number: int, code: CodeItem, at: int, parts: Sequence[str] = ()
    ) -> Sighting | NotBackend:
        """The same for a text that code puts together of some constants, by the call that makes it."""
        if not is_followed(find):
            return find
        reason = self._reason_made(number, code, at) or self._never_made(find.endpoint.host, parts)
        return NotBackend(find.endpoint.value, reason) if reason else find

    def settle_run(self, find: Sighting, number: int, code: CodeItem, at: int) -> Sighting | NotBackend:
        """The same for an address that a run of a method made: it has no constant."""
        reason = self._reason_made(number, code, at) if find.endpoint.is_web else ""
        return NotBackend(find.endpoint.value, reason) if reason else find

    def _reason_made(self, number: int, code: CodeItem, at: int) -> str:
        """Why no code contacts the text that a call makes; empty if code may."""
        key = number, code.offset, at
        if key not in self._made:
            reason = self._uses.reason_of_result(number, code, at)
            reason = reason or self._uncalled.reason_of_result(number, code, at)
            reason = reason or self._uses.reason_of_unit(number, code, at)
            self._made[key] = reason or self._undeclared.reason_of_result(number, code)
        return self._made[key]

    def _never_made(self, host: str, parts: Sequence[str]) -> str:
        """The reason if only code that never runs has a part of a host."""
        within = (part for part in parts if len(part) >= _LEAST_PART and part.lower() in host)
        return NEVER if any(self._uses.never_loads(part) for part in within) else ""

    def settle_decrypted(self, find: Sighting, made: DecryptedText) -> Sighting | NotBackend:
        """The same for a text that only one method decrypts: an initialiser for its fields, or code that never runs."""
        if not find.endpoint.is_web or not made.once:
            return find
        if made.fields:
            reason = reason_of_fields(self._uses, made.file, made.code, made.fields)
        else:
            reason = self._uncalled.reason_of_result(made.file, made.code)
            reason = reason or self._undeclared.reason_of_result(made.file, made.code)
        return NotBackend(find.endpoint.value, reason) if reason else find

    def settle_called(self, find: Sighting, number: int, code: CodeItem, at: int) -> Sighting | NotBackend:
        """The same for an endpoint of any kind that a call contacts: only whether the call can run."""
        if find.endpoint.kind is EndpointKind.CLOUD:
            return find
        reason = self._uncalled.reason_of_result(number, code) or self._undeclared.reason_of_result(number, code)
        reason = reason or self._uses.reason_of_unit(number, code, at)
        return NotBackend(find.endpoint.value, reason) if reason else find

    def settle_request(self, find: Sighting, number: int, method: int) -> Sighting | NotBackend:
        """The same for an address of a method in an interface for Retrofit: only whether code of the app calls it."""
        reason = self._uncalled.reason_of_request(number, method)
        return NotBackend(find.endpoint.value, reason) if reason else find

    def settle_host(self, find: Sighting, host: str) -> Sighting | NotBackend:
        """The same for an address that a call makes of a host, such as ``new URL(scheme, host, path)``.

        Code makes such addresses only to see whether that works, and drops them.
        """
        if find.endpoint.kind is not EndpointKind.URL or find.endpoint.host != host:
            return find
        reason = self._of_constant(host.encode(), host)
        return NotBackend(find.endpoint.value, reason) if reason else find

    def settle_parts(self, find: Sighting, parts: Sequence[str]) -> Sighting | NotBackend:
        """The same for a text of these constants: a field can have a value that is replaced before any use."""
        host = find.endpoint.host
        having = [part.encode("utf-8", "surrogatepass") for part in parts if host and host in part.lower()]
        reasons = [self._of_constant(raw, host) for raw in having] if is_followed(find) else []
        return NotBackend(find.endpoint.value, reasons[0]) if reasons and all(reasons) else find

    def _constant(self, find: Sighting) -> bytes:
        """The bytes of the constant of a sighting; empty if it is too long."""
        buffer = self._buffers.get(find.evidence.file)
        if buffer is None or find.evidence.offset is None:
            return b""
        [(start, _)] = string_bounds(buffer, [find.evidence.offset - buffer.base])
        end = buffer.data.find(b"\0", start, start + MAX_STRING + 1)
        return bytes(buffer.data[start:end]) if end >= 0 else b""
