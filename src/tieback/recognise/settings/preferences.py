"""Servers that a settings screen offers as defaults.

They are in ``android:defaultValue`` of a preference named after a server, and in ``android:text`` of a text field. A
default without a scheme looks like any number or word. The keys of two preferences show what it is: ``serverip`` with
an address or a name, and ``serverport`` with its port. Without a port an IPv4 address is enough. The only address in
the text fields of a screen, if it is in a private network, is that of a device or server. Several are settings of a
network. See https://developer.android.com/develop/ui/views/components/settings/components-and-attributes. Bounds:
64 KiB (only small files are read this way), 200 servers.
"""

from collections.abc import Iterator
from itertools import islice

from tieback.intake.apps.binary_xml import read_tree
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.endpoint import Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.address import verify
from tieback.recognise.endpoints.hosts import QUAD, EndpointHost, check_host, web_server
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.key_values import names_address, plain_key

RULE = "preference-default"
MARK = "defaultValue"
PRIVATE_MARKS = ("192.168.", "10.0.0.", "10.0.1.", "172.16.")
"""Beginnings of the usual private addresses: most layouts have none, and are not read."""
_MARKS = tuple(mark.encode(width) for mark in (MARK, *PRIVATE_MARKS) for width in ("utf-8", "utf-16-le"))
MAX_SERVERS = 200
_FIELDS = ("EditText", "AutoCompleteTextView")
_HOST_WORDS = ("ipaddress", "hostname", "address", "domain", "server", "broker", "addr", "host", "name", "url", "ip")
_SERVER = lazy_pattern(r"server|host|broker|gateway|proxy|backend|api|add?ress|addr|domain|ip$")
_ADDRESS = lazy_pattern(QUAD)
_VALUE = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9.-]{3,252}|\[?[0-9a-fA-F:.]{3,45}\]?")


def names_servers(content: bytes) -> bool:
    """True if the file has defaults of preferences or a private address, in either width of a string pool."""
    return any(map(content.__contains__, _MARKS))


def server_defaults(file: str, content: bytes, rules: RuleFiles) -> Iterator[Sighting | NotBackend]:
    """The servers in the defaults of a settings screen, compiled or as text; empty if it cannot be read."""
    try:
        root = read_tree(content) if content.startswith(COMPILED) else read_text_xml(content)
    except MalformedPoolError:
        return
    yield from _in_fields(file, root, rules)
    defaults = dict(_defaults(root))
    found = (
        (key, value, port)
        for key, value in defaults.items()
        if _SERVER.search(plain_key(key)) and _VALUE.fullmatch(value) and (port := _port(plain_key(key), defaults))
    )
    for key, value, port in islice(found, MAX_SERVERS):
        verdict = verify("", f"[{value.strip('[]')}]" if ":" in value else value, port, rules)
        yield from verdict.not_backends
        shown = match_context(f"{key}=", f"{value}:{port}")
        place = Evidence(file, None, f"resource:preference/{key[:64]}/{RULE}", shown)
        yield from (Sighting(endpoint, 1, Party.UNKNOWN, place) for endpoint in verdict.endpoints)
    for key, value in islice(defaults.items(), MAX_SERVERS):
        # Without a port only an address is certain; that of a web server stands for it.
        if _ADDRESS.fullmatch(value) and names_address(plain_key(key)) and not _port(plain_key(key), defaults):
            host = check_host(value, rules)
            if isinstance(host, EndpointHost):
                place = Evidence(file, None, f"resource:preference/{key[:64]}/{RULE}", match_context(f"{key}=", value))
                yield Sighting(web_server(host), 1, Party.UNKNOWN, place)


def _defaults(root: Element) -> Iterator[tuple[str, str]]:
    for element in _elements(root):
        key, value = element.attributes.get("key", ""), element.attributes.get(MARK, "")
        if key and value:
            yield key, value


def _in_fields(file: str, root: Element, rules: RuleFiles) -> Iterator[Sighting]:
    """The private address that is the text of one of the text fields, with the only port beside it."""
    texts = [element.attributes.get("text", "") for element in _elements(root) if element.name.endswith(_FIELDS)]
    addresses = [text for text in texts if _ADDRESS.fullmatch(text)]
    if len(addresses) != 1 or not addresses[0].startswith(PRIVATE_MARKS):
        return
    numbers = [text for text in texts if text.isascii() and text.isdigit()]
    host = check_host(addresses[0], rules)
    if not isinstance(host, EndpointHost):
        return
    shown = ":".join((*addresses, *(numbers if len(numbers) == 1 else ())))
    found = verify("", addresses[0], numbers[0], rules).endpoints if len(numbers) == 1 else ()
    place = Evidence(file, None, f"resource:layout/{RULE}", match_context("text=", shown))
    yield Sighting(found[0] if found else web_server(host), 1, Party.UNKNOWN, place)


def _elements(root: Element) -> Iterator[Element]:
    stack = [root]
    while stack:
        element = stack.pop()
        stack += reversed(element.children)
        yield element


def _port(key: str, defaults: dict[str, str]) -> str:
    """The default of the port whose key has the same beginning; empty if there is none."""
    stem = _stem(key)
    return next((value for name, value in defaults.items() if plain_key(name) in {f"{stem}port", f"{key}port"}), "")


def _stem(key: str) -> str:
    word = next((word for word in _HOST_WORDS if key.endswith(word) and key != word), "")
    return key.removesuffix(word)
