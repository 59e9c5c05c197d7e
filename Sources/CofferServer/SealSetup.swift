internal import Catalog
internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferFramework
internal import Logging
internal import SealService

/// Makes the seals that the configuration names.
struct SealSetup {
    let clock: any WallClock
    let environment: [String: String]
    let log: Logger

    func seals(_ stanzas: [SealStanzaSettings]) throws(ConfigurationError) -> [ConfiguredSeal] {
        var seals: [ConfiguredSeal] = []
        for stanza in stanzas {
            let seal = try seal(stanza)
            if seals.contains(where: { $0.isDisabled != stanza.isDisabled && $0.seal.identity == seal.identity }) {
                throw ConfigurationError(
                    "\(stanza.place): the same seal cannot be disabled and enabled; remove one of the stanzas")
            }
            seals.append(
                ConfiguredSeal(
                    type: stanza.type, name: stanza.name, priority: stanza.priority, isDisabled: stanza.isDisabled,
                    seal: seal))
        }
        return seals
    }

    private func seal(_ stanza: SealStanzaSettings) throws(ConfigurationError) -> any AutoSeal {
        guard let kind = Catalogue.seals.first(where: { $0.type == stanza.type }) else {
            let known = Catalogue.seals.map(\.type).joined(separator: ", ")
            throw ConfigurationError("\(stanza.place): unknown seal type; this version offers shamir, \(known)")
        }
        for key in stanza.options.keys.sorted() where !kind.keys.contains(key) {
            log.warning("\(stanza.place): unknown seal key is ignored", metadata: ["key": .string(key)])
        }
        let settings = SealSettings(
            options: stanza.options, environment: environment, random: .system, clock: clock)
        do throws(SealFailure) {
            return try kind.make(settings)
        } catch {
            throw ConfigurationError("\(stanza.place): seal \"\(stanza.type)\": \(error.text)")
        }
    }
}
