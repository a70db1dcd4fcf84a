"""``javax.crypto`` and ``java.security`` for constants: ciphers, digests, codes and keys from passwords.

The algorithms are those of ``hashlib`` and, when a cipher runs, ``tieback.recognise.dalvik.library.ciphers``.
Source: https://docs.oracle.com/en/java/javase/17/docs/specs/security/standard-names.html.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.library.charsets import encode
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import JavaArray, JavaObject, NotRunnableError, from_bytes, to_bytes

MAX_ROUNDS = 20_000
"""Most rounds of a key from a password; each costs a fraction of an instruction."""

_CIPHER, _KEY = "Ljavax/crypto/Cipher;", "Ljava/security/Key;"
_SPEC = "Ljava/security/spec/AlgorithmParameterSpec;"
_BAD = "Ljavax/crypto/BadPaddingException;"
_NO_ALGORITHM = "Ljava/security/NoSuchAlgorithmException;"
_DIGESTS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}

type Arguments = Sequence[Any]


def _bytes(machine: Machine, value: Any) -> bytes:
    if not isinstance(value, JavaArray):
        raise NotRunnableError("bytes that are not known")
    machine.spend(len(value.items) >> 3)
    return to_bytes(value)


def _payload(value: Any, kind: type) -> Any:
    if isinstance(value, JavaObject) and isinstance(value.payload, kind):
        return value.payload
    raise NotRunnableError("an object that is not known")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise NotRunnableError("a name that is not known")


# Keys and parameters


class Key:
    """A secret key."""

    __slots__ = ("algorithm", "raw")

    def __init__(self, raw: bytes, algorithm: str = "") -> None:
        self.raw = raw
        self.algorithm = algorithm


class Parameters:
    """An initialisation vector, with the length of the tag of GCM in bits."""

    __slots__ = ("tag", "vector")

    def __init__(self, vector: bytes, tag: int = 128) -> None:
        self.vector = vector
        self.tag = tag


def _secret_key(machine: Machine, a: Arguments) -> None:
    raw = _bytes(machine, a[1])
    if len(a) > 3:
        raw = raw[max(0, a[2]) : max(0, a[2]) + max(0, a[3])]
    a[0].payload = Key(raw, _text(a[-1]))


def _block_key(machine: Machine, a: Arguments) -> None:
    begin = a[2] if len(a) > 2 else 0
    size = 8 if "DESKeySpec" in a[0].kind else 24
    a[0].payload = Key(_bytes(machine, a[1])[max(0, begin) :][:size])


def _vector(machine: Machine, a: Arguments) -> None:
    raw = _bytes(machine, a[1])
    a[0].payload = Parameters(raw[max(0, a[2]) : max(0, a[2]) + max(0, a[3])] if len(a) > 2 else raw)


def _gcm(machine: Machine, a: Arguments) -> None:
    a[0].payload = Parameters(_bytes(machine, a[2]), a[1])


class Password:
    """A password with salt, rounds and the length of the key in bits."""

    __slots__ = ("bits", "raw", "rounds", "salt")

    def __init__(self, raw: bytes, salt: bytes = b"", rounds: int = 0, bits: int = 0) -> None:
        self.raw = raw
        self.salt = salt
        self.rounds = rounds
        self.bits = bits


def _password(machine: Machine, a: Arguments) -> None:
    array = a[1]
    if not isinstance(array, JavaArray):
        raise NotRunnableError("a password that is not known")
    raw = encode("".join(map(chr, array.items)), "utf-8")
    rest = a[2:]
    salt = _bytes(machine, rest[0]) if rest else b""
    a[0].payload = Password(raw, salt, *rest[1:])


def _factory(machine: Machine, a: Arguments) -> JavaObject:
    name = _text(a[0])
    machine.allocate(64)
    return JavaObject("Ljavax/crypto/SecretKeyFactory;", name)


def _generate(machine: Machine, a: Arguments) -> JavaObject:
    name, spec = _payload(a[0], str), a[1]
    if isinstance(spec, JavaObject) and isinstance(spec.payload, Key):
        return JavaObject("Ljavax/crypto/SecretKey;", spec.payload)
    password = _payload(spec, Password)
    digest = name.lower().removeprefix("pbkdf2withhmac").split("and")[0].replace("-", "")
    if not name.lower().startswith("pbkdf2withhmac") or digest not in _DIGESTS:
        raise NotRunnableError("a key from a password that is not supported")
    if not 0 < password.rounds <= MAX_ROUNDS or not 0 < password.bits <= 1024:
        raise NotRunnableError("a key from a password with too many rounds")
    machine.spend(password.rounds * (1 + password.bits // 160))
    raw = hashlib.pbkdf2_hmac(digest, password.raw, password.salt, password.rounds, password.bits // 8)
    return JavaObject("Ljavax/crypto/SecretKey;", Key(raw, name))


# Ciphers


class CipherState:
    """A cipher between ``getInstance`` and ``doFinal``."""

    __slots__ = ("decrypts", "key", "mode", "name", "padding", "parameters", "pending")

    def __init__(self, name: str, mode: str, padded: str) -> None:
        self.name = name
        self.mode = mode
        self.padding = padded
        self.decrypts = False
        self.key = b""
        self.parameters = Parameters(b"")
        self.pending = b""


def _cipher(machine: Machine, a: Arguments) -> JavaObject:
    parts = _text(a[0]).upper().split("/")
    name, mode, padded = parts if len(parts) == 3 else (parts[0], "ECB", "PKCS5PADDING")
    machine.allocate(128)
    return JavaObject(_CIPHER, CipherState(name, mode, padded))


def _init(machine: Machine, a: Arguments) -> None:
    state = _payload(a[0], CipherState)
    if a[1] not in (1, 2):
        raise NotRunnableError("a mode of a cipher that is not supported")
    state.decrypts = a[1] == 2
    state.key = _payload(a[2], Key).raw
    state.parameters = _payload(a[3], Parameters) if len(a) > 3 else Parameters(b"")
    state.pending = b""
    machine.spend(64)


def decipher(machine: Machine, a: Arguments) -> JavaArray:
    """``Cipher.doFinal``: the rest of what a cipher makes of bytes."""
    from tieback.recognise.dalvik.library.ciphers import (
        CipherError,
        UnsuitableKeyError,
        transform,
    )  # most apps have none

    state = _payload(a[0], CipherState)
    data = state.pending + (_bytes(machine, a[1]) if len(a) > 1 else b"")
    if len(a) > 3:
        data = state.pending + _bytes(machine, a[1])[max(0, a[2]) : max(0, a[2]) + max(0, a[3])]
    machine.spend(100 + (len(data) >> 3))
    try:
        result = transform(state, data)
    except UnsuitableKeyError as error:
        raise machine.thrown("Ljava/security/InvalidKeyException;") from error
    except CipherError as error:
        raise machine.thrown(_BAD) from error
    state.pending = b""
    return machine.octets(result)


def _update(machine: Machine, a: Arguments) -> Any:
    """Everything is kept until ``doFinal``; a caller that uses the part gets no wrong one, but nothing."""
    state = _payload(a[0], CipherState)
    if state.mode in ("ECB", "CBC"):
        raise NotRunnableError("a cipher in several parts")
    raw = _bytes(machine, a[1])
    machine.allocate(len(raw))
    state.pending += raw
    return from_bytes(b"")


# Digests and codes


def _digest(machine: Machine, a: Arguments) -> JavaObject:
    name = _text(a[0]).lower().replace("-", "")
    name = "sha1" if name == "sha" else name
    if name not in _DIGESTS:
        raise machine.thrown(_NO_ALGORITHM)
    machine.allocate(256)
    return JavaObject("Ljava/security/MessageDigest;", hashlib.new(name, usedforsecurity=False))


def _digest_update(machine: Machine, a: Arguments) -> None:
    state = _hash(a[0])
    raw = bytes((a[1] & 0xFF,)) if type(a[1]) is int else _bytes(machine, a[1])
    if len(a) > 2:
        raw = raw[max(0, a[2]) : max(0, a[2]) + max(0, a[3])]
    machine.spend(1 + (len(raw) >> 3))
    state.update(raw)


def _hash(value: Any) -> Any:
    if isinstance(value, JavaObject) and value.kind == "Ljava/security/MessageDigest;":
        return value.payload
    raise NotRunnableError("a digest that is not known")


def _digest_final(machine: Machine, a: Arguments) -> JavaArray:
    if len(a) > 1:
        _digest_update(machine, a)
    state = _hash(a[0])
    machine.spend(50)
    a[0].payload = hashlib.new(state.name, usedforsecurity=False)
    return machine.octets(state.digest())


def _mac(machine: Machine, a: Arguments) -> JavaObject:
    name = _text(a[0]).lower().removeprefix("hmac").replace("-", "")
    if name not in _DIGESTS:
        raise machine.thrown(_NO_ALGORITHM)
    return JavaObject("Ljavax/crypto/Mac;", [name, b"", b""])


def _mac_init(_: Machine, a: Arguments) -> None:
    _payload(a[0], list)[1:] = [_payload(a[1], Key).raw, b""]


def _mac_update(machine: Machine, a: Arguments) -> None:
    raw = _bytes(machine, a[1])
    machine.allocate(len(raw))
    _payload(a[0], list)[2] += raw


def _mac_final(machine: Machine, a: Arguments) -> JavaArray:
    if len(a) > 1:
        _mac_update(machine, a)
    state = _payload(a[0], list)
    machine.spend(100 + (len(state[2]) >> 3))
    raw = hmac.digest(state[1], state[2], state[0])
    state[2] = b""
    return machine.octets(raw)


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {
        "Ljavax/crypto/spec/SecretKeySpec;-><init>([BLjava/lang/String;)": _secret_key,
        "Ljavax/crypto/spec/SecretKeySpec;-><init>([BIILjava/lang/String;)": _secret_key,
        "Ljavax/crypto/spec/IvParameterSpec;-><init>([B)": _vector,
        "Ljavax/crypto/spec/IvParameterSpec;-><init>([BII)": _vector,
        "Ljavax/crypto/spec/GCMParameterSpec;-><init>(I[B)": _gcm,
        "Ljavax/crypto/spec/PBEKeySpec;-><init>([C[BII)": _password,
        "Ljavax/crypto/SecretKeyFactory;->getInstance(Ljava/lang/String;)": _factory,
        "Ljavax/crypto/SecretKeyFactory;->generateSecret(Ljava/security/spec/KeySpec;)": _generate,
        f"{_CIPHER}->getInstance(Ljava/lang/String;)": _cipher,
        f"{_CIPHER}->getInstance(Ljava/lang/String;Ljava/lang/String;)": _cipher,
        f"{_CIPHER}->init(I{_KEY})": _init,
        f"{_CIPHER}->init(I{_KEY}{_SPEC})": _init,
        f"{_CIPHER}->update([B)": _update,
        f"{_CIPHER}->doFinal()": decipher,
        f"{_CIPHER}->doFinal([B)": decipher,
        f"{_CIPHER}->doFinal([BII)": decipher,
        "Ljava/security/MessageDigest;->getInstance(Ljava/lang/String;)": _digest,
        "Ljava/security/MessageDigest;->update(B)": _digest_update,
        "Ljava/security/MessageDigest;->update([B)": _digest_update,
        "Ljava/security/MessageDigest;->update([BII)": _digest_update,
        "Ljava/security/MessageDigest;->digest()": _digest_final,
        "Ljava/security/MessageDigest;->digest([B)": _digest_final,
        "Ljavax/crypto/Mac;->getInstance(Ljava/lang/String;)": _mac,
        f"Ljavax/crypto/Mac;->init({_KEY})": _mac_init,
        "Ljavax/crypto/Mac;->update([B)": _mac_update,
        "Ljavax/crypto/Mac;->doFinal()": _mac_final,
        "Ljavax/crypto/Mac;->doFinal([B)": _mac_final,
    }
    for name in ("DESKeySpec", "DESedeKeySpec"):
        found[f"Ljavax/crypto/spec/{name};-><init>([B)"] = _block_key
        found[f"Ljavax/crypto/spec/{name};-><init>([BI)"] = _block_key
    for owner in ("Ljavax/crypto/spec/SecretKeySpec;", "Ljavax/crypto/SecretKey;", _KEY):
        found[f"{owner}->getEncoded()"] = lambda machine, a: machine.octets(_payload(a[0], Key).raw)
    return found


CALLS = _calls()
