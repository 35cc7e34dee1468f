#!/usr/bin/env python3
"""Writes a tiny cross-encoder with random weights, and the logits that a reference computation gives to some pairs.

    pip install numpy
    scripts/tiny_cross_encoder.py crates/erstwhile-models/testdata/tiny_cross_encoder

The computation follows the published architecture, with numpy only, so that the tests compare two independent programs.
It pads no text and computes each pair on its own. The same arguments give the same files.
"""

import json
import math
import string
import struct
import sys
from pathlib import Path

import numpy as np

HIDDEN, INNER, LAYERS, HEADS, POSITIONS = 32, 64, 2, 4, 40
LETTERS = string.ascii_lowercase + string.digits
WORDS = ["the", "oven", "bread", "train", "late", "repair", "##ed", "was", "is", "who", "sleep", "##ing", "cat"]
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *".,?!:'", *LETTERS, *("##" + letter for letter in LETTERS), *WORDS]
PAIRS = [
    ("Who is late?", "The train was late."),
    ("Who is late?", "The cat sleeps."),
    ("who is LATE", "THE TRAIN WAS LATE"),
    ("The train was late.", "Who is late?"),
    ("oven", "The oven was repaired, and the oven works."),
    ("oven", ""),
    ("", "oven"),
    ("", ""),
    ("oven", "§ bread"),
    ("oven", "bread, oven! " * 30),
    ("bread, oven! " * 30, "oven"),
    ("the train is late " * 12, "the cat is sleeping " * 15),
    ("the cat is sleeping " * 15, "the train is late " * 12),
    ("the train is late " * 12, "the train is late " * 12),
]


def make_weights():
    rng = np.random.RandomState(7)
    normal = lambda *shape, around=0.0, scale=0.2: rng.normal(around, scale, shape).astype("<f4")
    weights = {
        "bert.embeddings.word_embeddings.weight": normal(len(PIECES), HIDDEN, scale=1.0),
        "bert.embeddings.position_embeddings.weight": normal(POSITIONS, HIDDEN, scale=0.5),
        "bert.embeddings.token_type_embeddings.weight": normal(2, HIDDEN, scale=0.5),
        "bert.embeddings.LayerNorm.weight": normal(HIDDEN, around=1.0),
        "bert.embeddings.LayerNorm.bias": normal(HIDDEN),
    }
    for layer in range(LAYERS):
        at = f"bert.encoder.layer.{layer}."
        sizes = {"attention.self.query": (HIDDEN, HIDDEN), "attention.self.key": (HIDDEN, HIDDEN),
                 "attention.self.value": (HIDDEN, HIDDEN), "attention.output.dense": (HIDDEN, HIDDEN),
                 "intermediate.dense": (INNER, HIDDEN), "output.dense": (HIDDEN, INNER)}
        for name, shape in sizes.items():
            weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"] = normal(*shape), normal(shape[0])
        for name in ["attention.output.LayerNorm", "output.LayerNorm"]:
            weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"] = normal(HIDDEN, around=1.0), normal(HIDDEN)
    weights["bert.pooler.dense.weight"], weights["bert.pooler.dense.bias"] = normal(HIDDEN, HIDDEN), normal(HIDDEN)
    weights["classifier.weight"], weights["classifier.bias"] = normal(1, HIDDEN, scale=0.5), normal(1)
    return weights


def pieces(text):
    words, word = [], ""
    for character in text.lower() + " ":
        if character.isalnum():
            word += character
            continue
        words += [word] if word else []
        words += [character] if not character.isspace() else []
        word = ""
    ids = []
    for word in words:
        found, rest, prefix = [], word, ""
        while rest:
            end = next((end for end in range(len(rest), 0, -1) if prefix + rest[:end] in PIECES), None)
            if end is None:
                found = ["[UNK]"]
                break
            found.append(prefix + rest[:end])
            rest, prefix = rest[end:], "##"
        ids += [PIECES.index(piece) for piece in found]
    return ids


def cut(query, text, room):
    """Shortens the longer one first; if both are long, the one that is not shorter gets the odd token."""
    half = room // 2
    if len(query) + len(text) <= room:
        return query, text
    if len(query) <= half:
        return query, text[: room - len(query)]
    if len(text) <= half:
        return query[: room - len(text)], text
    return (query[:half], text[: room - half]) if len(query) <= len(text) else (query[: room - half], text[:half])


def logit(stored, query, text):
    weights = {name: value.astype("f8") for name, value in stored.items()}
    query, text = cut(pieces(query), pieces(text), POSITIONS - 3)
    start, end = PIECES.index("[CLS]"), PIECES.index("[SEP]")
    ids = [start, *query, end, *text, end]
    types = [0] * (len(query) + 2) + [1] * (len(text) + 1)

    def dense(name, rows):
        return rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, rows):
        centred = rows - rows.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    gelu = np.vectorize(lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2))))
    at = "bert.embeddings."
    states = norm(f"{at}LayerNorm", weights[f"{at}word_embeddings.weight"][ids]
                  + weights[f"{at}position_embeddings.weight"][: len(ids)]
                  + weights[f"{at}token_type_embeddings.weight"][types])
    width = HIDDEN // HEADS
    for layer in range(LAYERS):
        at = f"bert.encoder.layer.{layer}."
        query, key, value = (dense(f"{at}attention.self.{name}", states) for name in ["query", "key", "value"])
        heads = []
        for part in (slice(head * width, (head + 1) * width) for head in range(HEADS)):
            powers = np.exp(query[:, part] @ key[:, part].T / math.sqrt(width))
            heads.append(powers / powers.sum(axis=1, keepdims=True) @ value[:, part])
        attended = dense(f"{at}attention.output.dense", np.hstack(heads))
        states = norm(f"{at}attention.output.LayerNorm", attended + states)
        outer = dense(f"{at}output.dense", gelu(dense(f"{at}intermediate.dense", states)))
        states = norm(f"{at}output.LayerNorm", outer + states)
    pooled = np.tanh(dense("bert.pooler.dense", states[:1]))
    return float(dense("classifier", pooled)[0, 0])


def write_weights(file, weights):
    header, data = {}, b""
    for name, value in weights.items():
        packed = value.tobytes()
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    weights = make_weights()
    write_weights(folder / "model.safetensors", weights)
    documents = {
        "config.json": {"architectures": ["BertForSequenceClassification"], "model_type": "bert", "hidden_act": "gelu",
                        "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": LAYERS,
                        "num_attention_heads": HEADS, "max_position_embeddings": POSITIONS, "type_vocab_size": 2,
                        "vocab_size": len(PIECES), "layer_norm_eps": 1e-12, "id2label": {"0": "LABEL_0"}},
        "tokenizer.json": {"normalizer": {"type": "BertNormalizer", "lowercase": True, "strip_accents": None},
                           "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                                     "vocab": {piece: at for at, piece in enumerate(PIECES)}}},
        "expected.json": [{"query": query, "text": text, "logit": round(logit(weights, query, text), 7)}
                          for query, text in PAIRS],
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document, indent=1) + "\n")


main()
