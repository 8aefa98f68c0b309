"""Composes names of schools, and of bodies that are none: authorities, societies, publishers."""

from __future__ import annotations

import random

from models.ner.sources import Sources

_ORDINALS = "一二三四五六七八九十"
_FANCY = (
    "育才 育英 启明 求实 远志 光明 新华 红星 胜利 东风 朝阳 和平 建设 解放 人民 团结 友谊 幸福 阳光 希望 春蕾 明德 崇文 崇德 "
    "弘毅 致远 思源 博雅 博文 文昌 文峰 翰林 书香 桃李 桃园 杏坛 梅园 兰亭 竹溪 青云 凌云 天成 金桥 银河 滨江 滨湖 临江 河畔 "
    "南湖 东湖 西湖 北山 南山 东关 西关 南门 北门 城关 城南 城北 城东 城西 中心 开发区 高新区 经开区 铁路 矿务局 龙泉 凤凰 白鹭 "
    "七一 八一 五四 六一 三八 五一 一六一 四〇 十七 科大 师大 实验 外国语 双语 华侨 民族 回民 蒙古族 朝鲜族 藏文 航天 石油 电力 "
    "钢城 煤海 盐湖 碧桂园 恒大 万达 绿地 保利 世纪 未来 智慧 卓越 精英 英才 树人 立人 成才 励志 自强 勤学 敏学 笃行 至善 新蕾 "
    "小星星 小太阳 大拇指 金贝贝 童心 童乐 蓓蕾 花蕾 摇篮 蓝天 红太阳 贝尔 爱弥儿 格林 多元智能 小博士 向日葵 紫荆 木棉 银杏 "
    "逸夫 思齐 雷锋 中山 鲁迅 行知 长征 延安 井冈 韶山 黄埔 复兴 振华 兴华 育华 育新 育红 育民 育人 培英 培才 培智 启智 启聪 聋哑 "
    "麻纺厂 水电 化工 农垦 林场 机床厂 纺织 二轻 粮食 供销 公安 司法 卫生 财经 商贸 旅游 交通 工业 信息 科技 艺术 体育"
).split()
_KINDS = {
    "小学": "小学 小学 小学 实验小学 中心小学 中心校 完小 完全小学 希望小学 学校 小学校 回民小学 教学点".split(),
    "中学": "中学 中学 中学 初级中学 高级中学 实验中学 高中 初中 完全中学 中心学校 民族中学 中学校".split(),
    "学校": "学校 实验学校 外国语学校 九年一贯制学校 双语学校 特殊教育学校 职业技术学校 中等专业学校 中等职业学校 技工学校 职业高级中学 职教中心 教师进修学校 国际学校 体育运动学校 艺术学校 学校 寄宿制学校".split(),
    "幼儿园": "幼儿园 幼儿园 中心幼儿园 机关幼儿园 实验幼儿园 幼稚园 双语幼儿园 公办幼儿园 托育园 艺术幼儿园".split(),
    "大学": "大学 师范大学 学院 师范学院 教育学院 职业技术学院 师范专科学校 广播电视大学 开放大学 理工大学 农业大学 师范高等专科学校 幼儿师范高等专科学校 学校 医科大学 民族大学".split(),
}
_CAMPUS = "(东校区) (南校区) (城中校区) (总校) (本部) 东校区 分校 分园 北校区 滨湖校区 附属小学 附属中学 附属幼儿园 教育集团 集团 (初中部) (小学部) 新校区".split()
_AUTHORITY = (
    "教育局 教育厅 教育体育局 教体局 教育委员会 教委 人力资源和社会保障局 人力资源和社会保障厅 人社局 教育科学研究院 教育科学研究所 教科所 教科院 "
    "教研室 教学研究室 电化教育馆 电教馆 教育技术装备中心 人民政府 教育工会 总工会 团委 妇联 科学技术协会 科协 语言文字工作委员会 教育学会 "
    "中小学教师继续教育中心 教育考试院 招生办公室 教师工作处 基础教育处 教育督导室 公安局 卫生健康委员会 文化和旅游局 民政局 财政局 教育发展研究院 "
    "教师资格认定中心 职称改革领导小组办公室 委员会组织部 委宣传部 精神文明建设指导委员会 少工委 档案馆 图书馆 博物馆 文化馆 体育局 科技局"
).split()
_NATIONAL = (
    "教育部 国务院 中国教育学会 全国教育科学规划领导小组办公室 教育部基础教育课程教材发展中心 中央电化教育馆 中国教育科学研究院 中国陶行知研究会 "
    "中国教育技术协会 国家语言文字工作委员会 中国写作学会 全国中小学教师继续教育网 中国知网 共青团中央 中华全国总工会 中国科学技术协会 人力资源和社会保障部 "
    "全国中语会 全国数学教育研究会 中国化学会 中国物理学会 中国音乐家协会 中国教师发展基金会 国家教育行政学院 国家开放大学出版传媒集团 奥林匹克数学竞赛委员会"
).split()
_PUBLISHERS = (
    "人民教育出版社 北京师范大学出版社 华东师范大学出版社 江苏教育出版社 教育科学出版社 高等教育出版社 商务印书馆 中华书局 上海教育出版社 广西师范大学出版社 "
    "湖南教育出版社 西南师范大学出版社 语文出版社 外语教学与研究出版社 中国人民大学出版社 浙江教育出版社 山东教育出版社 安徽教育出版社 陕西师范大学出版社 清华大学出版社 "
    "吉林大学出版社 东北师范大学出版社 福建教育出版社 中国教育报社 语文教学与研究杂志社 小学教学参考编辑部 现代教育杂志社 教学月刊社 中学数学教学编辑部"
).split()


class Units:
    """Composes units; the same seed gives the same ones.

    Args:
        sources: Places and names of companies.
        seed: Of the random numbers.
    """

    def __init__(self, sources: Sources, seed: int) -> None:
        self._random = random.Random(seed)
        self._places = sources.places
        self._towns = sources.towns
        self._companies = sources.companies

    def place(self) -> tuple[str, str, str]:
        """Return (province, city, district or county)."""
        province, city, areas = self._random.choice(self._places)
        return province, city, self._random.choice(areas)

    def school(self) -> str:
        """Return a school's name as it stands on paper: whole, short or shortest."""
        draw = self._random.random()
        if draw < 0.16:
            return self.short()
        kind = self._random.choices(tuple(_KINDS), (34, 30, 16, 14, 6))[0]
        if kind == "大学":
            return self._college()
        head = self._seat() + self._core()
        # 小学 alone is no school.
        name = (head or self._random.choice(_FANCY)) + self._random.choice(_KINDS[kind])
        if self._random.random() < 0.08:
            name += self._random.choice(_CAMPUS)
        return name

    def short(self) -> str:
        """Return a school as colleagues say it: 六中, 二幼, 十中分校, 七一小学, 淮南三中."""
        pick, n = self._random.choice, self._random.choice(_ORDINALS)
        if self._random.random() < 0.12:
            n = pick(("十" + n, n + "十", "二十" + n, pick(_ORDINALS) + "十" + n))
        draw = self._random.random()
        place = self._bare(self._random.choice(self.place()))
        if draw < 0.28:
            return n + pick(("中", "中", "中", "小", "小", "幼", "高", "职高"))
        if draw < 0.4:
            return (
                pick(("第", "市", "县", "区", "市第", "县第"))
                + n
                + pick(("中", "小", "幼", "中学", "小学", "幼儿园", "高中"))
            )
        if draw < 0.58:
            return place + n + pick(("中", "小", "幼", "高", "中", "职"))
        if draw < 0.7:
            return place + pick(
                (
                    "实小",
                    "实中",
                    "附小",
                    "附中",
                    "外校",
                    "职高",
                    "特校",
                    "实验",
                    "中心小学",
                    "进修学校",
                    "高中",
                    "初中",
                    "完小",
                )
            )
        if draw < 0.76:
            return n + pick(("中分校", "小分校", "中东校区", "小教育集团", "中附小", "幼分园"))
        if draw < 0.94:
            return pick(_FANCY) + pick(
                ("小学", "中学", "高中", "学校", "幼儿园", "初中", "实验学校", "双语学校")
            )
        return pick(("实验", "外国语", "师大", "育才", "机关", "一实小", "特教")) + pick(
            ("小学", "学校", "附中", "附小", "幼儿园")
        )

    def _college(self) -> str:
        province, city, _ = self.place()
        head = self._bare(self._random.choice((province, city)))
        if self._random.random() < 0.2:
            head = self._random.choice(
                ("华东", "华中", "西南", "东北", "中央", "北方", "首都", "国家", "陕北")
            )
        name = head + self._random.choice(_KINDS["大学"])
        if self._random.random() < 0.2:
            name += self._random.choice(
                (
                    "附属中学",
                    "附属小学",
                    "附属实验学校",
                    "第一附属中学",
                    "文学院",
                    "继续教育学院",
                    "附属幼儿园",
                )
            )
        return name

    def _seat(self) -> str:
        """Return the place in front of a school's name; often less than the whole."""
        province, city, area = self.place()
        draw = self._random.random()
        if draw < 0.12:
            return ""
        if draw < 0.3:
            return self._random.choice((city, self._bare(city), area))
        if draw < 0.42:
            return province + city
        if draw < 0.56:
            return city + area
        if draw < 0.66:
            return area + self._random.choice(self._towns)
        if draw < 0.76:
            return self._random.choice(self._towns)
        if draw < 0.84:
            return self._bare(area)
        if draw < 0.9:
            return province + area
        return self._bare(city) + self._bare(area)

    def _core(self) -> str:
        draw = self._random.random()
        if draw < 0.3:
            n = self._random.choice(_ORDINALS)
            if self._random.random() < 0.15:
                n = "十" + n
            return self._random.choice(("第", "第", "")) + n
        if draw < 0.75:
            return self._random.choice(_FANCY)
        if draw < 0.87:
            return self._bare(self._random.choice(self._towns))
        if draw < 0.93:
            return self._random.choice(self._companies)
        return ""

    @staticmethod
    def _bare(place: str) -> str:
        """Return a place without the word for its rank, where enough is left."""
        for end in (
            "自治区",
            "街道",
            "自治州",
            "自治县",
            "地区",
            "省",
            "市",
            "区",
            "县",
            "镇",
            "乡",
        ):
            if place.endswith(end) and len(place) - len(end) >= 2:
                return place[: -len(end)]
        return place

    def other(self) -> str:
        """Return a body that is no school: an authority, a society, a publisher, a company."""
        province, city, area = self.place()
        draw = self._random.random()
        pick = self._random.choice
        if draw < 0.5:
            seat = pick(
                (
                    province,
                    city,
                    area,
                    city + area,
                    province + city,
                    self._bare(city),
                    "省",
                    "市",
                    "县",
                    "区",
                )
            )
            return seat + pick(_AUTHORITY)
        if draw < 0.64:
            seat = pick((province, city, area, "中国", "全国", self._bare(province)))
            return seat + pick(
                (
                    "教育学会",
                    "陶行知研究会",
                    "中小学数学教学专业委员会",
                    "写作学会",
                    "化学学会",
                    "心理学会",
                    "科普作家协会",
                    "作家协会",
                    "教育学会小学语文教学专业委员会",
                    "家庭教育研究会",
                    "书法家协会",
                    "美术家协会",
                )
            )
        if draw < 0.76:
            return pick(_NATIONAL)
        if draw < 0.88:
            return pick(_PUBLISHERS)
        return self.company()

    def company(self) -> str:
        """Return a company's or another employer's name."""
        seat = self._bare(self._random.choice(self.place()))
        core = self._random.choice(self._companies)
        pick = self._random.choice
        return (
            pick(("", seat, seat))
            + core
            + pick(
                (
                    "有限公司",
                    "科技有限公司",
                    "教育科技有限公司",
                    "文化传媒有限公司",
                    "集团",
                    "股份有限公司",
                    "公司",
                )
            )
        )
