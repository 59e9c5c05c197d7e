internal import CPostgres

/// How to connect: libpq's keywords and their values.
package struct PostgresSettings: Sendable {
    private var values: [String: String] = [:]

    package subscript(keyword: String) -> String? {
        get { values[keyword] }
        set { values[keyword] = newValue }
    }

    package var pairs: [(keyword: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Changes every value: fills in what the operator left open.
    package mutating func mapValues(_ change: (String) -> String) { values = values.mapValues(change) }

    /// Reads a URL or `keyword=value` pairs, as libpq does.
    /// - Throws: `.settings`; the reason is not libpq's, which repeats the text with its password.
    package init(_ text: String) throws(PostgresFailure) {
        try PostgresFailure.requireLibrary()
        var reason: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &reason) else {
            PQfreemem(reason)
            throw PostgresFailure(.settings, "the connection URL cannot be read")
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
    }
}
