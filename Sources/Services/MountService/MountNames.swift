internal import CofferFramework

extension Mounts {
    /// Paths that belong to the server itself.
    private static let reserved = ["audit/", "auth/", "cubbyhole/", "identity/", "sys/"]

    /// A mount path with one final slash, made of clean segments.
    static func normalized(_ path: String) throws(EngineError) -> String {
        var bytes = Array(path.utf8)[...]
        while bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw .badRequest("a mount path must not be empty") }
        do {
            return try CanonicalPath(decoded: String(decoding: bytes, as: UTF8.self)).text + "/"
        } catch {
            throw .badRequest("a mount path must be made of printable segments without \".\", \"..\" or \"//\"")
        }
    }

    static func refuseReserved(_ entry: MountEntry) throws(EngineError) {
        if entry.class == .auth {
            if entry.path == "token/" { throw .badRequest("path is already in use at auth/token/") }
            return
        }
        if let prefix = reserved.first(where: { entry.path.hasPrefix($0) }) {
            throw .badRequest("cannot mount under existing mount \"\(prefix)\"")
        }
    }

    /// A name from a request as an error may show it: short and plain, or not at all.
    static func shown(_ name: String) -> String {
        let isPlain = name.utf8.count <= 64 && name.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        return isPlain ? name : "(unprintable)"
    }
}
