"""Calls of decryption methods of the app."""

from collections.abc import Sequence

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.machine import CONTEXTS
from tieback.recognise.dalvik.run import Constant
from tieback.recognise.dataflow.code.members import MemberRef, is_wide, parameters
from tieback.recognise.dataflow.methods.values import HOLE, ArrayValue, TextValue, Value
from tieback.recognise.dataflow.walk.state import WalkState


def find_decryptor(walk: WalkState, identity: int) -> MethodRef | None:
    """The decryption method that a call runs; declared in the class of the call, or in one above it."""
    if walk.decryption is None:
        return None
    ref = walk.app.ref(identity)
    method = called_method(ref)
    if walk.decryption.decrypts(method):
        return method
    if not walk.app.is_own(walk.app.superclass(ref.owner)):
        return None
    found = walk.app.definition(identity)
    method = called_method(walk.app.ref(found.identity)) if found is not None else method
    return method if walk.decryption.decrypts(method) else None


def decrypt(walk: WalkState, method: MethodRef, identity: int, values: Sequence[Value | None]) -> Value | None:
    """What a decryption method returns for constants: a static one, or a native one of any object."""
    if walk.decryption is None:
        return None
    ref = walk.app.ref(identity)
    arguments: list[Constant] = []
    kinds = parameters(ref.kind)
    at = max(0, len(values) - sum(1 + is_wide(one) for one in kinds))  # behind the receiver
    for one in kinds:
        is_context = one in CONTEXTS
        value = _constant(walk, values[at]) if at < len(values) and not is_context else None
        if value is None and not is_context:
            return None
        arguments.append(value)
        at += 1 + is_wide(one)
    caller = walk.app.ref(walk.method) if walk.method >= 0 else ref
    made = walk.decryption.value(method, arguments, (caller.owner, caller.name))
    if isinstance(made, int):
        return made
    if isinstance(made, str):
        if walk.decryption.tells(made):
            return TextValue(made, parts=(made,), via=(identity,))
        return walk.compose("decrypted", TextValue(made, via=(identity,)), values)
    if isinstance(made, bytes):
        return walk.allocate(ArrayValue(tuple(octet - 256 if octet > 127 else octet for octet in made)))
    if isinstance(made, tuple):
        return walk.allocate(ArrayValue(tuple(TextValue(one, parts=(one,), via=(identity,)) for one in made)))
    return None


def _constant(walk: WalkState, value: Value | None) -> Constant | None:
    """A value as an argument of a decryption method; ``None`` if it is not known in full."""
    value = walk.plain(value)
    if isinstance(value, TextValue):
        return None if HOLE in value.text else value.text
    if isinstance(value, int):
        return value
    contents = walk.contents(value)
    if isinstance(contents, ArrayValue):
        items = [item for item in contents.items if isinstance(item, int)]
        return items if len(items) == len(contents.items) else None
    return None


def called_method(ref: MemberRef) -> MethodRef:
    """The method that a reference names, as runs name it."""
    kinds, _, result = ref.kind[1:].partition(")")
    return MethodRef(ref.owner, ref.name, kinds, result)
