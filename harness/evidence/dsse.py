"""DSSE envelopes (secure-systems-lab/dsse) signed with ed25519: over the payload and its type.

The public key lies beside the signature: it shows that one holder of a key said all that it signs, and not
who that is. Signing and checking need the package cryptography, an extra of this project.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib.util
from pathlib import Path
from typing import Any

from harness.errors import BlockedError, InputError
from harness.evidence.schema.receipt import SignedEnvelope

_INSTALL = "pip install 'embedding-compression-evidence[receipts]'"


def signed(payload: bytes, payload_type: str, key: Path) -> dict[str, Any]:
    """Return the envelope of a payload, signed with the private key in a PEM file.

    Raises InputError for a file that holds no ed25519 key without a password, and BlockedError without the
    package that signs.
    """
    if not installed():
        raise BlockedError("the package cryptography is not installed", _INSTALL)
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None  # and nothing of the error: it may quote the file
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError(f"{key}: expected an ed25519 private key in PEM, without a password") from None
    public = private.public_key().public_bytes_raw()
    signature = {
        "keyid": hashlib.sha256(public).hexdigest(),
        "sig": _text(private.sign(_signed_bytes(payload, payload_type))),
        "public_key": _text(public),
    }
    return {"payload": _text(payload), "payloadType": payload_type, "signatures": [signature]}


def installed() -> bool:
    """Return whether the package that signs and checks is installed."""
    return importlib.util.find_spec("cryptography") is not None


def opened(envelope: SignedEnvelope, where: str) -> bytes:
    """Return the payload, its signatures checked if the package is ``installed``.

    Raises InputError for a wrong one, and for what is no base64.
    """
    payload = _bytes(envelope.payload, f"{where}: payload")
    for i, signature in enumerate(envelope.signatures):
        at = f"{where}: signatures.{i}"
        public = _bytes(signature.public_key, f"{at}.public_key")
        if hashlib.sha256(public).hexdigest() != signature.keyid:
            raise InputError(f"{at}.keyid: expected the sha256 of its public_key")
        signed_bytes = _signed_bytes(payload, envelope.payload_type)
        if installed() and not _valid(public, _bytes(signature.sig, f"{at}.sig"), signed_bytes):
            raise InputError(f"{at}: the signature does not fit payload and key")
    return payload


def _valid(public: bytes, signature: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_bytes(payload: bytes, payload_type: str) -> bytes:
    """Return DSSE's pre-authentication encoding."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{where}: {error}, expected base64") from error
