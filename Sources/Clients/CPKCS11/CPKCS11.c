#include "CPKCS11.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// The few declarations of the standard that are used here, with its names and its layout.

typedef unsigned long CK_RV, CK_ULONG, CK_SLOT_ID, CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_FLAGS;
typedef unsigned char CK_BYTE;

typedef struct {
    CK_ULONG type;
    void *pValue;
    CK_ULONG ulValueLen;
} CK_ATTRIBUTE;

typedef struct {
    CK_ULONG mechanism;
    void *pParameter;
    CK_ULONG ulParameterLen;
} CK_MECHANISM;

typedef struct {
    CK_BYTE *pIv;
    CK_ULONG ulIvLen;
    CK_ULONG ulIvBits;
    CK_BYTE *pAAD;
    CK_ULONG ulAADLen;
    CK_ULONG ulTagBits;
} CK_GCM_PARAMS;

typedef struct {
    CK_ULONG hashAlg;
    CK_ULONG mgf;
    CK_ULONG source;
    void *pSourceData;
    CK_ULONG ulSourceDataLen;
} CK_RSA_PKCS_OAEP_PARAMS;

typedef struct {
    CK_BYTE label[32];
    // Behind it stand fields of at most this size that nobody reads here.
    CK_BYTE rest[256];
} CK_TOKEN_INFO;

typedef struct {
    void *create, *destroy, *lock, *unlock;
    CK_FLAGS flags;
    void *reserved;
} CK_C_INITIALIZE_ARGS;

typedef struct {
    struct {
        CK_BYTE major, minor;
    } version;
    CK_RV (*C_Initialize)(void *);
    CK_RV (*C_Finalize)(void *);
    void *C_GetInfo, *C_GetFunctionList;
    CK_RV (*C_GetSlotList)(CK_BYTE, CK_SLOT_ID *, CK_ULONG *);
    void *C_GetSlotInfo;
    CK_RV (*C_GetTokenInfo)(CK_SLOT_ID, CK_TOKEN_INFO *);
    void *C_GetMechanismList, *C_GetMechanismInfo, *C_InitToken, *C_InitPIN, *C_SetPIN;
    CK_RV (*C_OpenSession)(CK_SLOT_ID, CK_FLAGS, void *, void *, CK_SESSION_HANDLE *);
    CK_RV (*C_CloseSession)(CK_SESSION_HANDLE);
    void *C_CloseAllSessions, *C_GetSessionInfo, *C_GetOperationState, *C_SetOperationState;
    CK_RV (*C_Login)(CK_SESSION_HANDLE, CK_ULONG, const CK_BYTE *, CK_ULONG);
    CK_RV (*C_Logout)(CK_SESSION_HANDLE);
    void *C_CreateObject, *C_CopyObject, *C_DestroyObject, *C_GetObjectSize;
    CK_RV (*C_GetAttributeValue)(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE *, CK_ULONG);
    void *C_SetAttributeValue;
    CK_RV (*C_FindObjectsInit)(CK_SESSION_HANDLE, CK_ATTRIBUTE *, CK_ULONG);
    CK_RV (*C_FindObjects)(CK_SESSION_HANDLE, CK_OBJECT_HANDLE *, CK_ULONG, CK_ULONG *);
    CK_RV (*C_FindObjectsFinal)(CK_SESSION_HANDLE);
    CK_RV (*C_EncryptInit)(CK_SESSION_HANDLE, CK_MECHANISM *, CK_OBJECT_HANDLE);
    CK_RV (*C_Encrypt)(CK_SESSION_HANDLE, const CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);
    void *C_EncryptUpdate, *C_EncryptFinal;
    CK_RV (*C_DecryptInit)(CK_SESSION_HANDLE, CK_MECHANISM *, CK_OBJECT_HANDLE);
    CK_RV (*C_Decrypt)(CK_SESSION_HANDLE, const CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);
    // More functions follow.
} CK_FUNCTION_LIST;

enum {
    CKR_OK = 0,
    CKR_USER_ALREADY_LOGGED_IN = 0x100,
    CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191,
    CKF_SERIAL_SESSION = 4,
    CKF_OS_LOCKING_OK = 2,
    CKU_USER = 1,
    CKA_CLASS = 0,
    CKA_LABEL = 3,
    CKA_KEY_TYPE = 0x100,
    CKA_ID = 0x102,
    CKM_RSA_PKCS_OAEP = 0x9,
    CKM_AES_GCM = 0x1087,
    CKZ_DATA_SPECIFIED = 1,
};

struct coffer_pkcs11 {
    void *library;
    CK_FUNCTION_LIST *functions;
};

unsigned long coffer_pkcs11_open(const char *path, coffer_pkcs11 **module) {
    CK_FUNCTION_LIST *functions = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return COFFER_PKCS11_NO_MODULE;
    CK_RV (*list)(CK_FUNCTION_LIST **);
    *(void **)&list = dlsym(library, "C_GetFunctionList");
    if (!list || list(&functions) != CKR_OK || !functions || functions->version.major != 2) {
        dlclose(library);
        return COFFER_PKCS11_NO_MODULE;
    }
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
    CK_RV result = functions->C_Initialize(&arguments);
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        dlclose(library);
        return result;
    }
    coffer_pkcs11 *made = malloc(sizeof *made);
    if (!made) {
        functions->C_Finalize(NULL);
        dlclose(library);
        return COFFER_PKCS11_NO_MODULE;
    }
    made->library = library;
    made->functions = functions;
    *module = made;
    return CKR_OK;
}

void coffer_pkcs11_close(coffer_pkcs11 *module) {
    // The library stays loaded: another seal may use it, and some cannot be unloaded.
    free(module);
}

static int is_labelled(coffer_pkcs11 *module, CK_SLOT_ID slot, const char *label) {
    CK_TOKEN_INFO info;
    size_t count = strlen(label);
    if (count > sizeof info.label || module->functions->C_GetTokenInfo(slot, &info) != CKR_OK) return 0;
    // Labels are filled up with spaces.
    for (size_t i = count; i < sizeof info.label; i++) {
        if (info.label[i] != ' ') return 0;
    }
    return memcmp(info.label, label, count) == 0;
}

unsigned long coffer_pkcs11_find_slot(
    coffer_pkcs11 *module, const char *label, unsigned long number, unsigned long *slot) {
    CK_ULONG count = 0;
    CK_RV result = module->functions->C_GetSlotList(1, NULL, &count);
    if (result != CKR_OK) return result;
    if (count == 0 || count > 4096) return COFFER_PKCS11_NOT_FOUND;
    CK_SLOT_ID *slots = calloc(count, sizeof *slots);
    if (!slots) return COFFER_PKCS11_NOT_FOUND;
    result = module->functions->C_GetSlotList(1, slots, &count);
    if (result == CKR_OK) {
        result = COFFER_PKCS11_NOT_FOUND;
        for (CK_ULONG i = 0; i < count && result != CKR_OK; i++) {
            if (label ? !is_labelled(module, slots[i], label) : slots[i] != number) continue;
            *slot = slots[i];
            result = CKR_OK;
        }
    }
    free(slots);
    return result;
}

unsigned long coffer_pkcs11_login(
    coffer_pkcs11 *module, unsigned long slot, const uint8_t *pin, size_t pin_count, coffer_pkcs11_session *session) {
    CK_SESSION_HANDLE handle = 0;
    CK_RV result = module->functions->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &handle);
    if (result != CKR_OK) return result;
    result = module->functions->C_Login(handle, CKU_USER, pin, pin_count);
    if (result != CKR_OK && result != CKR_USER_ALREADY_LOGGED_IN) {
        module->functions->C_CloseSession(handle);
        return result;
    }
    session->slot = slot;
    session->session = handle;
    return CKR_OK;
}

void coffer_pkcs11_end(coffer_pkcs11 *module, const coffer_pkcs11_session *session) {
    module->functions->C_CloseSession(session->session);
}

unsigned long coffer_pkcs11_find_key(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, unsigned long key_class, const uint8_t *label,
    size_t label_count, const uint8_t *id, size_t id_count, coffer_pkcs11_key *key) {
    CK_ATTRIBUTE wanted[3] = {{CKA_CLASS, &key_class, sizeof key_class}};
    CK_ULONG count = 1;
    if (label_count) wanted[count++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)label, label_count};
    if (id_count) wanted[count++] = (CK_ATTRIBUTE){CKA_ID, (void *)id, id_count};
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG number = 0;
    CK_RV result = module->functions->C_FindObjectsInit(session->session, wanted, count);
    if (result != CKR_OK) return result;
    result = module->functions->C_FindObjects(session->session, &found, 1, &number);
    module->functions->C_FindObjectsFinal(session->session);
    if (result != CKR_OK) return result;
    if (number == 0) return COFFER_PKCS11_NOT_FOUND;
    CK_ATTRIBUTE type = {CKA_KEY_TYPE, &key->type, sizeof key->type};
    key->handle = found;
    return module->functions->C_GetAttributeValue(session->session, found, &type, 1);
}

static unsigned long run(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, const coffer_pkcs11_key *key, int decrypts,
    CK_MECHANISM *mechanism, const uint8_t *input, size_t input_count, uint8_t *output, size_t *output_count) {
    CK_ULONG count = *output_count;
    CK_FUNCTION_LIST *functions = module->functions;
    CK_RV result = decrypts ? functions->C_DecryptInit(session->session, mechanism, key->handle)
                            : functions->C_EncryptInit(session->session, mechanism, key->handle);
    if (result != CKR_OK) return result;
    result = decrypts ? functions->C_Decrypt(session->session, input, input_count, output, &count)
                      : functions->C_Encrypt(session->session, input, input_count, output, &count);
    if (result == CKR_OK) *output_count = count;
    return result;
}

unsigned long coffer_pkcs11_gcm(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, const coffer_pkcs11_key *key, int decrypts,
    const uint8_t *nonce, size_t nonce_count, const uint8_t *input, size_t input_count, uint8_t *output,
    size_t *output_count) {
    CK_GCM_PARAMS parameters = {(CK_BYTE *)nonce, nonce_count, nonce_count * 8, NULL, 0, 128};
    CK_MECHANISM mechanism = {CKM_AES_GCM, &parameters, sizeof parameters};
    return run(module, session, key, decrypts, &mechanism, input, input_count, output, output_count);
}

unsigned long coffer_pkcs11_oaep(
    coffer_pkcs11 *module, const coffer_pkcs11_session *session, const coffer_pkcs11_key *key, int decrypts, int hash,
    const uint8_t *input, size_t input_count, uint8_t *output, size_t *output_count) {
    CK_RSA_PKCS_OAEP_PARAMS parameters = {.source = CKZ_DATA_SPECIFIED};
    // CKM_SHA… and CKG_MGF1_SHA… of the hash.
    switch (hash) {
    case 1: parameters.hashAlg = 0x220, parameters.mgf = 1; break;
    case 224: parameters.hashAlg = 0x255, parameters.mgf = 5; break;
    case 384: parameters.hashAlg = 0x260, parameters.mgf = 3; break;
    case 512: parameters.hashAlg = 0x270, parameters.mgf = 4; break;
    default: parameters.hashAlg = 0x250, parameters.mgf = 2; break;
    }
    CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, &parameters, sizeof parameters};
    return run(module, session, key, decrypts, &mechanism, input, input_count, output, output_count);
}
