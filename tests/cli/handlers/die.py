"""Takes the server along."""

import os
import sys


def main(request, write):
    sys.stderr.write("these are my last words\n")
    os._exit(3)
