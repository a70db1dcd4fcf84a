"""Methods and fields of an app, by their names and by their code."""

from functools import lru_cache
from typing import NamedTuple

from tieback.recognise.dataflow.dex.dexfile import CodeItem


class MemberRef(NamedTuple):
    """A method or field by its names."""

    owner: str
    """Descriptor of the class."""
    name: str
    kind: str
    """Descriptor of a field; parameters and result of a method, such as ``(I)V``."""

    @property
    def shown(self) -> str:
        """Smali notation without the types."""
        return f"{self.owner}->{self.name}"


class MethodCode(NamedTuple):
    """A method with code."""

    identity: int
    file: int
    """Number of the DEX file."""
    code: CodeItem


class CodeUse(NamedTuple):
    """A method that calls a method or accesses a field."""

    method: MethodCode
    last: int
    """Code unit of the last place."""


@lru_cache(maxsize=2048)
def split_types(descriptors: str) -> tuple[str, ...]:
    """The single descriptors of joined ones; most methods of an app have one of a few hundred lists."""
    found, at = [], 0
    while at < len(descriptors):
        begin = at
        while at < len(descriptors) - 1 and descriptors[at] == "[":
            at += 1
        if descriptors[at] == "L":
            at = descriptors.find(";", at)
            if at < 0:
                break  # damaged: the name of a class has no end
        at += 1
        found.append(descriptors[begin:at])
    return tuple(found)


def parameters(kind: str) -> tuple[str, ...]:
    """The type of each parameter of a method, such as those of ``(IJ)V``."""
    return split_types(kind[1 : kind.find(")")])


def is_wide(kind: str) -> bool:
    """True for a type that takes two registers."""
    return kind in ("J", "D")


def word_types(kind: str) -> list[str]:
    """The type of each word of the parameters of a method; that of a ``long`` or ``double`` twice."""
    return [one for one in parameters(kind) for _ in range(1 + is_wide(one))]


def words(kind: str) -> int:
    """Registers of the parameters of a method, such as 3 for ``(IJ)V``."""
    return sum(1 + is_wide(one) for one in parameters(kind))
