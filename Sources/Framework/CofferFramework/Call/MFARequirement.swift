/// What a login still needs: of each constraint, any of its methods.
package struct MFARequirement: Sendable {
    package struct Method: Sendable {
        package let type: String
        package let id: String
        package let usesPasscode: Bool
        package let name: String

        package init(type: String, id: String, usesPasscode: Bool, name: String) {
            self.type = type
            self.id = id
            self.usesPasscode = usesPasscode
            self.name = name
        }
    }

    package let requestID: String
    package var constraints: [(name: String, methods: [Method])] = []

    package init(requestID: String) { self.requestID = requestID }
}
