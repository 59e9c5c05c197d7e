/// Public keys that GnuPG 2.2 made on the first of January 2026, as base64 of their packets, and their
/// fingerprints as GnuPG prints them.
struct SampleKey: Sendable {
    let fingerprint: String
    let text: String

    init(_ fingerprint: String, _ lines: String) {
        self.fingerprint = fingerprint
        text = lines.filter { !$0.isWhitespace }
    }
}

extension SampleKey {
    /// RSA of 2048 bits, with a subkey for encryption.
    static let rsa = SampleKey(
        "b739f15e195e35f2c541d8672c2ad112b1ef5cef",
        """
        mQENBGlVuQABCAC/zC2XmbKV+p30UWaB4aWgu108majONHfDhYqk0BHHVbeml2R9zsWT0m2u3kmNeA0DcvqBZOjX/ROWG1EWjFPfRC8E
        F9iooiPMMiT//AroXxYK4a1mUOvxGm5ZKupVhAOqZ2Ds89t5o3gj8IsiAib3FrB/sqFoLSX2nrvrQcdVDBc3fo8im90A5xcOJf51pbxR
        U+npmrqsSxdhy4G/ZLhUP6vLy7XJrvMWtlxkSSxh6VleDQ0a7pHIVM7hmxWFdvZAqtIh/eu7z/tJdzWutttsyy+65AfZKkmnAmiHHkmN
        ZQV+uYm0rcV1Xm95w+lt8FinQ6YeFmNHb61A4czIMKI1ABEBAAG0A3JzYYkBTgQTAQoAOBYhBLc58V4ZXjXyxUHYZywq0RKx71zvBQJp
        VbkAAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJECwq0RKx71zvn/0H/2YRDpfNvp7Zl4RIW0rwdJAkvn+PQ/AnAI5IOK5mi+dr
        pDMvWxkYjy4ZVlpHtO78CUGFgDhxTiQxKFYO/JpZtlVRikF+f05zhCvcLJFuF544STLGQ3t+FrapYAjJRZjkw+qEa9AfzOvN1uTyb6xe
        xDIR6ggmpCshKjB9Sro1MgufCcb7IKDdzHHOyBudVWluLY23HMBkXEUHlFI75g9wdynKqvT7aPbL9MW07s5ul1HQOI9j6CTWVVTRmMO/
        u3VcorRe7hu94zOmsYegdOqcf/AcMWkcX9qXwL6DmEvxFBaDFZkQ3lAFxCGqHWFyT7bmitvq+RtvFfAFhjrTa1Ayrre5AQ0EaVW5AAEI
        ALaEaBYoBZC991uAYkwRI6l1FbQdMkQWcIoBp3xNN36Z4sv+Hm1SC78q6HEu9/NHggEj2UB3SpcyELVwIR4RCcwnpt/qLurgF9NqVNYN
        2+t2HUMJXuPcxZUejPy89OU9hsylPwVKSOK6E6nRQMACPivFfvGw9IbBP9Zjs2n9+TqJImAm2bZNzap4bX7o94fq0WnE81b174OAyYj+
        fwEl7gsM/fNi9YLpSJFMnRRmUylwCUj1g6BTgxQC9k0ZXUWdOcM7jZpsn5hzdPD/+xo58adPCUMkejsYosvPeGqj4uAJzDnzpM8Zp8d2
        ljnOIiW7V6rXAemMCyG3/o8u43fC5R0AEQEAAYkBNgQYAQoAIBYhBLc58V4ZXjXyxUHYZywq0RKx71zvBQJpVbkAAhsMAAoJECwq0RKx
        71zvVyAH/RtPgspg4P6gj/8LJazr0btAcs2xWfBdVHfgEU5z0rjSMcmBR114oBuy8RPAuCg7c8lVL9ZvnwuvFTYcaCP3YpEx8X69oFwY
        3VpHMBQOtRa51AYb2Pn5mMFHLu2T0NkItHMVvRcjJRXrNF6gQPbZeNGyDOTC2e8wzUPknuvG5epi3g1Lc7gyZiNQGZQc6D4Z2hGgqsVF
        /pibto4OQsEFbECoCnccU6ZT9TMTo9eZTHIWRB3i4hBfmLi6z+Iu5v5f3F8M0h1vpvq3vZSj3ZK5mSc5T9wwf4AUKyDwumNQkW4GtU+3
        7/+R5eO3a9A9Z39dWppFgNevRXk61RtRsjYGLNE=
        """)

    /// Ed25519 with a Curve25519 subkey.
    static let curve25519 = SampleKey(
        "4f926328db8019c80cb5b32a946ea152b48c8edf",
        """
        mDMEaVW5ABYJKwYBBAHaRw8BAQdAkb6H/WRot5mYgp2oW5QNMiLLv6nxoIx80lwozjrOnVu0BUN1cnZliJAEExYIADgWIQRPkmMo24AZ
        yAy1syqUbqFStIyO3wUCaVW5AAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRCUbqFStIyO3zBgAP4sGkBhQLsArhVyyYIWSltu
        Ln4ZmqmNQOc35f4YyH9gdwD/flDk8yZrilimykTH52DcOjqYVHzqIVTq9Ph1CIr1SwG4OARpVbkAEgorBgEEAZdVAQUBAQdApuSm+saE
        QqIMpa5kM19abypIp5IgrS4zxezw4cR3IF0DAQgHiHgEGBYIACAWIQRPkmMo24AZyAy1syqUbqFStIyO3wUCaVW5AAIbDAAKCRCUbqFS
        tIyO38MgAQD6AKRZoRSu1H00kIdj6d6Uc3Kmaq7Ur/nR5pYWOakE+QD+P37y1b2sxU/CTxaxxhcQaPW3eHWXs8vOx62AngZpmQI=
        """)

    static let p256 = SampleKey(
        "a509de529b3266d249ed49625d97fa1fa98cbf22",
        """
        mFIEaVW5ABMIKoZIzj0DAQcCAwQaI0RkYOwL8rT7mm3q/b8uMEB7j2NM8p7kZH3sSX2zxDK1ehqjvw0CKKn3O0PKpfEvkhYLUTsCCjhK
        1A00Dt0AtARwMjU2iJAEExMIADgWIQSlCd5SmzJm0kntSWJdl/ofqYy/IgUCaVW5AAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAK
        CRBdl/ofqYy/ImRyAP9F2F4I+F95YwdxK1Ry7UL9/Zh4dqu1ivjb0bX56V3ypwEAhvJhlAjFrpjyz4axJxDrrE8tK9NYAHbuBS94e/T/
        moi4VgRpVbkAEggqhkjOPQMBBwIDBCKX8ADsl5UtHW1GK11aBHD0IdlyqhIM7aLBJiwMRJ51NyeD9H2ELWZccH+AxHkrik5jKK4CUzLM
        Au60gm1uCBEDAQgHiHgEGBMIACAWIQSlCd5SmzJm0kntSWJdl/ofqYy/IgUCaVW5AAIbDAAKCRBdl/ofqYy/IhhTAP4o5i7mJj09J6ns
        213WLOI6mV9t6mhCqgmMI6Qqah4c6gD/Y43Z0OfQnvrh/1X3Gtay4/ZhiaFZKL+GMh9eb48+cB4=
        """)

    static let p384 = SampleKey(
        "690fd6de3596fc008a807d5e497dfe9d19c1e0cb",
        """
        mG8EaVW5ABMFK4EEACIDAwQx8xXkUBWqRqA/RH5iRy8PKbjQ7PxK8xcvdYvx4z68cKmKnuEHILhnDQ5ZZir3yI8uizNH/ogUpAFnoBxA
        QZuqkyYGEwFcMPaSxSeaauQMfTGWeyj19AGbfafanIPFIzO0BHAzODSIsAQTEwkAOBYhBGkP1t41lvwAioB9Xkl9/p0ZweDLBQJpVbkA
        AhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEEl9/p0ZweDLg4YBgID6XM0+3PvlI4HVKDzM3t9dBru/FH3m/xBszbmjFSA4K4Lx
        tkB70+MQluAwiSWKowGA6vDJhuc3UzL2cTbWW+gJ34AJOtr+OfKPN9QDtJcqh4ztv8fFZL5NrPGUWHpaJP/8uHMEaVW5ABIFK4EEACID
        AwSVtI97G7F0V8r16wzye6oPymFxDcYF/JvxsyOpxpO6Ue5ci4ivrcQA/rtSSt+1LuoU7WkYUwC7JcuDk/JbBxulblIjlYHnMzqWMbRJ
        Y1inEQDy2Poxy9z96hHQIt3cgVsDAQkIiJgEGBMJACAWIQRpD9beNZb8AIqAfV5Jff6dGcHgywUCaVW5AAIbDAAKCRBJff6dGcHgy2Dg
        AX47b/xhYznTdgwDMXnCx/BJv1Ybaw+m4rKzYu6vJ5pl8MJWKjyWtfz0ioRpy/AEr6wBgOUTGFqbFenPLNOWQTLjvykLnQp5e7lg9A94
        0ZsvrFFbx+eaWxujmSk1aC41xeGrMQ==
        """)

    static let p521 = SampleKey(
        "c7d069e9b924403dc830ee7be3a20ae668449f1f",
        """
        mJMEaVW5ABMFK4EEACMEIwQBwoohB+upC0ePUd4rYHNlVgWxG32pVr5vYzpEZz6usMdyBY8Vw70yT0rKIiGYJmhAMWdBm70YmgsVUUsx
        CFaNUHQAMyfY4voATtwD7bs61c87v/HVE3tEI0+cTuhF4Aij22T0f2MvMVVEjqbHrccchJEFaF1QzdaXaT8kAalCR8qyFlG0BHA1MjGI
        1AQTEwoAOBYhBMfQaem5JEA9yDDue+OiCuZoRJ8fBQJpVbkAAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEOOiCuZoRJ8fegwC
        CQGW0RxRB6AfyGdijm+up/jzC8DW1/IYVM1Ui7C3w4HkGGqOjZaXbbZnPoUvqk9gwglf2Vy6LQ0vrjwogjvUk1dnvwIJAXIfkcXwdjMm
        W5dOvK3JsY9bnulDBTO6o/z1BqgqSYMgls4faLXhu0vrGLJFGSUD2YnGNZEy0hWs2TpIDvWCyOLZuJcEaVW5ABIFK4EEACMEIwQAfW7l
        e2PfN1jevh5Uo4MvqWFFZ6R2agrpPjU3L2/jcOnXwzKyivNFj1mfydhDPwndg5yTksHUAmnWRGlsCw/itZQAC4AsCZCoBZFvOUqqCD5D
        t0DKKoqpuMF4F9eiEzFGb4BY53f/kf1reIctqKuonI3EcgketnB/pUA/NlP/l+XXc9MDAQoJiLoEGBMKACAWIQTH0GnpuSRAPcgw7nvj
        ogrmaESfHwUCaVW5AAIbDAAKCRDjogrmaESfH9qrAgYyR5Y+fI+KQ1tBCAQCC0+s+8LS3/8ZjU6f+XucaTJzgvzsqGfW9HFE66YgqSJh
        yxj9E1XPycAOZ7phBMxp3MbH+AIGMBQ241c0DYmppV04bKUVQgKWFcOjDQy5EDlMFPvG5eY1sRhuGYaSc6RKxLi8Rbdc1On/5fhM6IQE
        xqWcOeYtrDw=
        """)

    /// One RSA key for everything.
    static let singleRSA = SampleKey(
        "2f1d5e55a21854b83a013649d15e0eda5cc7c929",
        """
        mQENBGlVuQABCADh8OruVmu0xyxackAdIY6o7P9W0MUSP7c0KmktmrzJR1vv27HomBGdduZLr9XPbb4623bLquargQ67x7qZezVwXnyM
        2AhAd30TwZdQ8BKJhqhuB9rUW7Vc/3YJn//D9p6nVdFHUe1l8I+4K2yh8WFvRAsti42B8dMv3pW3Th+Lrx0Nc+ncreds4pqLHmLiDZiJ
        AyvcOJWAOW4MrHM0qyKuHtwr7aNd0eHus/V8RQh/z4N6uLQicG8O+y1G1GwL/gzKv6O3VEbMY+TuhQV4scZ0zN9EQ5drF4LyDtPkM0H6
        AtOpJENOq8CVC3oVvWeSlYHhYeqX5pPz68PZISJeevNLABEBAAG0BnJzYW9uZYkBTgQTAQoAOBYhBC8dXlWiGFS4OgE2SdFeDtpcx8kp
        BQJpVbkAAhsPBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJENFeDtpcx8kpDDcH/0OlqbMhQBHKcn4Brqs3KeB1w1p2WAGg9rrEiRVA
        1nEKUnvubqNj8v0IeMcQyWEQQitm1F0xyuyOceEIjIUSEZHTH/qNRT4SA1QTR6JQO/FcZIceNQN8VrUPxq2DLqSplH3feVrtFqWukSx3
        QQkIzm44t8t/oCmmmZ9wZ5A5IKyHrydumQLsz1/ty62wmRn1cGZwNdb0jlsEHXQ/NcF8J8/D0ClWbW5lg5+HLnMLwYOU3V+hkZXHZHMU
        eAcNIQ5RK0G5ds3gtUXBX7vz92X7bInY1EYhIBVr0jC8Mc8eYKP/KClDIFDQqwRkZ+rSVgUHXPCQxNNVQRdh0LnlLQJAMhg=
        """)

    /// Ed25519 without a subkey.
    static let signOnly = SampleKey(
        "4b5fb736b554561448a910c17494fc94322df584",
        """
        mDMEaVW5ABYJKwYBBAHaRw8BAQdAbOAHwsfDcVAhRuWH1J9QIA2+9Ikbs6w40ytOVZ5QY4S0CHNpZ25vbmx5iJAEExYIADgWIQRLX7c2
        tVRWFEipEMF0lPyUMi31hAUCaVW5AAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRB0lPyUMi31hNdvAP4gevNrXWUQkW+9mNHc
        ALxrsOHCMvFQLYe1gCGiSAZNDwEAqN2NLjmCNtTW8zBoANs00phmeiy076hc/yE3d4H4NAg=
        """)

    /// Ended 30 days after it was made.
    static let expired = SampleKey(
        "94e3fb83bac0e2b032e622478eb6b521f757d67b",
        """
        mDMEaVW5ABYJKwYBBAHaRw8BAQdAY+bQDGj6UYgSiysej85CQe/HinGGl632Qd5b1hmAXSe0B2V4cGlyZWSIlgQTFggAPhYhBJTj+4O6wOKwMuYi
        R462tSH3V9Z7BQJpVbkAAhsDBQkAJ40ABQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEI62tSH3V9Z7cccA/Awp1oBmb011tM4Wl+3oH3ZtnCCY
        AxwHXsbdS/TA0qESAQDrl+YH+Qa1tBxzu8d3uZAORIrqBaBvzSaOHX5xUHC2Crg4BGlVuQASCisGAQQBl1UBBQEBB0DTAKHXMYPGp6SXexz4LpcP
        p9g1hksaTORzXMS252bKQAMBCAeIfgQYFggAJhYhBJTj+4O6wOKwMuYiR462tSH3V9Z7BQJpVbkAAhsMBQkAJ40AAAoJEI62tSH3V9Z7chsA/Arp
        AjOWSPnUVBfxvo6ULZy3Rp4/XJN7jOzLpdxuZE3pAP0dcJtdAnd4Neo9FLRAcCK7YPGuxZsRl3qOV57SbuF2CQ==
        """)

    /// DSA with ElGamal.
    static let dsa = SampleKey(
        "ba8f111acc3b1ccc5a174d0fbcb558c9fb212291",
        """
        mQMuBGlVuQARCADQnlK8c7VcPb/jIefGDaka6FVBPPnHTlKO7SxqpGczAQ4U3bYy0g2nOnIXTnveII2Dv/seZv72430IflnIQKtdikcz
        A+40tX32wm6prNq35NFGuitgPkcORv8zmu1WwYNgNKgjX5b0K88U2bdu1oQKMRnjLoDU7xJCpED8F1HEwrFznfw0jNSRzBwfeCl5Q6GN
        AcEgXCIFle4+PHSUrLBgyiDYNnaTE3klxePllviPDxy4TeYGr8JeIyj4D/g7QTVRIFlknJXsCMgouISVF1UOzu73K2TlVvoGOpAIH19w
        x8HfL9c9YcZafOlfbpy7hbqwXe8WxtTAlGJO9xmX7oHDAQDPutb72UBJZc8Ci3hQ0PBdS6hEJaEMMKCI5IDs+yvuTQgAsnLn6awXV1+7
        Yq8q5oXPHyDyK25D7VHvcNqxlMa64qgv+5lLS8Mmrnyvv170po+6EAaCr+22wfUSoL0TJjqjPA2KoKfmv0ntJhhoZFOkOBfM0drJfXVB
        y6vZmfrucvDi0hwnFCV8VpiEegyuMdtZINWlCXwMkipPqnFaRufcKkDT3OhizWqncRlZqd10oNutl3zBb6RXtUV1a4zu9r26Yq107e6c
        MquOE0zog+itg2Ux+3wS12o1uzXtvaNuUzxl6uz6G5ZkJ5TBOUhIvG4bYc0lCbn7yRjhizjQ78PfVtziBQMNFot+3E1/qJ62W6GIVlXm
        aj/Sb6NhByzU2nIypAgAmS7nYE/+12cTjWyhcP0Hl3LnMvxolXqZy0HcQJqgQdwKhpjeBv8AM05zdTDW37Dk4NkFtAjwPqWL4baI+zWV
        E32LrV/0S7T/N5xy/Yr8u2YtsP5WxRGwXSVQr0dfzkBLP24oeloKrBNBNzHbnQeD4973R5bSN8p4tjozTivf5QQGjImsLgl50BYyw/tF
        ivv9zYJI352UNTc+6Lm37/grS3ERBuINbRbJBK3qhLi9ITQ34TeLyDTaBHAd9nlohgczPXJDaXaPY6HwDtNjvcOQSd/52JarcniObx6A
        C3OGZJd1/cq6P+oWAZTB51oRze+dH/iI84kLoHA6FysHw9Y2l7QDZHNhiJAEExEIADgWIQS6jxEazDsczFoXTQ+8tVjJ+yEikQUCaVW5
        AAIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRC8tVjJ+yEikZlSAPwON2JRZ6y1jrhO2XsGfc0sphLkdV2wnuWaFr88kbS/SwD/
        UdGWbZmnDoBw0zC1nllwxjeDLiur5rZbZAyVHnUBwF65Ag0EaVW5ABAIALDsRk1K3fn52Zjpxr4sqZEmLXcJ0ig3lF5sCDRyYxRem5mU
        sn+3NiBKvmGES3H+NueQAHAaFcWt5hbPiXI32WHRYvoLLOBDIPy3uVIO3i9zPZP8YPs3y5bZxNJPc+9BFKSLejJTNGthRx4N2e2AbLMQ
        z4A3SrGNgEUFq1XKOP0V6DJL6q26R12rgx8Y+ruT8GKD6YaPIifRR5Shk15kLSoTbZzyCefjNxADYfXp80NVqaRXE+pKlR98EPi+1Gr7
        y5RDenH/pGdSdeOw2SrNtxNJ4D0P64GeUoMy46jByboUf55EljaQ0c3q2UmIKj1ypkuS9ivVgO0g/oYH91KdQO8ABREIAKretuKzSnKJ
        wGdvTFTVudP+UR74SYFBD8SXpc+ZfigWDsMV8Mf60ibDy4y1Y6UkPF6vfMqpiJw8l4bIO/UZ/R4sK/j73mydwU53s8fcTpRqx3qLX0ds
        BsrH2Wh11EBqkkcG3XfzaCl8bgvBrrLNLrCUau5P9U7C9IENxzTLG3syZvv6o6vAzlkvbEhAG9CoOK2lkgYgxNgeYyVvCBqbrOUBZUeG
        W/4WWUsx7xQhYfFyUwK+Zo6O1ZiVpirPV3dQ+A5qI/mBQugT+VnGCnfq1oWvQ6BfGJ442p7cCoOOyPj1k8lQb1D5HNX702pvj0oshXi9
        vRNhTzE7jpbuXVeUfpaIeAQYEQgAIBYhBLqPERrMOxzMWhdND7y1WMn7ISKRBQJpVbkAAhsMAAoJELy1WMn7ISKRjjoA/2OBuJJU4Stt
        39YyRAC+t1WJqRslieFWFIZ5eW0rEkPOAP9oZYPxVOPBI2Gi2h0qGhvnvuWpLQTDIL28/IdyL37ZNA==
        """)

    /// RSA of 1024 bits.
    static let weakRSA = SampleKey(
        "c884ed5c88f3735bd124b31bc1a730d82fea5a64",
        """
        mI0EaVW5AAEEAL2JhWW6ttN23vmebdt7sKqAWm+v3MGrLnLg1eG5x1XfKSO+oyNM74wtV4Pq3h8ZtpEsylRb2F79aNGYMzdEmqqUeY+/
        oLpuwPGVUiQggbEp+oL/2QScNE74D9/zfAudtxxFG8GeAUHQBKgIjFxWwj4O/6fTQHuWYUrfZDmIB6HlABEBAAG0BHdlYWuIzgQTAQoA
        OBYhBMiE7VyI83Nb0SSzG8GnMNgv6lpkBQJpVbkAAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEMGnMNgv6lpkuQkD/j/C3nXR
        /r+H/Cr279xBQAxwCmwWEJVQ0EYpdS4gnMm7evMpPgk91MD3Sww+UtWHHGOPnnEANU6beLdvOWvjWelg+5oiGLlZYngOcUMC9jP5kc91
        zhwLA8j7WqwAU5Cah1PtKqwHdsndOtOid3k406hlSZTu1fATIVekPkp5wELquI0EaVW5AAEEALjy9E9xGhvbY9WLbPwArnt9j7uEVB9E
        oKST8aPuxUYfzxJm7/tGDsZtW+BtFuNXnkunfaR5FfUGAeTERZQIn4h2fYoOXQIn00CnHJKcN1MwcLsd0DbUQAGFP3eajSQZcbo/ZzbO
        vexdfn4JUY6y/AJW8hLrrtaseRCViBvPU0uNABEBAAGItgQYAQoAIBYhBMiE7VyI83Nb0SSzG8GnMNgv6lpkBQJpVbkAAhsMAAoJEMGn
        MNgv6lpkTkcD/3eXzURwsH2ZEIZDaFDYd+vlNDtCZEDbYvHPC0lnK5+gxm/dIrEH0OoLJ+I7zpb+sX4RVLKSIoyKkNZtjX8sEjJEd6Qz
        mqqUgNVbYHieYguExBMvtfyz8Nd5jb9g91HqGQYgVYF56riO0/xXw9cUxrELIvc950fHeFXHunF61Mjo
        """)

    /// Revoked by its owner.
    static let revoked = SampleKey(
        "9193c8fb3e20d0eb7ca802e84c4ab2c423753fda",
        """
        mDMEaVW5ABYJKwYBBAHaRw8BAQdAw56+3fp4uXNntv9qpgB5+wRhsPSkQLZXBYIX2DhU6CqIeAQgFggAIBYhBJGTyPs+INDrfKgC6ExK
        ssQjdT/aBQJpVbkAAh0AAAoJEExKssQjdT/a38QBALxHNDrpBF3SId6OUaxgyaKFuOs+XC6qzROW3p/dpmlEAQDak4fBM9Q4AhnKQAAp
        wxfEYdYtnOrgnpW53dvjZ/dvBrQHcmV2b2tlZIiQBBMWCAA4FiEEkZPI+z4g0Ot8qALoTEqyxCN1P9oFAmlVuQACGwMFCwkIBwIGFQoJ
        CAsCBBYCAwECHgECF4AACgkQTEqyxCN1P9obugD/TDxomBsJuLq6aeS9Za28QgHayCADEstn2VljDykvF9kBAM2KPeKXAV7lOU314A0o
        7E5rSiwYRmKHyLIiY36DwaANuDgEaVW5ABIKKwYBBAGXVQEFAQEHQJPiD2/7iJ47UriMTZ+wjhVObx3PNI2k6xg4YoZnH4wqAwEIB4h4
        BBgWCAAgFiEEkZPI+z4g0Ot8qALoTEqyxCN1P9oFAmlVuQACGwwACgkQTEqyxCN1P9rYJAEAzxFrVvoLmE26CkVqBdmPkyyZyjcyJjyS
        21245gSP7b8BAJCX2SLT1UF9tsnIvjRLv5Nek3MeTMaRd/z6wjNS1wAM
        """)
}
