import CFuzzer
import CofferJSON
import Glibc

@main
enum FuzzJSON {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, size in
                check(UnsafeRawBufferPointer(start: start, count: size))
                return 0
            })
    }
}

/// Whatever the bytes are, the parser answers; what it accepts is written and read back the same.
private func check(_ input: UnsafeRawBufferPointer) {
    guard let tree = try? JSON.parse(input) else { return }
    let compact = tree.serialized()
    guard let again = try? JSON.parse(compact, limits: .trusted) else { fatalError("own text is refused") }
    precondition(again == tree, "the value changed")
    precondition(again.serialized() == compact, "the text changed")
    guard let indented = try? JSON.parse(text: tree.prettyText(), limits: .trusted), indented == tree else {
        fatalError("indented text is another value")
    }
    _ = tree.mergePatched(with: again)
}
