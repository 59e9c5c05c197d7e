/// A public key that GnuPG 2.2 made: Ed25519 with a Curve25519 subkey.
enum PGPSample {
    static let fingerprint = "4f926328db8019c80cb5b32a946ea152b48c8edf"

    static let key = """
        mDMEaVW5ABYJKwYBBAHaRw8BAQdAkb6H/WRot5mYgp2oW5QNMiLLv6nxoIx80lwozjrOnVu0BUN1cnZliJAEExYIADgWIQRPkmMo24AZ
        yAy1syqUbqFStIyO3wUCaVW5AAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRCUbqFStIyO3zBgAP4sGkBhQLsArhVyyYIWSltu
        Ln4ZmqmNQOc35f4YyH9gdwD/flDk8yZrilimykTH52DcOjqYVHzqIVTq9Ph1CIr1SwG4OARpVbkAEgorBgEEAZdVAQUBAQdApuSm+saE
        QqIMpa5kM19abypIp5IgrS4zxezw4cR3IF0DAQgHiHgEGBYIACAWIQRPkmMo24AZyAy1syqUbqFStIyO3wUCaVW5AAIbDAAKCRCUbqFS
        tIyO38MgAQD6AKRZoRSu1H00kIdj6d6Uc3Kmaq7Ur/nR5pYWOakE+QD+P37y1b2sxU/CTxaxxhcQaPW3eHWXs8vOx62AngZpmQI=
        """.filter { !$0.isWhitespace }
}
