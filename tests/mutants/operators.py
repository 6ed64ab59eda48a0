"""Two wrong changes that Cosmic Ray does not make and that a rule must not survive: its other bound, its rounding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator

_OTHER = {"max": "min", "min": "max"}


class SwapMaxMin(Operator):
    """A floor becomes a cap and a cap a floor: ``max(`` for ``min(`` and the other way round."""

    def mutation_positions(self, node: Any) -> Iterable[Any]:
        if node.type == "name" and node.value in _OTHER:
            following = node.get_next_leaf()
            if following is not None and following.value == "(":
                yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.value = _OTHER[node.value]
        return node

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (Example("max(a, b)", "min(a, b)"),)


class ForgetRoundingMode(Operator):
    """What is rounded by a mode of its own is rounded half up to the fen, as everything else."""

    def mutation_positions(self, node: Any) -> Iterable[Any]:
        if node.type == "argument" and getattr(node.children[0], "value", "") == "mode":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.children[2] = parso.parse('"FEN_HALF_UP"')
        return node

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (Example("yuan(a, mode=b)", 'yuan(a, mode="FEN_HALF_UP")'),)


OURS = {"ours/SwapMaxMin": SwapMaxMin, "ours/ForgetRoundingMode": ForgetRoundingMode}
