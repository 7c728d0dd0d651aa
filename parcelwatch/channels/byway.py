"""By way of what messages leave that are sent over HTTP.

What belongs here: telling `requests`, which every service of Apprise uses, of a proxy. It looks for one in the
environment of the process and takes none from a plugin.
"""

from __future__ import annotations

import os
from typing import Final

_HERE: Final = ("localhost", "127.0.0.1", "127.0.0.0/8", "::1")
"""The address alone, too: not everybody who looks there reads networks."""


def go_by(proxy: str) -> None:
    """Have messages go by way of this proxy, but for those to this machine; "" leaves it to the environment.

    It holds for the process. Couriers and shops do not look there.
    """
    if not proxy:
        return
    past = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    straight = ",".join(dict.fromkeys((*_HERE, *filter(None, past.split(",")))))
    for name, value in (("http_proxy", proxy), ("https_proxy", proxy), ("no_proxy", straight)):
        os.environ[name] = os.environ[name.upper()] = value
