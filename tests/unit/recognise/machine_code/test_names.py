"""Names of native functions."""

import pytest

from tieback.recognise.machine_code.names import native_name, native_names


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
    assert native_name(owner, name) == function


def test_the_name_of_an_overloaded_one_has_its_parameters() -> None:
    names = native_names("Lshop/Api;", "url", "ILjava/lang/String;[B")
    assert names == ("Java_shop_Api_url", "Java_shop_Api_url__ILjava_lang_String_2_3B")
