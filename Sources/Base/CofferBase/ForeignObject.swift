/// An object of a C library, freed with its last reference.
///
/// Unchecked: whoever makes one vouches that the library lets many threads use the object at once.
package final class ForeignObject: @unchecked Sendable {
    package let pointer: OpaquePointer
    private let free: @Sendable (OpaquePointer) -> Void

    /// Takes over `pointer`; `free` gives it back.
    package init(_ pointer: OpaquePointer, free: @escaping @Sendable (OpaquePointer) -> Void) {
        self.pointer = pointer
        self.free = free
    }

    deinit { free(pointer) }
}
