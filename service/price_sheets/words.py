"""What others call the words of a price sheet: named in refusals, never taken for them."""

METER_WORDS = {
    "prompt_tokens": "input_tokens",
    "prompt": "input_tokens",
    "input": "input_tokens",
    "completion_tokens": "output_tokens",
    "completion": "output_tokens",
    "output": "output_tokens",
    "cache_read_tokens": "cached_input_tokens",
    "cache_read_input_tokens": "cached_input_tokens",
    "cached_tokens": "cached_input_tokens",
    "cached": "cached_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "cache_creation_input_tokens": "cache_write_input_tokens",
    "calls": "requests",
    "seconds": "compute_seconds",
    "gpu_seconds": "compute_seconds",
}
"""What others call the meters, for refusals."""

CAPACITY_WORDS = {"gpu": "concurrency", "slots": "concurrency", "ptu": "throughput", "provisioned": "throughput"}
"""What others call the kinds of capacity, for refusals."""

MODE_WORDS = {
    "on_demand": "serverless",
    "payg": "serverless",
    "pay_as_you_go": "serverless",
    "token": "serverless",
    "tokens": "serverless",
    "batch": "serverless",
    "provisioned": "dedicated",
    "reserved": "dedicated",
    "committed": "dedicated",
    "ptu": "dedicated",
    "gpu": "dedicated",
}
"""What others call the modes, for refusals."""
