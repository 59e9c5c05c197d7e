package import CofferFramework

/// A namespace as requests see it.
package final class Namespace: Sendable {
    package let entry: NamespaceEntry
    /// The requests that are in it; the same through all changes of the entry.
    package let visitors: Visitors

    init(_ entry: NamespaceEntry, _ visitors: Visitors = Visitors()) {
        self.entry = entry
        self.visitors = visitors
    }

    package var reference: NamespaceReference { entry.reference }
}
