"""A fake language model: an OpenAI-compatible server that responds by simple rules.

It chooses the class that occurs in the conversation, extracts values that follow a field's name, repeats the last
question, and answers a question by the first record. It prints its URL, then serves requests until it is killed.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def answer(body: dict) -> str:
    text = body["messages"][-1]["content"]
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    if schema is None:
        questions = re.findall(r"[^.?!:\n]*\?", text)
        return questions[-1].strip() if questions else "What was said?"
    fields = schema["properties"]
    if "class" in fields:
        classes = fields["class"]["enum"]
        named = [one for one in classes if one.lower() in text.lower()]
        return json.dumps({"class": (named or classes)[0]})
    if "records" in fields:
        records = [json.loads(line) for line in text.splitlines() if '"record"' in line]
        return json.dumps({"answer": records[0]["record"] if records else "", "records": [1]})
    values = {}
    for name in fields:
        words = name.replace("_", " ")
        found = re.search(rf"{words} is ([\w@.-]+\w)", text, re.IGNORECASE)
        values[name] = found.group(1) if found else ""
    return json.dumps(values)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # noqa: N802: the name is given by the library
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = json.dumps({"choices": [{"message": {"role": "assistant", "content": answer(body)}}]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    sys.stdout.close()
    server.serve_forever()
