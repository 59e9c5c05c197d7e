internal import CofferBase
internal import CofferFramework
internal import Glibc

/// When an audit file is moved away, and how many of the moved ones are kept.
///
/// A moved file is called `<name>.<UTC time>`, so that names sort by age.
struct FileRotation: Sendable {
    /// Nil for no limit.
    private let bytes: Int?
    /// Counted from when the server opened the file.
    private let age: Duration?
    /// Zero keeps all.
    private let maximumFiles: Int

    init(_ options: [String: String]) throws(EngineError) {
        bytes = try Self.number("rotate_bytes", options).map { $0 == 0 ? nil : $0 } ?? nil
        maximumFiles = try Self.number("rotate_max_files", options) ?? 0
        if let text = options["rotate_duration"], !text.isEmpty {
            guard let age = GoDuration.parse(text), age >= .zero else {
                throw .badRequest("rotate_duration must be a duration such as 24h")
            }
            self.age = age == .zero ? nil : age
        } else {
            age = nil
        }
    }

    private static func number(_ name: String, _ options: [String: String]) throws(EngineError) -> Int? {
        guard let text = options[name], !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0 else { throw .badRequest("\(name) must be a whole number") }
        return number
    }

    /// Whether the file must go before `count` more bytes; an empty one never.
    func isDue(_ file: AuditFile, adding count: Int, at now: Timestamp) -> Bool {
        if bytes == nil && age == nil || file.size == 0 { return false }
        if let bytes, file.size + count > bytes { return true }
        if let age, now - file.openedAt >= age { return true }
        return false
    }

    /// Gives the file its dated name and deletes the oldest ones; false when it kept its name.
    func moveAway(_ file: AuditFile, path: String, at now: Timestamp) -> Bool {
        // Somebody else rotated: the name stands for a new file.
        guard file.isNamed(path) else { return true }
        let target = "\(path).\(Self.stamp(now))"
        // Nothing that is there is written over.
        guard access(target, F_OK) != 0, rename(path, target) == 0 else { return false }
        if maximumFiles > 0 { deleteOldest(path) }
        return true
    }

    private func deleteOldest(_ path: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let folder = String(path[...slash])
        let prefix = path[path.index(after: slash)...] + "."
        let moved = Self.names(in: folder).filter { $0.hasPrefix(prefix) && Self.isStamp($0.dropFirst(prefix.count)) }
        for name in moved.sorted().dropLast(maximumFiles) { unlink(folder + name) }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// `20260102T150405.000000000Z`
    static func stamp(_ now: Timestamp) -> String {
        let whole = Timestamp(seconds: now.seconds)
        let fraction = String((now - whole).wholeNanoseconds)
        return whole.rfc3339.filter { $0 != "-" && $0 != ":" && $0 != "Z" } + "."
            + String(repeating: "0", count: 9 - fraction.count) + fraction + "Z"
    }

    /// Only what a rotation named is ever deleted.
    private static func isStamp(_ text: Substring) -> Bool {
        let pattern = "00000000T000000.000000000Z"
        return text.utf8.count == pattern.utf8.count
            && zip(text.utf8, pattern.utf8).allSatisfy { byte, wanted in
                wanted == UInt8(ascii: "0") ? (48...57).contains(byte) : byte == wanted
            }
    }
}
