internal import CofferClient

/// Paths as people type them, brought into the form that the API has.
enum APIPath {
    /// Without slashes and white space at both ends.
    static func plain(_ text: String) -> String {
        var path = text.trimmingSpaces[...]
        while path.hasPrefix("/") { path.removeFirst() }
        while path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    /// The same with one slash at the end, as mounts are written.
    static func mount(_ text: String) -> String { withSlash(plain(text)) }

    /// With a slash at the end; an empty path stays empty.
    static func withSlash(_ text: String) -> String {
        let path = text.trimmingSpaces
        return path.isEmpty || path.hasSuffix("/") ? path : path + "/"
    }
}
