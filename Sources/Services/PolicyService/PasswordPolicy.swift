package import CofferBase
internal import HCL

/// How passwords are made: a length, and sets of characters with how many of each there must be.
package struct PasswordPolicy: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        package let characters: [Unicode.Scalar]
        package let minimum: Int
    }

    package let length: Int
    package let rules: [Rule]
    /// All characters of all rules, each once.
    let alphabet: [Unicode.Scalar]

    /// What applies where no policy is named: 20 letters, digits and dashes, at least one of each kind.
    package static let standard = PasswordPolicy(
        length: 20,
        rules: ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "-"].map { characters in
            Rule(characters: Array(characters.unicodeScalars), minimum: 1)
        })

    private static let longest = 1024
    /// A draw that meets every rule comes soon, or the policy is of no use.
    private static let attempts = 20_000

    /// Reads a policy in HCL or JSON: `length = 20`, `rule "charset" { charset = "…" min-chars = 1 }`.
    /// - Throws: `PolicyError` with what is wrong; nothing of the text is in it.
    package static func parse(_ text: String) throws(PolicyError) -> PasswordPolicy {
        do throws(HCLError) {
            let body = try HCLDocument.parse(text: text).body
            for item in body.items where item.name != "length" && item.name != "rule" {
                throw HCLError("invalid key; a password policy holds length and rule blocks", at: item.position)
            }
            guard let length = body.value(named: "length")?.intValue, (4...Int64(longest)).contains(length) else {
                throw HCLError("length must be a number from 4 to \(longest)", at: .unknown)
            }
            guard let blocks = body.blocks(named: "rule", labels: 1), !blocks.isEmpty else {
                throw HCLError("at least one rule \"charset\" { … } is needed", at: .unknown)
            }
            let rules = try blocks.map { (block) throws(HCLError) in try rule(block) }
            guard rules.reduce(0, { $0 + $1.minimum }) <= Int(length) else {
                throw HCLError("the rules want more characters than length allows", at: .unknown)
            }
            return PasswordPolicy(length: Int(length), rules: rules)
        } catch {
            throw PolicyError("failed to parse policy: \(error.description)")
        }
    }

    private init(length: Int, rules: [Rule]) {
        self.length = length
        self.rules = rules
        alphabet = Set(rules.flatMap(\.characters)).sorted()
    }

    private static func rule(_ block: HCLBlock) throws(HCLError) -> Rule {
        guard block.labels.first == "charset" else {
            throw HCLError("unknown rule; use rule \"charset\"", at: block.position)
        }
        for item in block.body.items where !["charset", "min-chars", "min_chars"].contains(item.name) {
            throw HCLError("invalid key in a rule; use charset and min-chars", at: item.position)
        }
        guard let text = block.body.value(named: "charset")?.stringValue, !text.isEmpty else {
            throw HCLError("charset must be a text that is not empty", at: block.position)
        }
        let characters = Set(text.unicodeScalars)
        guard characters.allSatisfy(isPrintable) else {
            throw HCLError("charset holds a character that cannot be printed", at: block.position)
        }
        let minimum = (block.body.value(named: "min-chars") ?? block.body.value(named: "min_chars"))
        guard let minimum else { return Rule(characters: characters.sorted(), minimum: 0) }
        guard let count = minimum.intValue, (0...Int64(longest)).contains(count) else {
            throw HCLError("min-chars must be a number that is not negative", at: block.position)
        }
        return Rule(characters: characters.sorted(), minimum: Int(count))
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// A password that meets every rule; all of them are equally likely.
    /// - Throws: `PolicyError` when the rules are met too rarely, `RandomError`.
    package func password(from random: RandomSource) throws -> String {
        let wanted = rules.filter { $0.minimum > 0 }.map { (Set($0.characters), $0.minimum) }
        var draw = CharacterDraw(from: alphabet, random: random)
        for _ in 0..<Self.attempts {
            let characters = try draw.next(length)
            let isGood = wanted.allSatisfy { set, minimum in
                characters.reduce(0) { $0 + (set.contains($1) ? 1 : 0) } >= minimum
            }
            if isGood { return String(String.UnicodeScalarView(characters)) }
        }
        throw PolicyError("unable to generate a password: the rules are met too rarely; make the password longer")
    }
}

/// Draws characters of an alphabet, each equally likely.
private struct CharacterDraw {
    private let alphabet: [Unicode.Scalar]
    private let random: RandomSource
    private let limit: UInt32

    init(from alphabet: [Unicode.Scalar], random: RandomSource) {
        self.alphabet = alphabet
        self.random = random
        // Larger values would favour the first characters.
        limit = UInt32.max - UInt32.max % UInt32(alphabet.count)
    }

    mutating func next(_ count: Int) throws(RandomError) -> [Unicode.Scalar] {
        var characters: [Unicode.Scalar] = []
        characters.reserveCapacity(count)
        while characters.count < count {
            let bytes = try random.bytes(4 * (count - characters.count))
            for start in stride(from: 0, to: bytes.count, by: 4) {
                let value = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                if value < limit { characters.append(alphabet[Int(value % UInt32(alphabet.count))]) }
            }
        }
        return characters
    }
}
