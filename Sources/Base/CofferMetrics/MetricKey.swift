/// What a series is called: a dotted name without the prefix, and labels.
package struct MetricKey: Hashable, Sendable {
    package struct Label: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let name: String
    package let labels: [Label]

    package init(_ name: String, _ labels: [Label] = []) {
        self.name = name
        self.labels = labels
    }

    /// Of the process itself, by the names that every exporter of Prometheus uses: without prefix, and only there.
    var isOfProcess: Bool { name.hasPrefix("process_") }

    static func precedes(_ left: MetricKey, _ right: MetricKey) -> Bool {
        if left.name != right.name { return left.name.utf8.lexicographicallyPrecedes(right.name.utf8) }
        let texts = (left.labels.map { $0.name + $0.value }, right.labels.map { $0.name + $0.value })
        return texts.0.lexicographicallyPrecedes(texts.1)
    }
}
