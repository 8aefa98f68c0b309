"""Encryption of what names an applicant, at rest.

AES-256-GCM; a value is ``<key id>:<base64 of nonce and ciphertext>`` and is bound to its column, so
that it opens in no other. Keys come from ``MANGPING_KEY`` (base64 of 32 bytes; several separated by
commas, the first one encrypts) or from the key file in the state folder, one a line, made with mode
0600 when first wanted. A key's id is made from the key, so no list of names has to be kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dossiers.errors import DamagedValueError, KeyFormatError, KeyMissingError, StateFolderError
from dossiers.places import private_folder

_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = 8
_VARIABLE = "MANGPING_KEY"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by id; ``current`` is the one that encrypts."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)


def keyring() -> Keyring:
    """Return the keys, making the key file if there is none and ``MANGPING_KEY`` is not set.

    Raises:
        KeyFormatError: The variable or the file is not usable.
        StateFolderError: The file cannot be made or read.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        return _parsed(_VARIABLE, named)
    place = key_file()
    try:
        if not place.exists():
            _write(place, [secrets.token_bytes(_KEY_BYTES)], replace=False)
        return _parsed(str(place), place.read_text(encoding="ascii"))
    except UnicodeDecodeError:
        raise KeyFormatError(str(place)) from None
    except OSError:
        raise StateFolderError(str(place)) from None


def key_file() -> Path:
    """Return where the key file is, or would be."""
    return private_folder() / "keys"


def rotate() -> str:
    """Put a new key before those of the key file and return its id; the old ones still open.

    Raises:
        KeyFormatError: The keys come from ``MANGPING_KEY``, which only its owner can change.
    """
    if os.environ.get(_VARIABLE):
        raise KeyFormatError(_VARIABLE)
    old = keyring()
    rest = [key for key_id, key in old.keys.items() if key_id != old.current]
    _write(key_file(), [secrets.token_bytes(_KEY_BYTES), old.keys[old.current], *rest])
    return keyring().current


def encrypt(text: str, column: str) -> str:
    """Return a text as it is stored in a column."""
    ring = keyring()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(ring.keys[ring.current]).encrypt(nonce, text.encode(), column.encode())
    return f"{ring.current}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(value: str, column: str) -> str:
    """Return the text of a stored value.

    Raises:
        KeyMissingError: Its key is not here.
        DamagedValueError: It was changed, or belongs into another column.
    """
    key_id, _, packed = value.partition(":")
    key = keyring().keys.get(key_id)
    if key is None:
        raise KeyMissingError(key_id)
    try:
        sealed = base64.b64decode(packed, validate=True)
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, body, column.encode()).decode()
    except (InvalidTag, ValueError):
        raise DamagedValueError(column) from None


def encrypt_bytes(data: bytes, purpose: str) -> bytes:
    """Return bytes as they are stored in a file that serves a purpose."""
    ring = keyring()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(ring.keys[ring.current]).encrypt(nonce, data, purpose.encode())
    return ring.current.encode() + nonce + sealed


def decrypt_bytes(stored: bytes, purpose: str) -> bytes:
    """Return what :func:`encrypt_bytes` was given.

    Raises:
        KeyMissingError: Their key is not here.
        DamagedValueError: They were changed, or serve another purpose.
    """
    key_id, nonce = stored[:_KEY_ID], stored[_KEY_ID : _KEY_ID + _NONCE_BYTES]
    key = keyring().keys.get(key_id.decode(errors="replace"))
    if key is None:
        raise KeyMissingError(key_id.decode(errors="replace"))
    try:
        return AESGCM(key).decrypt(nonce, stored[_KEY_ID + _NONCE_BYTES :], purpose.encode())
    except (InvalidTag, ValueError):
        raise DamagedValueError(purpose) from None


def digests(text: str, purpose: str) -> list[str]:
    """Return the keyed digests by which an encrypted text is looked up, the current key's first.

    The digest is HMAC-SHA256, so whoever has the database only cannot try all ID numbers.
    """
    ring = keyring()
    ids = [ring.current, *(key_id for key_id in ring.keys if key_id != ring.current)]
    return [mac(text, purpose, key_id) for key_id in ids]


def mac(text: str, purpose: str, key_id: str) -> str:
    """Return HMAC-SHA256 (hexadecimal) of a text under one key.

    Raises:
        KeyMissingError: The key is not here.
    """
    key = keyring().keys.get(key_id)
    if key is None:
        raise KeyMissingError(key_id)
    return hmac.new(_derived(key, purpose), text.encode(), hashlib.sha256).hexdigest()


def derived_secrets(purpose: str) -> list[str]:
    """Return a secret for another purpose, such as signing links, the current key's first."""
    ring = keyring()
    keys = [ring.keys[ring.current], *(k for i, k in ring.keys.items() if i != ring.current)]
    return [base64.urlsafe_b64encode(_derived(key, purpose)).decode() for key in keys]


@lru_cache(maxsize=64)
def _derived(key: bytes, purpose: str) -> bytes:
    info = f"mangping {purpose}".encode()
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=info).derive(key)


@lru_cache(maxsize=8)
def _parsed(source: str, text: str) -> Keyring:
    keys: dict[str, bytes] = {}
    for word in text.replace(",", "\n").split():
        try:
            key = base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            raise KeyFormatError(source) from None
        if len(key) != _KEY_BYTES:
            raise KeyFormatError(source)
        keys[hashlib.sha256(b"mangping key id" + key).hexdigest()[:_KEY_ID]] = key
    if not keys:
        raise KeyFormatError(source)
    return Keyring(next(iter(keys)), keys)


def _write(place: Path, keys: list[bytes], *, replace: bool = True) -> None:
    temporary = place.with_name(f".{secrets.token_hex(8)}.part")
    lines = "".join(f"{base64.b64encode(key).decode()}\n" for key in keys)
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            temporary.replace(place)
        else:
            # Of two processes that start at once, one makes the key and both read it.
            with suppress(FileExistsError):
                os.link(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)
