package import CofferFramework

/// What a namespace may be called.
package enum NamespaceNames {
    /// First words of paths that every namespace has, and the name of the root namespace (CVE-2026-55775).
    private static let reserved: Set<String> = ["root", "sys", "audit", "auth", "cubbyhole", "identity"]

    /// The one spelling of a path, for comparing.
    static func folded(_ path: String) -> String {
        path.split(separator: "/").map { (try? CanonicalName($0))?.text ?? String($0) }
            .joined(separator: "/") + "/"
    }

    /// A name as a request gives it: one segment, with or without slashes at its ends.
    /// - Throws: `badRequest` with the texts that clients know.
    package static func checked(_ name: String) throws(EngineError) -> String {
        let name = try segment(name)
        if name.utf8.contains(UInt8(ascii: " ")) {
            throw .badRequest("\"\(shown(name))\" contains space characters and cannot be used as a namespace name")
        }
        let folded: CanonicalName
        do throws(CanonicalName.Refusal) {
            folded = try CanonicalName(name)
        } catch .ambiguous {
            throw .badRequest("the namespace name has characters that could be taken for others")
        } catch {
            throw .badRequest("a namespace name must have 1 to \(CanonicalName.maximumLength) bytes")
        }
        if reserved.contains(folded.text) {
            throw .badRequest("\"\(folded.text)\" is a reserved path and cannot be used as a namespace name")
        }
        return name
    }

    /// One clean segment; need not be the name of anything.
    package static func segment(_ name: String) throws(EngineError) -> String {
        let path = try path(name)
        if path.utf8.contains(UInt8(ascii: "/")) { throw .badRequest("name must not contain /") }
        return path
    }

    /// Clean segments with slashes between them.
    package static func path(_ text: String) throws(EngineError) -> String {
        var bytes = Array(text.utf8)[...]
        while bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard !bytes.isEmpty, let path = try? CanonicalPath(decoded: String(decoding: bytes, as: UTF8.self)) else {
            throw .badRequest("a namespace is named by printable segments without \".\", \"..\" or \"//\"")
        }
        return path.text
    }

    static func shown(_ name: String) -> String {
        let isPlain = name.utf8.count <= 64 && name.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        return isPlain ? name : "(unprintable)"
    }
}
