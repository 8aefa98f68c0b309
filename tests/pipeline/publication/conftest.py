from __future__ import annotations

import pytest

from pipeline.policy import load_policy
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.registry import Journal, JournalStatus, Registry

JOURNALS = (
    Journal(title="淮上教育研究", cn="34-1801/G4", issn="2097-9002", frequency="月刊"),
    Journal(title="江淮教学论坛", cn="34-1902/G4", issn="2097-9010", frequency="月刊"),
    Journal(title="课堂观察", cn="41-1203/G4", issn="2097-9029", frequency="旬刊"),
    Journal(title="教坛", cn="43-1305/G4", issn="2097-910X", frequency="月刊"),
    Journal(title="信息技术教学", cn="11-9504/G4", issn="2097-9037", frequency="月刊"),
    Journal(title="教研天地", cn="11-6020/G4", issn="2097-9045", frequency="双月"),
    Journal(title="中国年鉴探索", cn="10-1606/K", issn="2097-9118", frequency="双月"),
    Journal(
        title="旧刊通讯",
        cn="32-1507/G4",
        issn="2097-9053",
        status=JournalStatus.CEASED,
        ended=2019,
    ),
    Journal(title="停办学刊", cn="32-1608/G4", issn="2097-9061", status=JournalStatus.CEASED),
    Journal(title="教育年论", issn="2097-907X", frequency="年刊"),
    Journal(title="无号学刊", cn="36-1409/G4", frequency="季刊"),
    Journal(title="分册教学（小学版）", cn="42-1711/G4", issn="2097-9088"),
    Journal(title="分册教学（中学版）", cn="42-1711/G4", issn="2097-9088"),
    Journal(title="更名教育", former_titles=("原名教育",), cn="37-1812/G4", issn="2097-9096"),
)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.of(JOURNALS)


@pytest.fixture(scope="session")
def policy() -> PublicationPolicy:
    return load_policy("huainan-2025").publication
