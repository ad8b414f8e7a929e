"""A certificate for the minutes in which a queue server has no user yet."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from liponflow import durable

VALID = timedelta(hours=1)
"""The first start takes seconds; clocks may differ by minutes."""


def write_certificate(file: Path, host: str) -> None:
    """Write a key and a certificate of this key, by which server and client know each other.

    Parameters
    ----------
    file
        PEM file; the user alone can read it.
    host
        Address of the server.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "liponflow")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID)
        .not_valid_after(now + VALID)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    durable.write(file, (secret + public).decode(), mode=0o600)
