internal import CofferJSON

/// Titles between equals signs, as wide as what stands below them.
enum KeyHeader {
    /// Above a table of `data`: the longest key, the space between the columns, and the word `Value`.
    static func above(_ data: JSONObject, _ title: String) -> String {
        padded(title, width: (data.keys.map(\.utf8.count).max() ?? 0) + 9)
    }

    static func padded(_ title: String, width: Int) -> String {
        var signs = width - (title.utf8.count + 2)
        if signs <= 0 { signs = 4 }
        if signs % 2 != 0 { signs += 1 }
        let side = String(repeating: "=", count: signs / 2)
        return "\(side) \(title) \(side)"
    }
}
