import CofferBase
import Testing

@Suite struct CIDRTests {
    @Test(
        "a network contains its addresses and no others",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.3/8", "10.200.0.1", true), ("192.168.1.0/25", "192.168.1.127", true),
            ("192.168.1.0/25", "192.168.1.128", false), ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.1/32", "10.0.0.1", true), ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false),
            ("::/0", "10.0.0.1", false), ("::1/128", "::1", true), ("::1", "0:0:0:0:0:0:0:1", true),
            ("2001:db8::/33", "2001:db8:7fff::", true), ("2001:db8::/33", "2001:db8:8000::", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("10.0.0.0/8", "10.0.0", false), ("10.0.0.0/8", "", false), ("10.0.0.0/8", "10.0.0.1\0x", false),
            ("10.0.0.0/8", "10.0.0.1:80", false), ("10.0.0.0/8", "10.0.0.0/8", false),
        ])
    func membership(network: String, address: String, isInside: Bool) throws {
        #expect(try #require(CIDR(network)).contains(address) == isInside)
    }

    @Test(
        "what is no network is refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
            "10.0.0.0/ 8", " 10.0.0.0/8", "10.0.0/8", "10.0.0.256", "010.0.0.1", "fe80::1%eth0", "localhost",
            "10.0.0.0/8\0",
            "10.0.0.0\0/8", "10.0.0.0/٨", "10.0.0.0/99999999999999999999", "1::2::3",
        ])
    func refused(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test("membership is equality of the leading bits, for every length")
    func property() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let network = generator.bytes(4)
            for length in 0...32 {
                let cidr = try #require(CIDR(text(network) + "/\(length)"))
                var address = network
                if length < 32 { address[length / 8] ^= 0x80 >> (length % 8) }
                #expect(cidr.contains(text(address)))
                if length > 0 {
                    var other = network
                    other[(length - 1) / 8] ^= 0x80 >> ((length - 1) % 8)
                    #expect(!cidr.contains(text(other)))
                }
            }
        }
    }

    private func text(_ bytes: [UInt8]) -> String { bytes.map { "\($0)" }.joined(separator: ".") }

    @Test(
        "a network holds the narrower ones of its family",
        arguments: [
            ("10.0.0.0/8", "10.1.0.0/16", true), ("10.1.0.0/16", "10.0.0.0/8", false),
            ("10.0.0.0/8", "10.0.0.0/8", true), ("10.0.0.0/8", "11.0.0.0/16", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1/128", false), ("fc00::/7", "fd00::/8", true), ("10.128.0.0/9", "10.0.0.0/9", false),
        ])
    func networks(outer: String, inner: String, isInside: Bool) throws {
        #expect(try #require(CIDR(outer)).contains(try #require(CIDR(inner))) == isInside)
    }
}
