/// What a request wants of a path; the wire names stand in audit entries.
package enum Operation: String, Sendable, CaseIterable, Hashable {
    case create, read, update, patch, delete, list, scan, help
}
