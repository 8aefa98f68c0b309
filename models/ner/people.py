"""Composes names of people: common and rare surnames, minority names, initials of all kinds."""

from __future__ import annotations

import random

from models.ner.sources import Sources

# Given names of the last seventy years lean on these; typed here, common ones first.
_MODERN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华玉萍红玲建国文辉力永健世广志义兴良海山仁波宁贵福生龙元全"
    "胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆"
    "民友裕河哲江亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾"
    "楠榕风航弘嘉琼淑惠珠翠雅芝彩春菊凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳琴莹燕冰蓉眉君晓倩凝瑶怡婵雁蓓纨仪"
    "荷丹晴柔竹霭璐娅琦晶妍茜秋珊莎锦黛青婷姣婉娴瑾颖露园艺咏卿聪澜纯毓悦昭枫苑婕馨滢韵融欣薇菁梦岚筠瑗琰"
    "宇轩浩梓涵诗雨欣怡一诺可睿奕昊煜皓骏俊逸旻彤妤曦瑄铄锴钰铭鑫淼垚骁骥逍遥翊翎羽骞霖霆"
)
_TIBETAN = "扎西 顿珠 次仁 旺姆 卓玛 达瓦 尼玛 平措 多吉 央金 拉姆 桑吉 才让 罗布 格桑 丹增 旺堆 白玛 德吉 曲珍 仁青 索朗 嘎玛 贡布 洛桑 益西 普布 巴桑 边巴 强巴 斯朗 措姆 拥忠 降措 泽仁 登巴"
_TURKIC = "阿依 古丽 吐尔逊 买买提 艾力 努尔 兰 赛力克 古丽娜尔 阿卜杜 拉 热合曼 木拉提 阿迪力 帕提古丽 玛依拉 迪丽 热巴 米热 艾合 麦提 江 汗 阿不都 克里木 依明 库尔班 赛买提 海丽 且木 沙塔尔 居马 哈力 叶尔 肯 别克 加娜提 阿力木 祖农 卡德尔 伊力 亚尔 麦麦提 热依罕 哈斯 铁尔 吾买尔 萨吾提"
_MONGOL = "乌云 其其格 巴特尔 娜仁 托娅 苏日娜 宝力德 格日乐 图雅 阿古拉 呼和 斯琴 高娃 萨仁 敖登 乌日娜 哈斯 朝鲁 巴雅尔 额尔敦 布和 那顺 孟克 特木尔 其木格 塔娜 阿拉坦 莫日根 必力格 青格乐 牧仁 白音 胡日查 包勒尔"
_YI = "阿苦 日哈 吉克 曲且 马海 阿各 沙马 拉且 阿说 子布 木乃 尔古 吉子 阿牛 石布 乌果 俄木 伍呷 曲木 史洛 罗洪 木呷 尼惹 拉博"
_FOREIGN = "约翰 玛丽 史密斯 琼斯 安娜 彼得 大卫 威廉姆斯 布朗 米勒 泰勒 杰克 露西 莉莉 汤姆"


class People:
    """Composes names; the same seed gives the same names.

    Args:
        sources: Tables of surnames and given names.
        seed: Of the random numbers.
    """

    def __init__(self, sources: Sources, seed: int) -> None:
        self._random = random.Random(seed)
        self._sources = sources
        single = {s: w for s, w in sources.surnames.items() if len(s) == 1}
        self._single = tuple(single)
        self._weights = tuple(w + 5 for w in single.values())
        self._compound = tuple(s for s in sources.surnames if len(s) == 2)
        self._pool = sources.given_characters
        self._old = sources.old_given
        self._rare = tuple(sorted({c for name in sources.old_given for c in name}))
        self._commons = self._random.choices(self._single, self._weights, k=20000)
        self._next = 0
        self._order: list[str] = []

    def surname(self) -> str:
        """Return a surname: by its frequency, or in turn from all there are, rare ones too."""
        draw = self._random.random()
        if draw < 0.08:
            return self._random.choice(self._compound)
        if draw < 0.5:
            # Each in its turn: a list of rare surnames is where names leak.
            if self._next >= len(self._order):
                self._order = list(self._single)
                self._random.shuffle(self._order)
                self._next = 0
            self._next += 1
            return self._order[self._next - 1]
        return self._random.choice(self._commons)

    def given(self) -> str:
        """Return a given name of one or two characters."""
        size = 1 if self._random.random() < 0.3 else 2
        draw = self._random.random()
        if draw < 0.2:
            return self._random.choice(self._old)
        if draw < 0.3:
            return "".join(self._random.choice(self._rare) for _ in range(size))
        if draw < 0.36:
            return self._random.choice(self._pool) * 2
        if draw < 0.66:
            return "".join(self._random.choice(_MODERN) for _ in range(size))
        return "".join(self._random.choice(self._pool) for _ in range(size))

    def name(self) -> str:
        """Return a whole name."""
        draw = self._random.random()
        if draw < 0.055:
            return self.minority()
        if draw < 0.07:
            # The mother's surname taken along: 王李思远.
            return self.surname() + self._random.choice(self._commons) + self.given()
        return self.surname() + self.given()

    def minority(self) -> str:
        """Return a minority name, with or without a dot."""
        draw = self._random.random()
        if draw < 0.4:
            return self._parts(_TURKIC, 2) + "·" + self._parts(_TURKIC, 2)
        if draw < 0.6:
            words = _TIBETAN.split()
            if self._random.random() < 0.2:
                return self._random.choice("拉达巴次旦班央措白群") + self._random.choice(words)
            return self._random.choice(words) + self._random.choice(words)
        if draw < 0.64:
            return self._parts(_TURKIC, 3)
        if draw < 0.77:
            words = _MONGOL.split()
            return "".join(self._random.choice(words) for _ in range(self._random.choice((1, 2))))
        if draw < 0.85:
            words = _YI.split()
            return self._random.choice(words) + self._random.choice(words)
        if draw < 0.93:
            return self._parts(_TIBETAN, 1) + "·" + self._parts(_TIBETAN, 1)
        words = _FOREIGN.split()
        return self._random.choice(words) + "·" + self._random.choice(words)

    def _parts(self, text: str, most: int) -> str:
        words = text.split()
        return "".join(self._random.choice(words) for _ in range(self._random.randint(1, most)))
