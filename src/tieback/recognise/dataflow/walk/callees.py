"""What a call of a method that is neither in the library nor a sink means."""

from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import TextValue
from tieback.recognise.dataflow.walk.decryption import find_decryptor
from tieback.recognise.dataflow.walk.getters import library_constant
from tieback.recognise.dataflow.walk.state import Callee, WalkState
from tieback.recognise.machine_code.names import native_name


def callee(walk: WalkState, index: int, *, known: bool) -> Callee | None:
    """The method of a call; ``None`` if it is not of the app, and the class of the receiver is not known to be."""
    key = walk.file, index
    found = walk.known_callees.get(key)
    if found is None and (known or key not in walk.known_callees):
        found = walk.known_callees[key] = _read_callee(walk, index, known=known)
    return found


def _read_callee(walk: WalkState, index: int, *, known: bool) -> Callee | None:
    """What a call of a method means; see ``callee``."""
    app, dex = walk.app, walk.app.files[walk.file]
    member = dex.method(index)
    if member is None:
        return None
    own = app.is_own_type(walk.file, member.owner)
    effect = walk.calls.inherited(index, member.name)
    identity = app.method(walk.file, index)
    constant = library_constant(app, identity) if not own else None
    if not (own or known or effect or constant):
        return None
    returns = app.ref(identity).kind[-1:] not in ("V", "Z")
    ref = app.ref(identity)
    if effect is not None and effect is not Effect.VIEW and app.definition(identity) is not None:
        effect = None  # only the contract of ``findViewById`` is fixed: support libraries define it again
    native = _native_constant(walk, identity) if own and walk.settings.returned else None
    native = TextValue(constant, parts=(constant,), via=(identity,)) if constant else native
    decryptor = find_decryptor(walk, identity) if own and walk.decryption is not None else None
    return Callee(identity, (ref.name, ref.kind), effect, native, decryptor, own=own, returns=returns)


def _native_constant(walk: WalkState, identity: int) -> TextValue | None:
    """The constant that a native method returns."""
    ref = walk.app.ref(identity)
    text = None
    if ref.kind.endswith(")Ljava/lang/String;"):
        text = walk.settings.returned.get(native_name(ref.owner, ref.name))
    return TextValue(text, parts=(text,), via=(identity,)) if text else None
