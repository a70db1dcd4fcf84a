"""Compose files: the data stores among their services.

Source: https://github.com/compose-spec/compose-spec/blob/main/spec.md. ``${VAR}`` without a default, ``env_file`` and
``extends`` have values that the file does not contain: what they decide is not certain.
"""

import re
import shlex
from collections.abc import Iterator, Mapping

from tieback.posture.rules.containers.images import UNKNOWN, all_ports
from tieback.posture.rules.containers.policy import ContainerPolicy
from tieback.posture.rules.containers.service import ContainerService, PublishedPort, Variable
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml

_RECOGNISED = re.compile(r"(?m)(?:^|\A\s*\{\s*)[\"']?services[\"']?\s*:")
_CONTAINER = re.compile(r"(?m)(?:^\s+|[{,]\s*)[\"']?(?:image|build)[\"']?\s*:")
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-?+])(?P<other>[^{}]*))?\})"
)
_SHELL = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_MAX_RANGE = 100
_MERGE = "<<"
_MAX_MERGES = 10


class Compose:
    """Reads Compose files."""

    meta = RulesReaderMeta(
        "compose", "Docker Compose", "https://github.com/compose-spec/compose-spec/blob/main/spec.md"
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the file has services, and one of them an image or a build."""
        head = text.text[:200_000]
        return _RECOGNISED.search(head) is not None and _CONTAINER.search(head) is not None

    def read(self, text: RulesText) -> ContainerPolicy:
        """Read all services. Raises ``InputError``."""
        services = read_yaml(text).get("services") or ConfigNode({}, 1)
        return ContainerPolicy(text, [_service(name, _merged(node, 0)) for name, node in services.items()])


def _merged(node: ConfigNode, depth: int) -> ConfigNode:
    """The mapping with what its merge keys (``<<``) add; own members come first."""
    if not isinstance(node.value, dict) or depth > _MAX_MERGES:
        return node
    members: dict[str, ConfigNode] = {}
    for source in node.value[_MERGE].each() if _MERGE in node.value else ():
        members = {**dict(_merged(source, depth + 1).items()), **members}
    members |= {name: value for name, value in node.items() if name != _MERGE}
    return ConfigNode(members, node.line, node.offset)


def _service(name: str, node: ConfigNode) -> ContainerService:
    environment = dict(_environment(node.get("environment")))
    image = node.get("image")
    named = _filled(image.text) if image is not None else ""
    complete = not any(node.get(key) is not None for key in ("env_file", "extends"))
    known = {key: one.value for key, one in environment.items() if one.value is not None}
    words = [word for key in ("entrypoint", "command") for word in _words(node.get(key), known, complete=complete)]
    published, inside, certain = _published(node)
    return ContainerService(
        name,
        "" if UNKNOWN in named.partition(":")[0] else named.replace(UNKNOWN, "variable"),
        image.line if image is not None else node.line,
        environment,
        complete,
        tuple(words),
        tuple(_mounts(node)),
        tuple(published),
        inside,
        certain,
    )


def _environment(node: ConfigNode | None) -> Iterator[tuple[str, Variable]]:
    """Variables of a mapping, or of a list of ``NAME=value``; a name alone comes from the shell."""
    if node is None:
        return
    if isinstance(node.value, dict):
        for name, value in _merged(node, 0).items():
            yield name, Variable(None if value.value is None else _known(value.text), value.line)
        return
    for item in node.each():
        name, has_value, text = item.text.partition("=")
        yield name.strip(), Variable(_known(text) if has_value else None, item.line)


def _known(text: str) -> str | None:
    """The value of a variable; ``None`` if all of it comes from elsewhere."""
    filled = _filled(text)
    return None if filled and not filled.strip(UNKNOWN) else filled


def _filled(text: str) -> str:
    """The text with variables replaced: by their default, or by a mark if the file does not contain their value."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        return found["other"] if found["how"] in {"-", ":-"} else UNKNOWN

    return _VARIABLE.sub(value, text[:20_000])


def _words(node: ConfigNode | None, known: Mapping[str, str], *, complete: bool) -> Iterator[Variable]:
    """The words of a command; a shell expands the variables of the container in them."""

    def value(found: re.Match[str]) -> str:
        return known.get(found[1], "" if complete else UNKNOWN)

    for item in node.each() if node is not None else ():
        text = _filled(item.text)
        try:
            parts = shlex.split(text, comments=False) if " " in text.strip() else [text]
        except ValueError:
            parts = text.split()
        # A script of a shell is one word of the command.
        for part in [piece for one in parts for piece in one.split() or [one]][:1000]:
            word = _SHELL.sub(value, part)
            yield Variable(None if word and not word.strip(UNKNOWN) else word, item.line)


def _mounts(node: ConfigNode) -> Iterator[str]:
    for key in ("volumes", "configs", "secrets"):
        found = node.get(key)
        for item in found.each() if found is not None else ():
            target = item.get("target")
            if target is not None:
                yield target.text
            elif key == "volumes" and not isinstance(item.value, dict):
                parts = _filled(item.text).split(":")
                yield parts[1] if len(parts) > 1 else parts[0]


def _published(node: ConfigNode) -> tuple[list[PublishedPort], str, bool]:
    """Ports that are reachable from outside; otherwise why there are none, and whether that is certain."""
    mode = node.get("network_mode")
    if mode is not None and mode.text == "host":
        how = f"network_mode: {mode.text}"
        return [PublishedPort(port, str(port), "", mode.line, how, by_network=True) for port in all_ports()], "", True
    if mode is not None and mode.text.startswith(("service:", "container:")):
        return [], f"it shares the network of {mode.text}, whose ports decide", False
    found = node.get("ports")
    ports = [port for item in (found.each() if found is not None else ()) for port in _port(item)]
    if any(text.lower().replace(" ", "") == "traefik.enable=true" for text in _labels(node.get("labels"))):
        return ports, "it is not published, but a reverse proxy may forward to it", False
    if node.get("extends") is not None:
        return ports, "it is not published here, but the service that it extends may be", False
    return ports, "it is not published: only other containers reach it", True


def _labels(node: ConfigNode | None) -> list[str]:
    if node is None:
        return []
    return node.texts() if isinstance(node.value, list) else [f"{name}={value.text}" for name, value in node.items()]


def _port(item: ConfigNode) -> Iterator[PublishedPort]:
    if isinstance(item.value, dict):
        target, outside, address = (item.get(key) for key in ("target", "published", "host_ip"))
        protocol = item.get("protocol")
        if protocol is None or protocol.text.lower() == "tcp":
            yield PublishedPort(
                _number(target.text if target else ""),
                _filled(outside.text) if outside else "",
                _filled(address.text) if address else "",
                item.line,
                f"ports: {outside.text if outside else ''}:{target.text if target else ''}",
            )
        return
    text = _filled(item.text)
    body, _, protocol_name = text.partition("/")
    if protocol_name.lower() not in {"", "tcp"}:
        return
    head, _, target_text = body.rpartition(":")
    address_text, _, outside_text = head.rpartition(":")
    if head.endswith("]"):  # an IPv6 address and no port outside
        address_text, outside_text = head, ""
    elif "." in outside_text and not address_text:
        address_text, outside_text = outside_text, ""
    first, _, last = target_text.partition("-")
    low, high = _number(first), _number(last)
    outside_first = outside_text.partition("-")[0]
    for number in range(low, min(high, low + _MAX_RANGE) + 1) if low is not None and high is not None else (low,):
        shift = (number or 0) - (low or 0)
        shown = str(int(outside_first) + shift) if outside_first.isdecimal() else ""
        is_certain = UNKNOWN not in address_text
        yield PublishedPort(
            number, shown, address_text.replace(UNKNOWN, ""), item.line, f"ports: {item.text}", certain=is_certain
        )


def _number(text: str) -> int | None:
    filled = _filled(text).strip()
    return int(filled) if filled.isascii() and filled.isdecimal() and len(filled) < 6 else None
