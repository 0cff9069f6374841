"""Asks the web server on this machine whether it is well; the container's health check."""

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    """Return 0 when ``/health`` answers with success."""
    port = os.environ.get("GRANIAN_PORT", "8000")
    # The name must be one that ALLOWED_HOSTS accepts, though the way is the loopback.
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].lstrip(".")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health", headers={"Host": host})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=4) as response:
            return 0 if response.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        print(f"/health: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
