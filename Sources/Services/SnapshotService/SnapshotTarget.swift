internal import CofferFramework

/// Where snapshots go.
protocol SnapshotTarget: Sendable {
    /// Stores a snapshot whole, or not at all.
    func store(_ name: String, _ content: ByteStream) async throws(SnapshotFailure)
    /// Names of the snapshots that the plan has made, the oldest first.
    func names() async throws(SnapshotFailure) -> [String]
    /// The stored snapshot; nil where reading it back would mean to load it whole over the network.
    func read(_ name: String) async throws(SnapshotFailure) -> ByteStream?
    func remove(_ name: String) async throws(SnapshotFailure)
    /// For status and log.
    func url(_ name: String) -> String
}

/// Why a snapshot was not taken; the text holds no credential.
package struct SnapshotFailure: Error, Sendable, Equatable {
    package let text: String

    package init(_ text: String) { self.text = text }
}
