"""What a certificate looks like to who connects."""

import contextlib
import ssl

from cryptography import x509


def shown(data_dir):
    content = (data_dir / "tls" / "server.pem").read_bytes()
    return x509.load_pem_x509_certificate(content)


def shake_hands(context, authority, name="localhost"):
    """Connect in memory as the strictest client; returns what it was shown."""
    trust = ssl.create_default_context(cafile=authority)
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    return peer(trust, context, name)


def seen_by_anyone(context):
    """Return what is shown to a client that asks for no date."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE
    return peer(trust, context, "localhost")


def peer(trust, context, name):
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(back, there, server_hostname=name)
    server = context.wrap_bio(there, back, server_side=True)
    for _ in range(5):
        for side in (client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return x509.load_der_x509_certificate(client.getpeercert(binary_form=True))
