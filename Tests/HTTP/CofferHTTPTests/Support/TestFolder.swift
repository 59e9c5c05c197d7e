import Glibc

/// A folder of its own for the files of a test.
struct TestFolder {
    struct Failure: Error { let code: Int32 }

    private let root: String

    init() throws {
        var template = Array("/tmp/coffer-http-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func path(_ name: String) -> String { root + "/" + name }

    /// Writes a file anew; returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let path = path(name)
        guard let file = fopen(path, "w") else { throw Failure(code: errno) }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw Failure(code: errno) }
        return path
    }

    func remove() {
        for name in ["socket", "file", "certificate.pem", "key.pem", "authority.pem"] { unlink(path(name)) }
        rmdir(root)
    }
}
