"""Learn a model whose numbers are bfloat16 by float32 copies of them: half again as fast on two cores."""

from typing import Any

import torch
from torch import Tensor, nn


class HalvedModel:
    """A model in bfloat16, with the float32 numbers that it is made of after each step of AdamW."""

    def __init__(self, model: nn.Module, rate: float) -> None:
        self.model = model
        self._rate = rate
        known = {name: one for name, one in model.named_parameters() if one.requires_grad}
        # In this order, and copied before the model loses digits.
        self._whole = {name: nn.Parameter(one.detach().float().clone()) for name, one in known.items()}
        self._halved = known
        model.to(torch.bfloat16)
        self._optimizer = torch.optim.AdamW(self._whole.values(), lr=rate, weight_decay=0.01, fused=True)

    def step(self, share: float) -> None:
        """Learn from the gradients of the model, which are then forgotten; `share` of the rate, 0 to 1."""
        for name, one in self._halved.items():
            self._whole[name].grad = None if one.grad is None else one.grad.float()
            one.grad = None
        nn.utils.clip_grad_norm_(self._whole.values(), 1.0)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * share
        self._optimizer.step()
        self._halve()

    def state(self) -> dict[str, Any]:
        """The model in float32 and the optimizer, to go on from."""
        fixed: dict[str, Tensor] = {name: one.float() for name, one in self.model.state_dict().items()}
        whole = {name: one.detach() for name, one in self._whole.items()}
        return {"model": fixed | whole, "optimizer": self._optimizer.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.model.load_state_dict(state["model"])
        for name, one in self._whole.items():
            one.data.copy_(state["model"][name])
        self._optimizer.load_state_dict(state["optimizer"])

    def _halve(self) -> None:
        with torch.no_grad():
            for name, one in self._halved.items():
                one.copy_(self._whole[name])
