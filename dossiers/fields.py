"""Model fields whose values are encrypted in the database and plain in Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models

from dossiers.crypto import decrypt, encrypt

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
    _Strings = models.Field[tuple[str, ...], tuple[str, ...]]
    _Object = models.Field[dict[str, Any] | None, dict[str, Any] | None]
else:
    _Text = _Strings = _Object = models.TextField


class Encrypted(models.Field):  # type: ignore[type-arg]
    """Encrypts on the way in and decrypts on the way out; cannot be searched."""

    def to_plain(self, value: Any) -> str:
        """Return the text to encrypt."""
        return str(value)

    def from_plain(self, text: str) -> Any:
        """Return the value that a decrypted text stands for."""
        return text

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """Decrypt."""
        return None if value is None else self.from_plain(decrypt(value, self._column))

    def get_prep_value(self, value: Any) -> str | None:
        """Encrypt."""
        return None if value is None else encrypt(self.to_plain(value), self._column)

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse to search: every encryption of a value is another one."""
        if lookup_name != "isnull":
            raise FieldError("an encrypted column cannot be searched; look up its digest")
        return super().get_lookup(lookup_name)

    @property
    def _column(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"


class EncryptedTextField(Encrypted, _Text):
    """A text."""


class EncryptedStringsField(Encrypted, _Strings):
    """A tuple of strings."""

    def to_plain(self, value: Any) -> str:
        """Return the strings as a JSON list."""
        return json.dumps(list(value), ensure_ascii=False)

    def from_plain(self, text: str) -> tuple[str, ...]:
        """Return the strings."""
        return tuple(json.loads(text))


class EncryptedObjectField(Encrypted, _Object):
    """A JSON object, or None."""

    def to_plain(self, value: Any) -> str:
        """Return the object as JSON."""
        return json.dumps(value, ensure_ascii=False)

    def from_plain(self, text: str) -> dict[str, Any]:
        """Return the object."""
        loaded: dict[str, Any] = json.loads(text)
        return loaded
