"""A small HTTP server: handlers give (status, headers, body)."""
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(port, answer):
    """answer(method, path with query, headers, body) → (status, headers, text)"""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def _do(self):
            body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
            status, headers, text = answer(self.command, self.path, self.headers, body)
            data = text.encode()
            self.send_response(status)
            for name, value in {'Content-Type': 'application/json', **headers, 'Content-Length': len(data)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = _do

        def log_message(self, *_words):
            pass

    ThreadingHTTPServer(('0.0.0.0', port), Handler).serve_forever()
