import CofferJSON

/// SplitMix64: the same tests on every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func tree(depth: Int) -> JSON {
        switch Int.random(in: depth > 0 ? 0...7 : 0...4, using: &self) {
        case 0: return .null
        case 1: return .bool(.random(using: &self))
        case 2: return .int(Int64.random(in: .min ... .max, using: &self))
        case 3: return .number(JSONNumber(checkedText: decimal()))
        case 4: return .string(text())
        case 5: return .array((0..<size()).map { _ in tree(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<size() { object[text()] = tree(depth: depth - 1) }
            return .object(object)
        }
    }

    private mutating func size() -> Int { Int.random(in: 0...6, using: &self) }

    private mutating func decimal() -> String {
        let exponent = Bool.random(using: &self) ? "e\(Int.random(in: -400...400, using: &self))" : ""
        return "\(Int.random(in: -99...99, using: &self)).\(Int.random(in: 0...999_999, using: &self))\(exponent)"
    }

    private mutating func text() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...24, using: &self) {
            let highest: UInt32 = Bool.random(using: &self) ? 0x7f : Bool.random(using: &self) ? 0x2fff : 0x10ffff
            text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0...highest, using: &self)) ?? "\u{FFFD}")
        }
        return text
    }
}
