internal import CZlib

/// Compresses a stream into the gzip form (RFC 1952).
struct GzipWriter: ~Copyable {
    /// Not by its type: whoever imports this module would have to know zlib.
    private let memory: UnsafeMutableRawPointer
    private var stream: UnsafeMutablePointer<z_stream> { memory.assumingMemoryBound(to: z_stream.self) }

    init() throws(ArchiveError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        memory = UnsafeMutableRawPointer(stream)
        // The entries are encrypted, so that a higher level would find nothing more.
        guard czlib_gzip_start(stream, 1) == Z_OK else {
            stream.deallocate()
            throw ArchiveError("no memory for compressing")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// What came out for these bytes; all of the rest when `isLast`.
    mutating func compress(_ input: [UInt8], isLast: Bool) -> [UInt8] {
        var input = input
        var output: [UInt8] = []
        input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = UInt32(input.count)
            repeat {
                let part = [UInt8](unsafeUninitializedCapacity: 32 << 10) { part, count in
                    stream.pointee.next_out = part.baseAddress
                    stream.pointee.avail_out = UInt32(part.count)
                    deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    count = part.count - Int(stream.pointee.avail_out)
                }
                output += part
            } while stream.pointee.avail_out == 0
            stream.pointee.next_in = nil
        }
        return output
    }
}

/// Decompresses a gzip stream piece by piece, so that no content can fill the memory.
struct GzipReader: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    private var stream: UnsafeMutablePointer<z_stream> { memory.assumingMemoryBound(to: z_stream.self) }
    private let source: () throws -> [UInt8]
    private var input: [UInt8] = []
    private var used = 0
    private var isAtEnd = false

    /// - Parameter source: the next compressed bytes; empty at the end.
    init(_ source: @escaping () throws -> [UInt8]) throws(ArchiveError) {
        self.source = source
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        memory = UnsafeMutableRawPointer(stream)
        guard czlib_gunzip_start(stream) == Z_OK else {
            stream.deallocate()
            throw ArchiveError("no memory for decompressing")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Up to `count` bytes; fewer only at the end, whose checksum has been compared by then.
    mutating func read(_ count: Int) throws -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(count)
        while output.count < count && !isAtEnd {
            if used == input.count {
                input = try source()
                used = 0
                if input.isEmpty { throw ArchiveError("the archive is cut off") }
            }
            output += try inflatePart(count - output.count)
        }
        return output
    }

    private mutating func inflatePart(_ wanted: Int) throws(ArchiveError) -> [UInt8] {
        var result = Z_OK
        let stream = stream
        let used = used
        var left = 0
        let part = input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: min(wanted, 64 << 10)) { part, count in
                stream.pointee.next_in = input.baseAddress?.advanced(by: used)
                stream.pointee.avail_in = UInt32(input.count - used)
                stream.pointee.next_out = part.baseAddress
                stream.pointee.avail_out = UInt32(part.count)
                result = inflate(stream, Z_NO_FLUSH)
                count = part.count - Int(stream.pointee.avail_out)
                left = Int(stream.pointee.avail_in)
                stream.pointee.next_in = nil
            }
        }
        self.used = input.count - left
        switch result {
        case Z_OK, Z_BUF_ERROR: return part
        case Z_STREAM_END:
            isAtEnd = true
            return part
        default: throw ArchiveError("the archive is no gzip file, or is damaged")
        }
    }

    /// - Throws: when something follows the compressed stream.
    mutating func expectEnd() throws {
        guard try read(1).isEmpty else { throw ArchiveError("the archive holds more than it should") }
        guard used == input.count, try source().isEmpty else {
            throw ArchiveError("something follows the archive")
        }
    }
}
