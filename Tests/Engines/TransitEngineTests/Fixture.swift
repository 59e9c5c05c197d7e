/// Made with OpenSSL 3.0: an authority, a leaf that it issued, and a request with a subject and another name.
enum Fixture {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBijCCAS+gAwIBAgIUHKTo12XoN1P0wlw1QYLXOdMh8+gwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMjYxMTI5MTMwODM0WhgPMjEy
        NjExMDUxMzA4MzRaMBkxFzAVBgNVBAMMDlRlc3QgQXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAE7C1cmSxceBmksVW2Tih1DUf3bapAlXa64L7Y6IZP
        wZEgfdbnHpk1jPsGT2oWgmVWj0T+huonFlb/KNFaeAFwC6NTMFEwHQYDVR0OBBYE
        FLnQByRf/krSRRljgXJb5KTCVySFMB8GA1UdIwQYMBaAFLnQByRf/krSRRljgXJb
        5KTCVySFMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAOEHIx1A
        MixbrdiaNBUQJ05F2C1AFit1jhU+SF34NnrlAiEAr6w5rtyLJ/F+7uix3ebSodU5
        Av70Iwe4tVqLdDG+oJQ=
        -----END CERTIFICATE-----

        """

    static let leaf = """
        -----BEGIN CERTIFICATE-----
        MIIBgjCCASegAwIBAgIUCCOBBC14byVm/MTteImOtBJbI70wCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMjYxMTI5MTMwODM0WhgPMjEy
        NjExMDUxMzA4MzRaMBcxFTATBgNVBAMMDGxlYWYuZXhhbXBsZTBZMBMGByqGSM49
        AgEGCCqGSM49AwEHA0IABIzY9dDJYruxEk2hO9LW6FxgfPT3NGBTuos46jrx+GRZ
        qs8yNZgTL6ONkjmvVyUeZmVPOVsjny104TXYjS8q2LajTTBLMAkGA1UdEwQCMAAw
        HQYDVR0OBBYEFG2iH1Lsg3zIHflcj2FOmuntACxlMB8GA1UdIwQYMBaAFLnQByRf
        /krSRRljgXJb5KTCVySFMAoGCCqGSM49BAMCA0kAMEYCIQDRtVW43gHicp8Bqiel
        NIqKq4HWDdI6Xx7ZDihwfScJdAIhAPQRkJna9sR69GWdNrZlVHyzl5Ys1qUadJol
        4+e+2NxR
        -----END CERTIFICATE-----

        """

    static let leafPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjNj10Mliu7ESTaE70tboXGB89Pc0
        YFO6izjqOvH4ZFmqzzI1mBMvo42SOa9XJR5mZU85WyOfLXThNdiNLyrYtg==
        -----END PUBLIC KEY-----

        """

    static let request = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIH/MIGmAgEAMBsxGTAXBgNVBAMMEHRlbXBsYXRlLmV4YW1wbGUwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAASmZ1a+g9TVRIeflExalJow45KnfXVeUgGUMyH1ZXzF
        Cqqqo+T/yOct611eodu6/oYNejSN0aCc24Irc87yh5O9oCkwJwYJKoZIhvcNAQkO
        MRowGDAWBgNVHREEDzANggthbHQuZXhhbXBsZTAKBggqhkjOPQQDAgNIADBFAiEA
        kDlUX8MaToBI11bLu675TA2hd+RKhgPZO604OeWJi+MCIGc9GoqGGFdyEYSJg9G/
        wJbljZrFOJVaCMsZZKn8eSRq
        -----END CERTIFICATE REQUEST-----

        """
}
