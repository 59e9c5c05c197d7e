import CofferJSON
import Testing

struct JSONPropertyTests {
    @Test("a random tree is read back equal, compact or indented", arguments: 1...8 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        for _ in 0..<250 {
            let tree = generator.tree(depth: 5)
            let bytes = tree.serialized()
            let again = try JSON.parse(bytes)
            #expect(again == tree)
            #expect(again.serialized() == bytes)
            #expect(try JSON.parse(text: tree.prettyText()) == tree)
        }
    }

    @Test("an order of members given by chance changes no value")
    func shuffledMembers() throws {
        var generator = SeededGenerator(state: 77)
        for _ in 0..<200 {
            guard case .object(let object) = generator.tree(depth: 4) else { continue }
            let shuffled = JSONObject(uniqueMembers: object.members.shuffled(using: &generator))
            #expect(shuffled == object)
        }
    }

    @Test("a hundred thousand damaged documents are read or refused, and what is read can be written")
    func mutations() {
        var generator = SeededGenerator(state: 4711)
        var accepted = 0
        var refused = 0
        for round in 0..<100_000 {
            let document = Self.documents[round % Self.documents.count]
            guard let tree = try? JSON.parse(damaged(document, by: &generator)) else {
                refused += 1
                continue
            }
            accepted += 1
            if (try? JSON.parse(tree.serialized())) != tree { Issue.record("round \(round) does not read back") }
        }
        #expect(accepted > 1_000)
        #expect(refused > 10_000)
    }

    @Test("every beginning of a document that is not the whole is refused")
    func truncations() {
        for document in Self.documents {
            for length in 0..<document.count {
                #expect(throws: JSONError.self) { try JSON.parse(document[..<length]) }
            }
        }
    }

    private func damaged(_ document: [UInt8], by generator: inout SeededGenerator) -> [UInt8] {
        var bytes = document
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
            switch Int.random(in: 0...4, using: &generator) {
            case 0 where !bytes.isEmpty: bytes[place] = .random(in: 0...255, using: &generator)
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            case 2 where !bytes.isEmpty: bytes.removeSubrange(place...)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
            default: bytes.insert(Self.signs.randomElement(using: &generator) ?? 0, at: min(place, bytes.count))
            }
        }
        return bytes
    }

    private static let signs = Array(#"{}[]",:\u0e-+. tfn"#.utf8)
    private static let documents = [
        #"{"a":[1,-2.5e+3,true,false,null],"b":{"c":"d"}}"#, #"["\u00e9\ud834\udd1e\n\\","é€𝄞",""]"#,
        #"{"k":{"k":{"k":[[[{}]]]}},"a long enough key to need memory":"and a long enough value, too"}"#,
        "[0,0.5,1e9,12345678901234567890 , { } ]", #"{"a":1,"a":2,"é":3}"#,
    ].map { Array($0.utf8) }
}
