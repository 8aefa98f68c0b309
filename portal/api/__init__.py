"""The REST API, documented at ``/api/docs`` from files of this machine."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Swagger
from ninja.errors import ValidationError

from pipeline.errors import MangpingError
from portal.api.auth import BearerToken, BrowserSession
from portal.api.dossiers import router as dossiers
from portal.api.uploads import router as uploads
from portal.errors import InputError
from portal.refusals import answer

_ABOUT = """\
供省级平台等系统推送材料、查询进度和取回结果。

- **登录**：请求头 `Authorization: Bearer mp_…`。令牌由管理员在“账号管理”中签发，权限不超过其账号，
  可以限定为只推送或只读取。
- **上传**：先登记（文件名、大小、SHA-256），再从 `received` 处起分段 `PATCH`，最后 `complete`。
  ZIP 用 `expand` 代替 `complete`：里面的文件逐个检查，各自成为附件，回答里逐个说明。
  断线后用 `GET` 查询已收到多少，从那里继续。`complete` 返回时，文件已写入磁盘、记录已提交。
- **错误**：`{"class", "code", "message"}`，`message` 是一句可以直接显示的中文。
"""

api = NinjaAPI(
    title="盲评接口",
    version="1",
    description=_ABOUT,
    urls_namespace="api",
    auth=[BearerToken(), BrowserSession()],
    docs=Swagger(settings={"persistAuthorization": False, "tryItOutEnabled": False}),
)
api.add_router("/v1/dossiers", dossiers)
api.add_router("/v1/uploads", uploads)


@api.exception_handler(MangpingError)
def _refused(request: HttpRequest, error: MangpingError) -> HttpResponse:
    return answer(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    # Its own words repeat what was sent; where it was is enough.
    places = {".".join(str(part) for part in entry["loc"][1:]) for entry in error.errors}
    return answer(request, InputError("、".join(sorted(places))[:200]))
