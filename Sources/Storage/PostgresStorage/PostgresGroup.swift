internal import CofferStorage
internal import PostgresClient

/// Batches of one transaction as statements: usually one for all of them.
///
/// Batches that touch the same entries come one after the other, in statements of their own, so that each sees
/// what those before it did. What a batch expects is checked in the statement that applies it.
struct PostgresGroup {
    private let batches: [WriteBatch]
    /// The version that each batch gives to what it writes; for one without changes, the version it leaves.
    let versions: [UInt64]
    /// Places of the batches that go into each statement.
    private let waves: [[Int]]

    /// - Parameter version: of the storage before the group.
    init(_ batches: [WriteBatch], after version: UInt64) {
        self.batches = batches
        var version = version
        versions = batches.map { batch in
            if !batch.changes.isEmpty { version += 1 }
            return version
        }
        waves = Self.waves(batches)
    }

    /// Of the storage after the group.
    var lastVersion: UInt64 { versions.last ?? 0 }
    var hasChanges: Bool { batches.contains { !$0.changes.isEmpty } }

    /// Also of batches that may be refused.
    var changedKeys: Set<StorageKey> { batches.reduce(into: []) { $0.formUnion($1.changes.keys) } }

    /// For each batch with expectations an entry that it writes, if it writes one.
    var witnesses: [[UInt8]] { batches.compactMap { $0.witness?.bytes } }

    /// What became of the batches of a group that was committed, by the stored versions of the witnesses.
    func verdicts(from stored: [StorageKey: UInt64]) -> [Result<UInt64, StorageError>] {
        zip(batches, versions).map { batch, version in
            if batch.expected.isEmpty { return .success(version) }
            guard let key = batch.witness, stored[key, default: 0] <= version else {
                return .failure(.unknownOutcome("request outcome unknown: the answer to a commit was lost"))
            }
            return stored[key] == version ? .success(version) : .failure(.conflict)
        }
    }

    func statements(_ tables: PostgresTables) -> [PostgresStatement] { waves.map { statement($0, tables) } }

    /// Places of the batches whose expectations failed, from the answers to `statements`.
    func conflicts(_ answers: ArraySlice<PostgresRows>) -> Set<Int> {
        var places: Set<Int> = []
        for answer in answers {
            for row in 0..<answer.count { if let place = answer.integer(row) { places.insert(Int(place)) } }
        }
        return places
    }

    /// Cuts before a batch that writes what another of the wave has touched, or reads what another has written.
    private static func waves(_ batches: [WriteBatch]) -> [[Int]] {
        var waves: [[Int]] = [[]]
        var (read, written): (Set<StorageKey>, Set<StorageKey>) = ([], [])
        for (place, batch) in batches.enumerated() {
            let meets =
                batch.changes.keys.contains { read.contains($0) || written.contains($0) }
                || batch.expected.keys.contains { written.contains($0) }
            if meets {
                waves.append([])
                (read, written) = ([], [])
            }
            waves[waves.count - 1].append(place)
            read.formUnion(batch.expected.keys)
            written.formUnion(batch.changes.keys)
        }
        return waves.filter { !$0.isEmpty }
    }

    private func statement(_ wave: [Int], _ tables: PostgresTables) -> PostgresStatement {
        var rows = Rows()
        for place in wave { rows.add(batches[place], place: place, version: versions[place]) }
        return rows.statement(tables)
    }

    /// The parts of one statement, in columns.
    private struct Rows {
        var expected: (keys: [[UInt8]], versions: [Int64], places: [Int64]) = ([], [], [])
        var puts: (keys: [[UInt8]], values: [[UInt8]], versions: [Int64], places: [Int64]) = ([], [], [], [])
        var deletes: (keys: [[UInt8]], places: [Int64]) = ([], [])

        mutating func add(_ batch: WriteBatch, place: Int, version: UInt64) {
            for (key, seen) in batch.expected {
                expected.keys.append(key.bytes)
                expected.versions.append(Int64(clamping: seen))
                expected.places.append(Int64(place))
            }
            for (key, change) in batch.changes {
                switch change {
                case .put(let value):
                    puts.keys.append(key.bytes)
                    puts.values.append(value)
                    puts.versions.append(Int64(clamping: version))
                    puts.places.append(Int64(place))
                case .delete:
                    deletes.keys.append(key.bytes)
                    deletes.places.append(Int64(place))
                }
            }
        }

        func statement(_ tables: PostgresTables) -> PostgresStatement {
            var parts: [String] = []
            var parameters: [PostgresValue] = []
            func parameter(_ value: PostgresValue) -> String {
                parameters.append(value)
                return "$\(parameters.count)"
            }
            // Each look-up by itself: no plan of a join that could read the whole table.
            parts.append(
                """
                refused AS MATERIALIZED (SELECT DISTINCT e.b FROM unnest(\(parameter(.byteArray(expected.keys))), \
                \(parameter(.integerArray(expected.versions))), \(parameter(.integerArray(expected.places)))) AS e(k, v, b)
                WHERE coalesce((SELECT t.version FROM \(tables.entries) t WHERE t.key = e.k), 0) <> e.v)
                """)
            if !puts.keys.isEmpty {
                parts.append(
                    """
                    put AS (INSERT INTO \(tables.entries) (key, value, version)
                    SELECT p.k, p.v, p.n FROM unnest(\(parameter(.byteArray(puts.keys))), \
                    \(parameter(.byteArray(puts.values))), \(parameter(.integerArray(puts.versions))), \
                    \(parameter(.integerArray(puts.places)))) AS p(k, v, n, b)
                    WHERE p.b NOT IN (SELECT b FROM refused)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version)
                    """)
            }
            if !deletes.keys.isEmpty {
                parts.append(
                    """
                    gone AS (DELETE FROM \(tables.entries) WHERE key = ANY (ARRAY(
                    SELECT d.k FROM unnest(\(parameter(.byteArray(deletes.keys))), \
                    \(parameter(.integerArray(deletes.places)))) AS d(k, b)
                    WHERE d.b NOT IN (SELECT b FROM refused))))
                    """)
            }
            return PostgresStatement(
                "WITH \(parts.joined(separator: ",\n")) SELECT b FROM refused", parameters)
        }
    }
}

extension WriteBatch {
    /// An entry whose version shows whether the batch was applied; nil when nothing has to show it, or nothing can.
    fileprivate var witness: StorageKey? {
        expected.isEmpty ? nil : changes.first { $0.value != .delete }?.key
    }
}
