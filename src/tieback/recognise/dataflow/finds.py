"""Endpoints and credentials in what the code of an app puts together, decrypts and makes."""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from tieback.intake.apps.printable import printable
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, Evidence, NotBackend, Problem, Sighting, UnreadKind
from tieback.recognise.calls import unnamed_container
from tieback.recognise.context import match_context
from tieback.recognise.dalvik.decryptors import DecryptedText, Decryption
from tieback.recognise.dataflow.analysis import Analysis, DataFlow
from tieback.recognise.dataflow.code.renamed_retrofit import bases as renamed_bases
from tieback.recognise.dataflow.code.retrofit import Bases, RetrofitPath, paths
from tieback.recognise.dataflow.code.service_makers import CLIENTS
from tieback.recognise.dataflow.constants import ConstantEnds, DexPart
from tieback.recognise.dataflow.default_requests import default_requests
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.hosts.bare_hosts import BareHost, decrypted_hosts, is_below
from tieback.recognise.dataflow.hosts.components import ComponentHost
from tieback.recognise.dataflow.hosts.opened_links import OpenedLink
from tieback.recognise.dataflow.made_texts import MadeAddress
from tieback.recognise.dataflow.methods.sinks import Sink
from tieback.recognise.dataflow.methods.values import HOLE, EndpointParts, TextValue, place
from tieback.recognise.dataflow.walk.compose import (
    azure_of,
    bare_host,
    bucket_of,
    firebase_of,
    host_port,
    node_of,
    realm_of,
    url_of,
)
from tieback.recognise.dataflow.walk.secrets import (
    FILE_SERVERS,
    credential_text,
    database_password,
    named_values,
    service_password,
)
from tieback.recognise.endpoints import url
from tieback.recognise.endpoints.firebase import SERVICE as DATABASE
from tieback.recognise.endpoints.hosts import EndpointHost, check_host, is_private, web_server
from tieback.recognise.interface import Find
from tieback.recognise.makers.clues import MakerClue
from tieback.recognise.reasons import TUNNEL
from tieback.recognise.rules import RuleFiles

RULE = "dex-flow"

_NO_STRING = 0xFFFFFFFF
"""String index of no string."""
_CUT, _CUT_LENGTH = lazy_pattern(r"[a-z]{0,5}://"), 16
_TOGETHER = 50
"""Decrypted texts that are judged together first: most are no endpoints."""
_METHOD_WIDTH = 90
"""Most characters of a method's name in a context."""
_WORTH = lazy_pattern(r"://|jdbc:|[A-Za-z0-9\]]:\d{2}")
_HOST = lazy_pattern(r"://([A-Za-z0-9.-]{4,253})")
_TWICE = lazy_pattern(
    r"https?://([A-Za-z0-9.-]{1,253}(?::\d{1,5})?)(/[^\s?#]{0,500}?)/*(https?://([A-Za-z0-9.-]{1,253}(?::\d{1,5})?))",
    re.IGNORECASE,
)
_CONTAINER = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}")


class Finds:
    """The finds in what the code of one app puts together, decrypts and makes; each is given once per method."""

    def __init__(
        self,
        judge: Callable[[str], tuple[Find, ...]],
        rules: RuleFiles,
        parts: Sequence[DexPart],
        analysis: Analysis,
        ends: ConstantEnds | None,
        services: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Find what an app contacts.

        Args:
            judge: gives the verdict on a text.
            rules: the rule files.
            parts: the DEX files.
            analysis: what walks found.
            ends: what code contacts, if all code is known.
            services: base addresses of interfaces of web services and of their methods; see ``Machine``.
        """
        self._judge = judge
        self._rules = rules
        self._ends = ends
        self._parts = parts
        self._analysis = analysis
        self._services = services or {}
        self._told: set[tuple[str, str, str]] = set()
        self._with_port = {
            (flow.method, flow.name, flow.value.values["host"])
            for flow in analysis.flows
            if isinstance(flow.value, EndpointParts) and {"host", "port"} <= flow.value.values.keys()
        }
        """Method, call and host of each connection at a port that is known."""

    def all(self) -> Iterator[Find]:
        """What flows to calls, or is put together: texts, settings of clients, credentials and fields."""
        projects = {
            str(flow.value.values["project"])
            for flow in self._analysis.flows
            if isinstance(flow.value, EndpointParts) and "project" in flow.value.values
        }
        project = projects.pop() if len(projects) == 1 else ""
        for flow in self._analysis.flows:
            if isinstance(flow.value, TextValue):
                yield from self._text(flow, flow.value)
            elif flow.sink is not None:
                if flow.sink.fetches:
                    yield from self._requested(flow, flow.value)
                if flow.sink.is_credential:
                    yield from self._secret(flow, credential_text(flow.value.values), flow.value)
                elif flow.sink.emits:
                    if "password" in flow.value.values and not flow.sink.keys:
                        yield from self._password(flow, flow.value, flow.sink)
                    yield from self._facts(flow, flow.value, project)
        yield from self._passed()
        yield from self._retrofit()
        yield from self._default_requests()
        yield from self._fields()

    def domains(self) -> set[str]:
        """The constants that only end hosts which the code puts together: ``shop.test`` in ``https://api.shop.test``."""
        found: set[str] = set()
        for flow in self._analysis.flows:
            text = flow.value.text if isinstance(flow.value, TextValue) else ""
            host = _HOST.search(text)
            if host is not None:
                found.update(part for part in flow.value.parts if "." in part and host[1].endswith(f".{part}"))
        return found

    def bare(self, hosts: Iterable[BareHost | NotBackend]) -> Iterator[Find]:
        """A sighting for each host without a port; the address of a web server stands for it."""
        for one in hosts:
            if isinstance(one, NotBackend):
                yield one
                continue
            flow = DataFlow("host", TextValue(one.name), None, one.method)
            endpoint = web_server(EndpointHost(one.name))
            evidence = self._evidence(flow, one.name, place(one.file, one.string))
            yield from self._once(flow, Sighting(endpoint, 1, Party.UNKNOWN, evidence))

    def viewed(self, pages: Iterable[ComponentHost]) -> Iterator[Find]:
        """A sighting for each page of a documentation or code host that the app shows in a web view of its own."""
        for one in pages:
            flow = DataFlow("page", TextValue(one.text), None, one.method)
            for endpoint in self._requested_text(one.text):
                evidence = self._evidence(flow, one.text, place(one.file, one.string))
                yield from self._once(flow, Sighting(endpoint, 1, Party.UNKNOWN, evidence))

    def opened(self, links: Iterable[OpenedLink]) -> Iterator[Find]:
        """A sighting for each host of the app's own links that it contacts itself; there is no constant to show."""
        for one in links:
            if not isinstance(host := check_host(one.host, self._rules), EndpointHost):
                continue
            flow = DataFlow("link", TextValue(one.host), None, one.method)
            evidence = self._evidence(flow, one.host, place(one.file, _NO_STRING))
            yield from self._once(flow, Sighting(web_server(host), 1, Party.UNKNOWN, evidence))

    def composed_hosts(self, shown: set[str], left_out: set[str]) -> Iterator[Find]:
        """A sighting for each host that code puts together, below a domain that the app contacts: ``m.%s``."""
        for flow in self._analysis.flows:
            text = flow.value.text if isinstance(flow.value, TextValue) else ""
            if not text or text in shown or text in left_out or not is_below(text, shown, self._rules):
                continue
            evidence = self._evidence(flow, text, flow.value.first)
            found = Sighting(web_server(EndpointHost(text)), 1, Party.UNKNOWN, evidence)
            settled = self._ends.settle_made(found, *flow.made) if self._ends is not None and flow.made else found
            yield from self._once(flow, settled)

    def decrypted(self, decryption: Decryption) -> Iterator[Find]:
        """Endpoints and credentials in texts that methods decrypt; other texts are left out."""
        texts = decryption.texts
        known = {value for _, _, value in self._told}
        composed = [flow.value.text for flow in self._analysis.flows if isinstance(flow.value, TextValue)]
        for at in range(0, len(texts), _TOGETHER):
            part = texts[at : at + _TOGETHER]
            if not self._judge("\n".join(each.text for each in part)):
                continue
            for each in part:
                longer = (text for text in composed if text.startswith(each.text) and text != each.text)
                if any(value_of(find) in known for text in longer for find in self._judge(text)):
                    continue  # a base address, with its path appended
                # The place tells only the file: there is no constant to show.
                chain = (each.method, each.decryptor) if each.decryptor else ()
                flow = DataFlow("decrypted", TextValue(each.text), None, each.method, chain)
                for find in self._new(flow, each.text, "", place(each.file, _NO_STRING)):
                    if value_of(find) not in known:
                        yield self._as_read(find, each)
        if decryption.stopped:
            what = "some strings of the code were not decrypted (limit on the work per app)"
            yield Problem(what, self._parts[0].buffer.file, UnreadKind.UNFOLLOWED)

    def made(self, addresses: Iterable[MadeAddress], shown: set[str], left_out: set[str]) -> Iterator[Find]:
        """Endpoints in addresses that methods make by themselves, if no other find has them.

        Args:
            addresses: the addresses.
            shown: hosts of other finds that are endpoints.
            left_out: hosts of other finds that are not back ends.
        """
        known = {value for _, _, value in self._told}
        composed = sorted(flow.value.text for flow in self._analysis.flows if isinstance(flow.value, TextValue))
        for each in addresses:
            at = bisect_left(composed, each.text)
            if at < len(composed) and composed[at].startswith(each.text):
                continue  # a base address, with its path appended
            dex = self._parts[each.file].dex
            origin = each.file, each.code, each.at
            method = dex.method_name(dex.method_of(each.code))
            flow = DataFlow("made", TextValue(each.text), None, method, made=origin)
            for find in self._new(flow, each.text, "", place(each.file, _NO_STRING)):
                host = find.endpoint.host if isinstance(find, Sighting) else ""
                if value_of(find) not in known and (host in shown or host not in left_out):
                    yield self._as_made(find, each, *origin)

    def _as_made(self, find: Find, address: MadeAddress, number: int, code: CodeItem, at: int) -> Find:
        """A find in an address that a method makes, or a text that is no back end if no code contacts it."""
        if self._ends is None or not isinstance(find, Sighting):
            return find
        settled = self._ends.settle_run(find, number, code, at) if address.gives else find
        return self._ends.settle_called(settled, number, code, at) if isinstance(settled, Sighting) else settled

    def _as_read(self, find: Find, made: DecryptedText) -> Find:
        """A find in a text that an initialiser decrypts, or a text that is no back end if no code reads it."""
        if self._ends is None or not isinstance(find, Sighting):
            return find
        return self._ends.settle_decrypted(find, made)

    def decrypted_hosts(self, decryption: Decryption, shown: set[str]) -> Iterator[Find]:
        """A sighting for each decrypted text that is only a host; the address of a web server stands for it."""
        for one in decrypted_hosts(decryption.texts, self._rules, shown):
            chain = (one.method, one.decryptor) if one.decryptor else ()
            flow = DataFlow("decrypted", TextValue(one.text), None, one.method, chain)
            evidence = self._evidence(flow, one.text, place(one.file, _NO_STRING))
            yield from self._once(flow, Sighting(web_server(EndpointHost(one.text)), 1, Party.UNKNOWN, evidence))
            shown.add(one.text)

    def _secret(self, flow: DataFlow, text: str, facts: EndpointParts) -> Iterator[Find]:
        """The credentials in the arguments of a call that are not in one of its constants."""
        if text:
            finds = self._new(flow, text, "\n".join(facts.parts), facts.first)
            yield from (find for find in finds if isinstance(find, Credential))

    def _password(self, flow: DataFlow, facts: EndpointParts, sink: Sink) -> Iterator[Find]:
        """The password in the arguments of a call that connects to a database or another service."""
        rules = self._rules
        if sink.is_service_password or "url" not in facts.values:
            server = host_port(facts.values, sink, rules)
            if isinstance(server, NotBackend):
                return
            endpoint = server.value if server is not None else ""
            secret = service_password(facts.values, endpoint, store=sink.service not in (None, *FILE_SERVERS))
        else:
            secret = database_password(facts.values, rules)
        if secret is not None:
            evidence = self._evidence(flow, secret.masked, facts.first)
            yield from self._once(
                flow,
                Credential(secret.kind, secret.masked, secret.endpoint, evidence, secret.grade, secret.fingerprint),
            )

    def _fields(self) -> Iterator[Find]:
        """The credentials in static fields; most names tell of nothing, so that they are judged together first."""
        fields = list(named_values([part.dex for part in self._parts]))
        for at in range(0, len(fields), _TOGETHER):
            part = fields[at : at + _TOGETHER]
            if not self._judge("\n".join(each.text for each in part)):
                continue
            for each in part:
                flow = DataFlow("field", TextValue(each.text), None, f"{each.owner}->{each.name}")
                value = self._parts[each.file].dex.string(each.string)
                finds = self._new(flow, each.text, value, place(each.file, each.string))
                yield from (find for find in finds if isinstance(find, Credential))

    def _text(self, flow: DataFlow, text: TextValue) -> Iterator[Find]:
        if _CUT.match(text.text) and any(part.find(text.text[:_CUT_LENGTH]) > 0 for part in text.parts):
            return  # the constant has the whole scheme
        if _WORTH.search(text.text):
            for find in self._new(flow, text.text, "\n".join(text.parts), text.first):
                yield self._told_as(flow, find, self._settled(find, flow, text))

    def _settled(self, find: Find, flow: DataFlow, text: TextValue) -> Find:
        """The find, or a text that is no back end if no code contacts the address that a method puts together.

        An address within a longer text, such as a line of a log, is often used on its own as well.
        """
        if self._ends is None or not isinstance(find, Sighting):
            return find
        settled = self._ends.settle_parts(find, text.parts)
        if flow.made is None or isinstance(settled, NotBackend) or not text.text.startswith(find.endpoint.scheme):
            return settled
        return self._ends.settle_made(find, *flow.made, text.parts)

    def _requested(self, flow: DataFlow, facts: EndpointParts) -> Iterator[Find]:
        """The address of a documentation or code host that the code requests, and does not only link to."""
        text = url_of(facts.values) or str(facts.values.get("url", ""))
        known = text.partition(HOLE)[0]
        if "/" not in known.partition("://")[2]:
            text = known  # an unknown path behind the host
        for endpoint in self._requested_text(text):
            evidence = self._evidence(flow, text, facts.first)
            yield from self._once(flow, Sighting(endpoint, 1, Party.UNKNOWN, evidence))

    def _requested_text(self, text: str) -> Iterable[Endpoint]:
        """The endpoints of an address that is only a link elsewhere."""
        scheme = self._rules.services.schemes.get(text.partition("://")[0].lower())
        if scheme is None or not any(isinstance(find, NotBackend) for find in self._judge(text)):
            return ()
        return url.verify(text, scheme, self._rules.requested).endpoints

    def _passed(self) -> Iterator[Find]:
        """The addresses that the code requests and that are in no other find.

        Where code puts an address together it is found there, unless the text went into a longer one that is not
        followed, such as a line of a log.
        """
        known = {value for _, _, value in self._told}
        for flow in self._analysis.flows:
            facts = flow.value
            if not isinstance(facts, EndpointParts) or flow.sink is None or not flow.sink.fetches:
                continue
            text = facts.values.get("url")
            if not isinstance(text, str) or len(facts.parts) < 2:
                continue
            for find in self._new(flow, text, "\n".join(facts.parts), facts.first):
                if isinstance(find, Sighting) and value_of(find) not in known:
                    settled = self._ends is not None and self._ends.settle_parts(find, facts.parts)
                    yield settled or find

    def _facts(self, flow: DataFlow, facts: EndpointParts, project: str) -> Iterator[Find]:
        assert flow.sink is not None
        parts = facts.values
        project = "" if flow.sink.service else project
        text = bucket_of(parts, flow.sink) or firebase_of(parts, project) or realm_of(parts) or azure_of(parts)
        text = text or url_of(parts)
        if text:
            finds = self._new(flow, text, str(parts.get("url", "")), facts.first, whole=bool(parts.get("url")))
            host = parts.get("host")
            settled = (self._told_as(flow, find, self._unless_never_run(flow, find)) for find in finds)
            yield from (self._unless_dropped(find, host) for find in settled) if isinstance(host, str) else settled
            return
        collection = parts.get("collection")
        if isinstance(collection, str) and _CONTAINER.fullmatch(collection):
            evidence = self._evidence(flow, collection, facts.first)
            container = unnamed_container(flow.sink.service or "firestore", collection)
            yield from self._once(flow, Sighting(container, 1, Party.UNKNOWN, evidence))
            return
        if node := node_of(parts, flow.sink):
            evidence = self._evidence(flow, node, facts.first)
            yield from self._once(flow, Sighting(unnamed_container(DATABASE, node), 1, Party.UNKNOWN, evidence))
            return
        rules = self._rules
        found = host_port(parts, flow.sink, rules) or bare_host(parts, flow.sink, rules)
        port = parts.get("port", flow.sink.port)
        known = port is None and (flow.method, flow.name, parts.get("host")) in self._with_port
        if found is not None and not known:
            evidence = self._evidence(flow, f"{parts['host']}{'' if port is None else f':{port}'}", facts.first)
            if flow.sink.tunnel and isinstance(found, Endpoint) and is_private(found.host):
                found = NotBackend(found.value, TUNNEL)
            find = Sighting(found, 1, Party.UNKNOWN, evidence) if isinstance(found, Endpoint) else found
            yield from self._once(flow, self._unless_never_run(flow, find))

    def _unless_dropped(self, find: Find, host: str) -> Find:
        """The find, or a text that is no back end if nothing reads the address that a call makes of a constant host."""
        if self._ends is None or not isinstance(find, Sighting):
            return find
        return self._ends.settle_host(find, host)

    def _unless_never_run(self, flow: DataFlow, find: Find) -> Find:
        """The find, or a text that is no back end if nothing calls the method that contacts it."""
        if self._ends is None or flow.made is None or not isinstance(find, Sighting):
            return find
        return self._ends.settle_called(find, *flow.made)

    def _new(self, flow: DataFlow, text: str, parts: str, first: int, *, whole: bool = False) -> Iterator[Find]:
        """Endpoints in a text that are not in its parts; and the path below a cloud resource, if there is one."""
        text = self._up_to_whole(flow, text)
        finds = self._judge(text)
        if not finds:
            return
        plain = {value_of(find) for find in self._judge(parts)} if parts else set()
        evidence = self._evidence(flow, text, first)
        for find in finds:
            if (value_of(find) in plain and not (whole and _is_cloud(find))) or self._is_joined_twice(value_of(find)):
                continue
            match find:
                case Sighting():
                    yield from self._once(flow, msgspec.structs.replace(find, evidence=evidence))
                case Credential():
                    masked = self._evidence(flow, find.evidence.context, first)
                    yield from self._once(flow, msgspec.structs.replace(find, evidence=masked))
                case NotBackend() | PublicKey():
                    yield from self._once(flow, find)
                case Problem() | MakerClue():
                    continue

    def _told_as(self, flow: DataFlow, find: Find, settled: Find) -> Find:
        """What a find has become. If it is no back end, another place in the method may contact the same one."""
        if isinstance(find, Sighting) and isinstance(settled, NotBackend):
            self._told.discard((flow.method, type(find).__name__, value_of(find)))
            self._told.add((flow.method, type(settled).__name__, value_of(find)))
        return settled

    def _once(self, flow: DataFlow, find: Find) -> Iterator[Find]:
        key = flow.method, type(find).__name__, value_of(find)
        if key not in self._told:
            self._told.add(key)
            yield find

    def _evidence(self, flow: DataFlow, text: str, first: int) -> Evidence:
        buffer, dex = self._parts[max(first, 0) >> 32]
        offset = dex.string_begin(first & 0xFFFFFFFF) if first >= 0 else -1
        cut = flow.method if len(flow.method) <= _METHOD_WIDTH else f"{flow.method[: _METHOD_WIDTH - 1]}…"
        shown_method = printable(cut, _METHOD_WIDTH)
        shown = match_context("", text)[: 160 - len(shown_method) - 2]
        return Evidence(
            buffer.file,
            buffer.base + offset if offset >= 0 else None,
            f"{RULE}/{flow.name}",
            f"{shown_method}: {shown}",
            tuple(printable(step, _METHOD_WIDTH) for step in flow.chain) if len(flow.chain) > 1 else (),
        )

    def _retrofit(self) -> Iterator[Find]:
        bases = [
            (flow.method.partition("->")[0], str(flow.value.values["url"]))
            for flow in self._analysis.flows
            if flow.name in CLIENTS and isinstance(flow.value, EndpointParts) and "url" in flow.value.values
        ]
        renamed = not bases and not self._services
        if renamed:
            bases = [one for _, dex in self._parts for one in renamed_bases(dex)]
        if not bases and not self._services:
            return
        nearest = Bases(bases)
        for number, (_, dex) in enumerate(self._parts):
            for path in paths(dex, renamed=renamed):
                spec = dex.string(path.string)
                base = nearest.url_for(path.owner)
                for each in self._bases_of(path, dex) or ((base,) if base is not None else ()):
                    parts = EndpointParts({"url": each, "path" if path.appended else "spec": spec})
                    flow = DataFlow("retrofit", parts, None, dex.method_name(path.method))
                    # The evidence is the place of the path; the base URL has a sighting of its own.
                    text = url_of(parts.values) if spec else ""
                    for find in self._new(flow, text, f"{each}\n{spec}", place(number, path.string)):
                        yield from self._unless_unsent(find, number, path.method)

    def _unless_unsent(self, find: Find, number: int, method: int) -> Iterator[Find]:
        """The find, or a text that is no back end if nothing sends the request; a cloud resource stays by its base."""
        settled = find
        if self._ends is not None and isinstance(find, Sighting):
            settled = self._ends.settle_request(find, number, method)
        if not (isinstance(settled, NotBackend) and _is_cloud(find)):
            yield settled

    def _bases_of(self, path: RetrofitPath, dex: DexFile) -> Iterable[str]:
        """The base addresses of a method as runs show them: the only one of its interface, or those of its calls."""
        known = self._services.get(path.owner, {})
        if len(known) < 2:
            return known
        member = dex.method(path.method)
        if member is None:
            return ()
        called = f"{path.owner}->{dex.string(member.name)}({dex.parameters(member.kind)})"
        return self._services.get(called, ())

    def _default_requests(self) -> Iterator[Find]:
        for flow, base, spec, role in default_requests(self._analysis.flows):
            text = url_of({"url": base, role: spec})
            for find in self._new(flow, text, f"{base}\n{spec}", flow.value.first):
                yield self._unless_never_run(flow, find)

    def _is_joined_twice(self, text: str) -> bool:
        """True for an address of a server behind the same server, one below its name, or a path of a related one.

        The code puts the server only before paths, as a condition shows that the walk does not read:
        ``url.startsWith("http") ? url : BASE + url``. Other servers pass requests on: ``https://proxy.test/https://shop.test``.
        """
        found = _TWICE.match(text) if text.count("://") > 1 else None
        if found is None:
            return False
        outer, inner = found[1].lower(), found[4].lower()
        if outer == inner or outer.endswith(f".{inner}") or inner.endswith(f".{outer}"):
            return True
        return bool(found[2].strip("/")) and self._domain_of(outer) == self._domain_of(inner)

    def _up_to_whole(self, flow: DataFlow, text: str) -> str:
        """A text without what is behind a server, if that is a whole address that the same code takes without a server.

        ``url.startsWith("http") ? url : BASE + url`` gives both, as the walk does not read the condition. The server
        itself stays: code can also choose between a proxy and none.
        """
        found = _TWICE.search(text) if text.count("://") > 1 else None
        if found is None:
            return text
        plain = f"{text[: found.start()]}{text[found.start(3) :]}"
        return text[: found.start(3)] if (flow.name, flow.method, plain) in self._texts else text

    @cached_property
    def _texts(self) -> frozenset[tuple[str, str, str]]:
        """Call, method and text of each flow; of a request its address."""
        return frozenset(
            (flow.name, flow.method, value.text if isinstance(value, TextValue) else str(value.values.get("url", "")))
            for flow in self._analysis.flows
            for value in (flow.value,)
        )

    def _domain_of(self, server: str) -> str:
        """The registered domain of ``host:port``; the whole host if it has none, as an address."""
        host = server.partition(":")[0]
        *_, name, top = f".{host}".rsplit(".", 2)
        return self._rules.suffixes.privatesuffix(host) or (host if top.isdigit() else f"{name}.{top}")


def value_of(find: Find) -> str:
    """What tells a find from others: the endpoint, credential or text."""
    match find:
        case Sighting():
            within = (find.endpoint.path, *find.addresses) if _is_cloud(find) else ()
            return " ".join((find.endpoint.value, *filter(None, within)))
        case PublicKey():
            return find.value
        case Credential():
            return f"{find.kind} {find.masked} {find.endpoint}"
        case NotBackend():
            return find.value
        case Problem():
            return find.what
        case MakerClue():
            return find.value


def _is_cloud(find: Find) -> bool:
    return isinstance(find, Sighting) and find.endpoint.kind is EndpointKind.CLOUD
