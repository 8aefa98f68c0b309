"""Forms. What is typed into them may name an applicant: it is neither logged nor kept in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from pydantic import ValidationError

from dossiers.models import User
from dossiers.roles import Role
from pipeline.dossier import Applicant
from pipeline.policy.loader import load_policy, policy_names

if TYPE_CHECKING:
    AccountChoiceBase = forms.ModelChoiceField[User]
else:
    AccountChoiceBase = forms.ModelChoiceField


class LoginForm(AuthenticationForm):
    """The login; one sentence for a wrong name and a wrong password alike."""

    error_messages = {  # noqa: RUF012
        "invalid_login": "账号或密码不对。连续输错 5 次，账号会锁定 15 分钟。",
        "inactive": "这个账号已停用，请联系管理员。",
    }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class DossierForm(forms.Form):
    """Whose dossier it is: the strings that are searched for and masked."""

    name = forms.CharField(label="姓名", max_length=40)
    name_forms = forms.CharField(
        label="姓名的其他写法",
        max_length=200,
        required=False,
        help_text="曾用名、拼音等，用顿号或逗号分开；没有就留空。",
    )
    unit = forms.CharField(label="工作单位", max_length=80)
    unit_forms = forms.CharField(
        label="单位的其他写法",
        max_length=300,
        required=False,
        help_text="简称、曾用名，用顿号或逗号分开；没有就留空。",
    )
    id_number = forms.CharField(label="身份证号", max_length=18, min_length=15)
    phone = forms.CharField(label="手机号", max_length=20, required=False)
    email = forms.EmailField(label="电子邮箱", required=False)
    policy = forms.ChoiceField(label="评审通知")
    title = forms.CharField(
        label="备注名", max_length=60, required=False, help_text="只在任务中心显示，便于查找。"
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(name, load_policy(name).title) for name in policy_names()]
        policy = self.fields["policy"]
        assert isinstance(policy, forms.ChoiceField)
        policy.choices = choices

    def clean(self) -> dict[str, Any]:
        """Make the applicant of the fields."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        try:
            data["applicant"] = Applicant(
                name=(data["name"], *_several(data["name_forms"])),
                unit=(data["unit"], *_several(data["unit_forms"])),
                id_number=(data["id_number"],),
                phone=tuple(filter(None, [data["phone"]])),
                email=tuple(filter(None, [data["email"]])),
            )
        except ValidationError:
            raise forms.ValidationError("申报人信息不能用，请检查姓名、单位和证件号。") from None
        return data


class AccountForm(forms.Form):
    """A new account."""

    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_.\-]{2,39}\Z",
        label="账号",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="字母开头，可用字母、数字和 _ . -；不要用姓名或证件号。",
        error_messages={"invalid": "账号须以字母开头，只用字母、数字和 _ . -，3 到 40 个字符。"},
    )
    display_name = forms.CharField(label="称呼", max_length=40, required=False)
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    password = forms.CharField(
        label="初始密码",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 10 个字符；只用接口令牌的账号可以留空。",
    )

    def clean_password(self) -> str:
        """Check the password by Django's validators."""
        word: str = self.cleaned_data["password"]
        if word:
            validate_password(word)
        return word


class _AccountChoice(AccountChoiceBase):
    def label_from_instance(self, obj: User) -> str:
        return shown_account(obj)


class AssignForm(forms.Form):
    """A reviewer for a dossier."""

    reviewer = _AccountChoice(
        User.objects.filter(role=Role.REVIEWER, is_active=True).order_by("username"),
        label="评审专家",
        empty_label="请选择",
    )


def shown_account(user: User) -> str:
    """Return how people name an account."""
    return f"{user.display_name}（{user.username}）" if user.display_name else user.username


def _several(text: str) -> list[str]:
    words = text.replace("，", ",").replace("、", ",").replace("；", ",").split(",")
    return [word.strip() for word in words if word.strip()]
