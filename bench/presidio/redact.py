"""Redacts exported pages with Presidio's image redactor; runs in an environment of its own.

``python redact.py PAGES OUT`` takes what ``python -m bench.foreign`` wrote; makes one PDF a file.
Presidio is set up as a careful user would for a Chinese dossier: Tesseract with simplified Chinese
and English, the applicant's own strings as patterns (spaces may stand between any two characters,
because Tesseract puts them there), and patterns for any ID number, mobile phone and e-mail. The
package index has no Chinese spaCy model, so nobody else's name is looked for.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image

_LANGUAGE = "zh"
_TESSERACT = "chi_sim+eng"
_DIGIT = r"\d\s*"
_GENERAL = {
    "CN_ID_NUMBER": rf"(?<!\d)(?:{_DIGIT}){{17}}[\dXx](?!\d)",
    "CN_MOBILE": rf"(?<!\d)1\s*[3-9]\s*(?:{_DIGIT}){{8}}\d(?!\d)",
    "EMAIL": r"[A-Za-z0-9._%+-]+\s*@\s*[A-Za-z0-9.-]+\s*\.\s*[A-Za-z]{2,}",
}


def main(pages: Path, out: Path) -> None:
    """Redact every dossier's pages; write the PDFs and ``seconds.json`` to ``out``."""
    count, spent, started = 0, 0.0, _processor()
    for folder in sorted(path.parent for path in pages.glob("*/identity.json")):
        engine = _engine(json.loads((folder / "identity.json").read_text()))
        for file in sorted(path for path in folder.iterdir() if path.is_dir()):
            sources = sorted(file.glob("*.png"))
            before = time.perf_counter()
            done = [_redacted(engine, source) for source in sources]
            spent += time.perf_counter() - before
            count += len(done)
            target = out / folder.name / f"{file.name}.pdf"
            target.parent.mkdir(parents=True, exist_ok=True)
            done[0].save(target, save_all=True, append_images=done[1:], resolution=200, quality=92)
            print(f"{target.parent.name}/{target.name}: {len(done)}", file=sys.stderr, flush=True)
    told = {"pages": count, "seconds": spent, "processor_seconds": _processor() - started}
    (out / "seconds.json").write_text(json.dumps(told))


def _processor() -> float:
    """Return the processor seconds of this program and of its runs of Tesseract."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(one)[:2]) for one in whose)


def _redacted(engine: Any, source: Path) -> Image.Image:
    with Image.open(source) as image:
        page = image.convert("RGB")
    redacted: Image.Image = engine.redact(
        page, fill=(0, 0, 0), ocr_kwargs={"lang": _TESSERACT}, language=_LANGUAGE
    )
    return redacted


def _engine(identity: dict[str, Any]) -> Any:
    """Return Presidio's engine with recognisers for one applicant."""
    analyzer = importlib.import_module("presidio_analyzer")
    redactor = importlib.import_module("presidio_image_redactor")
    nlp = importlib.import_module("presidio_analyzer.nlp_engine").SpacyNlpEngine(
        models=[{"lang_code": _LANGUAGE, "model_name": "blank"}]
    )
    nlp.nlp = {_LANGUAGE: importlib.import_module("spacy").blank(_LANGUAGE)}
    own = [_spaced(text) for text in _strings(identity)]
    patterns = {**_GENERAL, **{f"APPLICANT_{n}": text for n, text in enumerate(own)}}
    registry = analyzer.RecognizerRegistry(supported_languages=[_LANGUAGE])
    for name, pattern in patterns.items():
        registry.add_recognizer(
            analyzer.PatternRecognizer(
                supported_entity=name,
                supported_language=_LANGUAGE,
                patterns=[analyzer.Pattern(name, pattern, 1.0)],
            )
        )
    engine = analyzer.AnalyzerEngine(
        registry=registry, nlp_engine=nlp, supported_languages=[_LANGUAGE]
    )
    return redactor.ImageRedactorEngine(redactor.ImageAnalyzerEngine(analyzer_engine=engine))


def _strings(identity: dict[str, Any]) -> list[str]:
    """Return the applicant's strings, the longest first."""
    found = {text for v in identity.values() for text in ([v] if isinstance(v, str) else v)}
    return sorted((text for text in found if text.strip()), key=len, reverse=True)


def _spaced(text: str) -> str:
    return r"\s*".join(re.escape(char) for char in text if not char.isspace())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
