"""Words that recognisers go by: labels of forms, endings of schools, subjects, titles."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(text.split()), key=lambda w: (-len(w), w)))


# What stands before a person's name. Longest first, so that a match is never a part of another.
NAME_LABELS = _words("""
姓名 姓名(签字) 作者 作者姓名 第一作者 第二作者 第三作者 通讯作者 通信作者 论文作者 主持人 课题主持人 项目主持人
负责人 课题负责人 项目负责人 单位负责人 学校负责人 成员 课题组成员 课题成员 主要成员 项目组成员 项目成员 参与人
参与者 参加人 参加人员 参与人员 参与教师 主要参与者 主要参加人 组员 组长 课题组长 联系人 指导教师 指导老师 指导人
辅导教师 辅导老师 导师 授课教师 授课人 授课者 授课老师 上课教师 上课人 执教 执教者 执教教师 执教人 执教老师 任课教师
任课老师 主讲 主讲人 主讲教师 听课人 听课教师 听课者 听课老师 听课人员 评课人 评课教师 评课人员 记录人 记录者
记录教师 教师姓名 学员姓名 学员 申报人 申报人姓名 申报者 申请人 申请人姓名 推荐人 审核人 审签人 审核人签字 审核人签名
审核 审核者 复核人 初审人 校长 校长签字 校长签名 校长(签字) 园长 园长签字 签名 签字 本人签名 本人签字 申报人签名
申报人签字 教师签名 教师签字 学员签名 学员签字 负责人签字 负责人签名 负责人(签字) 单位负责人签字 领导签字 领导签名
法定代表人 法人代表 法定代表人姓名 被考核人 被考核人签字 考核人 持证人 持证人姓名 持有人 获奖者 获奖人 获奖教师
获奖作者 获奖人姓名 获证人 证明人 证明人签字 经办人 经办人签字 教研组长 备课组长 班主任 班主任姓名 设计者 设计人
设计教师 教学设计者 备课人 备课教师 备课 主备人 主备教师 编者 主编 副主编 承诺人 承诺人签字 承诺人签名 填表人
填报人 制表人 曾用名 评议人 受聘人 受聘者 受聘人签字 被聘人 被推荐人 学生姓名 家长签字 检测人 送检人 送检作者
提交人 测试员 主考 主考人 考生姓名 应试人 应试者 应试人姓名 所有人 研修人员 受训人 培训学员 监考 裁判 观课人
观察者 观察人 研讨人员 发言人 主持 主持教师 支教教师 支教人员 受援教师 结对教师 师傅 徒弟 校对 责任编辑 审稿人
投稿人 收件人 寄件人 户主 监护人 见证人 公示人 举报受理人 受理人 校长姓名 书记 本人 评委 专家组长 鉴定人
科任教师 科任老师 任课人 搭班教师 配班教师 副班主任 审验人 核对人 核验人 审查人 学科组长 年级组长 带教教师 带教老师 受带教师
获奖选手 参赛教师 参赛选手 选手姓名 参赛者 主创人员 主研人员 主要研究人员 研究人员 课题组主要成员 执笔人 撰写人 撰稿人
参赛学生 获奖学生 学生 配班 配班老师 搭班 搭班老师 保育员 保育老师 参会人员 参会教师 出席人员 参加教师 名单 人员名单
教师名单 成员名单 学员名单 学生名单 获奖名单 入选名单 结对名单 师徒结对名单 公示名单 工作室成员 团队成员
""")

# Labels that are everyday words too: they count only with a colon or a slot behind them.
WEAK_NAME_LABELS = frozenset(
    _words("""
作者 成员 组长 审核 校长 园长 签名 签字 学员 班主任 主持 书记 本人 主讲 执教 备课 校对 评委 监考 裁判 导师 师傅 徒弟
编者 主编 副主编 组员 负责人 联系人 教研组长 备课组长 专家组长 选手姓名 参与者 观察者 研究人员 参与人员 参与教师
学生 配班 搭班 保育员 参会人员 参会教师 出席人员 参加教师 名单 人员名单 教师名单 成员名单 学员名单 学生名单 获奖名单
入选名单 公示名单 工作室成员 团队成员 获奖学生 参赛学生
""")
)

# Slots in which people write by hand: what stands there is hidden by its place, read or not.
SIGNATURE_LABELS = frozenset(
    _words("""
姓名 授课教师 授课人 授课老师 听课人 听课教师 听课者 听课老师 签名 签字 本人签名 本人签字 申报人签名 申报人签字
教师签名 教师签字 学员签名 学员签字 负责人签字 负责人签名 负责人(签字) 单位负责人签字 校长签字 校长签名 校长(签字)
园长签字 审核人 审核人签字 审核人签名 审签人 领导签字 领导签名 承诺人 承诺人签字 承诺人签名 证明人 证明人签字 经办人
经办人签字 记录人 评课人 执教 执教者 执教教师 执教人 被考核人签字 受聘人签字 家长签字 推荐人 教师姓名 姓名(签字)
""")
)

UNIT_LABELS = _words("""
单位 工作单位 所在单位 所在学校 学校 任教学校 现工作单位 现任教学校 作者单位 检测单位 所属单位 推荐单位 申报单位 送检单位
毕业院校 毕业学校 学校名称 单位名称 授课学校 听课学校 执教单位 执教学校 校名 受援学校 支教学校 派出学校 单位全称
工作单位及职务 学员单位 教师单位 获奖单位 参赛单位 所在园所 幼儿园名称 聘用单位 用人单位 承担单位 课题承担单位 负责人单位
原工作单位 受聘单位 单位及职务 作者所在单位 第一作者单位 提交单位 服务学校 任职单位 任职学校 结对学校 培训单位
实习学校 就读学校 听课地点 授课地点 上课地点 选送单位 工作学校 流入学校 流出学校
""")

OTHER_LABELS = _words("""
性别 民族 出生 出生日期 出生年月 出生地 籍贯 住址 地址 家庭住址 通讯地址 通信地址 联系地址 户籍地址 户籍所在地 邮编
邮政编码 电话 联系电话 手机 手机号 手机号码 办公电话 联系方式 传真 邮箱 电子邮箱 电子邮件 E-mail Email email
身份证号 身份证号码 公民身份号码 身份证 证件号码 证件号 证书编号 编号 证书号 学号 工号 准考证号 教师资格证号 资格证号
政治面貌 学历 学位 专业 学科 任教学科 职称 现职称 职务 年龄 日期 时间 地点 班级 年级 课题 课题名称 题目 课型 教材 节次
备注 分工 排名 等级 成绩 学时 学分 内容 项目 序号 年度 结论 意见 考核等次 获奖等级 授予日期 发证日期 发证机关 签发日期
颁发日期 有效期 类别 级别 任教年级 申报职称 申报学科 单位意见 学校意见 推荐意见 审核意见 结果 研究方向 中图分类号 文献标识码
文章编号 摘要 关键词 基金项目 收稿日期 检测时间 检测文献 检测范围 时间范围 总字数 题名 篇名 期刊 刊名 主办 主管 出版
教学内容 教学目标 教学重点 教学难点 教学过程 课时 评语 照片 贴照片处 相片 一寸照片 盖章 公章 年 月 日 参加工作时间
教龄 班额 人数 任职时间 现任职务 所教学科 学段 承担任务 签字(章) 专业技术职务 聘期 起止时间 培训内容 培训时间 培训地点
课题编号 立项编号 立项时间 结题时间 组别 奖项 奖次 作品名称 参赛组别 测试时间 测试成绩 测试等级 总分 字号 资格种类 任教科目
发证单位 颁证单位 资格证书号码 教师资格证书号码 机关 届别 届次 制作日期 报告编号 指导单位 颁发单位 签发机关 评审意见
""")

# What may stand where a name is expected and is none.
NOT_NAMES = frozenset(
    _words("""
男 女 汉 汉族 本科 专科 硕士 博士 党员 群众 团员 语文 数学 英语 物理 化学 生物 政治 历史 地理 音乐 体育 美术 科学 信息技术
道德与法治 劳动 心理 心理健康 综合 思政 通用技术 高级 一级 二级 三级 正高 正高级 副高 初级 中级 高级教师 一级教师 二级教师
优秀 合格 良好 不合格 基本合格 称职 公章 盖章 签章 签字 签名 手写 日期 年 月 日 无 略 同意 同上 见附件 已审核 属实 学校 单位
小学 初中 高中 幼儿园 中学 班主任 校长 主任 教师 老师 组长 主持人 成员 参与 主持 校内 校外 一等奖 二等奖 三等奖 特等奖
优胜奖 主管 主办 全文 全体 全校 全员 全年 全面 全国 全省 全市 教学 教研 德育 教导 总务 课堂 课程 课题 论文 排名第一 排名第二
来源 编辑部 评语 意见 是 否 博硕 外文 自建库 互联网 同意考核结果 特发此证 特颁此证 特此证明 以资鼓励 以资表彰 此证 评审 鉴定 准予毕业 独立 第一 第二 第三 独著 合著 主编 参编 编委 顾问 文科 理科 年级 班级 公开课 示范课 新授课 复习课 研究 调查 资料 统计
方案 总结 实验 数据 整理 分析 阶段 明细 成果 执笔 撰写 收集 设计 开发 应用 推广 实施 组织 策划 管理 协调 理论 实践
""")
)

SUBJECTS = _words("""
学前 语文 数学 英语 物理 化学 生物 生物学 信息技术 道德与法治 政治 历史 地理 音乐 体育 美术 科学 信息 道德 思想 品德 劳动 心理 综合 教师 教学 教育 阶段 课程
课堂 学科 生 部 组 高级 一级 二级 正高 书法 舞蹈 写字 阅读 作文 低年级 高年级 中年级 高段 低段 中段 毕业 升学 师生 班 德育 学段
校本 教研 各 及 和 教材 课本 一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级 组别
""")

# Endings of the names of places that teach; the longest first.
SCHOOL_ENDINGS = _words("""
小学 中学 学校 幼儿园 幼稚园 托儿所 大学 学院 初中 高中 完中 完小 实小 附小 附中 附幼 中心校 中心小学 中心幼儿园 中心园
教学点 职高 职中 职教中心 技校 中专 进修学校 外国语学校 特殊教育学校 特校 党校 师范 一小 二小 三小 四小 五小 六小 七小
八小 九小 十小 一中 二中 三中 四中 五中 六中 七中 八中 九中 十中 少年宫 教育集团 中学校 小学校 一幼 二幼 三幼 机关幼儿园
外国语 外校 分校 校区 高级中学 初级中学 实验学校 实验中学 实验小学 民族中学 民族小学 希望小学 寄宿制学校 九年制学校
""")

PUBLISHER_ENDINGS = _words(
    "出版社 杂志社 编辑部 期刊社 报社 学报 出版集团 书局 书店 印书馆 知网 维普 万方 数据库"
)

# Authors of set texts whose names no teacher of today bears; a known name of two characters, or one
# of a living author, can be anybody's.
SET_TEXT_AUTHORS = frozenset(
    _words("""
朱自清 叶圣陶 徐志摩 闻一多 郁达夫 沈从文 汪曾祺 白居易 孟浩然 王昌龄 王之涣 李商隐 刘禹锡 柳宗元 欧阳修 王安石 范仲淹
辛弃疾 李清照 文天祥 陶渊明 司马迁 罗贯中 施耐庵 吴承恩 曹雪芹 蒲松龄 吴敬梓 龚自珍 安徒生 高尔基 契诃夫 莫泊桑 泰戈尔
""")
)

TITLES_AFTER_NAME = _words(
    "老师 同志 教师 同学 校长 副校长 主任 先生 女士 园长 书记 教授 院长 所长 局长 副局长 科长 处长 会长 小朋友"
)

TITLE_BEHIND = re.compile("|".join(TITLES_AFTER_NAME))

# 带领秋荷、余梁等青年教师: what somebody's name is the object of.
VERBS_BEFORE_NAMES = _words("带领 指导 辅导 推荐 培养 邀请 感谢 带动 帮扶 帮带")


def label_pattern(labels: tuple[str, ...]) -> str:
    """Return a regular expression for any of the labels, brackets of either width."""
    return "|".join(re.escape(label) for label in labels)


# Labels of two characters that forms set with a wide gap between them.
WIDE_LABELS = frozenset(
    _words(
        "姓名 性别 民族 住址 单位 学校 职称 职务 电话 地址 校长 签名 签字 日期 专业 学历 年级 班级 邮编 邮箱 作者 出生 学科"
        " 院长 园长 科目 题目 编号 手机"
    )
)

# A line that begins with one of these and a colon is a row of a form.
LABEL_HEAD = re.compile(
    label_pattern(tuple(sorted({*NAME_LABELS, *UNIT_LABELS, *OTHER_LABELS}, key=len, reverse=True)))
)


@cache
def public_figures() -> frozenset[str]:
    """Return the names of people that dossiers cite and that stay visible."""
    return frozenset(_load("public_figures.txt"))


def _load(name: str) -> list[str]:
    text = (resources.files("pipeline.detection") / "data" / name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return [word for line in lines for word in line.split()]


def is_han(character: str) -> bool:
    """Whether a character is a Chinese ideograph (with the extension planes, for rare names)."""
    code = ord(character)
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x3134F
