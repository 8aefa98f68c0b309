from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cases import Order, submit
from flows.prefect_home import prefect_api
from pipeline.similarity.corpus import Corpus
from pipeline.similarity.nouns import Author, Document
from tests.early import settle
from tests.packages import make_packages
from tests.sheets import APPLICANT, draw_sheet, traces, write_identity


@pytest.fixture(scope="module", autouse=True)
def prefect(prefect_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    state = tmp_path_factory.mktemp("prefect")
    settle(prefect_database, state)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PREFECT_HOME", str(state / "prefect"))
        with prefect_api() as wait_until_up:
            from prefect.settings import PREFECT_API_URL, temporary_settings

            wait_until_up()
            # Another test may have imported Prefect before.
            with temporary_settings({PREFECT_API_URL: os.environ["PREFECT_API_URL"]}):
                yield


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setenv("MANGPING_STATE", str(tmp_path / "state"))
    dossier = tmp_path / "李晓琳"
    dossier.mkdir()
    draw_sheet(("听课记录", "授课教师：李晓琳")).save(dossier / "李晓琳.jpg")
    (dossier / "b.jpg").write_bytes(b"")
    identity = write_identity(tmp_path)
    return Order(dossier=dossier, out=tmp_path / "out", identity=identity)


def test_prefect_learns_numbers_only(order: Order) -> None:
    """Runs the flow by its id alone, as a deployment does, and reads back all that Prefect kept."""
    from prefect.client.orchestration import get_client

    from flows.process import process_dossier

    assert process_dossier(submit(order)) == {"clean": 1, "error": 1}
    with get_client(sync_client=True) as client:
        flow_runs = client.read_flow_runs()
        task_runs = client.read_task_runs()
        artifacts = client.request("POST", "/artifacts/filter", json={}).json()
    assert {"dossier_id": order.id, "again": False} in [run.parameters for run in flow_runs]
    assert {run.name for run in task_runs} >= {"read-0", "read-1", "decide", "report"}
    assert {a["type"] for a in artifacts} >= {"progress", "table", "markdown"}
    progress = next(a for a in artifacts if a["type"] == "progress")
    assert progress["data"] == 100
    kept = [run.model_dump_json() for run in (*flow_runs, *task_runs)] + [json.dumps(artifacts)]
    assert traces("".join(kept).encode()) == []


def test_the_applicants_own_copy_is_compared_and_its_verdict_kept(order: Order) -> None:
    """Both files are the same sheet, so nothing is hidden: a leak, in report and manifest."""
    from flows.process import process_dossier

    shutil.copy(order.dossier / "李晓琳.jpg", order.dossier / "a-masked.jpg")
    attachment = {"id": "a01", "file": "李晓琳.jpg", "masked": "a-masked.jpg"}
    described = json.dumps({"attachments": [attachment]}, ensure_ascii=False)
    (order.dossier / "dossier.json").write_text(described, encoding="utf-8")
    assert process_dossier(submit(order)) == {"clean": 1}
    manifest = json.loads((order.out / "manifest.json").read_text(encoding="utf-8"))
    (file,) = manifest["files"]
    assert file["own_copy"]["verdict"] == "leak" and file["own_copy"]["rules"] == ["HN-MASK-2"]
    report = (order.out / "report.html").read_text(encoding="utf-8")
    assert "申报人自己的打码件" in report and not traces(report.encode())
    assert (order.out / "work" / "pairs" / "a01.html").is_file()


def test_papers_are_examined_with_their_report_and_prefect_learns_no_name(order: Order) -> None:
    """The report says by its title which of the two papers it is about."""
    from prefect.client.orchestration import get_client

    from flows.process import process_dossier

    folder = order.dossier.parent / "papers"
    folder.mkdir()
    packages = make_packages(folder)
    kinds = {"good.pdf": "paper", "bad.pdf": "paper", "report.pdf": "similarity_report"}
    described = {
        "applicant": {"name": packages.applicants},
        "attachments": [{"file": file, "kind": kind} for file, kind in kinds.items()],
    }
    (folder / "dossier.json").write_text(json.dumps(described), encoding="utf-8")
    order = Order(dossier=folder, out=order.out, registry=packages.registry)
    process_dossier(submit(order))
    manifest = json.loads((order.out / "manifest.json").read_text(encoding="utf-8"))
    good, bad, report = manifest["files"]
    assert (good["publication"]["verdict"], good["publication"]["reports"]) == ("accept", ["a03"])
    assert (bad["publication"]["verdict"], bad["publication"]["rules"]) == (
        "return",
        ["HN-PAPER-4"],
    )
    assert "publication" not in report
    page = (order.out / "report.html").read_text(encoding="utf-8")
    crops = sorted((order.out / "work" / "publications").iterdir())
    assert "申报人不是第一作者" in page and crops
    assert all(f'src="work/publications/{crop.name}"' in page for crop in crops)
    answer = (order.out / "publications" / "a01.json").read_text(encoding="utf-8")
    assert json.loads(answer)["cn"] == packages.good_truth.cn
    with get_client(sync_client=True) as client:
        runs = [*client.read_flow_runs(), *client.read_task_runs()]
        artifacts = client.request("POST", "/artifacts/filter", json={}).json()
    kept = "".join([run.model_dump_json() for run in runs] + [json.dumps(artifacts)])
    titles = [truth.title for truth in (packages.good_truth, packages.bad_truth)]
    for private in (*packages.applicants, *titles):
        assert private and private not in page + answer
        assert private not in kept and json.dumps(private)[1:-1] not in kept


def test_texts_are_compared_and_the_report_for_reviewers_names_nobody(order: Order) -> None:
    """A summary copied from an earlier round, and the dossier itself remembered for the next."""
    from flows.process import process_dossier

    copied = (
        *("期中以后我把书面作业分成基础、提高和挑", "战三层，由学生自己选做，每周五由小组长统"),
        *("计完成的情况。一个学期下来，原先常常不交", "作业的九名学生里有七名能按时交齐。"),
    )
    earlier = Document("x", authors=(Author("赵小燕", "寿县一中"),), submitted="2020-01-01")
    with Corpus.open(order.out.parent / "corpus", create=True) as corpus:
        told = "".join(copied).replace("由学生自己选做", "由王建国老师和学生自己选做")
        corpus.add(earlier, f"赵小燕在寿县一中写道：{told}")
    folder = order.dossier.parent / "texts"
    folder.mkdir()
    for file, first in (("a.png", "李晓琳　淮南市第二中学"), ("b.png", "教学设计")):
        draw_sheet((first, *copied)).save(folder / file)
    kinds = {"a.png": "summary", "b.png": "lesson_plan"}
    attachments = [{"file": file, "kind": kind} for file, kind in kinds.items()]
    described = json.dumps({"applicant": APPLICANT, "attachments": attachments})
    (folder / "dossier.json").write_text(described, encoding="utf-8")
    corpus_place = order.out.parent / "corpus"
    order = Order(dossier=folder, out=order.out, corpus=corpus_place, review_round="2025")
    process_dossier(submit(order))
    report = (order.out / "report.html").read_text(encoding="utf-8")
    for key in ("a01", "a02"):
        figures = json.loads((order.out / "similarity" / f"{key}.json").read_bytes())
        assert figures["ratios"]["without_own"]["ratio"] > 0.6
        assert {s["standing"] for s in figures["sources"]} == {"counted", "own"}
        assert all(passage["pages"] == [1] for passage in figures["passages"])
        page = (order.out / "similarity" / f"{key}.html").read_bytes()
        assert not traces(page)
        assert not [name for name in ("赵小燕", "寿县", "王建国") if name.encode() in page]
        assert "王建国" in (order.out / "work/similarity" / f"{key}.html").read_text("utf-8")
        assert f'href="similarity/{key}.html"' in report
    with Corpus.open(corpus_place) as corpus:
        assert {d.id for d in corpus.documents()} == {"x", f"{order.id}-a01", f"{order.id}-a02"}


def test_an_attachment_that_can_no_longer_be_read_loses_its_old_copy(order: Order) -> None:
    from flows.process import process_dossier

    process_dossier(submit(order))
    assert (order.out / "masked" / "a02.pdf").is_file()
    shutil.copy(order.dossier / "b.jpg", order.dossier / "李晓琳.jpg")
    assert process_dossier(submit(order)) == {"error": 2}
    assert not list((order.out / "masked").iterdir())
    assert not list((order.out / "findings").iterdir())
