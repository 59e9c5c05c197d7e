internal import HCL

/// What `operator migrate` reads: `storage_source "TYPE" { … }` and `storage_destination "TYPE" { … }`.
package struct MigrationConfiguration: Sendable {
    package let source: StorageSettings
    package let destination: StorageSettings
    /// What the user should know about the file.
    package let warnings: [String]

    /// - Parameter name: of the file, for messages.
    package init(_ text: [UInt8], file name: String) throws(ConfigurationError) {
        do throws(HCLError) {
            var reader = StanzaReader(file: name)
            let body = try HCLDocument.parse(text).body
            let known: Set = ["storage_source", "storage_destination", "cluster_addr"]
            for item in body.items where !known.contains(item.name) {
                throw HCLError("expected storage_source and storage_destination", at: item.position)
            }
            source = try Self.storage("storage_source", body, &reader)
            destination = try Self.storage("storage_destination", body, &reader)
            warnings = reader.warnings
        } catch {
            throw ConfigurationError("\(name): \(error.description)")
        }
    }

    private static func storage(
        _ name: String, _ body: HCLBody, _ reader: inout StanzaReader
    ) throws(HCLError) -> StorageSettings {
        guard let blocks = body.blocks(named: name, labels: 1), blocks.count == 1, let block = blocks.first else {
            throw HCLError("expected one \(name) \"TYPE\" { … }", at: body.items.first?.position ?? .unknown)
        }
        return try StorageStanza.read(block, &reader)
    }
}
