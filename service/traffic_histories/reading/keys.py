"""Columns by which providers price apart: one export with several of their values is several kinds of traffic."""

from typing import Literal, get_args

from service.model_names.canonical import canonical

Key = Literal["model", "batch", "service_tier", "context_window", "inference_geo"]
"""What prices depend on besides the counts: which model, live or batch, which tier, how long, and where."""

KEYS: tuple[Key, ...] = get_args(Key)

KEY_SPELLINGS: dict[Key, tuple[str, ...]] = {
    "model": (
        "response_model", "gen_ai.response.model", "attributes.gen_ai.response.model", "model", "model_name",
        "model_id",        "model_version", "model_permaslug",
        "gen_ai.request.model", "attributes.gen_ai.request.model", "request_model",
        "provided_model_name", "model_deployment_name", "deployment_name", "model_group", "snapshot_id",
        "llm.model_name",
    ),
    "batch": ("batch", "is_batch", "usage_type"),
    "service_tier": (
        "service_tier", "usage.service_tier", "tier", "processing_tier", "traffic_type", "usage_metadata.traffic_type",
        "attributes.gen_ai.openai.response.service_tier", "gen_ai.openai.response.service_tier",
    ),
    "context_window": ("context_window",),
    "inference_geo": ("inference_geo",),
}  # fmt: skip
"""Spellings of each key, the surest first; compared as those of fields are."""

ASKED_MODEL = ("gen_ai.request.model", "attributes.gen_ai.request.model", "request_model")
"""Spellings of the model that was asked, which names it where no model answered."""

BLANK: dict[Key, str] = {"batch": "false", "service_tier": "standard", "context_window": "0-200k"}
"""What a blank cell means for keys whose usual value many writers leave out."""

SAME: dict[Key, dict[str, str]] = {
    "batch": {"0": "false", "no": "false", "1": "true", "yes": "true", "message": "false", "messages": "false"},
    "service_tier": {"default": "standard", "auto": "standard", "on_demand": "standard"},
    "context_window": {"<= 200k": "0-200k", "<=200k": "0-200k", "\u2264 200k": "0-200k", "\u2264200k": "0-200k"},
}
"""Values that mean the same."""

ORDINARY = ("", "false", "standard", "0-200k")
"""Values of live traffic at list price."""


def normal(key: Key | None, value: str | None) -> str:
    """Return a cell as it is compared: small letters, models by their canonical name."""
    text = (value or "").strip().casefold()
    if key is None:
        return text
    if text in ("", "null", "none"):
        return BLANK.get(key, "")
    return canonical(text) if key == "model" else SAME.get(key, {}).get(text, text)
