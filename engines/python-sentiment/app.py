"""A sentiment engine on nothing but Python's own library.

Words have a value from -1 to 1; a negation turns the next word around; the mood of a text is the mean of what was met.
"""

import email.parser
import email.policy
import json
import os
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

READY = urlsplit(os.environ.get("VERITONE_WEBHOOK_READY", "http://0.0.0.0:8080/ready"))
PROCESS = urlsplit(os.environ.get("VERITONE_WEBHOOK_PROCESS", "http://0.0.0.0:8080/process"))
LARGEST_BODY = 64 << 20

VALUES = {
    **dict.fromkeys("excellent wonderful best love loved perfect superb".split(), 0.9),
    **dict.fromkeys("good great happy pleased glad nice fine enjoy enjoyed bright kind friendly useful".split(), 0.6),
    **dict.fromkeys("calm warm safe hope hopeful better improve improved welcome thanks clear".split(), 0.4),
    **dict.fromkeys("cold dark delay delayed worse slow dull noisy".split(), -0.4),
    **dict.fromkeys("bad sad angry poor ugly afraid fail failed failure lose lost broken wrong problem sick".split(), -0.6),
    **dict.fromkeys("terrible awful horrible worst hate hated dreadful".split(), -0.9),
}
NEGATIONS = {"not", "no", "never", "hardly", "without"}


def mood(text):
    """How positive and how negative a text is, each from 0 to 1."""
    values, turned = [], False
    for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower()):
        if word in NEGATIONS or word.endswith("n't"):
            turned = True
            continue
        value = VALUES.get(word)
        if value is not None:
            values.append(-value if turned else value)
        turned = False
    if not values:
        return 0.0, 0.0
    positive = sum(value for value in values if value > 0) / len(values)
    negative = -sum(value for value in values if value < 0) / len(values)
    return round(positive, 3), round(negative, 3)


def form_parts(content_type, body):
    """The parts of a multipart form by name, or None when it is no form."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if not message.is_multipart():
        return None
    parts = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if name:
            parts[name] = part.get_payload(decode=True) or b""
    return parts


def answer(parts):
    """Status, media type and body for a form."""
    mime = parts.get("chunkMimeType", b"").decode("utf-8", "replace").split(";")[0].strip().lower()
    chunk = parts.get("chunk", b"")
    if mime != "text/plain" or not chunk.strip():
        return 204, "text/plain", b""
    try:
        text = chunk.decode("utf-8")
    except UnicodeDecodeError:
        return 400, "text/plain", b"the chunk is not UTF-8 text"
    positive, negative = mood(text)
    document = {
        "validationContracts": ["sentiment"],
        "sentiment": {"positiveValue": positive, "negativeValue": negative},
    }
    return 200, "application/json", json.dumps(document).encode()


class Webhooks(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self):
        self.reply(200 if self.path == (READY.path or "/") else 404, "text/plain", b"")

    def do_POST(self):
        try:
            length = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_BODY:
            self.close_connection = True
            self.reply(413, "text/plain", b"the body is too large")
            return
        body = self.rfile.read(length)
        if self.path != (PROCESS.path or "/"):
            self.reply(404, "text/plain", b"no such webhook")
            return
        parts = form_parts(self.headers.get("Content-Type", ""), body)
        if parts is None:
            self.reply(400, "text/plain", b"the request is no multipart form")
        else:
            self.reply(*answer(parts))

    def reply(self, status, kind, body):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *values):
        print(form % values, flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer(("0.0.0.0", READY.port or 80), Webhooks)
    server.daemon_threads = True
    print(f"listening on port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
