"""Works on HTTP/2 frames, where there are any."""


def handle_data(frame, request, response):
    response.writer.write_data(frame.data)


def main(request, write):
    write(b"HTTP/1.1 200 OK\r\n\r\n")
