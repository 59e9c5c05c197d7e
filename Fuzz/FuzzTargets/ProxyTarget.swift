@testable import CofferHTTP

extension FuzzTarget {
    /// However the bytes arrive, what is read is the same; what was decided stays; and a reading never takes more than
    /// there is or than a header may be.
    static let proxyHeader = FuzzTarget("proxy-header") { checkProxyHeader($0) }
}

private func checkProxyHeader(_ input: [UInt8]) {
    let whole = ProxyHeader.read(input)
    let longest = 16 + ProxyHeader.longestPayload
    for count in 0...min(input.count, longest) {
        let part = ProxyHeader.read(input.prefix(count))
        switch part {
        case .incomplete: continue
        case .header(let header):
            precondition((15...count).contains(header.length), "a length that is none")
            checkSource(header.source)
        case .absent, .malformed: break
        }
        return precondition(part == whole, "more bytes make another header")
    }
    precondition(whole == .incomplete && input.count < longest, "more is held than a header may be")
}

private func checkSource(_ source: ProxyHeader.Source) {
    guard case .address(let address, let port) = source else { return }
    precondition((0...65535).contains(port), "a port that is none")
    let isAddress = address.utf8.allSatisfy { (48...58).contains($0) || (97...102).contains($0) || $0 == 46 }
    precondition(!address.isEmpty && isAddress, "an address in another spelling")
}
