internal import CofferFramework

/// Gathers the pieces of a stream into parts of the size that the object storage wants.
struct PartReader {
    private let content: ByteStream
    private var waiting: [UInt8] = []
    /// False when the last part was given out.
    private(set) var hasMore = true

    init(_ content: ByteStream) { self.content = content }

    mutating func next() async throws(SnapshotFailure) -> [UInt8] {
        do {
            // One byte more tells whether this is the last part.
            while waiting.count <= BucketTarget.partSize {
                guard let piece = try await content.next() else {
                    hasMore = false
                    defer { waiting = [] }
                    return waiting
                }
                waiting += piece
            }
        } catch {
            throw SnapshotFailure("the snapshot could not be made")
        }
        let part = Array(waiting.prefix(BucketTarget.partSize))
        waiting.removeFirst(part.count)
        return part
    }
}
