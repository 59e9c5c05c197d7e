"""TOTP, for which hvac has no methods of its own: codes against oathtool, QR codes against zbarimg."""

import base64
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from livetest.checks import Checks, equal, true

from .world import bad_request, no_content

CHECKS = Checks("totp")
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def write(world, path, **fields):
    return world.root.adapter.post(f"/v1/totp/{path}", json=fields)


def shown(world, name):
    return world.root.read(f"totp/code/{name}")["data"]["code"]


def codes_of_oathtool(key, algorithm="SHA1", digits=6, period=30):
    """The codes of the period before, this one and the next: it may end while the check runs."""
    command = ["oathtool", f"--totp={algorithm}", f"--digits={digits}", f"--time-step-size={period}s", "--base32"]
    command += ["--window=2", f"--now=-{period} seconds", key]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def text_of(picture):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "code.png"
        file.write_bytes(picture)
        command = ["zbarimg", "--quiet", "--raw", str(file)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip("\n")


@CHECKS.check("codes are those of oathtool, for every algorithm and length")
def _(world):
    world.root.sys.enable_secrets_engine("totp")
    for algorithm in ("SHA1", "SHA256", "SHA512"):
        for digits in (6, 8):
            for period in (30, 60):
                no_content(write(world, "keys/k", key=KEY, algorithm=algorithm, digits=digits, period=period))
                true(shown(world, "k") in codes_of_oathtool(KEY, algorithm, digits, period), f"{algorithm} {digits}")


@CHECKS.check("a new key's QR code holds its URL, and the URL its key")
def _(world):
    for name, issuer in (("short", "Vault"), ("long", "Ä & " + "x" * 60), ("longer", "y" * 250)):
        made = write(world, f"keys/{name}", generate=True, issuer=issuer, account_name="me@example.com", qr_size=400)
        url = made["data"]["url"]
        equal(text_of(base64.b64decode(made["data"]["barcode"])), url)
        parts = urlsplit(url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        equal((parts.scheme, parts.netloc, unquote(parts.path)), ("otpauth", "totp", f"/{issuer}:me@example.com"))
        equal((query["issuer"], query["period"], query["digits"]), (issuer, "30", "6"))
        true(shown(world, name) in codes_of_oathtool(query["secret"]), "its codes are those of oathtool")


@CHECKS.check("the usual size can be read, for keys of all sizes")
def _(world):
    for size in (10, 20, 64):
        made = write(world, "keys/usual", generate=True, issuer="Vault", account_name="me", key_size=size)
        equal(text_of(base64.b64decode(made["data"]["barcode"])), made["data"]["url"])


@CHECKS.check("a code of oathtool is accepted, once, and in no other spelling")
def _(world):
    no_content(write(world, "keys/once", url=f"otpauth://totp/Vault:me@example.com?secret={KEY}&issuer=Vault"))
    data = world.root.read("totp/keys/once")["data"]
    expected = {"account_name": "me@example.com", "algorithm": "SHA1", "digits": 6, "issuer": "Vault", "period": 30}
    equal(data, expected)
    code = codes_of_oathtool(KEY)[1]
    equal(write(world, "code/once", code=code)["data"], {"valid": True})
    bad_request(["code already used; wait until the next time period"], write, world, "code/once", code=code)
    for spelling in (f" {code}", f"{code} ", f"+{code}", f"{code[:3]} {code[3:]}"):
        equal(write(world, "code/once", code=spelling)["data"], {"valid": False})


@CHECKS.check("keys are listed and deleted")
def _(world):
    equal(world.root.list("totp/keys")["data"]["keys"], ["k", "long", "longer", "once", "short", "usual"])
    world.root.delete("totp/keys/k")
    bad_request(["unknown key: k"], shown, world, "k")
    no_content(world.root.sys.disable_secrets_engine("totp"))
