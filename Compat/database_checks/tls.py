"""MariaDB and Redis must prove who they are before they are sent a password (R06)."""

from livetest.checks import Checks, equal
from livetest.databases import self_signed


def tls(flavour, details):
    """`details(db, host)` is a configuration that connects with TLS; the server's certificate names localhost."""
    checks = Checks(f"{flavour.name}: TLS")

    @checks.check("certificates of strangers and for other names are refused")
    def _(world):
        other, _ = self_signed(world.db.folder, "other", "DNS:localhost")
        world.db.make_account("tls_admin", "tls-password", "all")
        for host, authority, wanted in (
            ("localhost", world.db.certificate, 204), ("localhost", other, 400), ("127.0.0.1", world.db.certificate, 400),
            ("localhost", None, 400),
        ):
            answer = world.api.post("/v1/database/config/tls", {
                "username": "tls_admin", "password": "tls-password",
                **details(world.db, host, authority.read_text() if authority else "")})
            equal(answer.status, wanted, f"status of {host}, trusting {authority and authority.name}: {answer.body}")

    return checks


def mariadb(db, host, authority):
    return {"plugin_name": "mysql-database-plugin", "tls_ca": authority,
            "connection_url": f"{{{{username}}}}:{{{{password}}}}@tcp({host}:{db.port})/?tls=true"}


def redis(db, host, authority):
    return {"plugin_name": "redis-database-plugin", "host": host, "port": db.tls_port, "tls": True, "ca_cert": authority}
