"""Which of the names on offer mean a model, and why: by their form, by shipped tables, by an organization's aliases."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from service.model_names.canonical import DATED, by_form, canonical, undated
from service.model_names.shipped import LISTS

Because = Literal["alias", "form", "table", "date"]

REASONS: dict[Because, str] = {
    "alias": "by your aliases",
    "form": "they differ in nothing but what sellers write around a name",
    "table": "by the names that sellers are known to have for it",
    "date": f"it is the one dated version that {LISTS} know",
}
"""Why a name means another, in words."""

MOST_NEAR = 6
"""Near names that are told at once."""

_VARIANT = re.compile(
    r"-(turbo|fast|lite|latest|preview|fp8|fp4|nvfp4|bf16|int4|int8|awq|gptq|w4a16|w8a8|quantized|dynamic|hf|instruct|it"
    r"|chat|\d{4}|\d{3})(?=-|$)"
)
"""What tells versions, quantizations and kinds of one model apart."""


def key_of(name: str) -> str:
    """Return a name as it is compared, without regard to capitals."""
    return name.strip().casefold()


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another name of a model, in small letters, and why it is one."""

    name: str
    because: Because


@dataclass(frozen=True)
class Names:
    """Names of models. aliases: names that an organization gives, in small letters, and the names that they stand for.

    An alias that stands for itself is the name of a model of its own, whatever it looks like.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _of_forms(self) -> dict[str, str]:
        return {by_form(alias): model for alias, model in self.aliases.items() if key_of(model) != alias}

    def canonical(self, name: str) -> str:
        """Return the canonical name: by the aliases, else by the form and the shipped tables."""
        key = key_of(name)
        model = self.aliases.get(key, self._of_forms.get(by_form(key)))
        if model is None:
            return canonical(key)
        return f"={key}" if key_of(model) == key else canonical(model)

    def same(self, one: str, other: str) -> bool:
        """Tell whether two names mean one model."""
        return key_of(one) == key_of(other) or self.canonical(one) == self.canonical(other)

    def others(self, model: str, offered: Iterable[str]) -> tuple[Spelling, ...]:
        """Return the names among those offered that mean a model and are not its own, in their order."""
        key, meant = key_of(model), self.canonical(model)
        found = {key_of(name) for name in offered} - {key}
        return tuple(
            Spelling(name, self._because(key, name)) for name in sorted(found) if self.canonical(name) == meant
        )

    def asked(self, model: str) -> tuple[str, ...]:
        """Return a model's name and the aliases that mean it: what traffic of it may be called."""
        return model, *(alias for alias in sorted(self.aliases) if self.canonical(alias) == self.canonical(model))

    def near(self, model: str, offered: Iterable[str]) -> tuple[str, ...]:
        """Return names offered that mean other versions, quantizations or kinds of a model, the first few."""
        meant = self.canonical(model)
        apart = sorted({key_of(name) for name in offered if self.canonical(name) != meant})
        stem = _stem(meant)
        found = [name for name in apart if _stem(self.canonical(name)) == stem]
        return tuple(found[:MOST_NEAR])

    def _because(self, one: str, other: str) -> Because:
        if self._aliased(one) or self._aliased(other):
            return "alias"
        forms = by_form(one), by_form(other)
        if forms[0] == forms[1]:
            return "form"
        return "date" if any(DATED.fullmatch(form) for form in forms) else "table"

    def _aliased(self, name: str) -> bool:
        return name in self.aliases or by_form(name) in self._of_forms


SHIPPED = Names()
"""The names that are shipped, without aliases."""


def _stem(name: str) -> str:
    return _VARIANT.sub("", undated(name))


def close(model: str, offered: Collection[str]) -> Sequence[str]:
    """Return names offered whose letters are close to a name's."""
    return get_close_matches(key_of(model), [key_of(name) for name in offered], n=3)


def sentences(model: str, spellings: Sequence[Spelling]) -> Iterator[str]:
    """Yield what was taken for a model, a sentence for each reason."""
    for because, reason in REASONS.items():
        named = [spelling.name for spelling in spellings if spelling.because == because]
        if named:
            shown = ", ".join(named[:MOST_NEAR]) + (f" and {len(named) - MOST_NEAR} more" if named[MOST_NEAR:] else "")
            yield f"Offers of {shown} are taken as offers of {model}: {reason}."
