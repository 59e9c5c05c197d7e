/// An authority as `openssl req -x509` makes one: CN=check-ca, P-256.
enum TestAuthority {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfTCCASOgAwIBAgIUH55iWcZdS57uwOAYr/JLsb75oRswCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIY2hlY2stY2EwIBcNMjYxMTI5MTUzMTI3WhgPMjEyNjExMDUx
        NTMxMjdaMBMxETAPBgNVBAMMCGNoZWNrLWNhMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEkqQjV7g7FIIkby/HwTGgDq45GSGsF3O5LcymIdek3TCs/GJFdzMAPkBf
        fJOv5jvkHWiwNHFBUuznyW/DBDbkjqNTMFEwHQYDVR0OBBYEFLDxVBS9lj7xMQ/M
        ntO5x9ln4j5zMB8GA1UdIwQYMBaAFLDxVBS9lj7xMQ/MntO5x9ln4j5zMA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgVnjhqa0Jm2cehL79pbj6BRSO
        1CTdakb94FJ6qvmJoNYCIQDAAAjun7I1QcyyCpwLD1s+W73id5UDERlMgTmRTP5e
        UA==
        -----END CERTIFICATE-----
        """
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAtEh4heNiEzeSF3N
        tRK0o795rEh9AREDFXwPc7iuhzmhRANCAASSpCNXuDsUgiRvL8fBMaAOrjkZIawX
        c7ktzKYh16TdMKz8YkV3MwA+QF98k6/mO+QdaLA0cUFS7OfJb8MENuSO
        -----END PRIVATE KEY-----
        """
}
