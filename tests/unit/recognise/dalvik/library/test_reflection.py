"""Fields of classes of the app by their names, and the name of the app."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine as any_machine
from tests.unit.recognise.dalvik.test_run import DEX
from tieback.recognise.dalvik.library.platform import CALLS as PLATFORM
from tieback.recognise.dalvik.library.reflection import CALLS
from tieback.recognise.dalvik.machine import Machine, NoFiles
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, Boxed, ClassRef, NotRunnableError
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

NET = ClassRef("Ltest/runorder/Net;")
FIND, VALUE = f"Ljava/lang/Class;->getField({STRING})", "Ljava/lang/reflect/Field;->get(Ljava/lang/Object;)"


class Files(NoFiles):
    """An app with a name."""

    def name(self) -> str:
        """The name."""
        return "com.shop.app"


def runs() -> Machine:
    its = Runner([DexFile((DEX / "runorder.dex").read_bytes())]).machine
    its.begin(("", ""))
    return its


@each(("name", "value"), [("ROOT", "https://api.shop.test/v3"), ("LEVEL", Boxed("Ljava/lang/Integer;", 7))])
def test_a_static_field_is_read_by_its_name(name: str, value: Any) -> None:
    its = runs()
    assert CALLS[VALUE](its, (CALLS[FIND](its, (NET, name)), 0)) == value


def test_a_number_is_read_from_its_field() -> None:
    its = runs()
    read = CALLS["Ljava/lang/reflect/Field;->getInt(Ljava/lang/Object;)"]
    assert read(its, (CALLS[FIND](its, (NET, "LEVEL")), 0)) == 7
    assert read(its, (CALLS[FIND](its, (ClassRef("Landroid/os/Build$VERSION;"), "SDK_INT")), 0)) > 30
    with pytest.raises(NotRunnableError):
        read(its, (CALLS[FIND](its, (NET, "ROOT")), 0))


@each(("of", "name"), [(NET, "OTHER"), (ClassRef("Landroid/os/Build;"), "MODEL"), (UNKNOWN, "ROOT"), (NET, UNKNOWN)])
def test_no_other_field_is_known(of: Any, name: Any) -> None:
    with pytest.raises(NotRunnableError):
        CALLS[FIND](runs(), (of, name))


def test_the_name_of_the_app_is_known_if_the_manifest_has_it() -> None:
    its = runs()
    assert CALLS["Landroid/content/Context;->getPackageName()"](its, (UNKNOWN,)) is UNKNOWN
    its.files = Files()
    assert CALLS["Landroid/content/Context;->getPackageName()"](its, (UNKNOWN,)) == "com.shop.app"


def test_classes_by_which_libraries_recognise_android_exist() -> None:
    for_name = PLATFORM["Ljava/lang/Class;->forName(Ljava/lang/String;)"]
    assert for_name(any_machine(), ("android.os.Build",)) == ClassRef("Landroid/os/Build;")
    with pytest.raises(NotRunnableError):
        for_name(any_machine(), ("android.app.Other",))
