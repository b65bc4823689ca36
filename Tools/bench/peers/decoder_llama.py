"""The decoder by llama.cpp (xllamacpp), from the same GGUF file.

    python decoder_llama.py MODEL.gguf WORK --prompt TOKENS --count N --repeats R [--rows M] [--threads 2]

WORK is `decode`: N tokens after the prompt, greedy, whatever comes, in M rows at once; or `prefill`: N tokens of the prompt,
over and over, and one more. Prints {"seconds", "tokens"}: of each repetition, by llama.cpp's own clock for one row, by the
wall for several; and the first row's tokens.
"""
import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor

import xllamacpp


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("work", choices=("decode", "prefill"))
    parser.add_argument("--prompt", default="1")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = arguments.model
    params.n_ctx = 1024 * arguments.rows
    params.n_parallel = arguments.rows
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = arguments.threads
    params.cpuparams_batch.n_threads = arguments.threads
    params.cache_ram_mib = 0
    params.verbosity = -1
    server = xllamacpp.Server(params)
    prompt = [int(token) for token in arguments.prompt.split(",")]
    if arguments.work == "prefill":
        prompt = [prompt[index % len(prompt)] for index in range(arguments.count)]

    def complete(_=None, **more):
        return server.handle_completions({
            "prompt": prompt, "n_predict": arguments.count if arguments.work == "decode" else 1, "temperature": 0,
            "top_k": 1, "ignore_eos": True, "cache_prompt": False, "samplers": ["top_k"], **more})

    def run():
        start = time.perf_counter()
        if arguments.rows > 1:
            with ThreadPoolExecutor(arguments.rows) as pool:
                list(pool.map(complete, range(arguments.rows)))
            return time.perf_counter() - start
        clock = complete()["timings"]
        # The pass over the prompt brings the first token; `predicted_ms` begins after it.
        return (clock["prompt_ms"] + (0 if arguments.work == "prefill" else clock["predicted_ms"])) / 1000

    run()
    seconds = [run() for _ in range(arguments.repeats)]
    # Tokens come with their probabilities only, which take time of their own.
    said = complete(n_probs=1)["choices"][0]["logprobs"]["content"]
    print(json.dumps({"seconds": seconds, "tokens": [token["id"] for token in said]}))


if __name__ == "__main__":
    main()
