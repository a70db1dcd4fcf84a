"""Names of native functions."""

import pytest

from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.walk.native_method import native_name


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
