import CofferBase
import CofferCrypto
import Testing

/// What the certificates say is read by OpenSSL and by database servers in the live checks.
@Suite struct ClientCertificateTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    /// An authority as `openssl req -x509` makes one: CN=check-ca, P-256.
    private static let authority = """
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
    private static let authorityKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAtEh4heNiEzeSF3N
        tRK0o795rEh9AREDFXwPc7iuhzmhRANCAASSpCNXuDsUgiRvL8fBMaAOrjkZIawX
        c7ktzKYh16TdMKz8YkV3MwA+QF98k6/mO+QdaLA0cUFS7OfJb8MENuSO
        -----END PRIVATE KEY-----
        """

    private func issue(_ name: String, _ kind: AsymmetricKey.Kind = .ed25519) throws -> Certificate {
        let authority = try Certificate(#require(PEM.blocks(in: Self.authority)?.first).der)
        let key = try AsymmetricKey(privateKey: #require(PEM.blocks(in: Self.authorityKey)?.first))
        let client = ClientCertificate(
            commonName: name, key: try AsymmetricKey.generate(kind, random: .system), start: now,
            end: now + .seconds(3600))
        return try client.signed(by: authority, key, nil, random: .system)
    }

    @Test("a certificate is made for keys of each kind, and is no authority", arguments: AsymmetricKeyTests.kinds)
    func kinds(kind: AsymmetricKey.Kind) throws {
        let certificate = try issue("v-token-app", kind)
        #expect(certificate.publicKey.kind == kind)
        #expect(!certificate.isAuthority)
        let again = try Certificate(certificate.der)
        #expect(again.publicKey.hasPublicKey(of: certificate.publicKey))
    }

    @Test("two certificates never share a serial number")
    func serials() throws {
        #expect(try issue("same").der != issue("same").der)
    }

    @Test("names that X.509 has no room for, or that end early for C, are refused", arguments: ["", "a\0b"])
    func names(name: String) {
        #expect(throws: KeyError.self) { try issue(name) }
        #expect(throws: KeyError.self) { try issue(String(repeating: "x", count: 65)) }
    }

    @Test(
        "a private key is read in each of OpenSSL's forms, and not with bytes behind it",
        arguments: [
            AsymmetricKey.Kind.rsa(bits: 2048), .p256,
        ])
    func forms(kind: AsymmetricKey.Kind) throws {
        let key = try AsymmetricKey.generate(kind, random: .system)
        let traditional = try key.traditionalDER().withUnsafeBytes { Array($0) }
        let label = kind == .p256 ? "EC PRIVATE KEY" : "RSA PRIVATE KEY"
        #expect(try AsymmetricKey(privateKey: PEM(label, traditional)).hasPublicKey(of: key))
        #expect(throws: KeyError.self) { try AsymmetricKey(privateKey: PEM(label, traditional + [0])) }
        let modern = try key.pkcs8().withUnsafeBytes { Array($0) }
        #expect(try AsymmetricKey(privateKey: PEM("PRIVATE KEY", modern)).hasPublicKey(of: key))
        #expect(throws: KeyError.self) { try AsymmetricKey(privateKey: PEM("PRIVATE KEY", modern + [0])) }
        #expect(throws: KeyError.self) { try AsymmetricKey(privateKey: PEM("PUBLIC KEY", modern)) }
    }
}
