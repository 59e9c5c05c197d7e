/// A word of the language with the place it came from.
struct HCLToken {
    enum Kind: Equatable {
        case identifier, string, heredoc, number, bool, comment
        case leftBrace, rightBrace, leftBracket, rightBracket, comma, assign
        case end
    }

    var kind: Kind
    /// The decoded text of a string or heredoc; the literal text of all others.
    var text: String
    /// The bytes it takes up in the source.
    var range: Range<Int>
    var position: HCLPosition
    var endLine: Int
}
