/// The members of a JSON object, in order, keys unique.
///
/// Keys are compared byte by byte: Swift's own string equality folds canonical
/// Unicode equivalence, which would make two different fields one.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    package struct Member: Sendable {
        package var key: String
        package var value: JSON

        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    package private(set) var members: [Member]

    package init() { members = [] }

    /// An empty object with room for `capacity` members.
    package init(capacity: Int) {
        members = []
        members.reserveCapacity(capacity)
    }

    /// Later duplicates replace earlier ones.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        members = []
        members.reserveCapacity(elements.count)
        for (key, value) in elements { self[key] = value }
    }

    /// The caller promises that the keys are unique.
    package init(uniqueMembers members: [Member]) { self.members = members }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }
    package var keys: [String] { members.map(\.key) }

    /// Reading is linear in the number of members; setting nil removes.
    package subscript(key: String) -> JSON? {
        get { index(of: key).map { members[$0].value } }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// By index: a member in a variable would be a copy, with two more references to count.
    private func index(of key: String) -> Int? {
        for index in members.indices where sameBytes(members[index].key, key) { return index }
        return nil
    }

    /// Adds a member whose key is known to be new; constant time.
    package mutating func append(_ key: consuming String, _ value: consuming JSON) {
        members.append(Member(key: key, value: value))
    }

    /// The same members with keys in byte order, as Go prints maps.
    package var sortedByKey: JSONObject {
        JSONObject(uniqueMembers: members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    }
}
