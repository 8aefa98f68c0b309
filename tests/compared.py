"""Invented teaching texts, and documents made of them."""

from __future__ import annotations

from pipeline.similarity.examination import Text
from pipeline.similarity.nouns import Author, Document, DocumentKind
from pipeline.similarity.text import normalise

LI = Author("李晓琳", "淮南市第二中学")
ZHAO = Author("赵小燕", "寿县第一中学")
LAW = (
    "国家建立教师资格制度，凡遵守宪法和法律，热爱教育事业，具有良好的思想品德，具备规定的学历"
    "或者经国家教师资格考试合格，有教育教学能力，经认定合格的，可以取得教师资格。"
)
CANDLE = (
    "蜡烛燃烧的实验看似简单，学生却常常只看见火焰，看不见石蜡先熔化再汽化的过程。我让每组用棉线"
    "引出白色的石蜡蒸气，在离烛芯三厘米处点燃，火焰沿着白烟跳回烛芯，全班一片惊呼。"
)
HOMEWORK = (
    "期中以后我把书面作业分成基础、提高和挑战三层，由学生自己选做，每周五由小组长统计完成的情况。"
    "一个学期下来，原先常常不交作业的九名学生里有七名能按时交齐，其中两名开始主动选做挑战题。"
)
READING = (
    "整本书阅读最怕读成一地碎片。我们先用一节课共同画出人物关系图，再让学生按人物领取任务，写出"
    "这个人物在每一章里想要什么、怕什么、做了什么选择，最后把几条线索贴到走廊的长卷上。"
)
GARDEN = (
    "学校后面的半亩荒地成了我们的劳动教室，春天分畦、播种、搭架，夏天测量株高并绘成折线图，"
    "秋天称重、定价、义卖，账目由五年级的孩子自己管，余款给图书角添了四十二本书。"
)


def text(name: str, raw: str, author: Author | None = LI, **facts: object) -> Text:
    """Make a document with a text."""
    authors = (author,) if author is not None else ()
    given = {"title": f"{name} 的题名", "kind": DocumentKind.PAPER} | facts
    return Text(Document(name, authors=authors, **given), normalise(raw))  # type: ignore[arg-type]
