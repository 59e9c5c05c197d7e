/// A value as PostgreSQL's binary format has it.
package enum PostgresValue: Sendable {
    case bytes([UInt8])
    case integer(Int64)
    case text(String)
    case byteArray([[UInt8]])
    case integerArray([Int64])

    private enum TypeID {
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let text: UInt32 = 25
        static let byteaArray: UInt32 = 1001
        static let int8Array: UInt32 = 1016
    }

    /// The type's number in the catalogue, the same in every database.
    var type: UInt32 {
        switch self {
        case .bytes: TypeID.bytea
        case .integer: TypeID.int8
        case .text: TypeID.text
        case .byteArray: TypeID.byteaArray
        case .integerArray: TypeID.int8Array
        }
    }

    var encoded: [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .integer(let number): return Self.bigEndian(number)
        case .text(let text): return Array(text.utf8)
        case .byteArray(let list): return Self.array(of: TypeID.bytea, list)
        case .integerArray(let list): return Self.array(of: TypeID.int8, list.map(Self.bigEndian))
        }
    }

    /// Number of dimensions, whether there are nulls, type, then length and lower bound of the one dimension.
    private static func array(of type: UInt32, _ elements: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + elements.reduce(0) { $0 + 4 + $1.count })
        bytes += bigEndian(Int32(elements.isEmpty ? 0 : 1)) + bigEndian(Int32(0)) + bigEndian(type)
        if elements.isEmpty { return bytes }
        bytes += bigEndian(Int32(clamping: elements.count)) + bigEndian(Int32(1))
        for element in elements {
            bytes += bigEndian(Int32(clamping: element.count))
            bytes += element
        }
        return bytes
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

/// One statement with its parameters `$1` …
package struct PostgresStatement: Sendable {
    package let sql: String
    package let parameters: [PostgresValue]

    package init(_ sql: String, _ parameters: [PostgresValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// What a statement answered, in the binary format.
package struct PostgresRows: Sendable {
    package let rows: [[[UInt8]?]]

    package static let none = PostgresRows(rows: [])

    package var count: Int { rows.count }

    /// Nil for NULL, and for a row or column that is not there.
    package func bytes(_ row: Int, _ column: Int = 0) -> [UInt8]? {
        guard rows.indices.contains(row), rows[row].indices.contains(column) else { return nil }
        return rows[row][column]
    }

    /// An integer of any width; nil when it is not one.
    package func integer(_ row: Int, _ column: Int = 0) -> Int64? {
        guard let bytes = bytes(row, column), [1, 2, 4, 8].contains(bytes.count) else { return nil }
        let negative = bytes.count > 1 && bytes[0] & 0x80 != 0
        return bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
    }

    package func text(_ row: Int, _ column: Int = 0) -> String? {
        bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }
}
