import CFuzzer
import Glibc
import HCL

@main
enum FuzzHCL {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, size in
                check(Array(UnsafeRawBufferPointer(start: start, count: size)))
                return 0
            })
    }
}

/// Whatever the bytes are, they are read or refused; what is formatted is read again, and stays as it is.
private func check(_ input: [UInt8]) {
    guard (try? HCLDocument.parse(input)) != nil, let text = String(validating: input, as: UTF8.self),
        let formatted = try? HCLFormatter.format(text)
    else { return }
    guard (try? HCLDocument.parse(text: formatted)) != nil else { fatalError("formatted text is refused") }
    precondition((try? HCLFormatter.format(formatted)) == formatted, "formatting is not stable")
}
