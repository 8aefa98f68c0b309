"""What each cause does to the verdict on a journal's numbers, and its sentence for the applicant.

``{title}`` and ``{number}`` are filled from the registry, never from the page.
"""

from __future__ import annotations

from pipeline.publication.nouns import Effect

_R, _P, _A = Effect.RETURN, Effect.PERSON, Effect.ADVISE

REASONS: dict[str, tuple[Effect, str]] = {
    # CN by itself
    "no-numbers": (_R, "没有国内统一刊号（CN），也没有ISSN；请补交印有双刊号的页。"),
    "cn-missing": (_R, "只有ISSN，没有国内统一刊号（CN），不是通知认可的学术期刊。"),
    "cn-hong-kong": (_R, "刊号带有HK或“香港”字样，不是内地的国内统一刊号，不予认可。"),
    "cn-forged": (_R, "刊号夹有NR等不属于国内统一刊号的字母，不予认可。"),
    "cn-region": (_R, "刊号开头的地区代码不存在，不是有效的国内统一刊号，不予认可。"),
    "cn-serial": (_R, "刊号的序号不存在，不是有效的国内统一刊号，不予认可。"),
    "newspaper": (_R, "刊号的序号在0001—0999之间，是报纸，不是学术期刊。"),
    "e-journal": (_R, "刊号的序号在9000以上，登记为电子期刊，通知不含电子期刊。"),
    "network-unknown": (_P, "刊号的序号在6000—8999之间，期刊库里又没有，请人工核实。"),
    "network-serial": (_A, "刊号的序号在6000—8999之间，但期刊库里有这种期刊，仅作提示。"),
    "cn-unread": (_P, "刊号有残缺，认不出来，请人工查看。"),
    "cn-brackets": (_P, "刊号中夹有括号，不是规范的写法，请人工核实。"),
    "cn-suffix": (_P, "刊号末尾紧跟着字母，可能不是国内统一刊号，请人工核实。"),
    "cn-class": (_P, "刊号斜线后的分类号不存在，请人工核实。"),
    "cn-class-odd": (_A, "刊号斜线后的分类号不规范，但刊号、ISSN和刊名一致，仅作提示。"),
    "cn-place": (_A, "刊号的地区与出版地不同，这并不少见，仅作提示。"),
    # CN, ISSN and title against the registry
    "journal-unknown": (_P, "期刊库里没有这个刊号；期刊库并不齐全，请到国家新闻出版署网站查询。"),
    "cn-misread": (_P, "刊号与《{title}》登记的{number}只差一个字符，可能是误读，请人工查看。"),
    "cn-differs": (_P, "《{title}》登记的刊号是{number}，与此不同，请人工核实是否换过刊号。"),
    "cn-of-another": (_R, "这个刊号登记的是《{title}》，与所写的刊名不符；如已更名，请附证明。"),
    "title-differs": (_P, "这个刊号登记的是《{title}》，与所写的刊名不完全相同，请人工核实。"),
    "title-misread": (_A, "刊名有一个字与《{title}》不同，刊号和ISSN都与它一致，按误读处理。"),
    "title-missing": (_A, "没有刊名可对照，刊号和ISSN都属于《{title}》。"),
    "edition": (_A, "刊号属于《{title}》，所写的是它的另一个版本，仅作提示。"),
    "repaired": (_A, "刊号或ISSN里有字母被读作数字，读作数字后与期刊库和刊名一致，仅作提示。"),
    "repair-unconfirmed": (_P, "刊号或ISSN里有认不准的字符，不能确认，请人工查看。"),
    # ISSN
    "issn-missing": (_R, "缺ISSN，不是双刊号，不符合通知要求；这不表示期刊不合法。"),
    "issn-unread": (_P, "ISSN有残缺，认不出来，请人工查看。"),
    "issn-check": (_P, "ISSN的校验位不对，可能是误读或误印，请人工核实。"),
    "issn-of-another": (_R, "这个ISSN登记的是《{title}》，与刊号不属于同一种期刊。"),
    "issn-differs": (_P, "ISSN与《{title}》登记的{number}不同，请人工核实。"),
    "issn-unconfirmed": (_P, "《{title}》在期刊库里没有登记ISSN，无从对照，请人工核实。"),
    "issn-block": (_A, "ISSN不在内地期刊常见的号段里，仅作提示。"),
    # what the registry says of the journal
    "annual": (_R, "登记为年刊，通知不含年刊。"),
    "electronic-title": (_R, "登记为电子版或网络版，通知不含电子期刊。"),
    "ceased": (_R, "期刊已在论文发表之前停刊或合并。"),
    "maybe-ceased": (_P, "期刊库记这种期刊已停刊或合并，请人工核实论文发表时是否还在出版。"),
    # words
    "electronic-word": (_R, "写明是电子版、网络版或电子期刊，通知不含电子期刊。"),
    "supplement": (_R, "写明是增刊，通知不含增刊。"),
    "newspaper-supplement": (_R, "写明是副刊，通知不含副刊。"),
    "newspaper-word": (_R, "写明是报纸，不是学术期刊。"),
    "annual-word": (_R, "写明是年刊或年鉴，通知不含年刊。"),
    "series": (_P, "写明是“第N辑”，可能是以书代刊，请人工核实。"),
    "special-issue": (_P, "写明是专刊、专辑或论文集，通知没有写明是否认可，请人工决定。"),
    "internal": (_R, "是内部资料（准印证），不是公开出版的学术期刊。"),
}  # fmt: skip
