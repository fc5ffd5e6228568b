"""Stands in for what runs a tree's handlers: `main(request, write)`."""


class PythonScriptHandler:
    def _load_file(self, request, response, func):
        environ = {}
        with open(request.server.doc_root + request.path) as file:
            exec(file.read(), environ)
        return func(request, response, environ, request.path)

    def __call__(self, request, response):
        def func(request, response, environ, path):
            if "main" in environ:
                environ["main"](request, response.write)
            else:
                response.write(b"HTTP/1.1 500 No main\r\n\r\n")

        self._load_file(request, response, func)
