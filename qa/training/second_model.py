"""The second reader as it is trained: the lower layers of all-mpnet-base-v2 with five small heads."""

from pathlib import Path
from typing import Any

from torch import Tensor, nn

LAYERS = 8
MAX_TOKENS, QUESTION_TOKENS, CONTEXT_TOKENS, ANSWER_TOKENS = 224, 48, 60, 40
STATEMENT_TOKENS = 96
_ENTAILMENT_WIDTH = 256
# SHA-256 of model.safetensors, the original's.
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"


class SecondModel(nn.Module):
    """Start, end and support of each token, and whether the window answers; whether a statement follows.

    `forward` takes ids and mask (batch, tokens) and gives three logits (batch, tokens) and one (batch,),
    `entailment` takes those of statements with what they cite and gives one (batch,).
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from transformers import MPNetModel

        options: dict[str, Any] = {
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "add_pooling_layer": False,
        }
        encoder: Any = MPNetModel.from_pretrained(folder, **options)
        encoder.encoder.layer = encoder.encoder.layer[:LAYERS]
        encoder.embeddings.requires_grad_(False)
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.token = nn.Linear(width, 3)
        self.answerable = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))
        self.follows = nn.Sequential(
            nn.Linear(width, _ENTAILMENT_WIDTH), nn.Tanh(), nn.Linear(_ENTAILMENT_WIDTH, 1)
        )

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See the class."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        start, end, support = self.token(states).unbind(-1)
        return start, end, support, self.answerable(states[:, 0]).squeeze(-1)

    def entailment(self, ids: Tensor, mask: Tensor) -> Tensor:
        """See the class."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        follows: Tensor = self.follows(states[:, 0]).squeeze(-1)
        return follows
