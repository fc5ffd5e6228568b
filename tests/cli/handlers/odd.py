"""Answers as no server would."""


def main(request, write):
    write(b"HTTP/1.1 299 Un usual\r\nx-LOWER-upper:   v \r\nContent-Length: 1\r\nConnection: odd\r\n\r\n\0 and more")
