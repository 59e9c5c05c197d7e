internal import CofferFramework
internal import HCL

/// A `seal` stanza. What its keys mean is the matter of the seal's type.
package struct SealStanzaSettings: Sendable, Equatable {
    package let type: String
    /// Its own among all seals; the type unless given.
    package var name: String
    /// The smallest number is asked first.
    package var priority = 1
    /// Only there for a migration to another seal.
    package var isDisabled = false
    package var options: [String: String] = [:]
    /// File and line, for messages about its keys.
    package let place: String

    init(type: String, place: String) {
        self.type = type
        name = type
        self.place = place
    }
}

/// `seal "TYPE" { … }`.
enum SealStanza {
    /// Nil for the type `shamir`, which is what is there without any stanza.
    static func read(_ block: HCLBlock, file: String) throws(HCLError) -> SealStanzaSettings? {
        guard let type = block.labels.first, !type.isEmpty else {
            throw HCLError("seal needs a type: seal \"transit\" { … }", at: block.position)
        }
        if let repeated = block.body.firstRepeatedAssignment {
            throw HCLError("the argument \"\(repeated.name)\" was already set", at: repeated.position)
        }
        let place = block.position.isKnown ? "\(file):\(block.position.line)" : file
        var seal = SealStanzaSettings(type: type, place: place)
        for item in block.body.items {
            let value = StanzaValue(value: item.value, position: item.position)
            switch item.name {
            case "name": seal.name = try value.text()
            case "priority":
                seal.priority = try value.integer()
                guard seal.priority > 0 else { throw HCLError("priority must be at least 1", at: item.position) }
            case "disabled": seal.isDisabled = try value.flag()
            default: seal.options[item.name] = try value.text()
            }
        }
        return type == "shamir" ? nil : seal
    }

    /// - Throws: for two seals that cannot be told apart.
    static func check(_ seals: [SealStanzaSettings], _ position: HCLPosition) throws(HCLError) {
        for isDisabled in [true, false] {
            let alike = seals.filter { $0.isDisabled == isDisabled }
            if Set(alike.map(\.name)).count < alike.count {
                throw HCLError("several seals of one type need a name each: name = \"…\"", at: position)
            }
            if Set(alike.map(\.priority)).count < alike.count, !isDisabled {
                throw HCLError("several seals need a priority each: priority = \"1\"", at: position)
            }
        }
    }
}
