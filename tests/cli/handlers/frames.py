"""Knows nothing but HTTP/2 frames."""


def handle_data(frame, request, response):
    response.writer.write_data(frame.data)
