"""Methods and fields of an app, by their names and by their code."""

from typing import NamedTuple

from tieback.recognise.dataflow.dexfile import CodeItem


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
