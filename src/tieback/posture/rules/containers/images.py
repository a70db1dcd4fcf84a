"""Access to a data store in a container, by its image (``images.toml``) and its published ports."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from tieback.posture.rules import interface
from tieback.posture.rules.containers.service import ContainerService, PublishedPort, Variable
from tieback.posture.rules.interface import Permission
from tieback.posture.rules.server import is_local_address

_MAJOR = re.compile(r"v?(\d{1,4})(?:\D|$)")
_EMPTY = Variable("", 0)
UNKNOWN = "\0"
"""Stands in a value for a part that the file does not contain."""
_COMMON_PORTS = frozenset({8123, 9000})
"""Ports of data stores that many other servers use."""
_OFF = frozenset({"false", "no", "off"})
_CONFIG_FILES = (".conf", ".cnf", ".cfg", ".ini", ".yml", ".yaml")


class ImageRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of an image."""

    access: Literal["open", "closed", "unsure"]
    reason: str
    env: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    since: int = 0
    before: int = 0

    @property
    def is_default(self) -> bool:
        """True if it applies to what the file does not set."""
        return not self.env and not self.args


class StoreImage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An image of a data store."""

    product: str
    names: tuple[str, ...]
    ports: tuple[int, ...]
    source: str
    rule: tuple[ImageRule, ...]
    request: str = ""
    config: tuple[str, ...] = ()
    web: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    image: tuple[StoreImage, ...]


@cache
def load_images() -> tuple[StoreImage, ...]:
    """Every image, in file order. Raises ``msgspec.ValidationError`` if the data file is damaged."""
    raw = resources.files("tieback.posture.rules.containers").joinpath("images.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_File).image


@cache
def _by_name() -> Mapping[str, StoreImage]:
    return {name: image for image in load_images() for name in image.names}


@cache
def all_ports() -> tuple[int, ...]:
    """The ports of all data stores."""
    return tuple(sorted({port for image in load_images() for port in image.ports}))


@cache
def store_ports() -> frozenset[int]:
    """The ports that show a data store even if its image is not known."""
    return frozenset(all_ports()) - _COMMON_PORTS


def store_image(image: str) -> StoreImage | None:
    """The data store that an image contains; ``None`` if it is not known."""
    parts = _without_tag(image)[0].lower().split("/")
    known = _by_name()
    return known.get("/".join(parts[-2:])) or known.get(parts[-1])


def is_store(service: ContainerService) -> bool:
    """True for a known data store, and for an unknown image that publishes the port of one."""
    if store_image(service.image) is not None:
        return True
    return any(one.port in store_ports() and not one.by_network for one in service.published)


def container_access(service: ContainerService) -> Permission:
    """Read and write access to a container from outside, without a login."""
    found = _access(service)
    return found if found.file or not service.file else msgspec.structs.replace(found, file=service.file)


def _access(service: ContainerService) -> Permission:
    image = store_image(service.image)
    shown = f"image: {service.image or 'built from a Dockerfile'}"
    if image is None:
        port = next(one for one in service.published if one.port in store_ports())
        reason = "an unknown image publishes the port of a data store"
        return interface.allow(port.line, f"{shown}; {port.how}", reason=reason, certain=False)
    ports = [one for one in service.published if one.port in image.ports or one.port is None]
    outside = [one for one in ports if not is_local_address(one.address)]
    if not outside:
        return _unreachable(service, image, ports)
    best = next((one for one in outside if one.port is not None and one.certain), outside[0])
    own = _by_image(service, image, shown, best)
    return own if best.certain and best.port is not None else msgspec.structs.replace(own, certain=False)


def _unreachable(service: ContainerService, image: StoreImage, ports: list[PublishedPort]) -> Permission:
    if ports:
        return interface.deny(f"it is published only on {ports[0].address}", ports[0].line, ports[0].how)
    if service.published:
        numbers = " and ".join(str(port) for port in image.ports)
        first = service.published[0]
        reason = f"its default port {numbers} is not published, but another one is"
        denied = interface.deny(reason, first.line, first.how, certain=False)
        return msgspec.structs.replace(denied, file=first.file) if first.file else denied
    return interface.deny(service.inside, service.line, f"image: {service.image}", certain=service.inside_certain)


def _by_image(
    service: ContainerService, image: StoreImage, shown: str, port: PublishedPort, first: int = 0
) -> Permission:
    """The answer of the first rule that applies, from the rule with the number ``first``."""
    version = _major(service.image)
    doubt = "" if service.complete else "a file or object that was not read changes it"
    doubt = doubt or _other_config(service, image)
    for number, rule in enumerate(image.rule[first:], start=first + 1):
        if version is not None and (version < rule.since or (rule.before and version >= rule.before)):
            continue
        if rule.is_default and (rule.since or rule.before) and version is None and rule is not image.rule[-1]:
            continue  # the last rule is about the releases that are supported today
        found = _EMPTY if rule.is_default else _match(service, rule)
        if found is None:
            continue
        is_unknown = found.value is None and not found.secret
        if is_unknown and rule.values and rule.access == "closed":
            doubt = doubt or "a variable without a value in this file changes it"
            continue
        certain, reason = rule.access != "unsure", rule.reason
        if rule.is_default and (rule.since or rule.before) and version is None:
            certain, reason = False, f"{reason}; the version is not known"
        if rule.is_default and doubt:
            certain, reason = False, f"{reason}, unless {doubt}"
        elif is_unknown and (rule.access != "closed" or not _is_closed(service, image, shown, port, number)):
            certain, reason = False, f"{reason}, if the variable has such a value"
        line = found.line or service.line
        text = f"{shown}; {port.how}" + ("" if rule.is_default else f"; {_said(rule, service)}")
        if rule.access == "closed":
            return interface.deny(reason, line, text, certain=certain)
        request = image.request.replace("<port>", port.outside or "<port>")
        return interface.allow(line, text, request, reason=reason, certain=certain)
    return interface.deny("no rule of the image applies", service.line, shown, certain=False)


def _is_closed(service: ContainerService, image: StoreImage, shown: str, port: PublishedPort, first: int) -> bool:
    """True if the rules from ``first`` on close it, too: then the value of a variable does not matter."""
    after = _by_image(service, image, shown, port, first)
    return not after.allowed and after.certain


def _match(service: ContainerService, rule: ImageRule) -> Variable | None:
    """The variable or argument that makes a rule apply; ``None`` if none does."""
    for name in rule.env:
        variable = service.environment.get(name)
        if variable is None or variable.value == "":
            continue
        if not rule.values or variable.value is None or variable.value.strip().lower() in rule.values:
            return variable
    words = service.arguments
    for number, word in enumerate(words):
        text = word.value or ""
        # ``--bind x``, ``--bind=x``, or a name that itself ends in ``=``.
        option = next(
            (one for one in rule.args if text == one or text.startswith(one if one[-1] == "=" else f"{one}=")), ""
        )
        if not option:
            continue
        value = text[len(option) :].lstrip("=")
        follows = words[number + 1] if number + 1 < len(words) else None
        given = Variable(None if value == UNKNOWN else value, word.line) if value else follows
        if value.lower() in _OFF and not rule.values:
            continue
        if not rule.values:
            if given is not None and given.value == "":
                continue  # an empty password is none
            is_unknown = given is not None and given.value is None and not given.secret
            return Variable(None, word.line) if is_unknown else word
        if given is not None and (given.value is None or given.value.lower() in rule.values):
            return Variable(given.value, word.line)
    return None


def _other_config(service: ContainerService, image: StoreImage) -> str:
    """What a mounted or named configuration file can do; empty if there is none."""
    mounted = [path for path in service.mounts if image.config and path.startswith(image.config)]
    named = [word.value for word in service.arguments if word.value and word.value.endswith(_CONFIG_FILES)]
    return next((f"{path} changes it" for path in (*mounted, *named)), "")


def _said(rule: ImageRule, service: ContainerService) -> str:
    """What the file sets, without the values of passwords."""
    names = [name for name in rule.env if name in service.environment]
    if not names:
        return rule.args[0].rstrip("=")
    return f"{names[0]}={service.environment[names[0]].value or '…'}" if rule.values else f"{names[0]}=…"


def _without_tag(image: str) -> tuple[str, str]:
    """Name and tag; a port of the registry is no tag."""
    name, _, _ = image.partition("@")
    head, colon, tag = name.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (name, "")


def _major(image: str) -> int | None:
    found = _MAJOR.match(_without_tag(image)[1])
    return int(found[1]) if found else None
