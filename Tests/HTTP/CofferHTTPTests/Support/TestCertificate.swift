/// Certificates with their keys, for tests only: P-256, valid from 2020 to 2120.
///
/// They stand here as text so that no test needs a program to make them.
struct TestCertificate: Sendable {
    let certificate: String
    let key: String

    /// Of a server; signed by itself.
    static let first = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBLzCB1qADAgECAhQfIeGtmfyOowW/cSulXrui30S5OzAKBggqhkjOPQQDAjAX
            MRUwEwYDVQQDDAxmaXJzdCBzZXJ2ZXIwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAx
            MDEwMDAwMDBaMBcxFTATBgNVBAMMDGZpcnN0IHNlcnZlcjBZMBMGByqGSM49AgEG
            CCqGSM49AwEHA0IABBXF2O4H76HdSLDHDSlj5W1Rje99GxNmkSzQsQupC0bwvGMl
            QYE6y4M62nGyqrTVwniHVPGwT5mZ4PwYbrkeEicwCgYIKoZIzj0EAwIDSAAwRQIg
            O/x6dOaklJ2grxzZUy6d9hYlahMv3DIA6ue2WbQANFECIQDJTBw5JDb0Kmq89RCz
            ABxc7B3MC/cnw8Xa2rPOLYnjoQ==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeXdJnaqmFESw/fGo
            uZn5nY1fqOACGgeppRzyPvpqkeChRANCAAQVxdjuB++h3Uiwxw0pY+VtUY3vfRsT
            ZpEs0LELqQtG8LxjJUGBOsuDOtpxsqq01cJ4h1TxsE+ZmeD8GG65HhIn
            -----END PRIVATE KEY-----
            """)

    /// Of the same server later; signed by itself.
    static let second = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBMjCB2KADAgECAhR/qY7Pc5lbdVssWH10+o9dPtg+4DAKBggqhkjOPQQDAjAY
            MRYwFAYDVQQDDA1zZWNvbmQgc2VydmVyMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAw
            MTAxMDAwMDAwWjAYMRYwFAYDVQQDDA1zZWNvbmQgc2VydmVyMFkwEwYHKoZIzj0C
            AQYIKoZIzj0DAQcDQgAEXkm2cb5VhIU5yuRLZkbb6I34QgKYWNfm+VpsO4xA8BDS
            pXmiFIpKQYLidBVXPmXxPjjiAPuwsN0xJdQvryaSJjAKBggqhkjOPQQDAgNJADBG
            AiEA6MtLPet2jwgP9Zp61p1Mng+lMFGjc7KyqIkdu9I9OYgCIQCyk2xG4MYuRgc6
            r0BtSvDT3sI/i95zZCpsH5ciTN3MlA==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDR68hIgz33CRYsiQ
            UNraqNhyzmYDFmf9NlPtBLrcLFKhRANCAAReSbZxvlWEhTnK5EtmRtvojfhCAphY
            1+b5Wmw7jEDwENKleaIUikpBguJ0FVc+ZfE+OOIA+7Cw3TEl1C+vJpIm
            -----END PRIVATE KEY-----
            """)

    /// Signs `client`.
    static let authority = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBSDCB76ADAgECAhRf/SpUBJWboytNk5UyxkBsm0N+CDAKBggqhkjOPQQDAjAZ
            MRcwFQYDVQQDDA50ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIw
            MDEwMTAwMDAwMFowGTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwWTATBgcqhkjO
            PQIBBggqhkjOPQMBBwNCAARl1s6MOs+xXHQ7dBAlNvAQz+BUYgJN2RnLXGnEGdHF
            eTBXl8XI/NKSc2dsYny5SEbYkIC18Xw0LHDhm2f/8Cy5oxMwETAPBgNVHRMBAf8E
            BTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDei/LyHKi4KL1O6zseXIY0UhZKwqdG
            V3y0YjHRmSrnVAIgRw+vriorsXgXxF7o2ve+OOwAeH6RzIEHkNat3JZqkOA=
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAGLDsRbFNcgAtCDj
            BQ/OoYnKVqqb4+hlKZHiVGiDQgyhRANCAARl1s6MOs+xXHQ7dBAlNvAQz+BUYgJN
            2RnLXGnEGdHFeTBXl8XI/NKSc2dsYny5SEbYkIC18Xw0LHDhm2f/8Cy5
            -----END PRIVATE KEY-----
            """)

    /// Of a client; signed by `authority`.
    static let client = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBLzCB16ADAgECAhRPn3PCR4nvVtmzpRIqV/Ie4trAsDAKBggqhkjOPQQDAjAZ
            MRcwFQYDVQQDDA50ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIw
            MDEwMTAwMDAwMFowFjEUMBIGA1UEAwwLdGVzdCBjbGllbnQwWTATBgcqhkjOPQIB
            BggqhkjOPQMBBwNCAATrySK2q+bnECkRIbXUXYl3N6PaIRlLDsu0b+otBSR4sqLx
            ESJ97qJzJvvzIcbYCZkfPpQ/AmMwfkXgvJh2eeVVMAoGCCqGSM49BAMCA0cAMEQC
            IDfMBZU8po3RDn+BPcNPj/y090u8GbpQLEop21+G1Mx5AiAa8VX4aAeJRCOwzD/U
            XA6yxDx4KAzqUqhJ3mN6jn4a0g==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgx4r+7iMGJiOgBJgX
            Vpf4Vc4XDOEa/WqI8UC98cTgblyhRANCAATrySK2q+bnECkRIbXUXYl3N6PaIRlL
            Dsu0b+otBSR4sqLxESJ97qJzJvvzIcbYCZkfPpQ/AmMwfkXgvJh2eeVV
            -----END PRIVATE KEY-----
            """)

    /// Of a client that nobody knows; signed by itself.
    static let stranger = TestCertificate(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBKDCBzqADAgECAhQVQdADk0YuvprXeEAKPNLiFpcsHzAKBggqhkjOPQQDAjAT
            MREwDwYDVQQDDAhzdHJhbmdlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
            MDAwMFowEzERMA8GA1UEAwwIc3RyYW5nZXIwWTATBgcqhkjOPQIBBggqhkjOPQMB
            BwNCAAScIM1sAq7DW1sQxMdGM4PXH0GG9XPEXp9Z7aZWA/PgtCeAGWZqYGMfW0Yg
            poC+o0ac0UkNKjLGmIXYdArPuOL6MAoGCCqGSM49BAMCA0kAMEYCIQD5MjrP/h4p
            ZtDiQGdjnpa91dQbA03E7VL/YrD7GALgSQIhAONNUvzAC5aw4AOa0AMExGXUmRc4
            drx+g3Thi/OOzKyW
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEJxawAroodLyzsrr
            BDwcRYInhENTnV7eQJx3SKh5PV+hRANCAAScIM1sAq7DW1sQxMdGM4PXH0GG9XPE
            Xp9Z7aZWA/PgtCeAGWZqYGMfW0YgpoC+o0ac0UkNKjLGmIXYdArPuOL6
            -----END PRIVATE KEY-----
            """)
}
