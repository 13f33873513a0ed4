"""Which names of a model are among the offers: what its spellings are, and what an answer says of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.model_names.names import Names, Spelling, key_of, sentences
from service.price_sheets.offer_values import Json, models_of
from service.workflow.remarks import Remark


@dataclass(frozen=True, slots=True)
class Met:
    """The names under which sheets offer a model. near: names of other versions, sizes and kinds, which were not taken.

    model: as it was asked for.
    """

    model: str
    others: tuple[Spelling, ...]
    near: tuple[str, ...]

    @property
    def spellings(self) -> tuple[str, ...]:
        """The other names, in small letters."""
        return tuple(other.name for other in self.others)

    @property
    def names(self) -> frozenset[str]:
        """All names, in small letters."""
        return frozenset({key_of(self.model), *self.spellings})

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What an answer says of names that were taken for the model, and of near ones that were not."""
        told = [Remark("prices", "model_alias", sentence) for sentence in sentences(self.model, self.others)]
        if self.near:
            named = ", ".join(self.near)
            sentence = (
                f"Not taken as offers of {self.model}: {named}, other versions or kinds by their names. Where one is "
                "the same model, add an alias (`--alias` or /v1/model-aliases)."
            )
            told.append(Remark("prices", "near_models", sentence))
        return tuple(told)


def met(known: Names, model: str, documents: Sequence[Json]) -> Met:
    """Return which names of a model these price sheets use."""
    offered = models_of(documents)
    return Met(model, known.others(model, offered), known.near(model, offered))
