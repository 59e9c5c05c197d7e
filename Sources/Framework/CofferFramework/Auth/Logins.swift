extension PathTraits {
    /// A login: needs no token, gives one, and may lock out.
    package static let login = PathTraits.traits {
        $0.unauthenticated = [.update]
        $0.isLogin = true
    }
}

extension Reply {
    /// Lets the caller in.
    package static func login(_ grant: consuming AuthGrant) -> Reply {
        var reply = Reply.empty
        reply.auth = .grant(grant)
        return reply
    }
}
