internal import CofferClient

/// Rows of cells as text: columns aligned, four spaces apart, empty cells as `n/a`.
enum TextTable {
    static func columns(_ rows: [[String]]) -> String {
        let rows = rows.map { row in
            row.map { cell in
                let text = cell.trimmingSpaces
                return text.isEmpty ? "n/a" : text
            }
        }
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.unicodeScalars.count)
            }
        }
        return rows.map { line($0, widths) }.joined(separator: "\n")
    }

    /// The same with the first row underlined.
    static func table(header: [String], rows: [[String]]) -> String {
        let underline = header.map { String(repeating: "-", count: $0.utf8.count) }
        return columns([header, underline] + rows)
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in row.enumerated() {
            text += cell
            guard index < row.count - 1 else { break }
            text += String(repeating: " ", count: widths[index] - cell.unicodeScalars.count + 4)
        }
        return text
    }
}
