"""Never answers."""

import time


def main(request, write):
    time.sleep(600)
