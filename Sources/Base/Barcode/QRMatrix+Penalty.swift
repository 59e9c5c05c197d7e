extension QRMatrix {
    /// How hard the symbol is to read; the mask with the least is chosen (ISO 18004, 8.8.2).
    var penalty: Int {
        var penalty = 0
        for line in 0..<size {
            penalty += Self.penalty(of: (0..<size).map { self[line, $0] })
            penalty += Self.penalty(of: (0..<size).map { self[$0, line] })
        }
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let dark = self[row, column]
                let isBlock =
                    dark == self[row, column + 1] && dark == self[row + 1, column] && dark == self[row + 1, column + 1]
                if isBlock { penalty += 3 }
            }
        }
        let share = isDark.lazy.filter { $0 }.count * 100 / isDark.count
        return penalty + abs(share - 50) / 5 * 10
    }

    /// Runs of one colour, and what looks like a finder pattern.
    private static func penalty(of line: [Bool]) -> Int {
        var penalty = 0
        var run = 0
        for index in line.indices {
            run = index > 0 && line[index] == line[index - 1] ? run + 1 : 1
            if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
        }
        for start in 0...max(line.count - finder.count, 0) {
            let part = line[start...].prefix(finder.count)
            if part.elementsEqual(finder) || part.elementsEqual(finder.reversed()) { penalty += 40 }
        }
        return penalty
    }

    private static let finder = [true, false, true, true, true, false, true, false, false, false, false]
}
