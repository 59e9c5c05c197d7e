"""What transit makes, OpenSSL takes, and the other way round."""

import base64
import os
import subprocess
import tempfile
from pathlib import Path

from livetest.checks import Checks, equal

from .world import no_content

CHECKS = Checks("transit and openssl")
MESSAGE = b"a message"
# RFC 5649's own initial value, which the command line wants to be told.
WRAP = ("-id-aes256-wrap-pad", "-iv", "A65959A6")


class Folder:
    """Files for openssl, and openssl itself."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="coffer-openssl-")
        self.path = Path(self.temporary.name)
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def file(self, name, content):
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments, content=b""):
        done = subprocess.run(["openssl", *map(str, arguments)], input=content, capture_output=True, cwd=self.path)
        if done.returncode:
            raise AssertionError(f"openssl {arguments[0]}: {done.stderr.decode().strip()}")
        return done.stdout


def b64(data):
    return base64.b64encode(data).decode()


def make(world, name, key_type):
    world.root.adapter.post(f"/v1/transit/keys/{name}", json={"type": key_type, "exportable": True})
    return world.root.secrets.transit


def export(world, name, part, form):
    answer = world.root.adapter.get(f"/v1/transit/export/{part}/{name}/1", params={"format": form})
    return answer["data"]["keys"]["1"]


def options(scheme):
    if scheme == "pss":
        return ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:auto")
    return ()


@CHECKS.check("signatures of RSA and ECDSA are verified by the other side")
def _(world):
    with Folder() as folder:
        for name, key_type, scheme in (
            ("o-rsa", "rsa-2048", "pss"), ("o-rsa", "rsa-2048", "pkcs1v15"), ("o-p256", "ecdsa-p256", ""),
            ("o-p384", "ecdsa-p384", ""), ("o-p521", "ecdsa-p521", ""),
        ):
            transit = make(world, name, key_type)
            public = folder.file("public.pem", export(world, name, "public-key", "pem") + "\n")
            private = folder.file("private.pem", export(world, name, "signing-key", "pem") + "\n")
            for algorithm, digest in (("sha2-256", "-sha256"), ("sha2-512", "-sha512"), ("sha3-256", "-sha3-256")):
                named = {"hash_algorithm": algorithm} | ({"signature_algorithm": scheme} if scheme else {})
                body = {"input": b64(MESSAGE)} | named
                ours = world.root.adapter.post(f"/v1/transit/sign/{name}", json=body)["data"]["signature"]
                signature = folder.file("signature", base64.b64decode(ours.split(":")[2]))
                said = folder.run(
                    "dgst", digest, "-verify", public, *options(scheme), "-signature", signature, content=MESSAGE)
                equal(said.strip(), b"Verified OK")
                theirs = folder.run("dgst", digest, "-sign", private, *options(scheme), content=MESSAGE)
                body["signature"] = "vault:v1:" + b64(theirs)
                equal(world.root.adapter.post(f"/v1/transit/verify/{name}", json=body)["data"]["valid"], True)
            equal(transit.read_key(name)["data"]["type"], key_type)


@CHECKS.check("signatures of Ed25519 are verified by the other side")
def _(world):
    with Folder() as folder:
        transit = make(world, "o-ed25519", "ed25519")
        public = folder.file("public.pem", export(world, "o-ed25519", "public-key", "pem") + "\n")
        private = folder.file("private.pem", export(world, "o-ed25519", "signing-key", "pem") + "\n")
        message = folder.file("message", MESSAGE)
        ours = transit.sign_data("o-ed25519", hash_input=b64(MESSAGE))["data"]["signature"]
        signature = folder.file("signature", base64.b64decode(ours.split(":")[2]))
        folder.run("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", message, "-sigfile", signature)
        theirs = folder.run("pkeyutl", "-sign", "-inkey", private, "-rawin", "-in", message)
        valid = transit.verify_signed_data(
            "o-ed25519", hash_input=b64(MESSAGE), signature="vault:v1:" + b64(theirs))
        equal(valid["data"]["valid"], True)


@CHECKS.check("RSA ciphertexts are decrypted by the other side")
def _(world):
    oaep = ("-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256")
    with Folder() as folder:
        transit = make(world, "o-rsa", "rsa-2048")
        public = folder.file("public.pem", export(world, "o-rsa", "public-key", "pem") + "\n")
        private = folder.file("private.pem", export(world, "o-rsa", "encryption-key", "") + "\n")
        ours = transit.encrypt_data("o-rsa", plaintext=b64(MESSAGE))["data"]["ciphertext"]
        opened = folder.run(
            "pkeyutl", "-decrypt", "-inkey", private, *oaep, content=base64.b64decode(ours.split(":")[2]))
        equal(opened, MESSAGE)
        theirs = folder.run("pkeyutl", "-encrypt", "-pubin", "-inkey", public, *oaep, content=MESSAGE)
        answer = transit.decrypt_data("o-rsa", ciphertext="vault:v1:" + b64(theirs))
        equal(answer["data"]["plaintext"], b64(MESSAGE))


@CHECKS.check("MACs are those of openssl")
def _(world):
    with Folder() as folder:
        make(world, "o-hmac", "hmac")
        secret = base64.b64decode(export(world, "o-hmac", "hmac-key", ""))
        ours = world.root.adapter.post("/v1/transit/hmac/o-hmac", json={"input": b64(MESSAGE)})["data"]["hmac"]
        theirs = folder.run(
            "mac", "-digest", "SHA256", "-macopt", f"hexkey:{secret.hex()}", "-binary", "HMAC", content=MESSAGE)
        equal(ours, "vault:v1:" + b64(theirs))
        for bits in (128, 192, 256):
            name = f"o-cmac-{bits}"
            make(world, name, f"aes{bits}-cmac")
            secret = base64.b64decode(export(world, name, "cmac-key", ""))
            ours = world.root.adapter.post(f"/v1/transit/cmac/{name}", json={"input": b64(MESSAGE)})["data"]["cmac"]
            theirs = folder.run(
                "mac", "-cipher", f"AES-{bits}-CBC", "-macopt", f"hexkey:{secret.hex()}", "-binary", "CMAC",
                content=MESSAGE)
            equal(ours, "vault:v1:" + b64(theirs))


@CHECKS.check("keys that openssl made and wrapped are imported")
def _(world):
    oaep = ("-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256")
    with Folder() as folder:
        pem = world.root.adapter.get("/v1/transit/wrapping_key")["data"]["public_key"]
        wrapping = folder.file("wrapping.pem", pem)
        for key_type, arguments in (
            ("ecdsa-p256", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")),
            ("ed25519", ("-algorithm", "ED25519")),
            ("rsa-2048", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")),
        ):
            private = folder.file("private.pem", folder.run("genpkey", *arguments))
            der = folder.run("pkcs8", "-topk8", "-nocrypt", "-in", private, "-outform", "DER")
            ephemeral = os.urandom(32)
            inner = folder.run("enc", *WRAP, "-K", ephemeral.hex(), content=der)
            outer = folder.run("pkeyutl", "-encrypt", "-pubin", "-inkey", wrapping, *oaep, content=ephemeral)
            body = {"type": key_type, "ciphertext": b64(outer + inner)}
            no_content(world.root.adapter.post(f"/v1/transit/keys/o-import-{key_type}/import", json=body))
            public = folder.run("pkey", "-in", private, "-pubout", "-outform", "DER")
            equal(base64.b64decode(export(world, f"o-import-{key_type}", "public-key", "der")), public)


@CHECKS.check("certificate requests carry a signature that openssl takes, and the certificates that answer are kept")
def _(world):
    with Folder() as folder:
        for key_type in ("ecdsa-p256", "ecdsa-p384", "rsa-2048", "ed25519"):
            name = f"o-csr-{key_type}"
            make(world, name, key_type)
            template = folder.run(
                "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", folder.path / "t.key", "-subj",
                "/CN=transit.example/O=Coffer", "-addext", "subjectAltName=DNS:alt.example")
            body = {"csr": template.decode()}
            request = world.root.adapter.post(f"/v1/transit/keys/{name}/csr", json=body)["data"]["csr"]
            path = folder.file("request.pem", request)
            text = folder.run("req", "-in", path, "-verify", "-noout", "-subject", "-text").decode()
            equal("CN = transit.example" in text and "DNS:alt.example" in text, True)
            ca = ("-subj", "/CN=Authority", "-keyout", folder.path / "ca.key", "-out", folder.path / "ca.pem")
            folder.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", *ca)
            folder.run(
                "x509", "-req", "-in", path, "-CA", folder.path / "ca.pem", "-CAkey", folder.path / "ca.key",
                "-CAcreateserial", "-out", folder.path / "leaf.pem")
            chain = (folder.path / "leaf.pem").read_text() + (folder.path / "ca.pem").read_text()
            no_content(
                world.root.adapter.post(
                    f"/v1/transit/keys/{name}/set-certificate", json={"certificate_chain": chain}))
            equal(export(world, name, "certificate-chain", "") + "\n", chain)
