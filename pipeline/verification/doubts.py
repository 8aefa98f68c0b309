"""Every reason for sending a copy to a person: a stable code and its Chinese sentence.

A sentence never carries text of the document; the page and the polygon say where to look.
"""

from __future__ import annotations

from pipeline.dossier import Doubt
from pipeline.geometry import Polygon

SENTENCES: dict[str, str] = {
    "copy-unreadable": "脱敏副本打不开或已损坏，请重新生成副本。",
    "copy-not-plain": "脱敏副本的文件结构不是本系统生成的样式，可能夹带内容，请重新生成副本。",
    "copy-revision": "脱敏副本中留有旧版本或文件结束标记之后的内容，请重新生成副本。",
    "copy-object": "脱敏副本中有不该出现的对象（批注、书签、附件、脚本等），请重新生成副本。",
    "copy-orphan": "脱敏副本中有任何页面都用不到的对象，可能是旧图像，请重新生成副本。",
    "copy-info": "脱敏副本带有文档属性或元数据，请重新生成副本。",
    "copy-content": "脱敏副本的页面内容除一幅图像外还画有其他东西，请重新生成副本。",
    "copy-image": "脱敏副本的页面图像带有图像以外的数据，请重新生成副本。",
    "copy-jpeg": "脱敏副本的页面图像中带有拍摄信息、注释或缩略图，请重新生成副本。",
    "copy-string": "脱敏副本的文件数据中出现了申报人的信息，请勿外发并重新生成副本。",
    "file-name": "副本的文件名中含有申报人的信息，请改名后再外发。",
    "layer-string": "副本的文字层中出现了申报人的信息，请勿外发并重新生成副本。",
    "layer-number": "副本的文字层中有证件号、手机号或电子邮箱样式的内容，请核对。",
    "layer-under-mask": "副本的文字层在遮盖处仍有文字，请重新生成副本。",
    "page-count": "副本与原件的页数不同，请重新生成副本。",
    "page-size": "副本这一页的像素尺寸与摆正后的原件不同，请核对后重新生成。",
    "page-differs": "副本这一页在遮盖以外的地方与原件不同，请对照原件核对。",
    "mask-place": "遮盖登记在不存在的页面或页面之外，请重新生成副本。",
    "mask-open": "遮盖没有完全盖住，仍能看出下面的内容，请重新遮盖。",
    "mask-label": "遮盖上的标签含有申报人的信息，请更换标签。",
    "name-readable": "这里仍能读到疑似申报人姓名的文字，请核对。",
    "pinyin-readable": "这里仍能读到疑似申报人姓名拼音的文字，请核对。",
    "unit-readable": "这里仍能读到疑似申报人单位的文字，请核对。",
    "number-readable": "这里仍能读到疑似申报人证件号或电话的数字，请核对。",
    "email-readable": "这里仍能读到疑似申报人电子邮箱的文字，请核对。",
    "string-readable": "这里仍能读到要求在整份材料里遮盖的文字，请核对。",
    "number-pattern": "这里仍有身份证号或手机号样式的数字，请核对。",
    "email-pattern": "这里仍有电子邮箱样式的文字，请核对。",
    "person-readable": "这里仍能读到像人名的文字，请核对。",
    "school-readable": "这里仍能读到像学校名称的文字，请核对。",
    "address-readable": "这里仍能读到像住址的文字，请核对。",
    "number-open": "这里仍能读到像证件号、编号、电话或出生日期的内容，请核对。",
    "watermark-visible": "这里疑似还留有水印（斜排的浅色底纹字），请对照原件核对。",
    "seal-visible": "这里仍能看到没有遮盖、也没有登记为保留的印章，请核对。",
    "code-visible": "这里仍有能扫出内容、也没有登记为保留的二维码或条形码，请遮盖或核对。",
    "mask-edge": "遮盖边上疑似露出了被遮内容的一部分，请核对。",
    "name-goes-on": "这里疑似是被遮姓名的另一部分，请核对。",
    "signature-open": "签名处疑似还有没有遮住的字迹，请核对。",
    "page-unread": "复核时这一页有墨迹却读不出任何文字，请人工查看。",
    "check-failed": "复核时出现意外错误，没有完成检查，请人工查看。",
    "check-missing": "有应做的检查没有做完，请人工查看。",
}


def doubt(code: str, page: int | None = None, polygon: Polygon | None = None) -> Doubt:
    """Make the doubt of a code; ``polygon`` is in a frame of the page."""
    return Doubt(code=code, message=SENTENCES[code], page=page, polygon=polygon)
