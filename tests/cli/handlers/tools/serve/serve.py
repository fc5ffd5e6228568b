"""Stands in for a tree's server: as much of it as is called to start it."""

import socketserver
from types import SimpleNamespace

rewrites = []


class Builder:
    def update(self, override):
        self.override = override

    def __enter__(self):
        paths = {"doc_root": self.override["doc_root"], "ws_doc_root": self.override["ws_doc_root"]}
        return SimpleNamespace(aliases=[], ports=self.override["ports"], paths=paths, override=self.override)


def build_config(logger, override_path):
    return Builder()


def get_route_builder(logger, aliases, config):
    return SimpleNamespace(get_routes=lambda: ["the routes"])


class Shouting(socketserver.StreamRequestHandler):
    """Answers with the request's first line, then sends all back in capitals."""

    def handle(self):
        first = self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 101 Shout\r\nX-Request: " + first.strip() + b"\r\n\r\n")
        while True:
            data = self.connection.recv(1024)
            if not data:
                break
            self.wfile.write(data.upper())


class WebSocketDaemon:
    def __init__(self, host, port, doc_root, handlers_root, bind_address, ssl_config):
        socketserver.ThreadingTCPServer.daemon_threads = True
        self.server = socketserver.ThreadingTCPServer((host, int(port)), Shouting)
        self.port = self.server.server_address[1]
