"""Accounts, their tokens, and the applicants."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models

from dossiers.fields import EncryptedStringsField, EncryptedTextField
from dossiers.roles import Permission, Role, TokenScope
from pipeline import dossier as nouns


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(
        self,
        username: str,
        password: str | None = None,
        *,
        role: Role = Role.APPLICANT,
        display_name: str = "",
        **more: Any,
    ) -> User:
        """Make an account; without a password nobody can log in with one."""
        user = self.model(username=username, role=role, display_name=display_name, **more)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None) -> User:
        """Make an administrator's account."""
        return self.create_user(username, password, role=Role.ADMINISTRATOR)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Its name for logging in is stored in clear, so it must not name an applicant.

    Attributes:
        username: Letters, digits and ``_.-`` only.
        display_name: What people call them; encrypted.
        role: What the account is for.
        password_given: Somebody else made its password; it is changed at the first login.
        scope: What the account may do at most, where a token asks in its name; not stored.
    """

    username = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z][\w.\-]*\Z", flags=re.ASCII)],
    )
    display_name = EncryptedTextField(blank=True, default="")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.APPLICANT)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)
    password_given = models.BooleanField(default=False)
    scope: frozenset[Permission] = frozenset(Permission)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        """Django's options."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_is_known"
            )
        ]

    def __str__(self) -> str:
        """Name the account without naming a person."""
        return f"user:{self.pk}"


class ApiToken(models.Model):
    """A token for the API; only its SHA-256 is kept.

    Attributes:
        scope: Which of its account's permissions it has.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    scope = models.CharField(max_length=8, choices=TokenScope.choices, default=TokenScope.ALL)


class Applicant(models.Model):
    """Whose dossier it is. All strings are encrypted; the first of each is the preferred form.

    Attributes:
        lookup: Keyed digest of the first ID number, or of name and unit where there is none.
    """

    name = EncryptedStringsField()
    unit = EncryptedStringsField(default=tuple)
    id_number = EncryptedStringsField(default=tuple)
    phone = EncryptedStringsField(default=tuple)
    email = EncryptedStringsField(default=tuple)
    lookup = models.CharField(max_length=64, db_index=True)
    created = models.DateTimeField(auto_now_add=True)

    @property
    def noun(self) -> nouns.Applicant:
        """The applicant as the pipeline wants it."""
        return nouns.Applicant(
            name=self.name,
            unit=self.unit,
            id_number=self.id_number,
            phone=self.phone,
            email=self.email,
        )
