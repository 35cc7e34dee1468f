#!/usr/bin/env python3
"""Writes a tiny sentence encoder with random weights, and what a reference computation makes of some texts.

    scripts/tiny_encoder.py crates/erstwhile-models/testdata/tiny_encoder

The computation is written out in plain Python from the published architecture, without a library, so that the tests
compare two independent programs. The same arguments give the same files.
"""

import json
import math
import random
import struct
import sys
from pathlib import Path

HIDDEN, INNER, LAYERS, HEADS, POSITIONS, TOKENS_MAX = 8, 16, 2, 2, 24, 12
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "dog", "sleep", "##s", "##ing", "eat", "fish", "train",
          "is", "late", ".", "?", "who", "a", "b", "c"]
TEXTS = ["The cat sleeps.", "Who is late?", "", "xyzzy", "THE TRAIN IS LATE. " * 5]

rng = random.Random(7)


def matrix(rows, columns, scale=0.5):
    return [[rng.gauss(0, scale) for _ in range(columns)] for _ in range(rows)]


def vector(length, around=0.0):
    return [around + rng.gauss(0, 0.2) for _ in range(length)]


def make_weights():
    weights = {
        "embeddings.word_embeddings.weight": matrix(len(PIECES), HIDDEN, 1.0),
        "embeddings.position_embeddings.weight": matrix(POSITIONS, HIDDEN),
        "embeddings.token_type_embeddings.weight": matrix(2, HIDDEN),
        "embeddings.LayerNorm.weight": vector(HIDDEN, 1.0),
        "embeddings.LayerNorm.bias": vector(HIDDEN),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        sizes = {"attention.self.query": (HIDDEN, HIDDEN), "attention.self.key": (HIDDEN, HIDDEN),
                 "attention.self.value": (HIDDEN, HIDDEN), "attention.output.dense": (HIDDEN, HIDDEN),
                 "intermediate.dense": (INNER, HIDDEN), "output.dense": (HIDDEN, INNER)}
        for name, (to, of) in sizes.items():
            weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"] = matrix(to, of), vector(to)
        for name in ["attention.output.LayerNorm", "output.LayerNorm"]:
            weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"] = vector(HIDDEN, 1.0), vector(HIDDEN)
    # As they are stored: in single precision.
    single = lambda value: struct.unpack("<f", struct.pack("<f", value))[0]
    return {name: [[single(x) for x in row] for row in value] if isinstance(value[0], list) else [single(x) for x in value]
            for name, value in weights.items()}


def tokens(text):
    ids, word = [], ""
    words = []
    for character in text.lower() + " ":
        if character.isalnum():
            word += character
            continue
        words += [word] if word else []
        words += [character] if not character.isspace() else []
        word = ""
    for word in words:
        pieces, rest, prefix = [], word, ""
        while rest:
            end = next((end for end in range(len(rest), 0, -1) if prefix + rest[:end] in PIECES), None)
            if end is None:
                pieces = ["[UNK]"]
                break
            pieces.append(prefix + rest[:end])
            rest, prefix = rest[end:], "##"
        ids += [PIECES.index(piece) for piece in pieces]
    return [PIECES.index("[CLS]")] + ids[: TOKENS_MAX - 2] + [PIECES.index("[SEP]")]


def encode(weights, text):
    def dense(name, row):
        return [sum(w * x for w, x in zip(to, row)) + b
                for to, b in zip(weights[f"{name}.weight"], weights[f"{name}.bias"])]

    def norm(name, row):
        mean = sum(row) / len(row)
        deviation = math.sqrt(sum((x - mean) ** 2 for x in row) / len(row) + 1e-12)
        return [(x - mean) / deviation * w + b
                for x, w, b in zip(row, weights[f"{name}.weight"], weights[f"{name}.bias"])]

    add = lambda one, other: [x + y for x, y in zip(one, other)]
    gelu = lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2)))
    states = [norm("embeddings.LayerNorm", add(add(weights["embeddings.word_embeddings.weight"][token],
                                                   weights["embeddings.position_embeddings.weight"][place]),
                                               weights["embeddings.token_type_embeddings.weight"][0]))
              for place, token in enumerate(tokens(text))]
    width = HIDDEN // HEADS
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        query, key, value = ([dense(f"{at}attention.self.{name}", row) for row in states]
                             for name in ["query", "key", "value"])
        attended = []
        for q in query:
            row = []
            for head in range(HEADS):
                part = slice(head * width, (head + 1) * width)
                scores = [sum(x * y for x, y in zip(q[part], k[part])) / math.sqrt(width) for k in key]
                powers = [math.exp(score - max(scores)) for score in scores]
                for column in range(head * width, (head + 1) * width):
                    row.append(sum(p * v[column] for p, v in zip(powers, value)) / sum(powers))
            attended.append(row)
        attended = [norm(f"{at}attention.output.LayerNorm", add(dense(f"{at}attention.output.dense", row), state))
                    for row, state in zip(attended, states)]
        states = [norm(f"{at}output.LayerNorm",
                       add(dense(f"{at}output.dense", [gelu(x) for x in dense(f"{at}intermediate.dense", row)]), row))
                  for row in attended]
    mean = [sum(column) / len(states) for column in zip(*states)]
    length = math.sqrt(sum(x * x for x in mean))
    return [x / length for x in mean]


def write_weights(file, weights):
    header, data = {}, b""
    for name, value in weights.items():
        is_matrix = isinstance(value[0], list)
        flat = [x for row in value for x in row] if is_matrix else value
        shape = [len(value), len(value[0])] if is_matrix else [len(value)]
        packed = struct.pack(f"<{len(flat)}f", *flat)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    folder = Path(sys.argv[1])
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    weights = make_weights()
    write_weights(folder / "model.safetensors", weights)
    documents = {
        "config.json": {"model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN, "intermediate_size": INNER,
                        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "max_position_embeddings": POSITIONS,
                        "type_vocab_size": 2, "vocab_size": len(PIECES), "layer_norm_eps": 1e-12},
        "tokenizer.json": {"normalizer": {"type": "BertNormalizer", "lowercase": True, "strip_accents": None},
                           "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                                     "vocab": {piece: at for at, piece in enumerate(PIECES)}}},
        "1_Pooling/config.json": {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False},
        "sentence_bert_config.json": {"max_seq_length": TOKENS_MAX},
        "expected.json": [{"text": text, "vector": [round(x, 7) for x in encode(weights, text)]} for text in TEXTS],
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document, indent=1) + "\n")


main()
