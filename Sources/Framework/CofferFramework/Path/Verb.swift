package import CofferJSON

/// One operation of a path: what it takes and what runs.
package struct Verb: Sendable {
    package let operation: Operation
    /// Stable id for client generators, without the mount's prefix: `read-configuration`.
    package let id: String
    package let summary: String
    package let input: [FieldDescriptor]
    /// True when the caller may send fields of any name (kv, cubbyhole): never warns.
    package let takesAnyField: Bool
    package let run: @Sendable (Call) async throws -> Reply

    /// An operation without input.
    package init(
        _ operation: Operation, _ id: String, _ summary: String,
        _ handler: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.operation = operation
        self.id = id
        self.summary = summary
        input = []
        takesAnyField = false
        run = handler
    }

    /// An operation that decodes its declared input by itself.
    package init(
        _ operation: Operation, _ id: String, _ summary: String, input: [FieldDescriptor], takesAnyField: Bool = false,
        _ handler: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.operation = operation
        self.id = id
        self.summary = summary
        self.input = input
        self.takesAnyField = takesAnyField
        run = handler
    }

    /// An operation whose input is decoded by `schema` before the handler runs.
    package init<Input: Sendable>(
        _ operation: Operation, _ id: String, _ summary: String, _ schema: Schema<Input>,
        _ handler: @escaping @Sendable (Call, Input) async throws -> Reply
    ) {
        self.operation = operation
        self.id = id
        self.summary = summary
        input = schema.descriptors
        takesAnyField = false
        run = { call in try await handler(call, try schema.decode(call.fields)) }
    }

    /// An operation that takes the whole body as data.
    package init(
        freeForm operation: Operation, _ id: String, _ summary: String,
        _ handler: @escaping @Sendable (Call, JSONObject) async throws -> Reply
    ) {
        self.operation = operation
        self.id = id
        self.summary = summary
        input = []
        takesAnyField = true
        run = { call in try await handler(call, call.fields) }
    }
}
