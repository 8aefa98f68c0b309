"""Why something was taken for what it is, in Chinese, by recogniser and rule; for people."""

from __future__ import annotations

from pipeline.dossier import Finding

_ANY = ""

_SENTENCES: dict[tuple[str, str], str] = {
    ("applicant", _ANY): "与申报人信息一致",
    ("applicant", "short-form"): "申报人单位的简称",
    ("applicant", "ocr-tolerant"): "与申报人信息相近，可能有识别错字",
    ("applicant", "pinyin"): "申报人姓名的拼音",
    ("applicant", "known"): "与申报人身份证号里的出生日期一致",
    ("applicant", "over-line-end"): "申报人的信息在行末断开",
    ("numbers", _ANY): "数字的样式和前面的栏目名",
    ("numbers", "applicant"): "与申报人的号码一致或很接近",
    ("numbers", "checksum"): "18 位号码，校验位正确",
    ("numbers", "shape"): "身份证号的样式，可能有识别错误",
    ("numbers", "label"): "跟在相应的栏目名后面",
    ("numbers", "label-next-line"): "在相应栏目名的下一行",
    ("numbers", "long-number"): "较长的编号，可能查到本人",
    ("numbers", "mobile"): "手机号的样式",
    ("numbers", "landline"): "固定电话的样式",
    ("numbers", "mail"): "电子邮箱的样式",
    ("numbers", "mail-at-lost"): "电子邮箱的样式，@ 没有认出",
    ("numbers", "born"): "写明是出生日期",
    ("numbers", "author-note"): "作者简介里的出生年份",
    ("numbers", "account"): "跟在微信、QQ 一类的栏目名后面",
    ("numbers", "postcode"): "地址和邮编的样式",
    ("numbers", "affiliation"): "作者单位所在地的样式",
    ("numbers", "street"): "街道门牌的样式",
    ("numbers", "street-next-line"): "街道门牌的样式，接在上一行之后",
    ("labels", _ANY): "跟在姓名或单位一类的栏目名后面",
    ("labels", "slot-place"): "签名栏里的字迹，没有认出是谁",
    ("labels", "unknown-label"): "像是签名栏，栏目名没有认清",
    ("labels", "column"): "在姓名一类的表头下面",
    ("slots", _ANY): "签名栏里有没能识别的字迹",
    ("slots", "closing"): "落款日期上方的文字没有认清，可能是单位名称",
    ("lines", _ANY): "这一行没有认清，可能是签名",
    ("people", _ANY): "在上下文里像人名",
    ("people", "lac"): "词性分析认为是人名",
    ("people", "list"): "与已认出的人名并列",
    ("people", "names-line"): "整行都是人名",
    ("people", "cell"): "表格里单独一格，像人名",
    ("people", "contents"): "目录里的作者",
    ("people", "compound"): "复姓开头",
    ("people", "dotted"): "名字中间带间隔号",
    ("people", "title-behind"): "后面跟着老师、校长一类的称呼",
    ("people", "salutation"): "开头的称呼",
    ("people", "pinyin"): "拼音姓名的样式",
    ("units", _ANY): "学校或单位名称的样式",
    ("units", "lac"): "词性分析认为是单位名称",
    ("units", "english"): "英文校名的样式",
    ("units", "short-form"): "学校简称的样式",
    ("ner", _ANY): "自训的识别模型认为是人名或单位",
    ("ner", "person"): "自训的识别模型认为是人名",
    ("ner", "unit"): "自训的识别模型认为是学校或单位名称",
    ("dossier", _ANY): "同一份材料的其他地方认出过",
    ("dossier", "dossier-pinyin"): "同一份材料里认出过的人的拼音",
    ("keeps", _ANY): "政策所列的保留内容",
    ("keeps", "ending"): "颁发或主管机构的名称结尾",
    ("keeps", "list"): "在历史人物名单里",
    ("keeps", "cited"): "被引用的作者",
    ("keeps", "reference"): "参考文献里的作者",
    ("keeps", "title-marks"): "书名号里的名称",
    ("keeps", "publisher"): "出版社或期刊名称",
    ("keeps", "document"): "文件编号的样式",
}


def evidence_sentence(finding: Finding) -> str:
    """Return one sentence on why a finding was taken for its kind; no text of the page."""
    known = _SENTENCES.get((finding.recogniser, finding.rule))
    return known or _SENTENCES.get((finding.recogniser, _ANY), finding.reason)
