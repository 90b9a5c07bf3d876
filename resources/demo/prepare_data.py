#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the two public text sources into the demo model's tokenizer, TSV files and training table.

    python3 prepare_data.py --vader vaderSentiment-3.3.2.tar.gz --wordnet /usr/share/wordnet --work WORK

Writes, beside this script, `train.tsv`, `dev.tsv`, `LICENSE.vaderSentiment`, the tokenizer in `model/`, and in WORK the file
`corpus.npz`: every text as token ids with the targets that `train_model.py` learns from. Nothing in WORK is shipped.

Texts and targets
  film, product, news, tweet   human-rated sentences (mean rating -4..4)           rating, teacher probability
  crop                         random stretches of the film training sentences      teacher probability
  definition, example, lemma   WordNet glosses, their quoted examples, synset words lexicographer file, valence
The *teacher* is a logistic regression over words and word pairs with naive Bayes weights. It is cross-fitted: a sentence
(and every crop of it) is judged by a model that was fitted without that sentence. The *valence* of a synset is the mean
rating of its words in the package's lexicon, spread along WordNet's relations; the valence of a token is that of its word.
"""
import argparse
import hashlib
import html
import io
import json
import pathlib
import re
import tarfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
PIECES = 3996  # + 100 sentinels = 4096 embedding rows
SOURCES = ["film", "product", "news", "tweet", "definition", "example", "lemma", "crop"]
FILES = {"film": "movieReviewSnippets", "product": "amazonReviewSnippets", "news": "nytEditorialSnippets", "tweet": "tweets"}
SPLITS = {"train": 0, "validation": 1, "dev": 2}
NEUTRAL = 0.3      # ratings nearer to zero than this get no label
MAX_TOKENS = 96    # longest text in the training table, </s> included
NO_VALENCE = 127   # marks a token whose word is not in the lexicon
RELATIONS = {"&": 0.7, "+": 0.5, "\\": 0.5, "=": 0.4, "^": 0.3, "@": 0.15, "~": 0.15, "!": -0.7}


def normalised(text):
    """The text as it is compared for equality: lower-case letters and digits, one space between words."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def bucket(text, count, salt=""):
    """A stable pseudo-random bucket of the normalised text."""
    return int(hashlib.sha256((salt + normalised(text)).encode()).hexdigest(), 16) % count


def read_vader(path):
    """Rated sentences per source, the word lexicon, and the licence text of the package."""
    with tarfile.open(path) as package:
        members = {pathlib.PurePosixPath(m.name).name: m for m in package.getmembers() if m.isfile()}
        licence = package.extractfile(members["LICENSE.txt"]).read().decode()
        lexicon_text = package.extractfile(members["vader_lexicon.txt"]).read().decode()
        archive = package.extractfile(members["hutto_ICWSM_2014.tar.gz"]).read()
    lexicon = {}
    for line in lexicon_text.splitlines():
        fields = line.split("\t")
        if len(fields) > 1:
            lexicon[fields[0].lower()] = float(fields[1])
    rated = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as inner:
        by_name = {pathlib.PurePosixPath(m.name).name: m for m in inner.getmembers()}
        for source, stem in FILES.items():
            data = inner.extractfile(by_name[stem + "_GroundTruth.txt"]).read().decode("utf-8-sig")
            rows = []
            for line in data.split("\n"):
                fields = line.rstrip("\r").split("\t")
                if len(fields) >= 3:
                    text = " ".join(html.unescape(" ".join(fields[2:])).split())
                    rows.append((text, float(fields[1])))
            rated[source] = rows
    return rated, lexicon, licence


def split_rated(rated):
    """Assign every rated sentence to train, validation or dev; drop training rows that equal a dev sentence."""
    rows, seen = [], set()
    film = rated["film"]
    dev = {normalised(t) for t, r in film if bucket(t, 11) == 0}
    for source in FILES:
        for text, rating in rated[source]:
            key = normalised(text)
            if not key or key in seen:
                continue
            if source == "film" and key in dev:
                split = "dev"
            elif key in dev:
                continue
            elif source == "film" and bucket(text, 10, "validation:") == 0:
                split = "validation"
            else:
                split = "train"
            seen.add(key)
            rows.append({"source": source, "text": text, "rating": rating, "split": split})
    train_keys = {normalised(r["text"]) for r in rows if r["split"] != "dev"}
    assert not dev & train_keys, "a dev sentence is in the training rows"
    return rows


def read_wordnet(folder, lexicon):
    """Definitions, examples and lemmas of every synset with its lexicographer file and spread valence."""
    synsets, index = [], {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in open(pathlib.Path(folder) / f"data.{part}", encoding="utf-8"):
            if line.startswith(" "):
                continue
            head, gloss = line.rstrip("\n").split(" | ", 1)
            f = head.split(" ")
            words = int(f[3], 16)
            lemmas = [re.sub(r"\(.*\)$", "", f[4 + 2 * i]).replace("_", " ") for i in range(words)]
            at = 4 + 2 * words
            links = [(f[at + 1 + 4 * i], f[at + 3 + 4 * i].replace("s", "a") + f[at + 2 + 4 * i]) for i in range(int(f[at]))]
            index[f[2].replace("s", "a") + f[0]] = len(synsets)
            examples = re.findall(r'"([^"]+)"', gloss)
            definition = re.sub(r'[;:]?\s*"[^"]*"(\s*-\s*[^;"]*)?', "", gloss).strip(" ;")
            synsets.append({"file": int(f[1]), "lemmas": lemmas, "links": links, "definition": definition, "examples": examples})
    size = len(synsets)
    seed, known = np.zeros(size), np.zeros(size)
    rows, columns, weights = [], [], []
    for i, s in enumerate(synsets):
        values = [lexicon[w.lower()] / 4 for w in s["lemmas"] if w.lower() in lexicon]
        if values:
            seed[i], known[i] = np.mean(values), 1
        for kind, target in s["links"]:
            if kind in RELATIONS and target in index:
                rows.append(i), columns.append(index[target]), weights.append(RELATIONS[kind])
    rows, columns, weights = np.array(rows), np.array(columns), np.array(weights)
    value, trust = seed.copy(), known.copy()
    for _ in range(4):
        total, mass = 2 * seed * known, 2 * known
        np.add.at(total, rows, weights * value[columns] * trust[columns])
        np.add.at(mass, rows, np.abs(weights) * trust[columns])
        value = total / np.maximum(mass, 1e-9)
        trust = np.minimum(1, mass)
    table = []
    for s, v, t in zip(synsets, value, trust):
        valence = v if t > 0.25 else np.nan
        texts = [("definition", s["definition"])] + [("example", e) for e in s["examples"]] + [("lemma", ", ".join(s["lemmas"]))]
        table += [{"source": k, "text": " ".join(x.split()), "file": s["file"], "valence": valence} for k, x in texts if x.strip()]
    return table


def words_and_pairs(text):
    """The teacher's features: lower-case words and punctuation marks, and neighbouring pairs of them."""
    words = re.findall(r"[a-z0-9]+|[^\w\s]", text.lower())
    return words + [a + " " + b for a, b in zip(words, words[1:])]


class Teacher:
    """Logistic regression over binary words and pairs, scaled by naive Bayes log-count ratios."""

    def __init__(self, texts, labels, strength=0.2):
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression

        self.features = CountVectorizer(analyzer=words_and_pairs, binary=True, min_df=2)
        counts = self.features.fit_transform(texts)
        labels = np.array(labels, bool)
        positive, negative = 1 + counts[labels].sum(0), 1 + counts[~labels].sum(0)
        self.ratio = np.log((positive / positive.sum()) / (negative / negative.sum()))
        self.model = LogisticRegression(C=strength, max_iter=400).fit(counts.multiply(self.ratio).tocsr(), labels)

    def probability(self, texts):
        """Probability of a positive label for each text."""
        return self.model.predict_proba(self.features.transform(texts).multiply(self.ratio).tocsr())[:, 1]


def crops_of(text, generator, count):
    """Random stretches of a sentence, of at least three words."""
    words = text.split()
    out = set()
    for _ in range(count):
        length = int(generator.integers(3, max(4, len(words))))
        start = int(generator.integers(0, max(1, len(words) - length + 1)))
        out.add(" ".join(words[start:start + length]))
    return sorted(out)


def add_teacher(rows, wordnet, folds, crops):
    """Set `teacher` on the film training rows (cross-fitted) and all other training texts, and make the crops."""
    film = [r for r in rows if r["source"] == "film" and r["split"] == "train"]
    labelled = [abs(r["rating"]) >= NEUTRAL for r in film]
    fold = np.array([bucket(r["text"], folds, "fold:") for r in film])
    teachers = []
    for k in range(folds):
        chosen = [r for r, ok, f in zip(film, labelled, fold) if ok and f != k]
        teachers.append(Teacher([r["text"] for r in chosen], [r["rating"] > 0 for r in chosen]))
    generator = np.random.default_rng(11)
    extra = []
    for k in range(folds):
        mine = [r for r, f in zip(film, fold) if f == k]
        for r, p in zip(mine, teachers[k].probability([r["text"] for r in mine])):
            r["teacher"] = p
        pieces = [c for r in mine for c in crops_of(r["text"], generator, crops)]
        extra += [{"source": "crop", "text": c, "teacher": p} for c, p in zip(pieces, teachers[k].probability(pieces))]
    others = [r for r in rows if r["source"] != "film"] + wordnet
    mean = np.mean([t.probability([r["text"] for r in others]) for t in teachers], axis=0)
    for r, p in zip(others, mean):
        r["teacher"] = p
    check = [r for r in rows if r["split"] == "validation" and abs(r["rating"]) >= NEUTRAL]
    judged = np.mean([t.probability([r["text"] for r in check]) for t in teachers], axis=0)
    accuracy = np.mean((judged > 0.5) == np.array([r["rating"] > 0 for r in check]))
    print(f"teacher: validation accuracy {accuracy:.4f} on {len(check)} sentences")
    return extra


def train_tokenizer(rows, wordnet, out, work):
    """Train the SentencePiece model on the training sentences and the glosses; film sentences count eight times."""
    import sentencepiece

    lines = []
    for r in rows:
        if r["split"] == "train":
            lines += [r["text"]] * (8 if r["source"] == "film" else 1)
    lines += [r["text"] for r in wordnet if r["source"] != "lemma"]
    text = pathlib.Path(work) / "tokenizer.txt"
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(pathlib.Path(work) / "spiece"), vocab_size=PIECES, model_type="unigram",
        character_coverage=0.9995, normalization_rule_name="nmt_nfkc_cf", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
        pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>", num_threads=2, minloglevel=1)
    (out / "spiece.model").write_bytes((pathlib.Path(work) / "spiece.model").read_bytes())
    sentinels = [f"<extra_id_{i}>" for i in range(100)]
    special = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    (out / "special_tokens_map.json").write_text(
        json.dumps({"additional_special_tokens": sentinels, **special}, indent=2) + "\n")
    (out / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "T5Tokenizer", "extra_ids": 100, "model_max_length": 512, **special,
         "additional_special_tokens": sentinels}, indent=2) + "\n")
    return sentencepiece.SentencePieceProcessor(model_file=str(out / "spiece.model"))


def tokenise(table, tokenizer, lexicon):
    """Token ids (with </s>) and token valences (tenths) of every text. Pieces never cross spaces, so words are cached."""
    cache = {}
    for row in table:
        ids, valence = [], []
        for word in row["text"].split():
            if word not in cache:
                pieces = tokenizer.encode(word)
                key = word.lower()
                rating = lexicon.get(key, lexicon.get(re.sub(r"^\W+|\W+$", "", key)))
                cache[word] = pieces, [NO_VALENCE if rating is None else round(rating * 10)] * len(pieces)
            ids += cache[word][0]
            valence += cache[word][1]
        row["ids"] = ids[:MAX_TOKENS - 1] + [1]
        row["token_valence"] = valence[:MAX_TOKENS - 1] + [NO_VALENCE]


def write_corpus(path, table):
    """Store the table as flat arrays."""
    def column(name, default, kind):
        return np.array([r.get(name, default) for r in table], kind)

    np.savez_compressed(
        path,
        ids=np.concatenate([np.array(r["ids"], np.uint16) for r in table]),
        token_valence=np.concatenate([np.array(r["token_valence"], np.int8) for r in table]),
        length=np.array([len(r["ids"]) for r in table], np.int16),
        source=np.array([SOURCES.index(r["source"]) for r in table], np.int8),
        split=np.array([SPLITS[r.get("split", "train")] for r in table], np.int8),
        lexicographer=column("file", -1, np.int8), rating=column("rating", np.nan, np.float32),
        valence=column("valence", np.nan, np.float32), teacher=column("teacher", np.nan, np.float32))


def write_tsv(path, rows):
    """Write labelled rows as SST-2 does: header, tab, no quoting."""
    lines = [f"{r['text']}\t{int(r['rating'] > 0)}" for r in rows if abs(r["rating"]) >= NEUTRAL]
    path.write_text("sentence\tlabel\n" + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(lines)} rows, {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vader", required=True, help="the source package vaderSentiment-3.3.2.tar.gz")
    parser.add_argument("--wordnet", default="/usr/share/wordnet", help="folder with WordNet 3.0's data.* files")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--crops", type=int, default=16, help="crops of each film training sentence")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)

    rated, lexicon, licence = read_vader(options.vader)
    rows = split_rated(rated)
    rows.sort(key=lambda r: (r["source"] != "film", hashlib.sha256(r["text"].encode()).hexdigest()))
    write_tsv(HERE / "train.tsv", [r for r in rows if r["split"] != "dev"])
    write_tsv(HERE / "dev.tsv", [r for r in rows if r["split"] == "dev"])
    (HERE / "LICENSE.vaderSentiment").write_text(licence.rstrip() + "\n")

    wordnet = read_wordnet(options.wordnet, lexicon)
    crops = add_teacher(rows, wordnet, options.folds, options.crops)
    tokenizer = train_tokenizer(rows, wordnet, HERE / "model", options.work)
    table = rows + wordnet + crops
    tokenise(table, tokenizer, lexicon)
    write_corpus(options.work / "corpus.npz", table)
    for k, name in enumerate(SOURCES):
        chosen = [len(r["ids"]) for r in table if r["source"] == name]
        print(f"{name}: {len(chosen)} texts, {np.mean(chosen):.1f} tokens")


if __name__ == "__main__":
    main()
