"""Stands in for what makes a tree's tools importable, and notes that it was asked to."""

import os
import sys

tools = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [tools, os.path.join(tools, "wptserve")]
with open(os.path.join(tools, "..", "starts"), "a") as starts:
    starts.write("%d\n" % os.getpid())
print("tools are ready")
