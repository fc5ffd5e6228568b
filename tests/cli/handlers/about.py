"""Tells what a handler can see of where it runs."""

import json
import os
import sys

from wptserve import stash


def main(request, write):
    about = {
        "line": request.line,
        "head": request.head,
        "body": request.body.decode(),
        "scheme": request.server.scheme,
        "address": request.server.server_address,
        "config": request.server.config.override,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "isolated": sys.flags.isolated,
        "bytecode": not sys.dont_write_bytecode,
        "stdin": os.readlink("/proc/self/fd/0"),
        "pids": [os.getpid(), stash.StashServer.pid],
    }
    write(b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(about).encode())
