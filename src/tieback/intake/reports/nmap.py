"""Nmap: XML as written by ``nmap -oX``, only open ports; streamed, without entities and external references.

Elements and attributes: https://nmap.org/book/nmap-dtd.html. What the output of a script claims is in ``nmap.toml``;
the output itself is not kept.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from xml.parsers import expat

import msgspec

from tieback.intake.reports.interface import (
    Fact,
    ReportImporterMeta,
    clean_host_names,
    one_line,
    parse_address,
    parse_time,
    port_number,
)
from tieback.intake.reports.products import Products
from tieback.intake.reports.source import ReportSource
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

MAX_DEPTH = 64
MAX_PORTS = 65_536
"""Open ports of one host."""
_MAX_OUTPUT = 64 * 1024

_MAX_TAG = 4 << 20
"""Bytes of a tag or comment; expat keeps an unfinished one in memory."""


class _Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    says: str
    claims: Access


class _Scripts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    script: tuple[_Script, ...]


class _Port(msgspec.Struct):
    number: int | None
    open: bool = False
    service: Mapping[str, str] = {}
    claims: Access = Access.UNKNOWN
    script: str = ""


class Nmap:
    """Importer of Nmap XML."""

    meta = ReportImporterMeta("nmap", "Nmap", "XML", "https://nmap.org/book/nmap-dtd.html")

    def __init__(self) -> None:
        self._products = Products()

    @cached_property
    def _scripts(self) -> Mapping[str, _Script]:
        raw = resources.files("tieback.intake.reports").joinpath("nmap.toml").read_bytes()
        return {script.id: script for script in msgspec.toml.decode(raw, type=_Scripts).script}

    def recognises(self, head: bytes) -> bool:
        """True if the file has Nmap's root element; masscan writes the same format."""
        return b"<nmaprun" in head

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per open port of each host."""
        reading = _Reading(self._products, self._scripts)
        parser = expat.ParserCreate()
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
        parser.EntityDeclHandler = reading.entity
        try:
            read = 0
            for chunk in source.chunks():
                parser.Parse(chunk, False)
                read += len(chunk)
                if read - max(parser.CurrentByteIndex, 0) > _MAX_TAG + len(chunk):
                    raise _RefusedError(f"a tag is longer than {_MAX_TAG >> 20} MiB")
                yield from reading.taken()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise source.broken(error.lineno, f"not valid XML ({expat.ErrorString(error.code)})") from None
        except _RefusedError as error:
            raise source.broken(parser.CurrentLineNumber, str(error)) from None
        except (ValueError, LookupError):
            raise source.broken(parser.CurrentLineNumber, "unknown character encoding") from None
        yield from reading.taken()


class _RefusedError(Exception):
    """A construct that regular reports do not contain."""


class _Reading:
    """State of the parser: the current host, and the services of completed hosts."""

    def __init__(self, products: Products, scripts: Mapping[str, _Script]) -> None:
        self._products = products
        self._scripts = scripts
        self._done: list[PassiveService] = []
        self._depth = 0
        self._address = self._seen = ""
        self._names: list[str] = []
        self._ports: list[_Port] = []
        self._port: _Port | None = None

    def taken(self) -> list[PassiveService]:
        """Return the completed services and forget them."""
        done, self._done = self._done, []
        return done

    def entity(self, *_: object) -> None:
        """Refuse entity definitions; Nmap writes none."""
        raise _RefusedError("XML entity definitions are not accepted")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _RefusedError("the elements are nested too deep")
        match name:
            case "host":
                self._begin_host(attributes)
            case "address" if attributes.get("addrtype") != "mac":
                self._address = self._address or parse_address(attributes.get("addr", ""))
            case "hostname":
                self._names.append(attributes.get("name", ""))
            case "port" if attributes.get("protocol", "tcp") == "tcp":
                self._port = _Port(port_number(attributes.get("portid", "")))
            case "state" if self._port is not None:
                self._port.open = attributes.get("state") == "open"
            case "service" if self._port is not None:
                self._port.service = attributes
            case "script" if self._port is not None:
                self._judge(self._port, attributes)

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        self._depth -= 1
        if name == "port" and self._port is not None:
            if self._port.open and self._port.number is not None:
                if len(self._ports) >= MAX_PORTS:
                    raise _RefusedError(f"a host has more than {MAX_PORTS:,} ports")
                self._ports.append(self._port)
            self._port = None
        elif name == "host":
            names = clean_host_names(self._names)
            if self._address or names:
                self._done += (self._service(port, names) for port in self._ports)

    def _begin_host(self, attributes: Mapping[str, str]) -> None:
        self._address, self._names, self._ports = "", [], []
        self._seen = parse_time(attributes.get("endtime") or attributes.get("starttime") or "")

    def _judge(self, port: _Port, attributes: Mapping[str, str]) -> None:
        script = self._scripts.get(attributes.get("id", ""))
        if script is not None and script.says in attributes.get("output", "")[:_MAX_OUTPUT]:
            port.claims, port.script = script.claims, script.id

    def _service(self, port: _Port, names: tuple[str, ...]) -> PassiveService:
        said = port.service
        called, product = said.get("name", ""), said.get("product", "")
        return PassiveService(
            source=Nmap.meta.name,
            seen=self._seen,
            address=self._address,
            port=port.number,
            names=names,
            service=self._products.service(called, product) or self._products.within(product),
            product=one_line(product or called),
            version=one_line(said.get("version", ""), 40),
            claims=port.claims,
            # A name from Nmap's list of ports is no evidence of the service.
            note=one_line(
                f"script {port.script}"
                if port.script
                else "guessed from the port number"
                if said.get("method") == "table"
                else ""
            ),
        )
