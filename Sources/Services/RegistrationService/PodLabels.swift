/// What the labels of a pod say about its server; services of a cluster select by them.
package struct PodLabels: Sendable, Equatable {
    package var isActive: Bool
    package var isInitialized: Bool
    package var isSealed: Bool
    package var isPerformanceStandby = false
    package let version: String

    package init(isActive: Bool, isInitialized: Bool, isSealed: Bool, version: String) {
        self.isActive = isActive
        self.isInitialized = isInitialized
        self.isSealed = isSealed
        self.version = version
    }

    /// With Vault's names, which charts and operators know.
    var all: [(name: String, value: String)] {
        [
            ("vault-active", "\(isActive)"), ("vault-initialized", "\(isInitialized)"),
            ("vault-perf-standby", "\(isPerformanceStandby)"), ("vault-sealed", "\(isSealed)"),
            ("vault-version", Self.allowed(version)),
        ]
    }

    /// What a label may hold: other characters become dots.
    private static func allowed(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "." }.prefix(63))
    }
}
