"""Names of the functions of native methods.

Source: Java Native Interface Specification, "Resolving Native Method Names".
"""


def native_name(owner: str, name: str) -> str:
    """Name of the function of a native method that is not overloaded; ``owner`` is the descriptor of its class."""
    return f"Java_{_mangled(owner[1:-1])}_{_mangled(name)}"


def native_names(owner: str, name: str, parameters: str) -> tuple[str, str]:
    """Both names that the function of a native method can have; ``parameters`` are descriptors, joined."""
    short = native_name(owner, name)
    return short, f"{short}__{_mangled(parameters).replace(';', '_2').replace('[', '_3')}"


def _mangled(name: str) -> str:
    """A name in the form that the specification prescribes."""
    plain = name.replace("_", "_1").replace("/", "_")
    if plain.replace("_", "").isalnum() and plain.isascii():
        return plain
    return "".join(char if char.isascii() and char not in "$-" else f"_0{ord(char):04x}" for char in plain)
