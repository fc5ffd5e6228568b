"""Stands in for a tree's HTTP server. It knows handlers only."""

import socketserver
from types import SimpleNamespace

from .handlers import PythonScriptHandler


class Response:
    """An answer, written by the handler itself or put together before."""

    def __init__(self, write):
        self.write = write
        self.status = None
        self.headers = SimpleNamespace(set=self.set_field)

    def set_field(self, name, value):
        self.field = "%s: %s" % (name, value)


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
        request = SimpleNamespace(
            line=" ".join(first),
            path=path,
            query=query,
            head=head,
            body=self.rfile.read(),
            server=self.server,
            url_parts=SimpleNamespace(scheme=self.server.scheme),
        )
        response = Response(self.wfile.write)
        PythonScriptHandler()(request, response)
        if response.status is not None:
            answer = "HTTP/1.1 %d\r\n%s\r\n\r\n%s" % (response.status, response.field, response.content)
            self.wfile.write(answer.encode())


class WebTestHttpd:
    def __init__(self, host, port, doc_root, routes, rewrites, config):
        assert routes == ["the routes"]
        socketserver.ThreadingTCPServer.daemon_threads = True
        self.httpd = socketserver.ThreadingTCPServer((host, port), Handler)
        self.httpd.doc_root = doc_root
        self.httpd.config = config
        self.port = self.httpd.server_address[1]
