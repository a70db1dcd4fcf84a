"""Servers in descriptions of HTTP APIs: Swagger 2 and OpenAPI 3, as JSON and YAML.

Swagger 2 has ``host``, ``basePath`` and ``schemes``, OpenAPI 3 ``servers`` with variables, which have a default value
and can have a list of values. A server that is relative to the address of the description gives nothing. Sources:
https://spec.openapis.org/oas/v2.0.html#swagger-object, https://spec.openapis.org/oas/v3.1.0.html#server-object. Bounds:
files of 1 MiB, 16 KiB of the YAML that is read, 16 addresses of a server, 64 of a description.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

import msgspec

from tieback.intake.apps.interface import Buffer
from tieback.model.endpoint import Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.context import match_context
from tieback.recognise.endpoints import url
from tieback.recognise.rules import RuleFiles
from tieback.recognise.texts.structured import is_api

RULE = "api-description"
MAX_FILE = 1024 * 1024
MAX_YAML = 16 * 1024
MAX_SERVER, MAX_ADDRESSES = 16, 64
"""Most addresses of one server, and of one description."""
_NAMES = (".json", ".yaml", ".yml")
_KEYS = ("swagger", "openapi", "host", "basePath", "schemes", "servers")
_TOP = lazy_pattern(rb"^[\"']?(?:%b)[\"']?[ \t]{0,8}:" % "|".join(_KEYS).encode(), re.MULTILINE)
_NEXT = lazy_pattern(rb"^[^\s#-]", re.MULTILINE)
"""The first line of the next key of a YAML file."""
_SCHEMES = ("https", "http", "wss", "ws")
_VARIABLE = lazy_pattern(r"\{([^{}]{1,64})\}")
_ADDRESS = lazy_pattern(r"(?:https?|wss?)://[^\s\"'<>]{1,1024}")


class _Description(msgspec.Struct, frozen=True):
    """What is read of a description; any part can have any type."""

    swagger: object = ""
    openapi: object = ""
    host: object = ""
    base_path: object = msgspec.field(default="", name="basePath")
    schemes: object = ()
    servers: object = ()


def api_servers(buffer: Buffer, rules: RuleFiles) -> Iterator[Sighting | NotBackend]:
    """The servers of the API that a file describes; none for other files."""
    data = buffer.data
    if not buffer.file.lower().endswith(_NAMES) or len(data) > MAX_FILE or not is_api(data):
        return
    described = _read(bytes(data))
    if described is None:
        return
    key = "servers" if described.openapi else "host"
    begin = found.start() if (found := re.search(rb"[\"']?\b%b[\"']?\s{0,8}:" % key.encode(), data)) else 0
    for address, raw in islice(dict(_addresses(described)).items(), MAX_ADDRESSES):
        scheme = rules.services.schemes.get(address.partition("://")[0].lower())
        if scheme is None or not _ADDRESS.fullmatch(address):
            continue
        verdict = url.verify(address, scheme, rules)
        yield from verdict.not_backends
        for one in verdict.endpoints:
            at = max(data.find(raw.encode("utf-8", "replace"), begin), 0)
            shown = match_context("", address)[:160]
            place = Evidence(buffer.file, buffer.base + at, f"config:{key}/{RULE}", shown)
            yield Sighting(one, 1, Party.UNKNOWN, place)


def _read(data: bytes) -> _Description | None:
    try:
        if data.lstrip()[:1] == b"{":
            return msgspec.json.decode(data, type=_Description)
        return msgspec.convert(_read_yaml(data), _Description)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _read_yaml(data: bytes) -> object:
    """The keys of the description that name servers; the others can be long."""
    import yaml  # few apps have such a file

    parts = bytearray()
    for found in _TOP.finditer(data):
        after = _NEXT.search(data, found.end())
        parts += data[found.start() : after.start() if after else len(data)].rstrip() + b"\n"
        if len(parts) > MAX_YAML:
            return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(bytes(parts), Loader=loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return None


def _addresses(described: _Description) -> Iterator[tuple[str, str]]:
    """The addresses of the servers, with the text of the file from which each is made."""
    if described.swagger:
        host = described.host if isinstance(described.host, str) else ""
        path = described.base_path if isinstance(described.base_path, str) else ""
        schemes = described.schemes if isinstance(described.schemes, list | tuple) else ()
        # Without a list, the scheme is that with which the description is loaded.
        for scheme in [one for one in schemes if one in _SCHEMES] or ["https"]:
            if host:
                yield f"{scheme}://{host}/{path.strip('/')}", host
        return
    for server in islice(described.servers if isinstance(described.servers, list | tuple) else (), MAX_ADDRESSES):
        text = server.get("url") if isinstance(server, dict) else None
        if isinstance(text, str):
            yield from ((one, text) for one in _completed(text.strip(), server.get("variables")))


def _completed(text: str, variables: object) -> Iterator[str]:
    """The addresses of a server with each of the values of its variables, those with default values first."""
    known: Mapping[object, object] = variables if isinstance(variables, dict) else {}
    names = list(dict.fromkeys(_VARIABLE.findall(text)))
    options = [_values(known.get(name)) or [f"{{{name}}}"] for name in names]
    for row in islice(product(*options), MAX_SERVER):
        yield _filled(text, dict(zip(names, row, strict=True)))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values[found[1]], text)


def _values(variable: object) -> list[str]:
    if not isinstance(variable, dict):
        return []
    listed = variable.get("enum")
    every = [variable.get("default"), *(islice(listed, MAX_SERVER) if isinstance(listed, list) else ())]
    return list(dict.fromkeys(str(one) for one in every if isinstance(one, str | int) and str(one)))
