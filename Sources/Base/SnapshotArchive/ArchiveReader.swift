internal import CofferCrypto

/// Reads an archive once from front to back, in bounded memory; no name in it is ever opened.
struct ArchiveReader: ~Copyable {
    private var gzip: GzipReader
    private var total = 0
    private let limit: Int

    /// - Parameter limit: bytes that may come out; a bomb ends there.
    init(_ file: SpoolFile, limit: Int) throws(ArchiveError) {
        self.limit = limit
        var offset = 0
        gzip = try GzipReader {
            let bytes = try file.read(at: offset, count: 64 << 10)
            offset += bytes.count
            return bytes
        }
    }

    /// Exactly `count` bytes.
    mutating func take(_ count: Int) throws -> [UInt8] {
        total += count
        guard total <= limit else { throw ArchiveError("the archive holds far more than its size allows") }
        let bytes = try gzip.read(count)
        guard bytes.count == count else { throw ArchiveError("the archive is cut off") }
        return bytes
    }

    /// The header of the next file, which must have this name.
    mutating func expect(_ name: String) throws -> Int {
        guard let entry = try Tar.parse(try take(Tar.block)) else { throw ArchiveError("the archive lacks \(name)") }
        guard entry.name == name else {
            throw ArchiveError("the archive is no snapshot: \(name) is not where it belongs")
        }
        return entry.size
    }

    mutating func skipPadding(after size: Int) throws { _ = try take(Tar.padding(after: size)) }

    /// A small file, whole.
    mutating func content(of name: String, limit: Int) throws -> [UInt8] {
        let size = try expect(name)
        guard size <= limit else { throw ArchiveError("\(name) in the archive is too large") }
        let content = try take(size)
        try skipPadding(after: size)
        return content
    }

    /// Two blocks of zeros and as many more as a program may have added.
    mutating func expectEnd() throws {
        guard try Tar.parse(try take(Tar.block)) == nil else { throw ArchiveError("the archive holds another file") }
        for _ in 0..<40 {
            let block = try gzip.read(Tar.block)
            if block.isEmpty { return try gzip.expectEnd() }
            guard block.allSatisfy({ $0 == 0 }) else { throw ArchiveError("the archive holds another file") }
        }
        throw ArchiveError("the archive holds more than it should")
    }
}

/// Takes the entries out of `state.bin`, hashing what passes.
struct StateReader {
    private(set) var hash = SHA256Stream()
    private var left: Int
    private var count = 0
    private var last: [UInt8] = []
    private let largestValue: Int

    /// - Parameters:
    ///   - size: of the file.
    ///   - largestValue: in bytes; larger ones are refused.
    init(_ archive: inout ArchiveReader, size: Int, largestValue: Int) throws {
        left = size
        self.largestValue = largestValue
        guard try take(StateForm.mark.count, &archive) == StateForm.mark else {
            throw ArchiveError("the state in the snapshot is of another kind")
        }
    }

    /// The next entry, whose key is above the one before; nil when all have come and their number is right.
    mutating func next(_ archive: inout ArchiveReader) throws -> (key: [UInt8], value: [UInt8])? {
        let keyLength = try integer(4, &archive)
        if keyLength == 0 {
            guard try integer(8, &archive) == count, left == 0 else {
                throw ArchiveError("the number of entries in the snapshot is wrong")
            }
            return nil
        }
        let valueLength = try integer(4, &archive)
        guard keyLength <= StateForm.longestKey, valueLength <= largestValue else {
            throw ArchiveError("an entry of the snapshot is larger than this storage allows")
        }
        let key = try take(keyLength, &archive)
        guard last.lexicographicallyPrecedes(key) else {
            throw ArchiveError("the entries of the snapshot are not in their order")
        }
        last = key
        count += 1
        return (key, try take(valueLength, &archive))
    }

    private mutating func integer(_ bytes: Int, _ archive: inout ArchiveReader) throws -> Int {
        Int(truncatingIfNeeded: try take(bytes, &archive).reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    }

    private mutating func take(_ bytes: Int, _ archive: inout ArchiveReader) throws -> [UInt8] {
        guard bytes <= left else { throw ArchiveError("the state in the snapshot is cut off") }
        left -= bytes
        let taken = try archive.take(bytes)
        hash.update(taken)
        return taken
    }
}
