internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferJSON
internal import Glibc

/// The file with which a server that initialises itself hands over its keys.
///
/// It is on the disk before the server is initialised: a crash may leave a file whose keys open nothing,
/// but never a server whose keys nobody has.
enum KeyFile {
    /// - Returns: the path. Each attempt has a name of its own, so that no older file is ever replaced.
    static func write(
        _ made: Initialization, in folder: String, withRootToken: Bool, at now: Timestamp
    ) throws(ConfigurationError) -> String {
        let stamp = String(now.rfc3339.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" && $0 != "Z" }) + "Z"
        let path = (folder.hasSuffix("/") ? folder : folder + "/") + "coffer-keys-\(stamp)-\(getpid()).json"
        let kind = made.isRecovery ? "recovery_keys" : "keys"
        var object: JSONObject = [
            kind: .strings(made.deliveries.map { Hex.encode($0) }),
            kind + "_base64": .strings(made.deliveries.map { Base64.standard.encode($0) }),
        ]
        if withRootToken { object["root_token"] = .string(made.rootToken) }
        object["created"] = .string(now.rfc3339)
        var bytes = JSON.object(object).serialized() + [0x0a]
        defer { zero(&bytes) }
        try write(bytes, path)
        try sync(folder)
        return path
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws(ConfigurationError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("the key file cannot be made", path) }
        defer { close(descriptor) }
        // The umask may have taken more than group and others.
        var isWritten = fchmod(descriptor, 0o600) == 0
        var rest = bytes[...]
        while isWritten && !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            isWritten = count > 0
            if isWritten { rest = rest.dropFirst(count) }
        }
        guard isWritten, fsync(descriptor) == 0 else {
            let failure = failure("the key file cannot be written", path)
            unlink(path)
            throw failure
        }
    }

    /// A new file is only safe when its name is on the disk too.
    private static func sync(_ folder: String) throws(ConfigurationError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("the folder for keys cannot be opened", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("the folder for keys cannot be synced", folder) }
    }

    private static func failure(_ what: String, _ path: String) -> ConfigurationError {
        ConfigurationError("\(what): \(path): \(String(cString: strerror(errno)))")
    }
}
