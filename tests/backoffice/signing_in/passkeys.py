"""A device that keeps a passkey, in the place of a browser's: it signs whatever it is asked to."""

import json
from hashlib import sha256
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.auth.models import User
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

HERE = "https://testserver"
PASSKEY = "/admin/sign-in/passkey/"
FLAG = AuthenticatorData.FLAG
SEEN = FLAG.UP | FLAG.UV


class Device:
    """What keeps a passkey, and signs whatever it is asked to: a browser would not have it sign for another site."""

    def __init__(self, person: User) -> None:
        self.key, self.id, self.person = ec.generate_private_key(ec.SECP256R1()), b"passkey-1", person
        public = ES256.from_cryptography_key(self.key.public_key())
        known = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        made = AuthenticatorData.create(sha256(b"testserver").digest(), SEEN | FLAG.AT, 0, known)
        response = {
            "clientDataJSON": websafe_encode(CollectedClientData.create("webauthn.create", b"x", HERE)),
            "attestationObject": websafe_encode(AttestationObject.create("none", made, {})),
        }
        credential = self._named(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}
        Authenticator.objects.create(user=person, type="webauthn", data={"name": "Laptop", "credential": credential})

    def _named(self, response: dict[str, Any]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def answer(
        self,
        challenge: str,
        *,
        origin: str = HERE,
        site: bytes = b"testserver",
        flags: Any = SEEN,
        kind: str = "webauthn.get",
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> dict[str, str]:
        said = CollectedClientData.create(kind, challenge, origin)
        data = AuthenticatorData.create(sha256(site).digest(), flags, 1)
        signed = (key or self.key).sign(data + said.hash, ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signed),
            "userHandle": websafe_encode(user_pk_to_url_str(self.person).encode()),
        }
        return {"credential": json.dumps(self._named(response))}


def asked(client: Client) -> str:
    """What the site asks to be signed."""
    told: dict[str, Any] = client.get(PASSKEY, headers={"X-Requested-With": "XMLHttpRequest"}).json()
    return str(told["request_options"]["publicKey"]["challenge"])
