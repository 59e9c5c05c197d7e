/// The square of a QR symbol while it is drawn (ISO 18004, 7.3 to 7.10).
struct QRMatrix {
    let version: Int
    let size: Int
    private(set) var isDark: [Bool]
    /// Modules that tell the reader where and what to read; data go around them, and no mask touches them.
    private var isFixed: [Bool]

    /// The patterns that every symbol of the version has.
    init(version: Int) {
        self.version = version
        size = version * 4 + 17
        isDark = [Bool](repeating: false, count: size * size)
        isFixed = isDark
        for index in 0..<size {
            fix(6, index, index % 2 == 0)
            fix(index, 6, index % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawFinder(row, column) }
        drawAlignment()
        drawVersion()
        // Keeps the places of the format free until the mask is known.
        drawFormat(mask: 0)
    }

    subscript(row: Int, column: Int) -> Bool { isDark[row * size + column] }

    /// How many bits of data and error correction there is room for.
    var capacity: Int { isFixed.lazy.filter { !$0 }.count }

    private mutating func fix(_ row: Int, _ column: Int, _ dark: Bool) {
        isDark[row * size + column] = dark
        isFixed[row * size + column] = true
    }

    /// A finder pattern and the light border around it, by its centre.
    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for dy in -4...4 {
            for dx in -4...4 {
                let (y, x) = (row + dy, column + dx)
                guard (0..<size).contains(y), (0..<size).contains(x) else { continue }
                let ring = max(abs(dy), abs(dx))
                fix(y, x, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func drawAlignment() {
        let places = alignmentPlaces
        for row in places {
            for column in places {
                let isAtFinder =
                    (row == 6 && column == 6) || (row == 6 && column == size - 7) || (row == size - 7 && column == 6)
                if isAtFinder { continue }
                for dy in -2...2 {
                    for dx in -2...2 { fix(row + dy, column + dx, max(abs(dy), abs(dx)) != 1) }
                }
            }
        }
    }

    /// Annex E: the first at 6, the last at the same distance from the other edge, the others evenly between
    /// them with an even step, counted from the end.
    private var alignmentPlaces: [Int] {
        if version == 1 { return [] }
        let count = version / 7 + 2
        let gaps = count - 1
        // Version 32 is the one exception of the table.
        let step = version == 32 ? 26 : (size - 13 + 2 * gaps - 1) / (2 * gaps) * 2
        return [6] + (0..<gaps).map { size - 7 - $0 * step }.reversed()
    }

    /// From version 7 on the symbol tells its version, twice.
    private mutating func drawVersion() {
        if version < 7 { return }
        let bits = version << 12 | Self.remainder(version, degree: 12, polynomial: 0x1f25)
        for index in 0..<18 {
            let dark = bits >> index & 1 == 1
            let (near, far) = (index / 3, size - 11 + index % 3)
            fix(near, far, dark)
            fix(far, near, dark)
        }
    }

    /// Error correction level M (binary 00) and the mask, twice.
    mutating func drawFormat(mask: Int) {
        let bits = (mask << 10 | Self.remainder(mask, degree: 10, polynomial: 0x537)) ^ 0x5412
        for index in 0..<15 {
            let dark = bits >> index & 1 == 1
            switch index {
            case 0..<6: fix(index, 8, dark)
            case 6, 7: fix(index + 1, 8, dark)
            case 8: fix(8, 7, dark)
            default: fix(8, 14 - index, dark)
            }
            if index < 8 { fix(8, size - 1 - index, dark) } else { fix(size - 15 + index, 8, dark) }
        }
        fix(size - 8, 8, true)
    }

    /// Remainder of a code with `degree` check bits.
    private static func remainder(_ value: Int, degree: Int, polynomial: Int) -> Int {
        var remainder = value
        for _ in 0..<degree { remainder = remainder << 1 ^ (remainder >> (degree - 1)) * polynomial }
        return remainder
    }

    /// Fills in the bits, two columns at a time from the right, up and down by turns.
    mutating func drawData(_ bytes: [UInt8]) {
        var index = 0
        var goesUp = true
        for right in Self.columnPairs(size) {
            for step in 0..<size {
                let row = goesUp ? size - 1 - step : step
                for column in [right, right - 1] where !isFixed[row * size + column] && index < bytes.count * 8 {
                    isDark[row * size + column] = bytes[index / 8] >> UInt8(7 - index % 8) & 1 == 1
                    index += 1
                }
            }
            goesUp.toggle()
        }
    }

    /// The right one of each pair; the column of the timing pattern belongs to none.
    private static func columnPairs(_ size: Int) -> [Int] {
        Array(stride(from: size - 1, to: 6, by: -2)) + [5, 3, 1]
    }

    /// Turns over the data modules that the mask names.
    mutating func apply(mask: Int) {
        for row in 0..<size {
            for column in 0..<size where !isFixed[row * size + column] && Self.mask(mask, row, column) {
                isDark[row * size + column].toggle()
            }
        }
    }

    private static func mask(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }
}
