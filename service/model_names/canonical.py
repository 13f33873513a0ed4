"""Canonical names of models: the same name however sellers write it, and never one name for two models.

What is taken off is what sellers put around a name: who sells it, where, by which revision of an interface, and how
its numbers are separated. What tells models apart stays: size, date, version, quantization, fine-tuning, and every
namespace that is not known to publish or sell the very same weights.
"""

import re
from functools import lru_cache

from service.model_names.shipped import NAMESPACES, ONLY_DATED, SAME

_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:[^:]*:[^:]*:(foundation-model|inference-profile)/(?P<name>.+)")
_PATH = re.compile(
    r"(.*/)?(publishers/[^/]+|accounts/fireworks|azureml-[a-z]+)/models/|^https?://(www\.)?huggingface\.co/|/versions/\d+$"
)
_REGION = re.compile(r"[a-z]{2}(-gov)?-[a-z]+-\d|\*|us|eu|us-gov|apac|global|global-standard")
_VENDOR = re.compile(
    r"((us-gov|us|eu|apac|global|jp|au|ca|in|regional)\.)?"
    r"(ai21|amazon|anthropic|cohere|deepseek|google|meta|microsoft|minimax|mistral|moonshot|moonshotai|nvidia|openai"
    r"|qwen|writer|xai|zai)\."
)
_SELLER = re.compile(
    r"system\.ai\.|databricks-(?=(meta-)?llama|claude|gpt|gemini|gemma|mixtral|qwen)|(openai|anthropic)-(?=gpt|claude)"
)
_SERVED = re.compile(r":(free|nitro|floor|beta)$|-maas$|@default$")
_REVISION = re.compile(r"(?<=-20\d{6})-v\d+:\d+(:\d+k)?$|-v?1:0(:\d+k)?$")

_REWRITTEN = tuple(
    (re.compile(found), put)
    for found, put in (
        (r"^(mi[sx]tral.*)-v0:(\d)$", r"\1-v0.\2"),
        (r"^claude-v2(:(\d))?$", r"claude-2.\2"),
        (r"@(?=\d)", "-"),
        (r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)", r"\1\2\3"),
        (r"(?<=\d)p(?=\d)", "-"),
        (r"[._\s()-]+", "-"),
        (r"^(meta-)?llama-?v?(?=\d)", "llama-"),
        (r"^qwen-(?=\d)", "qwen"),
        (r"^gpt-35(?!\d)", "gpt-3-5"),
        (r"^claude-([4-9](-\d)?)-(opus|sonnet|haiku)(?![a-z])", r"claude-\3-\1"),
        (r"^claude-(opus|sonnet|haiku)-(3(-\d)?)(?!\d)", r"claude-\2-\1"),
        (r"^(claude-(opus|sonnet|haiku)-4)-0(?!\d)", r"\1"),
        (r"-$", ""),
        (r"^(claude.*)-v\d(?=-20\d{6}$)", r"\1"),
    )
)
"""Spellings of one thing, each with the one that is kept, in the order in which they are looked for."""

DATED = re.compile(r"(?P<model>.+)-20\d{6}")
"""A canonical name that ends with the date of a snapshot."""


def undated(name: str) -> str:
    """Return a canonical name without the date of its snapshot."""
    found = DATED.fullmatch(name)
    return name if found is None else found["model"]


@lru_cache(maxsize=50_000)
def by_form(name: str) -> str:
    """Return a name without what its seller put around it, in small letters and with dashes alone."""
    text = name.strip().casefold()
    arn = _ARN.fullmatch(text)
    if arn is None and text.startswith("arn:"):
        return text
    text = _PATH.sub("", text if arn is None else arn["name"])
    parts = text.removeprefix("models/").split("/")
    while len(parts) > 1 and (parts[0] in NAMESPACES or _REGION.fullmatch(parts[0])):
        parts = parts[1:]
    if len(parts) > 1:
        return "/".join(parts)
    text = _SELLER.sub("", _VENDOR.sub("", parts[0], count=1), count=1)
    text = _REVISION.sub("", _SERVED.sub("", text))
    for found, put in _REWRITTEN:
        text = found.sub(put, text)
    return text


def canonical(name: str) -> str:
    """Return the canonical name of a model: by its form, then by the tables that are shipped.

    A name without a date is the dated one where only one date of the model is known (see shipped.ONLY_DATED).
    """
    text = by_form(name)
    text = SAME.get(text, text)
    return ONLY_DATED.get(text, text)
