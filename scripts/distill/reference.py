#!/usr/bin/env python3
"""Write the test data of the Rust implementation, with the `tokenizers` package as the reference.

    python reference.py --crate ../../crates/erstwhile-models

Writes `src/wordpiece/tables.rs` (the characters that the reference removes or splits at, found by
testing every character), `testdata/wordpiece.json` (texts and their ids) and
`testdata/static_embedder.json` (texts and their vectors, from the table in `data`).
"""

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from distill import DIMENSIONS, embed, read_table

TEXTS = [
    "",
    " ",
    "\t\r\n",
    "I moved to Seattle last spring.",
    "What is the name of Emma's dog?",
    "don't can't it's we'll I'd you're",
    "Hello,world!How are you?No spaces...here",
    "tokenization unbelievably antidisestablishmentarianism",
    "UPPER lower MiXeD CamelCaseWord snake_case_word kebab-case-word",
    "Café déjà vu, naïve façade, über Straße, señor, Ångström, Žižek",
    "Cafe\u0301 de\u0301ja\u0300 (decomposed)",
    "İstanbul Iğdır ŞİŞLİ ılık",
    "ΟΔΥΣΣΕΥΣ Ὀδυσσεύς σίγμα τελικός",
    "Привет, как дела? Ёлка и йод",
    "東京タワーに行きました。",
    "我住在北京,他住在上海。",
    "한국어 문장도 있습니다",
    "漢字kanji混ぜてmixed書く",
    "\u4e00\u9fff\u3400\U00020000\uf900\U0002f800x",
    "नमस्ते दुनिया",
    "مرحبا بالعالم، كيف حالك؟",
    "שָׁלוֹם עולם",
    "สวัสดีชาวโลก",
    "xin chào Việt Nam, phở ngon quá",
    "I ❤️ this 😀👍🏽 so much 👩‍👩‍👧‍👦!",
    "🎉",
    "flags 🇩🇪🇫🇷 and keycaps 1️⃣",
    "https://example.com/path/to?query=1&b=two#frag",
    "mail me at jane.doe+test@example.co.uk",
    "C:\\Users\\me\\file.txt and /usr/local/bin",
    "price: $1,299.99 (20% off) ≈ €1.150,00 or £3½",
    "2024-03-05T14:30:00Z 3:45pm 5th 21st 1990s",
    "+1 (555) 010-9999 ext. 42",
    "a+b=c; x<y>z ^ ~ ` | $ & *",
    "“curly” ‘quotes’ — em–dash … ellipsis «guillemets» „low“",
    "¿Qué tal? ¡Bien! §5 ¶ • · ‰ † ‡",
    "zero\u200bwidth soft\u00adhyphen bom\ufeff rlm\u200f",
    "nul\u0000byte bell\u0007 esc\u001b del\u007f c1\u0085x\u009f",
    "vertical\u000btab form\u000cfeed",
    "no\u00a0break thin\u2009space ideographic\u3000space line\u2028sep para\u2029sep",
    "replacement \ufffd char and private \ue000 use",
    "ﬁne ﬂour ① ② Ⅳ ™ ℃ ㎏",
    "ＦＵＬＬ　ｗｉｄｔｈ　ｔｅｘｔ！",
    "x" * 100,
    "x" * 101,
    "ab" * 60 + " short",
    "é" * 100,
    "é" * 101,
    "e\u0301" * 100,
    "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
    "qwrtzxcvb zzxxqq asdfghjkl",
    "##ing ## #hashtag @mention",
    "[brackets] {braces} (parens) <tags/>",
    "def f(x: int) -> int: return x**2  # comment",
    '{"key": [1, 2.5, null, true], "nested": {"a": "b"}}',
    "| a | table |\n|---|---|\n| 1 | 2 |",
    "z̸̢̛a̵͘l̶̕g̷o̶ t̵e̸x̷t̶",
    "\u0301\u0302 only marks \u0344",
    "\u1100\u1161\u11a8 jamo and ᄒ",
    "math: ∑ ∫ √2 ≤ ≥ ≠ ∞ π ≈ 3.14159",
    "𝒻𝒶𝓃𝒸𝓎 𝐛𝐨𝐥𝐝 𝔤𝔬𝔱𝔥𝔦𝔠",
    "ǅ ǈ ß ẞ ŉ ŀ Ǳ",
    "x\u302ey \u302a\u302f z",
    "unassigned \u0378 \U000e0041 \U0001faff",
    "ﷺ ﷽ ꙮ ꓘ",
    "tmrw @ 3pm w/ john & patel lol thx :-) ;) <3",
    "Mr. O'Neill-Smith's co-worker's e-mail",
    "\U0001d165 \U0001d15e\U0001d16d music",
]
"""Test texts for the tokenizer."""

SENTENCES = [
    "I moved to Seattle last spring.",
    "Where does she live now?",
    "My cat is called Oscar.",
    "We adopted a kitten from the shelter.",
    "The quarterly revenue report is due on Friday.",
    "café déjà vu",
    "東京に住んでいます",
    "I ❤️ hiking 😀",
    "She is allergic to peanuts and shellfish, so we never cook with either of them at home.",
    "",
    "\u200b",
    "https://example.com/a?b=c",
]
"""Test texts for the vectors."""


def ranges(keep):
    """Returns the ranges of characters that satisfy `keep`, as (first, last)."""
    out = []
    for c in range(0x11_0000):
        if 0xD800 <= c < 0xE000 or not keep(chr(c)):
            continue
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def tables():
    """Returns the Rust source of the character tables."""
    off = {"handle_chinese_chars": False, "lowercase": False}
    clean = BertNormalizer(clean_text=True, strip_accents=False, **off)
    accents = BertNormalizer(clean_text=False, strip_accents=True, **off)
    chinese = BertNormalizer(
        clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    split = BertPreTokenizer()
    found = {
        "REMOVED": (
            "Control, format and private-use characters, and U+FFFD: removed first.",
            ranges(lambda c: clean.normalize_str(f"x{c}y") == "xy"),
        ),
        "MARKS": (
            "Nonspacing marks: removed after canonical decomposition.",
            ranges(lambda c: accents.normalize_str(f"x{c}y") == "xy"),
        ),
        "IDEOGRAPHS": (
            "CJK ideographs: each is a separate word.",
            ranges(lambda c: not c.isspace() and " " in chinese.normalize_str(f"x{c}y")),
        ),
        "PUNCTUATION": (
            "Punctuation: each character is a separate word.",
            ranges(lambda c: [w for w, _ in split.pre_tokenize_str(f"x{c}y")] == ["x", c, "y"]),
        ),
    }
    lines = [
        "//! Character classes of the reference tokenizer, as sorted ranges (first, last).",
        "//!",
        "//! Generated by `scripts/distill/reference.py`; do not edit.",
        "",
    ]
    for name, (doc, runs) in found.items():
        lines += [f"/// {doc}", "#[rustfmt::skip]"]
        lines.append(f"pub(super) const {name}: [(char, char); {len(runs)}] = [")
        cells = [f"('\\u{{{a:x}}}', '\\u{{{b:x}}}')," for a, b in runs]
        lines += ["    " + " ".join(cells[i : i + 4]) for i in range(0, len(cells), 4)]
        lines += ["];", ""]
    return "\n".join(lines[:-1]) + "\n"


def tokenizer(vocabulary):
    """Returns BERT's uncased tokenizer without special tokens, which are treated as ordinary text."""
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    out = Tokenizer(WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    out.normalizer = BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True
    )
    out.pre_tokenizer = BertPreTokenizer()
    return out


def main():
    """Writes the three files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--crate", type=Path, required=True)
    crate = parser.parse_args().crate
    vocabulary = (crate / "data/vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    reference = tokenizer(vocabulary)

    (crate / "src/wordpiece").mkdir(exist_ok=True)
    (crate / "src/wordpiece/tables.rs").write_text(tables(), encoding="utf-8")
    cases = [{"text": t, "ids": reference.encode(t).ids} for t in TEXTS]
    write_json(crate / "testdata/wordpiece.json", cases)
    table = read_table(crate / f"data/static-minilm-{DIMENSIONS}.bin")
    vectors = embed(table, reference, SENTENCES)
    cases = [
        {"text": t, "vector": [round(float(x), 6) for x in v]} for t, v in zip(SENTENCES, vectors)
    ]
    write_json(crate / "testdata/static_embedder.json", cases)


def write_json(file, cases):
    """Writes one case per line, in ASCII so that editors do not change unusual characters."""
    file.parent.mkdir(exist_ok=True)
    file.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
