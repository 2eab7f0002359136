"""How the second reader is trained: by float32 copies of its numbers, and on pairs of like length."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from qa.read.window_model import SHIPPED, TOKENIZER
from qa.training import second_export, second_unpack
from qa.training.checker_alter import gives_reason, with_names_exchanged
from qa.training.checker_data import SETS, part_of, sources
from qa.training.checker_pairs import Pair, Source, declared, pairs_of
from qa.training.halved import HalvedModel
from qa.training.second_export import mean, write
from qa.training.second_model import MAX_TOKENS, STATEMENT_TOKENS
from qa.training.second_pairs import batches, encode


def test_steps_too_small_for_bfloat16_are_not_lost() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(1.0)
    learner = HalvedModel(model, rate=1e-4)
    for _ in range(100):
        model(torch.ones((1, 1), dtype=torch.bfloat16)).sum().backward()
        learner.step(1.0)
    # A hundred steps of 1e-4; half of what tells 1 from the next number of bfloat16 below it is 0.002.
    assert abs(learner.state()["model"]["weight"].item() - 0.99) < 1e-3
    assert model.weight.dtype == torch.bfloat16


def test_learning_goes_on_from_its_state() -> None:
    first, second = (torch.nn.Linear(3, 2) for _ in range(2))
    learner, other = HalvedModel(first, 0.1), HalvedModel(second, 0.1)
    first(torch.ones((1, 3), dtype=torch.bfloat16)).sum().backward()
    learner.step(1.0)
    other.restore(learner.state())
    for model, one in ((first, learner), (second, other)):
        model(torch.ones((1, 3), dtype=torch.bfloat16)).sum().backward()
        one.step(0.5)
    assert torch.equal(learner.state()["model"]["weight"], other.state()["model"]["weight"])


class _OneLayer:
    """The weights of a second reader of one layer and forty words, drawn by chance."""

    def __init__(self) -> None:
        chance = np.random.default_rng(1)
        attention, layer = "encoder.encoder.layer.0.attention", "encoder.encoder.layer.0"
        shapes: dict[str, tuple[int, ...]] = {
            "encoder.embeddings.word_embeddings.weight": (40, 768),
            "encoder.embeddings.position_embeddings.weight": (MAX_TOKENS + 2, 768),
            "encoder.encoder.relative_attention_bias.weight": (32, 12),
            f"{layer}.intermediate.dense.weight": (3072, 768),
            f"{layer}.intermediate.dense.bias": (3072,),
            f"{layer}.output.dense.weight": (768, 3072),
            "token.weight": (3, 768),
            "token.bias": (3,),
        }
        for name in ("q", "k", "v", "o"):
            shapes |= {f"{attention}.attn.{name}.weight": (768, 768), f"{attention}.attn.{name}.bias": (768,)}
        for head, width in (("answerable", 768), ("follows", 256)):
            shapes |= {f"{head}.0.weight": (width, 768), f"{head}.0.bias": (width,)}
            shapes |= {f"{head}.2.weight": (1, width), f"{head}.2.bias": (1,)}
        for name in ("encoder.embeddings", f"{attention}", f"{layer}.output"):
            shapes |= {f"{name}.LayerNorm.weight": (768,), f"{name}.LayerNorm.bias": (768,)}
        shapes[f"{layer}.output.dense.bias"] = (768,)
        self.weights = {
            name: torch.from_numpy(chance.normal(0, 0.04, shape).astype(np.float32))
            for name, shape in shapes.items()
        }

    def state_dict(self) -> dict[str, torch.Tensor]:
        return self.weights


def test_weights_that_ship_are_unpacked_as_they_were_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (second_export, second_unpack):
        monkeypatch.setattr(module, "LAYERS", 1)
    model = _OneLayer()
    chance = np.random.default_rng(2)
    factors = {
        f"0.{name}": chance.uniform(1, 3, width).astype(np.float32)
        for name, width in (("qkv", 768), ("o", 768), ("up", 768), ("down", 3072))
    }
    write(model, factors, SHIPPED / TOKENIZER, tmp_path)  # type: ignore[arg-type]
    found = second_unpack.unpacked(tmp_path)
    fixed = {name for name in model.weights if name.startswith("encoder.embeddings")}
    assert found.keys() == model.weights.keys() - fixed
    for name, table in found.items():
        is_product = name.endswith(
            ("attn.q.weight", "k.weight", "v.weight", "o.weight", "dense.weight", "0.weight")
        )
        # 42 steps to the largest of a column, some 3.3 deviations times 2.6: 8.6 / 42 / sqrt(12) is 0.06, and
        # each row is divided by its factor again, 1 to 3.
        error = (table - model.weights[name]).norm() / model.weights[name].norm()
        assert error < 0.06 if is_product else error == 0, name


def pair(number: int, *, supported: bool) -> Pair:
    return Pair("It is so. " * (1 + number % 7), f"Number {number} is so.", supported, "number", "a.md")


def test_batches_hold_half_again_as_many_altered_pairs_and_no_more_tokens_than_asked() -> None:
    tokenizer = Tokenizer.from_file(str(Path(SHIPPED, TOKENIZER)))
    tokenizer.no_padding()
    pairs = [pair(number, supported=number % 2 == 0) for number in range(200)]
    made = list(batches(tokenizer, pairs, 400, random.Random(0)))
    rows = [row for batch in made for row in batch]
    assert sum(supported for _, supported in rows) == 66
    assert sum(not supported for _, supported in rows) == 99
    assert all(len(batch) * max(len(ids) for ids, _ in batch) <= 400 for batch in made)


def test_a_statement_and_what_it_cites_are_cut_at_their_limits() -> None:
    tokenizer = Tokenizer.from_file(str(Path(SHIPPED, TOKENIZER)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = encode(tokenizer, "so " * 200, "cited " * 200)
    begin, end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
    assert len(ids) == MAX_TOKENS
    assert ids[0] == begin
    assert [place for place, one in enumerate(ids) if one == end] == [
        STATEMENT_TOKENS + 1,
        STATEMENT_TOKENS + 2,
        MAX_TOKENS - 1,
    ]


def test_the_answer_to_another_question_and_a_trap_are_statements_that_do_not_follow() -> None:
    source = Source(
        "d",
        "",
        "Anna Berg founded the firm in 1998 and Carl Dorn leads it.",
        (("Who founded the firm?", "Anna Berg"), ("Who leads the firm?", "Carl Dorn")),
        (("Who sold the firm?", "Anna Berg"),),
    )
    made = {
        (pair.kind, pair.statement) for pair in pairs_of([source], random.Random(0)) if not pair.supported
    }
    assert ("other answer", "Carl Dorn founded the firm.") in made
    assert ("other answer", "Anna Berg leads the firm.") in made
    assert ("trap", "Anna Berg sold the firm.") in made


def test_a_seeming_answer_is_looked_for_in_the_sentence_that_is_nearest_to_the_question(
    tmp_path: Path,
) -> None:
    text = "Berg was born in Bonn in 1970. Berg moved the old firm to Bonn much later, in the spring of 1998."
    rows = [{"question": "Where did Berg sell the old firm?", "document_id": "d", "answerable": False,
             "answers": [], "evidence": [], "plausible_answers": ["Bonn"]}]  # fmt: skip
    for name in SETS:
        (tmp_path / name).mkdir()
        for file in ("documents", "questions"):
            (tmp_path / name / f"{file}.jsonl").touch()
    folder = tmp_path / SETS[0]
    (folder / "documents.jsonl").write_text(json.dumps({"id": "d", "text": text}) + "\n")
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (found,) = sources(tmp_path, part_of("d"))
    assert [source.traps for source in found] == [(), (("Where did Berg sell the old firm?", "Bonn"),)]


def test_two_things_that_are_said_may_be_joined_but_not_as_cause_and_names_may_not_be_exchanged() -> None:
    asked = (("Who founded the firm?", "Anna Berg"), ("Who sold it to Carl Dorn?", "Anna Berg"))
    source = Source("d", "", "Anna Berg founded the firm and sold it to Carl Dorn.", asked)
    made = {(pair.kind, pair.statement): pair.supported for pair in pairs_of([source], random.Random(0))}
    one, other = "Anna Berg founded the firm", "Anna Berg sold it to Carl Dorn"
    assert made["combined", f"{one}, and {other}."] is True
    assert made["cause", f"{one} because {other}."] is False
    assert made["copy", source.sentence] is True
    assert with_names_exchanged("Anna Berg sold it to Carl Dorn.", random.Random(0)) == (
        "Carl Dorn sold it to Anna Berg."
    )
    assert with_names_exchanged("Anna Berg and Carl Dorn met.", random.Random(0)) is None
    assert gives_reason("It closed because of the storm.")
    assert not gives_reason("It closed.")


def test_an_altered_name_stands_nowhere_in_what_is_cited() -> None:
    told = Source("d", "", "The thief was chased by Valadão and by Szymon Okafor.", ())
    asked = Source(
        "d",
        "Directed by Ines Valadão, 40.",
        "The thief was played by Wojcik.",
        (("Who played the thief?", "The young Wojcik"),),
    )
    altered = {
        pair.statement
        for seed in range(20)
        for pair in pairs_of([told, asked], random.Random(seed))
        if pair.kind == "name" and pair.evidence == asked.evidence
    }
    assert altered == {"The young Szymon Okafor played the thief."}


def test_weights_of_several_checkpoints_are_averaged(tmp_path: Path) -> None:
    for name, value in (("third", 1.0), ("fourth", 4.0)):
        torch.save({"model": {"weight": torch.full((2,), value)}}, tmp_path / f"{name}.pt")
    found = mean([tmp_path / "fourth.pt", tmp_path / "third.pt"])
    assert found["weight"].tolist() == [2.5, 2.5]


def test_what_is_still_asked_is_no_statement() -> None:
    assert declared("What tape can I borrow?", "Red tape") is None
    assert declared("What can be borrowed?", "Red tape") == "Red tape can be borrowed."
