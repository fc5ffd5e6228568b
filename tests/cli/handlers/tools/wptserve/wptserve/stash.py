"""Stands in for what a tree's handlers share: a process that must not outlive them."""

import os
import time


def wait(pid):
    pid.put(os.getpid())
    time.sleep(600)


class StashServer:
    pid = None

    def __init__(self, address, authkey, mp_context):
        self.context = mp_context

    def __enter__(self):
        queue = self.context.SimpleQueue()
        self.process = self.context.Process(target=wait, args=(queue,))
        self.process.start()
        StashServer.pid = queue.get()

    def __del__(self):
        # Who does not keep it has it no longer.
        self.process.kill()
