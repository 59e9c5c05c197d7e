/// One answer as it came over the wire.
struct WireAnswer {
    /// Status line and fields, with the empty line at the end.
    let head: String
    var body: [UInt8] = []

    var status: Int? { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a field, whose name is given in lower case.
    subscript(name: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name + ": ") {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }

    /// How long the head is at the start of some bytes; nil when its end has not come.
    static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= end.count else { return nil }
        for start in 0...(bytes.count - end.count) where bytes[start..<(start + end.count)].elementsEqual(end) {
            return start + end.count
        }
        return nil
    }
}
