"""Names that mean the same model and do not look it, and who publishes and sells models under their own names."""

import json
from pathlib import Path

SAME = {
    "llama-3-3-70b": "llama-3-3-70b-instruct",
    "llama-3-3-70b-versatile": "llama-3-3-70b-instruct",
    "llama-3-1-8b-instant": "llama-3-1-8b-instruct",
    "llama-4-maverick-17b-instruct": "llama-4-maverick-17b-128e-instruct",
    "llama-4-scout-17b-instruct": "llama-4-scout-17b-16e-instruct",
    "mixtral-8x7b-instruct": "mixtral-8x7b-instruct-v0-1",
    "mixtral-8x22b-instruct": "mixtral-8x22b-instruct-v0-1",
    "r1": "deepseek-r1",
    "v3": "deepseek-v3-1",
    "v3-2": "deepseek-v3-2",
}
"""Names by their form, and the name that is kept: of models that are published in one form only, which some sellers
call by a name of their own (Cerebras, Groq, Amazon Bedrock)."""

_LISTED = json.loads((Path(__file__).parent / "listed_names.json").read_text(encoding="utf-8"))

NAMESPACES = frozenset(_LISTED["namespaces"]) | {"hosted_vllm", "litellm_proxy", "vllm"}
"""Who publishes or sells models unchanged, as names begin with it: out of LiteLLM's and genai-prices' lists, and what
LiteLLM puts before names of models that a server of one's own calls so."""

ONLY_DATED: dict[str, str] = _LISTED["only_dated"]
"""Names without a date, and the one dated name that LiteLLM's and genai-prices' lists know of that model."""

LISTS: str = _LISTED["lists"]
"""The packages and versions that the names were read out of."""
