"""The ciphers of ``javax.crypto`` by ``cryptography``, which is imported only if an app runs one.

Most of these algorithms are broken, and apps hide their strings with them.
"""

from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers import modes as decrepit
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, Blowfish, TripleDES
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import Mode

from tieback.recognise.dalvik.objects import NotRunnableError

if TYPE_CHECKING:
    from tieback.recognise.dalvik.library.crypto import CipherState


class CipherError(Exception):
    """Data, padding or vector that the cipher refuses."""


class UnsuitableKeyError(Exception):
    """A key of a length that the cipher does not have."""


def transform(state: "CipherState", data: bytes) -> bytes:
    """The result of ``doFinal``.

    Raises:
        UnsuitableKeyError: if the key does not suit the cipher.
        CipherError: if the cipher refuses the data.
        NotRunnableError: if cipher or mode is not supported.
    """
    if state.name == "CHACHA20-POLY1305" or (state.name == "CHACHA20" and state.mode == "POLY1305"):
        return _chacha(state, data)
    algorithm = _algorithm(state)
    try:
        mode, data = _mode(state, data)
        cipher: Any = Cipher(algorithm, mode)
        size = getattr(algorithm, "block_size", 0)
        padded = state.mode in ("ECB", "CBC") and size and state.padding != "NOPADDING"
        if not state.decrypts and padded:
            padder = padding.PKCS7(size).padder()
            data = padder.update(data) + padder.finalize()
        context = cipher.decryptor() if state.decrypts else cipher.encryptor()
        result: bytes = context.update(data) + context.finalize()
        if state.decrypts and padded:
            unpadder = padding.PKCS7(size).unpadder()
            result = unpadder.update(result) + unpadder.finalize()
    except (ValueError, InvalidTag) as error:
        raise CipherError(str(error)) from error
    return result


def _chacha(state: "CipherState", data: bytes) -> bytes:
    """ChaCha20 with Poly1305 (RFC 8439), in either direction."""
    vector = state.parameters.vector
    try:
        cipher = ChaCha20Poly1305(state.key)
    except ValueError as error:
        raise UnsuitableKeyError(str(error)) from error
    try:
        return cipher.decrypt(vector, data, None) if state.decrypts else cipher.encrypt(vector, data, None)
    except (ValueError, InvalidTag) as error:
        raise CipherError(str(error)) from error


def _algorithm(state: "CipherState") -> CipherAlgorithm:
    try:
        match state.name:
            case "AES":
                return AES(state.key)
            case "DES" | "DESEDE" | "TRIPLEDES":
                return TripleDES(state.key * 3 if len(state.key) == 8 else state.key)
            case "RC4" | "ARC4" | "ARCFOUR":
                return ARC4(state.key)
            case "BLOWFISH":
                return Blowfish(state.key)
    except ValueError as error:
        raise UnsuitableKeyError(str(error)) from error
    raise NotRunnableError(f"the cipher {state.name}")


def _mode(state: "CipherState", data: bytes) -> tuple[Mode | None, bytes]:
    """The mode, and the data without the tag of GCM."""
    vector = state.parameters.vector
    match state.mode:
        case _ if state.name in ("RC4", "ARC4", "ARCFOUR"):
            return None, data
        case "ECB" | "NONE" | "":
            return modes.ECB(), data  # noqa: S305 - the app's choice
        case "CBC":
            return modes.CBC(vector), data
        case "CTR":
            return modes.CTR(vector), data
        case "CFB" | "CFB128":
            return decrepit.CFB(vector), data
        case "CFB8":
            return decrepit.CFB8(vector), data
        case "OFB":
            return decrepit.OFB(vector), data
        case "GCM" if state.decrypts:
            size = state.parameters.tag // 8
            if len(data) >= size > 3:
                return modes.GCM(vector, data[len(data) - size :], size), data[: len(data) - size]
    raise NotRunnableError(f"the mode {state.mode}")
