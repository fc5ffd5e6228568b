"""Answers nothing, and hangs up."""


def main(request, write):
    pass
