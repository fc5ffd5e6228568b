"""What the manifest code of a web-platform-tests checkout makes of that checkout.

    python3 -B upstream.py TREE

One test a line, as JSON; nothing is written anywhere else. A source file that the code refuses is
a line of the kind "refused".
"""

import json
import multiprocessing
import os
import sys


def tests(path):
    try:
        kind, items = SourceFile(TREE, path, "/").manifest_items()
    except Exception as error:
        return [{"kind": "refused", "source": path, "url": "/" + path, "problem": repr(error)}]
    if kind == "support":
        return []
    return [
        {
            "kind": kind,
            "source": path,
            "url": item.url,
            "is_long": getattr(item, "timeout", None) == "long",
            "is_shell": bool(getattr(item, "jsshell", False)),
            "protocol": "h2" if item.h2 else "https" if item.https else "http",
            "on_www": item.subdomain,
        }
        for item in set(items)
    ]


def main():
    # Without the cache folder that the checkout's own commands would write.
    files = sorted(path for path, _, _ in vcs.FileSystem(TREE, "/", cache_path=None))
    with multiprocessing.Pool() as pool:
        for found in pool.imap(tests, files, chunksize=100):
            for test in found:
                print(json.dumps(test))


if __name__ == "__main__":
    TREE = os.path.abspath(sys.argv[1])
    sys.path.insert(0, os.path.join(TREE, "tools"))
    # Names are looked at against the current folder.
    os.chdir(TREE)
    import localpaths  # noqa: F401
    from manifest import vcs
    from manifest.sourcefile import SourceFile

    main()
