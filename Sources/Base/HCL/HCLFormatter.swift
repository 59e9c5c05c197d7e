/// Lays out native HCL the one way that every tool of the family prints it (`vault policy fmt`).
///
/// Two spaces for each level; `=` and trailing comments of neighbouring
/// assignments aligned; one blank line between blocks. Comments, and strings and
/// numbers as they were written, are kept; blank lines and commas between items are not.
package enum HCLFormatter {
    /// The same document, laid out; formatting it again changes nothing.
    /// - Throws: what is wrong with the text; the JSON form has no layout of its own and is refused.
    package static func format(_ text: String) throws(HCLError) -> String {
        let bytes = Array(text.utf8)
        if HCLDocument.isJSON(bytes) {
            throw HCLError("only the native form can be formatted, not JSON", at: HCLPosition(line: 1, column: 1))
        }
        // What the reader below meets has been understood: it need not check again, nor be limited in depth.
        _ = try HCLDocument.parse(bytes)
        var reader = try LayoutReader(bytes)
        return LayoutPrinter.text(of: reader.document())
    }
}
