internal import Glibc

/// An IP network, for binding tokens and roles to addresses.
package struct CIDR: Sendable, Equatable {
    private let network: [UInt8]
    private let prefix: Int

    /// `10.0.0.0/8`, `::1/128`, or a single address; nil when malformed.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = Self.bytes(of: String(first)) else { return nil }
        network = address
        if parts.count == 2 {
            let digits = parts[1].utf8.allSatisfy { (48...57).contains($0) }
            guard digits, let length = Int(parts[1]), (0...address.count * 8).contains(length) else { return nil }
            prefix = length
        } else {
            prefix = address.count * 8
        }
    }

    /// Whether every address of the other network is in this one.
    package func contains(_ other: CIDR) -> Bool {
        other.prefix >= prefix && contains(bytes: other.network)
    }

    /// False for text that is no address and for the other address family.
    package func contains(_ address: String) -> Bool {
        Self.bytes(of: address).map { contains(bytes: $0) } ?? false
    }

    /// Whether any of these networks has the address; one that cannot be read has none.
    package static func any(of networks: [String], contains address: String) -> Bool {
        networks.contains { CIDR($0)?.contains(address) == true }
    }

    private func contains(bytes: [UInt8]) -> Bool {
        guard bytes.count == network.count else { return false }
        for index in 0..<prefix / 8 where bytes[index] != network[index] { return false }
        let rest = prefix % 8
        if rest == 0 { return true }
        let mask = UInt8(truncatingIfNeeded: 0xff00 >> rest)
        return bytes[prefix / 8] & mask == network[prefix / 8] & mask
    }

    /// Network-order bytes; an IPv4 address mapped into IPv6 counts as IPv4.
    private static func bytes(of text: String) -> [UInt8]? {
        // C would read no further than a NUL and so accept what follows it.
        if text.utf8.contains(0) { return nil }
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &six) { Array($0) }
        let mapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        return mapped ? Array(bytes.suffix(4)) : bytes
    }
}
