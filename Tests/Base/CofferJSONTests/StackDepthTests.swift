import CofferJSON
import Glibc
import Testing

struct StackDepthTests {
    @Test("the deepest document is read, compared, merged, written and freed on a stack of 512 KiB")
    func smallStack() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        #expect(pthread_attr_setstacksize(&attributes, 512 * 1024) == 0)
        var thread = pthread_t()
        let started = pthread_create(
            &thread, &attributes, { _ in useDeepestDocuments() ? nil : UnsafeMutableRawPointer(bitPattern: 1) }, nil)
        #expect(started == 0)
        var result: UnsafeMutableRawPointer?
        #expect(pthread_join(thread, &result) == 0)
        #expect(result == nil)
    }
}

extension StackDepthTests {
    @Test("deep objects that differ only at the bottom compare in linear time")
    func deepDifference() throws {
        func tree(_ innermost: String) throws -> JSON {
            let depth = 400
            let opening = String(repeating: #"{"b":1,"a":"#, count: depth)
            return try JSON.parse(text: opening + innermost + String(repeating: "}", count: depth))
        }
        #expect(try tree("1") != tree("2"))
        #expect(try tree("1") == tree("1"))
    }
}

/// False when a value did not survive; a stack overflow ends the process.
private func useDeepestDocuments() -> Bool {
    [("[", "[]", "]"), (#"{"a":"#, "{}", "}")].allSatisfy { opening, inner, closing in
        let around = JSONLimits.deepest - 1
        let text = String(repeating: opening, count: around) + inner + String(repeating: closing, count: around)
        guard let tree = try? JSON.parse(text: text, limits: .trusted),
            let other = try? JSON.parse(text: text, limits: .trusted)
        else { return false }
        return tree == other && tree.text == text && tree.mergePatched(with: other) == tree
            && tree.prettyText().utf8.count > text.utf8.count
    }
}
