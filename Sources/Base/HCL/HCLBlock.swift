internal import CofferJSON

/// A labelled object, however it was written: `listener "tcp" {…}`,
/// `listener = { tcp = {…} }`, or in JSON `{"listener": [{"tcp": {…}}]}`.
package struct HCLBlock: Sendable {
    package let labels: [String]
    package let body: HCLBody
    package let position: HCLPosition
}

extension HCLBody {
    /// The objects under `name` with at most `labels` labels each, in order.
    ///
    /// What stands as `name = [{…}, {…}]` counts as repeated blocks. Where the
    /// text has fewer labels, an object that holds nothing but objects is taken
    /// for the next label, as HCL 1 does; so a block may come out with fewer
    /// labels than asked for, never with more. Nil when an item under `name` is
    /// no object at all: the caller reports it with the item's position.
    package func blocks(named name: String, labels: Int) -> [HCLBlock]? {
        var found: [HCLBlock] = []
        for item in items(named: name) {
            let keys = item.keys.dropFirst()
            let start = HCLBlock(labels: Array(keys.prefix(labels)), body: HCLBody(items: []), position: item.position)
            // Keys beyond the wanted labels are a body of one nested block.
            var value = item.value
            if keys.count > labels {
                let rest = HCLItem(
                    keys: Array(keys.dropFirst(labels)), value: value, position: item.position, isAssignment: false)
                value = .object(HCLBody(items: [rest]))
            }
            guard start.collect(value, labels: labels, into: &found) else { return nil }
        }
        return found
    }
}

extension HCLBlock {
    fileprivate func collect(_ value: HCLValue, labels count: Int, into found: inout [HCLBlock]) -> Bool {
        switch value {
        case .list(let values):
            return values.allSatisfy { collect($0, labels: count, into: &found) }
        case .object(let body):
            guard labels.count < count, !body.items.isEmpty, body.items.allSatisfy(\.holdsObjects) else {
                found.append(HCLBlock(labels: labels, body: body, position: position))
                return true
            }
            return body.items.allSatisfy { item in
                let position = item.position.isKnown ? item.position : position
                let missing = count - labels.count
                let next = HCLBlock(labels: labels + item.keys.prefix(missing), body: body, position: position)
                return next.collect(item.value(after: missing), labels: count, into: &found)
            }
        case .string, .number, .bool: return false
        }
    }
}

extension HCLItem {
    fileprivate var holdsObjects: Bool {
        switch value {
        case .object: true
        case .list(let values): !values.isEmpty && values.allSatisfy { $0.objectValue != nil }
        case .string, .number, .bool: false
        }
    }

    /// The value under the first `count` keys: keys beyond them stay, as a nested block.
    fileprivate func value(after count: Int) -> HCLValue {
        guard keys.count > count else { return value }
        let rest = HCLItem(
            keys: Array(keys.dropFirst(count)), value: value, position: position, isAssignment: isAssignment)
        return .object(HCLBody(items: [rest]))
    }
}
