internal import CofferFramework

/// Who may log in to a client: `oidc/assignment/<name>`.
struct Assignment: Sendable {
    static let everyone = "allow_all"

    var entityIDs: [String] = []
    var groupIDs: [String] = []

    static let fields: [Field<Assignment>] = [
        Field("entity_ids", \.entityIDs, "Entities that may."), Field("group_ids", \.groupIDs, "Groups that may."),
    ]

    static func family(_ oidc: OIDC) -> RecordFamily<Assignment> {
        var family = RecordFamily(word: "assignment", noun: "assignment", input: fields) { Assignment() }
        family.builtIn = [everyone: Assignment(entityIDs: ["*"], groupIDs: ["*"])]
        family.check = { _, name, _, _ in
            if name == everyone { throw OIDCTexts.fixedAssignment }
            return []
        }
        family.checkDeletion = { call, name in
            if name == everyone { throw OIDCTexts.assignmentStays }
            let clients = try await oidc.clients.all(in: call.storage)
                .filter { $0.record.assignments.contains(name) }.map(\.name)
            if !clients.isEmpty { throw OIDCTexts.referenced("assignment", name, by: "clients", clients) }
        }
        return family
    }
}
