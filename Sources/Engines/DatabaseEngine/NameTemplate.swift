internal import CofferBase
internal import CofferJSON
internal import GoTemplate

/// A template over the display name of who asks and the name of the role.
struct NameTemplate: Sendable {
    struct Failure: Error {
        let reason: String
    }

    private let template: Template

    init(_ text: String, clock: any WallClock, random: RandomSource) throws(Failure) {
        var limits = TemplateLimits()
        limits.refusesMissingFields = true
        do {
            template = try Template(
                text, functions: TemplateFunctions.usernames(clock: clock, random: random), limits: limits)
        } catch {
            throw Failure(reason: error.description)
        }
    }

    func render(displayName: String, role: String) throws(Failure) -> String {
        do {
            return try template.render(["DisplayName": .string(displayName), "RoleName": .string(role)])
        } catch {
            throw Failure(reason: error.description)
        }
    }
}
