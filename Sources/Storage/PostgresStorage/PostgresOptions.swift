/// Where the entries are, and how the database is used.
package struct PostgresOptions: Sendable {
    /// How a writer makes sure that it still leads; all but the first exist for the test that must catch them.
    package enum Fence: Sendable, Equatable {
        /// The shared lock, then the check as a later statement, in the transaction that writes.
        case lockThenCheck
        /// Asks first and writes afterwards: unsafe, since a pause in between lets a deposed leader write.
        /// - Parameter pause: between the two, in microseconds.
        case checkThenWrite(pause: UInt32)
    }

    /// A URL, or libpq's `keyword=value` pairs.
    package var connectionURL: String
    package var table = "coffer_kv_store"
    /// Holds the one row that says who leads.
    package var leaderTable = "coffer_leader"
    /// At most this many reads at once, each on a connection of its own.
    package var parallelReads = 16
    /// Further attempts when the database does not answer at the start.
    package var connectRetries = 1
    /// Whether missing tables are made; otherwise they must be there.
    package var createsTables = true
    /// Starts on a database whose settings can lose acknowledged writes.
    package var acceptsUnsafeServer = false
    /// In bytes, of one value.
    package var maxEntrySize = 1 << 20
    /// Notes with each transaction which keys it changed, so that standbys can read beside the leader.
    package var keepsChanges = false
    package var fence = Fence.lockThenCheck

    package init(connectionURL: String) { self.connectionURL = connectionURL }
}
