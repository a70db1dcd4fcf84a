"""Names and parameter types of methods, from their references in a DEX file."""

from tieback.recognise.dataflow.members import MemberRef


def native_name(ref: MemberRef) -> str:
    """Name of the function of a native method that is not overloaded.

    Source: Java Native Interface Specification, "Resolving Native Method Names".
    """
    return f"Java_{_mangled(ref.owner[1:-1])}_{_mangled(ref.name)}"


def _mangled(name: str) -> str:
    """A name in the form that the specification prescribes."""
    plain = name.replace("_", "_1").replace("/", "_")
    return "".join(char if char.isascii() and char not in "$-" else f"_0{ord(char):04x}" for char in plain)


def parameters(kind: str) -> list[tuple[str, str]]:
    """First character and descriptor of each parameter of a method's types."""
    found, at = [], 1
    end = kind.find(")")
    while 0 < at < end:
        begin = at
        while at < end - 1 and kind[at] == "[":
            at += 1
        if kind[at] == "L":
            at = kind.find(";", at, end)
            if at < 0:
                break
        at += 1
        found.append((kind[begin], kind[begin:at]))
    return found
