#ifndef COFFER_CPKCS11_H
#define COFFER_CPKCS11_H

#include <stddef.h>
#include <stdint.h>

/// A PKCS#11 module (PKCS #11 Cryptographic Token Interface 2.40), loaded when it is first needed.
typedef struct coffer_pkcs11 coffer_pkcs11;

/// A session of a logged-in user.
typedef struct {
    unsigned long slot;
    unsigned long session;
} coffer_pkcs11_session;

/// A key in a token; `type` is a CKK number.
typedef struct {
    unsigned long handle;
    unsigned long type;
} coffer_pkcs11_key;

/// The library cannot be loaded, or is no such module; `dlerror` may say more.
#define COFFER_PKCS11_NO_MODULE 0xc0ffee01UL
/// No slot, or no key, is as wanted.
#define COFFER_PKCS11_NOT_FOUND 0xc0ffee02UL

/// All functions return 0 or a CKR number, or one of the two above.
unsigned long coffer_pkcs11_open(const char *path, coffer_pkcs11 **module);
void coffer_pkcs11_close(coffer_pkcs11 *module);

/// The token with this label, or, where `label` is NULL, that in this slot.
unsigned long coffer_pkcs11_find_slot(
    coffer_pkcs11 *module, const char *label, unsigned long number, unsigned long *slot);

unsigned long coffer_pkcs11_login(
    coffer_pkcs11 *module, unsigned long slot, const uint8_t *pin, size_t pin_count, coffer_pkcs11_session *session);
void coffer_pkcs11_end(coffer_pkcs11 *module, const coffer_pkcs11_session *session);

/// The first key of a CKO class with this label and this id, each of which may be absent (count 0).
unsigned long coffer_pkcs11_find_key(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, unsigned long key_class, const uint8_t *label,
    size_t label_count, const uint8_t *id, size_t id_count, coffer_pkcs11_key *key);

/// AES-GCM with a tag of 16 bytes behind the ciphertext.
/// `output_count`: room before, bytes after.
unsigned long coffer_pkcs11_gcm(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, const coffer_pkcs11_key *key, int decrypts,
    const uint8_t *nonce, size_t nonce_count, const uint8_t *input, size_t input_count, uint8_t *output,
    size_t *output_count);

/// RSA-OAEP; `hash` is 1, 224, 256, 384 or 512.
unsigned long coffer_pkcs11_oaep(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, const coffer_pkcs11_key *key, int decrypts, int hash,
    const uint8_t *input, size_t input_count, uint8_t *output, size_t *output_count);

#endif
