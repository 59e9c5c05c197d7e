internal import CofferBase
internal import CofferFramework
internal import Glibc

/// A key as the configuration gives it: `file://PATH`, `env://NAME`, or itself; 32 bytes, hexadecimal or base64.
enum KeyText {
    /// The longest file that can hold one, with a line's end.
    private static let longest = 256

    static func read(
        _ text: String, _ name: String, _ environment: [String: String]
    ) throws(SealFailure) -> SecretBytes {
        var bytes: [UInt8]
        if text.hasPrefix("file://") {
            bytes = try contents(of: String(text.dropFirst(7)), name)
        } else if text.hasPrefix("env://") {
            guard let value = environment[String(text.dropFirst(6))], !value.isEmpty else {
                throw SealFailure(.invalid, "\(name): the variable it names is not set")
            }
            bytes = Array(value.utf8)
        } else {
            bytes = Array(text.utf8)
        }
        defer { zero(&bytes) }
        guard let key = key(bytes) else {
            throw SealFailure(.invalid, "\(name) must be 32 bytes, 64 hexadecimal digits or their base64")
        }
        return key
    }

    private static func key(_ bytes: [UInt8]) -> SecretBytes? {
        if bytes.count == 32 { return SecretBytes(copying: bytes) }
        var text = bytes
        defer { zero(&text) }
        while let last = text.last, [0x0a, 0x0d, 0x20].contains(last) { text.removeLast() }
        let string = String(decoding: text, as: UTF8.self)
        guard var raw = (text.count == 64 ? Hex.decode(string) : nil) ?? Base64.standard.decode(string) else {
            return nil
        }
        defer { zero(&raw) }
        return raw.count == 32 ? SecretBytes(copying: raw) : nil
    }

    private static func contents(of path: String, _ name: String) throws(SealFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SealFailure(.invalid, "\(name): \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            throw SealFailure(.invalid, "\(name): \(path): \(String(cString: strerror(errno)))")
        }
        defer { zero(&bytes) }
        return Array(bytes.prefix(count))
    }
}
