/// The widest line that a message may have.
package let widestLine = 78

/// `text` broken into lines of at most 78 characters, each indented by `indent`.
///
/// The breaks are those with the least sum of squared space at the line ends
/// (the last line is free), which is how the reference prints its messages:
/// scripts compare them line by line.
package func wrapText(_ text: String, indent: Int = 0) -> String {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }).map(String.init)
    let margin = String(repeating: " ", count: indent)
    return wrap(words, width: widestLine - indent).map { margin + $0 }.joined(separator: "\n")
}

private func wrap(_ words: [String], width: Int) -> [String] {
    let lengths = words.map(\.unicodeScalars.count)
    let count = words.count
    // best[i] is the cost of the text from word i on, next[i] where its first line ends.
    var best = [Int](repeating: .max, count: count)
    var next = [Int](repeating: count, count: count)
    for start in stride(from: count - 1, through: 0, by: -1) {
        if lengths[start...].reduce(count - start - 1, +) <= width {
            best[start] = 0
            continue
        }
        var length = -1
        for end in (start + 1)..<max(count, start + 1) {
            length += lengths[end - 1] + 1
            let space = width - length
            // A word that is too long must stand somewhere: it is dear, not forbidden.
            let cost = space * space + best[end] + (length > width ? 100_000 : 0)
            if cost < best[start] {
                best[start] = cost
                next[start] = end
            }
        }
        // A last word that does not fit has no other place.
        if best[start] == .max { best[start] = 0 }
    }
    return lines(words, breaks: next)
}

private func lines(_ words: [String], breaks: [Int]) -> [String] {
    var lines: [String] = []
    var start = 0
    while start < words.count {
        lines.append(words[start..<breaks[start]].joined(separator: " "))
        start = breaks[start]
    }
    return lines
}
