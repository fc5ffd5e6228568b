"""Stands in for a tree's HTTP server. It knows handlers only: `main(request, write)`."""

import socketserver
from types import SimpleNamespace


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.rfile.readline().decode("latin-1").split()
        head = []
        while True:
            line = self.rfile.readline().decode("latin-1").strip()
            if not line:
                break
            head.append(line)
        path, _, query = first[1].partition("?")
        handler = {}
        with open(self.server.doc_root + path) as file:
            exec(file.read(), handler)
        request = SimpleNamespace(
            line=" ".join(first), query=query, head=head, body=self.rfile.read(), server=self.server
        )
        handler["main"](request, self.wfile.write)


class WebTestHttpd:
    def __init__(self, host, port, doc_root, routes, rewrites, config):
        assert routes == ["the routes"]
        socketserver.ThreadingTCPServer.daemon_threads = True
        self.httpd = socketserver.ThreadingTCPServer((host, port), Handler)
        self.httpd.doc_root = doc_root
        self.httpd.config = config
        self.port = self.httpd.server_address[1]
