internal import CofferBase
internal import CofferConfig
internal import Glibc

/// The files of `-dev-tls`: an authority, and a certificate with its key that the authority signed.
struct DevTLS: Sendable {
    private let folder: String
    private let isTemporary: Bool

    var authorityFile: String { folder + "/vault-ca.pem" }
    private var certificateFile: String { folder + "/vault-cert.pem" }
    private var keyFile: String { folder + "/vault-key.pem" }

    /// - Parameters:
    ///   - folder: empty for a temporary one.
    ///   - names: host names and addresses beside those of this machine to itself.
    init(folder: String, names: [String]) throws(ConfigurationError) {
        isTemporary = folder.isEmpty
        self.folder = folder.isEmpty ? try Self.temporaryFolder() : folder
        guard let made = try? DevCertificates(names: names, now: SystemClock().now, random: .system) else {
            throw ConfigurationError("the certificates of -dev-tls could not be made")
        }
        for (file, text) in [
            (authorityFile, made.authority), (certificateFile, made.certificate), (keyFile, made.key),
        ] {
            try Self.write(text, to: file)
        }
    }

    var settings: ListenerSettings.TLS {
        var settings = ListenerSettings.TLS()
        settings.certificateFile = certificateFile
        settings.keyFile = keyFile
        return settings
    }

    func removeTemporaryFiles() {
        guard isTemporary else { return }
        for file in [authorityFile, certificateFile, keyFile] { unlink(file) }
        rmdir(folder)
    }

    private static func temporaryFolder() throws(ConfigurationError) -> String {
        var template = Array("/tmp/vault-tlsXXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ConfigurationError("/tmp: \(String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func write(_ text: String, to file: String) throws(ConfigurationError) {
        unlink(file)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw ConfigurationError("\(file): \(String(cString: strerror(errno)))") }
        Console.write(text, to: descriptor)
        close(descriptor)
    }
}
