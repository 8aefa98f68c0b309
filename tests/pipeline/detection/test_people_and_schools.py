"""Colleagues, pupils and other schools point to the applicant; what reviewers judge must stay."""

from __future__ import annotations

import pytest

from pipeline.dossier import Kind
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import Char, Line
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet, expected, sheet_of, shown

PEOPLE = [
    "课题组成员：⟦李晓琳⟧、⟦王建国⟧、⟦赵敏⟧",
    "主要成员：⟦李晓琳　王建国　赵敏　欧阳修文⟧",
    "作者：⟦李娜⟧，⟦王芳⟧",
    "主持人：⟦周志远⟧　参与人：⟦李晓琳⟧、⟦王建国⟧、⟦马晓燕⟧",
    "指导教师：⟦王建国⟧",
    "授课教师：⟦阿依古丽·买买提⟧",
    "与会的有⟦司马南⟧、⟦诸葛明⟧老师",
    "⟦欧阳娜娜⟧",
    "听了⟦王　芳⟧老师执教的一课",
    "尊敬的⟦李晓琳⟧老师：",
    "教务处副主任⟦晏士⟧多次深入我的课堂听课",
    "我执教公开课，得到了⟦向爱妍⟧校长和与会老师的好评",
    "文中课例由笔者与⟦朝鲁门⟧共同设计",
    "听取了⟦广州外国语双成⟧老师的意见",
    "虚心好学，受到⟦寿郁⟧校长的称赞",
    "虚心好学，受到⟦有君⟧校长的称赞",
    "听课的⟦其其格⟧老师认为层次更加清楚",
    "校际交流期间，⟦向嘉婵⟧老师就作业设计提出了许多意见",
    "班里学生⟦能濠⟧父母常年在外务工",
    "与同组的⟦应若到老陆⟧结对帮扶",
    "与优秀的老师结对，和两位老师结对，跟骨干老师结对",
    "带领⟦阿苦子史⟧、⟦池婷⟧等青年教师共同成长",
    "带领⟦方育⟧、⟦高韵⟧等青年教师共同成长，指导朗诵、合唱等",
    "带领⟦帕提古丽·阿不都拉⟧、⟦国海⟧等青年教师共同成长",
    "我在⟦定西外国语⟧执教公开课，也在学习外国语教学",
    "作者简介：⟦夏侯骥翔⟧（⟦1988⟧），男",
    "听课老师认为层次清楚，评课老师指出不足，年轻老师建议多练，学校优秀教师还作了点评",
    "特授予⟦李晓琳⟧同学“三好学生”称号",
    "所辅导的学生⟦李梓萱⟧、⟦陈浩然⟧分获一、二等奖",
    "参与课题研究，带领⟦秋荷⟧、⟦余梁⟧等青年教师",
    "也感谢同事⟦苗青⟧、⟦车前⟧和⟦雷雨⟧的帮助",
    "师徒结对名单：⟦马到⟧、⟦成功⟧、⟦白云⟧",
    "⟦廖坚⟧1，⟦卢翠⟧2、⟦边浩⟧3⟦能功⟧4",
    "导入环节可以更精炼；⟦能骞⟧主任建议增加学生的动手",
    "校长签字：⟦刘德华⟧　2023年5月8日",
    "（责任编辑　⟦李娜⟧）",
    "⟦LI Xiaolin⟧, ⟦WANG Jianguo⟧",
    "授课教师：⟦张华⟧",
    "⟦李晓琳⟧（⟦淮南三中⟧）",
]
SCHOOLS = [
    "我从⟦实验学校⟧调入⟦三幼⟧，一直从事学前教育",
    "从⟦城关幼儿园⟧来到⟦三幼⟧工作",
    "在⟦凤台县第一中学⟧支教一年",
    "到⟦寿县瓦埠镇中心小学⟧开展送教活动",
    "⟦合肥一六八中学⟧与我校结对",
    "⟦北京师范大学附属实验中学⟧",
    "毕业于⟦安徽师范大学⟧汉语言文学专业",
    "⟦田家庵区第八小学⟧",
    "⟦淮南市直机关幼儿园⟧",
    "工作单位：⟦寿县第一中学⟧　职务：教师",
    "⟦Huainan No.2 Middle School⟧",
]
STAYS = [
    "课前，语数老师共同备课；教务主任检查教案",
    "三年级1班，四年级2班，五年级3班参加了比赛",
    "参加第五届班主任大赛，与家长共同努力",
    "《背影》　作者：朱自清",
    "孔乙己人物形象分析",
    "陶行知先生说过",
    "十九届二中全会精神",
    "安徽·淮南",
    "学生在活动中学到知识",
    "在合作交流中学会倾听",
    "每次不超过一小时，分成三小组",
    "王安石《泊船瓜洲》",
    "正如陶行知先生所说：“生活即教育”",
    "教育家叶圣陶认为，教是为了不教",
    "本文以杜甫《登高》为例",
    "[1] 王策三.教学论稿[M].北京：人民教育出版社，2005：23-25.",
    "[3]张奠宙,李士锜.数学教育学导论[M].北京:高等教育出版社,2003.",
    "安徽省教育厅",
    "淮南市田家庵区教育局",
    "安徽省教育科学研究院",
    "中国教育学会",
    "发表于《安徽教育科研》2023年第5期",
    "《邹忌讽齐王纳谏》教学设计",
    "华东师范大学出版社",
    "高级教师",
    "语文",
    "八年级（3）班",
    "二〇二三年六月",
    "获一等奖，特发此证，以资鼓励。",
    "小学语文教学中学生主体地位的体现",
    "乡镇薄弱学校与农村小学留守儿童",
    "淮南市中小学教师职称评审",
    "普通高中课程标准",
    "本节课采用小组合作学习的方式，引导学生自主探究。",
    "Unit 3 What were you doing when the rainstorm came",
]
ONCE_WRONG = [
    ("班里学生戎欢父母常年在外务工", "班里学生⟦戎欢⟧父母常年在外务工"),
    ("班里学生都骞颢父母常年在外务工", "班里学生⟦都骞颢⟧父母常年在外务工"),
    ("笔者与胡维共同设计了课例", "笔者与⟦胡维⟧共同设计了课例"),
    ("我和第五梅娜老师一起备课", "我和⟦第五梅娜⟧老师一起备课"),
    ("向孙丽同志学习", "向⟦孙丽⟧同志学习"),
    ("我和冯晨、李敏一起备课", "我和⟦冯晨⟧、⟦李敏⟧一起备课"),
    ("《我的教学》　作者：李晓琳", "《我的教学》　作者：⟦李晓琳⟧"),
    ("姓名：林黛玉", "姓名：⟦林黛玉⟧"),
    ("我校瞿霆、徐珍共2位教师申报", "我校⟦瞿霆⟧、⟦徐珍⟧共2位教师申报"),
    ("我校教师张华、陈云负责整理数据", "我校教师⟦张华⟧、⟦陈云⟧负责整理数据"),
    ("辅导学生王维佳、陈云飞获奖", "辅导学生⟦王维佳⟧、⟦陈云飞⟧获奖"),
    ("听了张华敏老师的课", "听了⟦张华敏⟧老师的课"),
    ("由欧阳修文执笔", "由⟦欧阳修文⟧执笔"),
    ("张华老师负责统计", "⟦张华⟧老师负责统计"),
    ("一等奖：李晓琳　淮南市第三中学", "一等奖：⟦李晓琳　淮南市第三中学⟧"),
    ("李晓琳淮南三中", "⟦李晓琳淮南三中⟧"),
    ("市三中教师来访", "⟦市三中⟧教师来访"),
    ("王建国同志获教育局表彰", "⟦王建国⟧同志获教育局表彰"),
    ("李晓琳　淮南市教育局", "⟦李晓琳⟧　淮南市教育局"),
    ("校长马骏现任教育局副局长", "校长⟦马骏⟧现任教育局副局长"),
    ("洞山中学教研室", "⟦洞山中学⟧教研室"),
    ("凤台县第一中学报县教育局", "⟦凤台县第一中学⟧报县教育局"),
    ("在三中交流期间，与十中联合教研", "在⟦三中⟧交流期间，与⟦十中⟧联合教研"),
    ("赴六小支教，再到三幼任教", "赴⟦六小⟧支教，再到⟦三幼⟧任教"),
    ("我在求实小学执教公开课", "我在⟦求实小学⟧执教公开课"),
    ("王建国在北京大学出版社出版", "⟦王建国⟧在北京大学出版社出版"),
    ("笔者与慕容和骞共同设计了课例", "笔者与⟦慕容和骞⟧共同设计了课例"),
    ("听了慕容老师的课", "听了⟦慕容⟧老师的课"),
    ("我和丁玲、空锦两位老师一起研读", "我和⟦丁玲⟧、⟦空锦⟧两位老师一起研读"),
    ("感谢王维佳和班级同学的帮助", "感谢⟦王维佳⟧和班级同学的帮助"),
    ("由语文、数学两位老师共同执教", "由语文、数学两位老师共同执教"),
    ("带领次仁次旺、拉巴旺堆等青年教师", "带领⟦次仁次旺⟧、⟦拉巴旺堆⟧等青年教师"),
    ("班里学生俄木以布父母在外务工", "班里学生⟦俄木以布⟧父母在外务工"),
    ("关心学生让其父母放心", "关心学生让其父母放心"),
    ("带领史铭和、卓澄轶等青年教师", "带领⟦史铭和⟧、⟦卓澄轶⟧等青年教师"),
    ("任班主任兼教研组长", "任班主任兼教研组长"),
    ("县域内幼儿园学前教育教师校本研修模式探析", "县域内幼儿园学前教育教师校本研修模式探析"),
    ("改进幼儿园学前教育家庭作业的实验", "改进幼儿园学前教育家庭作业的实验"),
    ("凤台县幼儿园学前教育组", "⟦凤台县幼儿园⟧学前教育组"),
    ("聘任您为淮南市第二中学物理中学一级教师", "聘任您为⟦淮南市第二中学⟧物理中学一级教师"),
]


@pytest.mark.parametrize("line", PEOPLE)
def test_other_people_are_hidden(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


@pytest.mark.parametrize("line", SCHOOLS)
def test_other_schools_are_hidden(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected(line)
    assert Kind.APPLICANT_UNIT not in {f.kind for f in found if "Huainan" not in line}


@pytest.mark.parametrize("line", STAYS)
def test_what_reviewers_judge_stays(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


@pytest.mark.parametrize(("line", "right"), ONCE_WRONG)
def test_people_and_schools_close_to_words_that_stay_are_hidden(
    line: str, right: str, look: Look, policy: Policy
) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(right)


def test_names_in_the_columns_and_cells_of_a_table_are_hidden(look: Look, policy: Policy) -> None:
    members = [
        ["序号", "姓名", "单位", "分工"],
        ["1", "⟦李晓琳⟧", "⟦寿县一中⟧", "主持"],
        ["2", "⟦马莲⟧", "⟦淮南二中⟧", "资料"],
        ["3", "⟦欧阳娜⟧", "⟦凤台一中⟧", "撰写"],
        ["4", "⟦张华⟧", "⟦洞山中学⟧", "统计"],
    ]
    record = [
        ["听课人", "⟦孙丽⟧", "授课人", "⟦高明⟧"],
        ["课题", "背影", "班级", "八（3）班"],
        ["课题组成员", "⟦安琪⟧、⟦白雪⟧", "地点", "录播教室"],
    ]
    sheet = Sheet().table(members, 80, 150, (260, 80)).table(record, 80, 800, (260, 80))
    cells = [cell for row in (*members, *record) for cell in row]
    assert shown(sheet, look(sheet), policy) == expected(*cells)


def test_birth_dates_and_phones_in_columns_are_hidden(look: Look, policy: Policy) -> None:
    rows = [
        ["姓名", "出生年月", "联系电话"],
        ["⟦李晓琳⟧", "⟦1990.03⟧", "⟦6664211⟧"],
        ["⟦安琪⟧", "⟦1985.02⟧", "⟦6664212⟧"],
    ]
    sheet = Sheet().table(rows, 80, 200, (260, 80))
    assert shown(sheet, look(sheet), policy) == [cell for row in rows for cell in row]


def test_a_table_without_people_stays_whole(look: Look, policy: Policy) -> None:
    rows = [
        ["奖项名称", "等级", "颁发单位", "时间"],
        ["优质课大赛", "一等奖", "市教育局", "2021.5"],
        ["论文评选", "二等奖", "省教科院", "2022.6"],
        ["任教学科", "语文", "考核结果", "优秀"],
    ]
    sheet = Sheet().table(rows, 80, 200, (260, 80))
    assert shown(sheet, look(sheet), policy) == [cell for row in rows for cell in row]


def test_names_broken_over_line_ends_of_a_paragraph_are_hidden(look: Look, policy: Policy) -> None:
    lines = (
        "近五年来我先后指导青年教师⟦李晓琳⟧、⟦王建⟧",
        "⟦国⟧、⟦诸葛修文⟧参加市级优质课评比，并到⟦凤台县刘⟧",
        "⟦集镇中心学校⟧支教，得到师生一致的好评。",
    )
    sheet = Sheet()
    for number, line in enumerate(lines):
        sheet.write(line, 120 + (64 if not number else 0), 200 + 50 * number)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


def test_a_school_broken_over_a_line_end_is_hidden_with_a_watermark_across_the_text(
    look: Look, policy: Policy
) -> None:
    lines = (
        "兹证明我校⟦李晓琳⟧老师于2014年9月11日在⟦江苏省泉州⟧",
        "⟦市第八中学⟧面向校际联盟全体教师执教公开课《我是小",
    )
    sheet = Sheet(aslant=(2, 3, 4)).write(lines[0], 184, 200).write(lines[1], 120, 250)
    for y in (130.0, 530.0, 930.0):
        corners = ((60.0, y), (300.0, y + 160), (275.0, y + 195), (35.0, y + 35))
        mark = Polygon(sheet.frame, corners)
        sheet.lines.append(Line(mark, tuple(Char(c, mark, 0.9) for c in "特殊教育"), 0.9))
    assert shown(sheet, look(sheet), policy)[:2] == expected(*lines)


@pytest.mark.parametrize(
    ("line", "y"),
    [
        ("⟦万邦⟧：数字资源支持下的道德与法治个性化学习实践研究", 80),
        ("方法：数字资源支持下的道德与法治个性化学习实践研究", 80),
        ("万邦：数字资源支持下的道德与法治个性化学习实践研究", 700),
    ],
)
def test_whoever_stands_in_a_papers_running_head_is_hidden(
    line: str, y: int, look: Look, policy: Policy
) -> None:
    sheet = Sheet().write(line, 120, y)
    assert shown(sheet, look(sheet), policy) == expected(line)


def test_people_above_an_editorial_office_are_no_part_of_its_name(
    look: Look, policy: Policy
) -> None:
    """The word model joins the last name of a line with the word below it."""
    lines = ("责任编辑⟦于芷霭⟧　⟦胡玉菊⟧⟦帅娴薇⟧　⟦万庆群⟧", "编辑部电话")
    sheet = Sheet().write(lines[0], 120, 200).write(lines[1], 120, 250)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


def test_a_name_of_which_the_surname_was_misread_is_hidden_among_authors(
    look: Look, policy: Policy
) -> None:
    rows = [
        ["作者", "来源"],
        ["⟦曹沅嘉⟧", "课程与课堂"],
        ["⟦自功壮⟧", "教研天地"],
        ["佚名", "教育"],
    ]
    sheet = Sheet().table(rows, 80, 200, (260, 80))
    assert shown(sheet, look(sheet), policy) == [cell for row in rows for cell in row]


def test_what_stands_under_a_school_and_is_none_stays(look: Look, policy: Policy) -> None:
    sheet = Sheet().table([["单位", "⟦寿县第一中学⟧"], ["课题", "光的折射"]], 80, 200, (260, 50))
    assert shown(sheet, look(sheet), policy) == ["单位", "⟦寿县第一中学⟧", "课题", "光的折射"]


def test_a_badly_read_cell_among_names_is_hidden(look: Look, policy: Policy) -> None:
    rows = [["年度", "验证人"], ["2016年", "龚晟"], ["2017年", ""], ["2018年", "龚晟"]]
    sheet = Sheet().table(rows, 80, 200, (260, 80))
    sheet.write("⟦壁影⟧", 354, 384, weak={0: 0.7, 1: 0.8})
    assert shown(sheet, look(sheet), policy)[-1] == "⟦壁影⟧"


@pytest.mark.parametrize("label", ["签名：", "听课人：", "授课教师：", "校长签字："])
def test_handwriting_that_nobody_can_read_is_hidden_by_its_slot(label: str, look: Look) -> None:
    empty = sheet_of(label)
    written = sheet_of(label).scribble(340, 130)
    assert look(empty) == ()
    (finding,) = look(written)
    x0, y0, x1, y1 = finding.polygon.bounds
    assert finding.kind is Kind.SIGNATURE and finding.line is None
    assert x0 <= 342 and x1 >= 458 and y0 <= 132 and y1 >= 156


def test_pen_strokes_in_the_cell_of_a_signature_are_hidden(look: Look) -> None:
    rows = [["授课教师", "", "班级", "八（3）班"]]
    sheet = Sheet().table(rows, 80, 200, (260, 80)).scribble(370, 230)
    assert [f.kind for f in look(sheet)] == [Kind.SIGNATURE]


def test_a_school_broken_in_the_middle_of_its_cell_is_hidden_whole(
    look: Look, policy: Policy
) -> None:
    sheet = Sheet().table([["姓名", "单位", "分工"], ["", "", "主持"]], 80, 200, (300, 120))
    sheet.write("⟦李晓琳⟧", 100, 364).write("⟦恩施自治州外国语⟧", 386, 344)
    sheet.write("⟦学校⟧", 482, 384)
    lines = ["姓名", "单位", "分工", "主持", "⟦李晓琳⟧", "⟦恩施自治州外国语⟧", "⟦学校⟧"]
    assert shown(sheet, look(sheet), policy) == expected(*lines)
