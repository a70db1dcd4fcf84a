"""One container with what decides about access: image, environment, arguments, mounted paths, published ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that the file sets."""

    value: str | None
    """``None`` if the file does not contain it, for example because it is a variable of the shell."""
    line: int
    secret: bool = False
    """True if it comes from a secret: it is set, but not in the file."""


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """A port that is reachable from outside of the containers."""

    port: int | None
    """Port in the container; ``None`` if the file does not contain it."""
    outside: str
    """Port outside, as text; empty if it is chosen at start."""
    address: str
    """Address outside; empty for all."""
    line: int
    how: str
    """What publishes it, such as ``ports: 9200:9200`` or ``Service es, LoadBalancer``."""
    by_network: bool = False
    """True if it is one of all ports, because the container has the network of its host."""
    file: str = ""
    """File of the line, if the file of the container is another one."""
    certain: bool = True
    """False if something outside the file limits who reaches it."""


@dataclass(frozen=True, slots=True)
class ContainerService:
    """A container of a file."""

    name: str
    """Path of the answer: the name of the service, or kind, name and container."""
    image: str
    """Image with its tag; empty if it is built from a Dockerfile, or unknown."""
    line: int
    environment: Mapping[str, Variable] = field(default_factory=dict)
    complete: bool = True
    """False if a file or object that was not read can set more variables or arguments."""
    arguments: tuple[Variable, ...] = ()
    mounts: tuple[str, ...] = ()
    """Paths in the container that are mounted from files or objects."""
    published: tuple[PublishedPort, ...] = ()
    inside: str = "it is not published: only other containers reach it"
    """Why nobody outside reaches it, if no port is published."""
    inside_certain: bool = True
    file: str = ""
    """File of the container, if several files are read together."""
