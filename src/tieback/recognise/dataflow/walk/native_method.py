"""Names of the functions of native methods."""

from tieback.recognise.dataflow.code.members import MemberRef


def native_name(ref: MemberRef) -> str:
    """Name of the function of a native method that is not overloaded.

    Source: Java Native Interface Specification, "Resolving Native Method Names".
    """
    return f"Java_{_mangled(ref.owner[1:-1])}_{_mangled(ref.name)}"


def _mangled(name: str) -> str:
    """A name in the form that the specification prescribes."""
    plain = name.replace("_", "_1").replace("/", "_")
    if plain.replace("_", "").isalnum() and plain.isascii():
        return plain
    return "".join(char if char.isascii() and char not in "$-" else f"_0{ord(char):04x}" for char in plain)
