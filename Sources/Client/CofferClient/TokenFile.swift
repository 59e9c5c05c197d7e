/// The file in which a login leaves its token: `.vault-token` in the home folder, for its owner only.
package struct TokenFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The file of the user whose `HOME` stands in `environment`; nil without one.
    package init?(environment: [String: String]) {
        guard let home = environment["HOME"], !home.isEmpty else { return nil }
        path = home + "/.vault-token"
    }

    /// The token; empty when there is no file.
    package func read() throws(FileError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try LocalFile.read(path)
        } catch {
            if error.isMissing { return "" }
            throw error
        }
        return String(decoding: bytes, as: UTF8.self).trimmingSpaces
    }

    package func store(_ token: String) throws(FileError) {
        try LocalFile.replace(path, with: Array(token.utf8), mode: 0o600)
    }

    package func erase() throws(FileError) { try LocalFile.remove(path) }
}

extension StringProtocol {
    /// Without ASCII white space at both ends.
    package var trimmingSpaces: String {
        var bytes = Array(utf8)[...]
        while let first = bytes.first, first == 32 || (9...13).contains(first) { bytes.removeFirst() }
        while let last = bytes.last, last == 32 || (9...13).contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
