import HCL

extension FuzzTarget {
    /// Whatever the bytes are, they are read or refused; what is formatted is read again, and stays as it is.
    static let hcl = FuzzTarget("hcl") { checkHCL($0) }
}

private func checkHCL(_ input: [UInt8]) {
    guard (try? HCLDocument.parse(input)) != nil, let text = String(validating: input, as: UTF8.self),
        let formatted = try? HCLFormatter.format(text)
    else { return }
    guard (try? HCLDocument.parse(text: formatted)) != nil else { fatalError("formatted text is refused") }
    precondition((try? HCLFormatter.format(formatted)) == formatted, "formatting is not stable")
}
