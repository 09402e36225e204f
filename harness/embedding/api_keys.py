"""Which API key may be sent to which host: the user allows a host together with the variable of its key.

A suite names both, and anybody may have written it. A key is sent only where the user has allowed the pair,
or where it is the pair of a known provider.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from harness.errors import BlockedError, InputError

ALLOW = "HARNESS_ALLOW_API"
PROVIDERS = frozenset({("api.openai.com", "OPENAI_API_KEY"), ("api.mistral.ai", "MISTRAL_API_KEY")})

_PAIR = re.compile(r"([a-z0-9.:\[\]-]+)=([A-Z][A-Z0-9_]*)")


def parse_allowed(pairs: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return hosts and variables of texts HOST=VARIABLE; raise InputError for another form.

    HOST has its port where the suite's url has one: ``localhost:8080=MY_KEY``.
    """
    allowed = set()
    for pair in pairs:
        match = _PAIR.fullmatch(pair)
        if match is None:
            # The text is not repeated: it may hold a key.
            raise InputError(
                "--allow-api: found another form, expected HOST=VARIABLE, as api.openai.com=MY_KEY"
            )
        allowed.add((match[1], match[2]))
    return frozenset(allowed)


def check_allowed(url: str, variable: str, allowed: frozenset[tuple[str, str]]) -> None:
    """Raise BlockedError, which names what to allow, unless ``variable`` may go to the host of ``url``."""
    host = urlsplit(url).netloc.lower()
    if (host, variable) in PROVIDERS | allowed:
        return
    remedy = f"if you trust it: --allow-api {host}={variable}, or set {ALLOW}={host}={variable}"
    raise BlockedError(
        f"the suite wants to send the key in {variable} to {host}, which you have not allowed", remedy
    )
