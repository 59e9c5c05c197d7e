internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// One piece of work of a request, alone or in a list.
protocol BatchItem: Sendable {
    static var schema: Schema<Self> { get }
    /// Repeated in the answer, so that callers can tell items apart.
    var reference: String { get }
}

/// What a request asks for: one item, or those in `batch_input`, which are answered in order and fail one by one.
struct Batch<Item: BatchItem>: Sendable {
    let items: [Item]
    let isList: Bool

    /// - Parameters:
    ///   - single: the item that the request's own fields make.
    ///   - list: `batch_input`; nil or null when not given.
    init(_ single: Item, list: JSON) throws(EngineError) {
        isList = !list.isNull
        guard isList else {
            items = [single]
            return
        }
        guard case .array(let elements) = list else {
            throw TransitErrors.batch("source data must be an array or slice")
        }
        if elements.isEmpty { throw TransitErrors.emptyBatch }
        var items: [Item] = []
        items.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard case .object(let fields) = element else {
                throw TransitErrors.batch("[\(index)] expected a map")
            }
            do {
                items.append(try Item.schema.decode(fields))
            } catch {
                throw TransitErrors.batch("'[\(index)].\(error.field)' expected \(error.expected)")
            }
        }
        self.items = items
    }

    /// Does the work of every item.
    /// - Parameters:
    ///   - isSlow: off the threads that others wait for.
    ///   - work: what an item's answer says, given its place in the list.
    func run(
        isSlow: Bool, _ work: @escaping @Sendable (Int, Item) throws -> JSONObject
    ) async throws -> BatchResults {
        let items = items
        let all: @Sendable () -> [Result<JSONObject, EngineError>] = {
            items.enumerated().map { index, item in Self.result { try work(index, item) } }
        }
        let results = isSlow ? try await slowWork.run(all) : all()
        return BatchResults(results: results, references: items.map(\.reference), isList: isList)
    }

    private static func result(_ work: () throws -> JSONObject) -> Result<JSONObject, EngineError> {
        do {
            return .success(try work())
        } catch let error as EngineError {
            return .failure(error)
        } catch is RandomError {
            return .failure(.internal("no random bytes"))
        } catch {
            return .failure(.internal("the operation failed; see the server log"))
        }
    }
}

/// The answers to the items of a batch.
struct BatchResults: Sendable {
    let results: [Result<JSONObject, EngineError>]
    let references: [String]
    let isList: Bool

    /// The answer of a request: of a list 200, whatever became of its items.
    /// - Parameter blank: what a failed item says beside its error.
    func reply(blank: JSONObject = [:]) throws(EngineError) -> Reply {
        guard isList else { return .data(try results[0].get()) }
        let items = zip(results, references).map { result, reference -> JSON in
            var item: JSONObject
            switch result {
            case .success(let answer): item = answer
            case .failure(let error):
                item = blank
                item.append("error", .string(error.texts.first ?? ""))
            }
            item.append("reference", .string(reference))
            return .object(item)
        }
        return .data(["batch_results": .array(items)])
    }

    /// As `reply`, but an item that failed makes the status 400 (500 when it was not the caller's fault).
    /// - Parameter override: the status wanted instead, when at least one item succeeded.
    func strictReply(blank: JSONObject = [:], status override: Int64?) throws(EngineError) -> Reply {
        var reply = try reply(blank: blank)
        let failures = results.compactMap { result in
            if case .failure(let error) = result { error } else { nil }
        }
        guard let first = failures.first else { return reply }
        let status = failures.contains { $0.kind != .internal } ? 400 : first.kind == .internal ? 500 : 400
        reply.status = status
        if let override, failures.count < results.count {
            if (200...599).contains(override) {
                reply.status = Int(override)
            } else {
                reply = reply.warning(TransitErrors.ignoredStatus(status))
            }
        }
        return reply
    }
}

/// The bytes of a request's text; errors say where it is no base64.
/// - Parameter noun: what Vault calls the text in its error; nil where it does not.
func decodeBase64(_ text: some StringProtocol, _ noun: String? = nil) throws(EngineError) -> [UInt8] {
    do {
        return try GoBase64.decode(text)
    } catch {
        throw TransitErrors.base64(noun, at: error.offset)
    }
}
