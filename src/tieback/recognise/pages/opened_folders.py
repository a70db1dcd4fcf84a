"""Code that opens pages of the assets by names that only a run knows: ``"file:///android_asset/www/" + name``.

Cordova, Capacitor and their plug-ins put the start page of the settings behind the same text; they open no other page.
Bounds: 64 places that can load the text.
"""

from tieback.intake.apps.interface import Bytes
from tieback.intake.apps.text_places import has_text
from tieback.recognise.dataflow.code.places import MAX_SHORT, whole_code
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CONST_STRINGS
from tieback.recognise.dataflow.dex.operand_uses import OperandUses, is_instruction

MAX_PLACES = 64
_FOLDER = b"file:///android_asset/www/"
_FRAMES = ("Lorg/apache/cordova/", "Lcom/getcapacitor/", "Lcom/ionicframework/", "Lio/ionic/", "Lcordova/")


def opens_any_page(data: Bytes) -> bool:
    """True if a class of a DEX file, not of Cordova or Capacitor, loads the address of the folder with the pages."""
    if not has_text(data, _FOLDER + b"\0"):
        return False
    try:
        dex = DexFile(data)
    except MalformedDexError:
        return True
    return _is_loaded(dex, dex.string_of(_FOLDER))


def _is_loaded(dex: DexFile, index: int) -> bool:
    """True if such a class loads a string."""
    if index < 0:
        return False
    uses = OperandUses(whole_code(dex), CONST_STRINGS)
    for place in uses.offsets(index & MAX_SHORT, MAX_PLACES):
        code = dex.code_around(place, every=True)
        if code is None or not is_instruction(dex, code, (place - code.begin) // 2):
            continue
        if not dex.descriptor(dex.method_kind(dex.method_of(code, every=True))).startswith(_FRAMES):
            return True
    return False
