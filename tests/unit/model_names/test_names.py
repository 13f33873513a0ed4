"""Names of models: every spelling of one is met, and no name means two."""

from collections import defaultdict

import pytest

from bench import listed_names
from service.model_names.canonical import canonical
from service.model_names.names import SHIPPED, Names
from service.traffic_histories.reading.options import ReadOptions

LLAMA = [
    "meta-llama/Llama-3.3-70B-Instruct",
    "Meta-Llama-3.3-70B-Instruct",
    "meta/llama-3.3-70b-instruct",
    "Meta-Llama-3_3-70B-Instruct",
    "meta.llama3-3-70b-instruct-v1:0",
    "us.meta.llama3-3-70b-instruct-v1:0",
    "bedrock/us-east-1/meta.llama3-3-70b-instruct-v1:0",
    "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-3-70b-instruct-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0",
    "databricks-meta-llama-3-3-70b-instruct",
    "databricks/databricks-meta-llama-3-3-70b-instruct",
    "system.ai.meta-llama-3-3-70b-instruct",
    "system.ai.llama_v3_3_70b_instruct",
    "llama-3.3-70b",
    "cerebras/llama-3.3-70b",
    "llama-3.3-70b-versatile",
    "groq/llama-3.3-70b-versatile",
    "llama3.3-70b",
    "snowflake/llama3.3-70b",
    "LLAMA-3.3-70B-INSTRUCT",
    "accounts/fireworks/models/llama-v3p3-70b-instruct",
    "fireworks_ai/accounts/fireworks/models/llama-v3p3-70b-instruct",
    "projects/p/locations/us-central1/publishers/meta/models/llama-3.3-70b-instruct-maas",
    "replicate/meta/llama-3.3-70b-instruct",
    "vertex_ai/meta/llama-3.3-70b-instruct-maas",
    "openrouter/meta-llama/llama-3.3-70b-instruct",
    "azure_ai/Llama-3.3-70B-Instruct",
    "meta-llama/llama-3.3-70b-instruct:free",
    "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct/versions/4",
    "watsonx/meta-llama/llama-3-3-70b-instruct",
    "oci/meta.llama-3.3-70b-instruct",
    "nvidia_nim/meta/llama-3.3-70b-instruct",
    "hosted_vllm/meta-llama/Llama-3.3-70B-Instruct",
    "deepinfra/meta-llama/Llama-3.3-70B-Instruct",
    "vercel_ai_gateway/meta/llama-3.3-70b",
]

CLAUDE = [
    "anthropic/claude-3-5-sonnet-20241022",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "claude-3.5-sonnet-20241022",
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "claude-3-5-sonnet@20241022",
    "claude-3-5-sonnet-v2@20241022",
    "projects/p/locations/l/publishers/anthropic/models/claude-3-5-sonnet@20241022",
]

APART = [
    "llama-3.3-70b-instruct",
    "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "llama-3.3-70b-instruct-fp8",
    "llama3.3:70b",
    "unsloth/Llama-3.3-70B-Instruct",
    "llama-3.1-70b-instruct",
    "llama-3.1-8b-instruct",
    "llama-3.1-8b",
    "llama-3.2-90b-vision-instruct",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4o-2024-05-13",
    "gpt-4o-2024-08-06",
    "gpt-4o-2024-11-20",
    "ft:gpt-4o-2024-08-06:acme::x",
    "gpt-4o:extended",
    "openai/gpt-4o:batch",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "gpt-4",
    "gpt-4-turbo",
    "gpt-3.5-turbo",
    "gpt-3.5-turbo-0125",
    "claude-3-5-sonnet",
    "claude-3-5-sonnet-20240620",
    "claude-3-5-sonnet-20241022",
    "claude-3-5-sonnet-latest",
    "claude-sonnet-4",
    "claude-sonnet-4-5",
    "claude-sonnet-4-6",
    "claude-opus-4",
    "claude-opus-4-1",
    "claude-3-5-haiku",
    "amazon.titan-embed-text-v1",
    "amazon.titan-embed-text-v2:0",
    "anthropic.claude-v2",
    "anthropic.claude-v2:1",
    "mistral-large-2407",
    "mistral-large-2411",
    "mistral.mistral-7b-instruct-v0:2",
    "mistralai/Mistral-7B-Instruct-v0.3",
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-V3-0324",
    "deepseek.v3-v1:0",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-2.5-pro-preview-05-06",
    "arn:aws:bedrock:eu-west-1:1:application-inference-profile/a",
    "arn:aws:bedrock:eu-west-1:1:application-inference-profile/b",
]


def test_every_spelling_of_a_model_is_met() -> None:
    assert len(LLAMA) > 30
    assert {canonical(name) for name in LLAMA} == {"llama-3-3-70b-instruct"}
    assert {canonical(name) for name in CLAUDE} == {"claude-3-5-sonnet-20241022"}


def test_different_models_are_never_one() -> None:
    found = defaultdict(list)
    for name in APART:
        found[canonical(name)].append(name)
    assert [names for names in found.values() if len(names) > 1] == []


def test_a_canonical_name_is_its_own() -> None:
    names = set(listed_names.names())
    assert [name for name in names if canonical(canonical(name)) != canonical(name)] == []


def test_what_is_shipped_is_what_the_installed_lists_say() -> None:
    import json

    assert json.loads(listed_names.TARGET.read_text()) == listed_names.listing()


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ("gpt-4o", "azure/gpt-4o", "form"),
        ("llama-3.3-70b-instruct", "groq/llama-3.3-70b-versatile", "table"),
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", "date"),
        ("gpt-4o", "our-chat", "alias"),
        ("gpt-4o", "azure/our-chat", "alias"),
    ],
)
def test_why_a_name_means_another_is_known(one: str, other: str, because: str) -> None:
    (met,) = Names({"our-chat": "openai/gpt-4o"}).others(one, [other, "gpt-4.1", one])
    assert (met.name, met.because) == (other, because)


def test_an_alias_for_itself_is_a_model_of_its_own() -> None:
    assert SHIPPED.same("llama-3.3-70b-versatile", "llama-3.3-70b-instruct")
    own = Names({"llama-3.3-70b-versatile": "llama-3.3-70b-versatile"})
    assert not own.same("llama-3.3-70b-versatile", "llama-3.3-70b-instruct")


def test_versions_and_kinds_of_a_model_are_near_it_and_others_are_not() -> None:
    offered = ["gpt-4o-2024-05-13", "azure/gpt-4o", "gpt-4o-mini", "gpt-4.1"]
    assert SHIPPED.near("gpt-4o", offered) == ("gpt-4o-2024-05-13",)
    offered = ["meta-llama/Llama-3.3-70B-Instruct-Turbo", "llama-3.1-70b-instruct"]
    assert SHIPPED.near("llama-3.3-70b-instruct", offered) == ("meta-llama/llama-3.3-70b-instruct-turbo",)


def test_reads_of_an_upload_keep_aliases() -> None:
    from dataclasses import asdict

    from service.traffic_histories.reading.parser import options_of

    options = ReadOptions(model="gpt-4o", aliases=("our-chat",))
    assert options_of(asdict(options)) == options
