"""Runs the handlers of a tree of web platform tests by the tree's own server.

Standard input is a private socket, standard output another. From the first one line is read, the order: JSON with the
folder (`root`), the oldest Python that will do (`python`), a field for answers in place of handlers that need HTTP/2
frames (`frames`, its name and its value), what the server's configuration is to say (`config`), and what is to be
served, by the name it goes by: `http`, the scheme of each server for HTTP (`{"https": "https"}`), and `websocket`, the
names of the servers for WebSocket. One line is written to it: `{"ports": {name: port}}`, or
`{"lacks": what, "why": text}`. After that, what is read is sent back, as a sign of life.

When the first socket's other end is closed, everything that was started here ends, and the folder for temporary files
is removed. Our ends of both are closed when this process ends, however it does.
"""

import json
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import traceback
import uuid


# What handlers may see of the environment. A wrapper around Python may have added to it.
VARIABLES = {"PATH", "HOME", "TMPDIR", "LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


class Lacks(Exception):
    """What is missing, and why that matters."""


def private_channel():
    """The socket that standard input is, out of the reach of handlers and of what they start.

    The other one is put behind all files that will be opened, and what is written goes where errors go.
    """
    channel = socket.socket(fileno=os.dup(0))
    last = min(1024, resource.getrlimit(resource.RLIMIT_NOFILE)[0]) - 1
    os.dup2(1, last, inheritable=False)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.register_at_fork(after_in_child=lambda: (channel.close(), os.close(last)))
    return channel


def watch(channel):
    """Sends back what is sent, and ends everything when the other end is closed."""
    # Handlers may change the environment.
    folder = os.environ["TMPDIR"]
    try:
        while True:
            sign = channel.recv(1024)
            if not sign:
                break
            channel.sendall(sign)
    except OSError:
        # To be cut off is to be closed.
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # Threads that wait for something forever, the store's process, what handlers have started: all are of this
        # group.
        os.killpg(0, signal.SIGKILL)


def refuse_frames(handlers, scheme, field):
    """Has handlers that work on HTTP/2 frames answered for: there are none here.

    Those are the ones that are asked for through the server of that scheme and have a function for frames; what a
    `main()` beside it does counts on that having been called. The answer has the field.
    """
    handler = handlers.PythonScriptHandler
    load = handler._load_file

    def checked(self, request, response, func):
        def run(request, response, environ, path):
            needs_frames = "handle_headers" in environ or "handle_data" in environ
            if not needs_frames or request.url_parts.scheme != scheme:
                return func(request, response, environ, path)
            response.status = 501
            response.headers.set(*field)
            response.content = "It needs HTTP/2 frames."

        return load(self, request, response, run)

    handler._load_file = checked


def start(order):
    """Starts every server of the order.

    Gives the port of each by its name, and what is to be kept for as long as they run.
    """
    root = order["root"]
    tools = os.path.join(root, "tools")
    if not os.path.isdir(tools):
        raise Lacks("wptserve", "there is no folder tools")
    os.chdir(root)
    # As if it were run by the program in the tree's folder: handlers import from `tools` too.
    sys.path[:0] = [tools, root]
    import localpaths  # noqa: F401 (it makes the rest importable)
    from serve import serve
    from wptserve import handlers
    from wptserve import server as wptserve
    from wptserve import stash

    refuse_frames(handlers, order["http"]["h2"], order["frames"])

    # Before the servers, so that its process has none of their sockets.
    store = stash.StashServer(None, authkey=str(uuid.uuid4()), mp_context=multiprocessing.get_context("fork"))
    store.__enter__()

    builder = serve.build_config(logging.getLogger(), None)
    builder.update(order["config"])
    config = builder.__enter__()
    routes = serve.get_route_builder(logging.getLogger(), config.aliases, config).get_routes()

    # A server looks its own name up when it is made, which may take seconds where nobody knows it.
    look_up = socket.getfqdn
    socket.getfqdn = lambda name="": "localhost"
    ports = {}
    for name, scheme in order["http"].items():
        server = wptserve.WebTestHttpd(
            host="127.0.0.1",
            port=0,
            doc_root=config.paths["doc_root"],
            routes=routes,
            rewrites=serve.rewrites,
            config=config,
        )
        ports[name] = server.port
        # What handlers are told of the server is what its clients see of the one before it.
        server.httpd.scheme = scheme
        public = [port for port in config.ports.get(name, []) if port]
        if public:
            server.httpd.server_address = ("127.0.0.1", public[0])
        threading.Thread(target=server.httpd.serve_forever, daemon=True).start()
    socket.getfqdn = look_up
    for name in order["websocket"]:
        daemon = serve.WebSocketDaemon(
            "127.0.0.1", "0", config.paths["doc_root"], config.paths["ws_doc_root"], True, None
        )
        ports[name] = daemon.port
        threading.Thread(target=daemon.server.serve_forever, daemon=True).start()
    return ports, [store, builder]


def main():
    channel = private_channel()
    logging.basicConfig(level=logging.WARNING)
    for name in set(os.environ) - VARIABLES:
        del os.environ[name]
    line = channel.makefile("r", encoding="utf-8").readline()
    # Before anything of the tree runs, which may take forever.
    watcher = threading.Thread(target=watch, args=(channel,))
    watcher.start()
    order = json.loads(line)
    try:
        if list(sys.version_info[:2]) < order["python"]:
            raise Lacks("python3", "it is Python %s" % sys.version.split()[0])
        ports, _kept = start(order)
        answer = {"ports": ports}
    except Lacks as lacks:
        answer = {"lacks": lacks.args[0], "why": lacks.args[1]}
    except BaseException:
        # Some of what is called says `sys.exit()` where it fails.
        answer = {"lacks": None, "why": traceback.format_exc()}
    channel.sendall(json.dumps(answer).encode() + b"\n")
    watcher.join()


if __name__ == "__main__":
    main()
