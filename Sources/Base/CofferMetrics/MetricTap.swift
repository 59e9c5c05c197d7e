internal import Synchronization

/// Each update as a line for statsd (or statsite, which reads the same), until somebody takes them.
package final class MetricTap: Sendable {
    enum Kind: String { case counter = "c", gauge = "g", timing = "ms" }

    /// More lines than this are dropped until the next taking.
    private static let mostLines = 65_536

    private let lines = Mutex<[String]>([])

    init() {}

    /// The dotted name with the values of its labels at the end, as go-metrics flattens them.
    static func name(_ fullName: String, _ labels: [MetricKey.Label]) -> String {
        let parts = ([fullName] + labels.map(\.value)).joined(separator: ".")
        return String(
            decoding: parts.utf8.map { $0 <= 0x20 || $0 == 0x7f || ":|@".utf8.contains($0) ? UInt8(ascii: "_") : $0 },
            as: UTF8.self)
    }

    func note(_ name: String, _ value: Double, _ kind: Kind) {
        let text = Int64(exactly: value).map { String($0) } ?? value.description
        let line = "\(name):\(text)|\(kind.rawValue)\n"
        lines.withLock { if $0.count < Self.mostLines { $0.append(line) } }
    }

    /// What has come since the last time.
    package func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
