"""The types of parameters of methods."""

from tests.each import each
from tieback.recognise.dataflow.code.members import parameters, words


@each(
    ("kind", "found"),
    [
        ("()V", []),
        ("(IJ)V", ["I", "J"]),
        ("(Ljava/lang/String;[[BZ)V", ["Ljava/lang/String;", "[[B", "Z"]),
        ("([Lshop/Api;)V", ["[Lshop/Api;"]),
        # damaged: no end of the name of a class, no end of the parameters
        ("(ILshop/Api)V", ["I"]),
        ("(I", []),
        ("", []),
    ],
)
def test_the_parameters_of_a_method(kind: str, found: list[str]) -> None:
    assert list(parameters(kind)) == found


@each(("kind", "registers"), [("()V", 0), ("(IJ)V", 3), ("([JDLshop/Api;)J", 4)])
def test_registers_of_the_parameters_of_a_method(kind: str, registers: int) -> None:
    assert words(kind) == registers
