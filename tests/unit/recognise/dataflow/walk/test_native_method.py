"""Names of native functions, and the types of parameters."""

import pytest

from tests.each import each
from tieback.recognise.dataflow.members import MemberRef
from tieback.recognise.dataflow.walk.descriptors import native_name, parameters


@pytest.mark.parametrize(
    ("owner", "name", "function"),
    [
        ("Lshop/Api;", "base", "Java_shop_Api_base"),
        ("Lshop/My_Api;", "base_url", "Java_shop_My_1Api_base_1url"),
        ("Lshop/Config$Hosts;", "main", "Java_shop_Config_00024Hosts_main"),
        ("Lä;", "b", "Java__000e4_b"),
    ],
)
def test_the_name_of_a_native_function(owner: str, name: str, function: str) -> None:
    assert native_name(MemberRef(owner, name, "()Ljava/lang/String;")) == function


@each(
    ("kind", "found"),
    [
        ("()V", []),
        ("(IJ)V", [("I", "I"), ("J", "J")]),
        ("(Ljava/lang/String;[[BZ)V", [("L", "Ljava/lang/String;"), ("[", "[[B"), ("Z", "Z")]),
        ("([Lshop/Api;)V", [("[", "[Lshop/Api;")]),
        # damaged: no end of the name of a class, no end of the parameters
        ("(ILshop/Api)V", [("I", "I")]),
        ("(I", []),
        ("", []),
    ],
)
def test_the_parameters_of_a_method(kind: str, found: list[tuple[str, str]]) -> None:
    assert parameters(kind) == found
