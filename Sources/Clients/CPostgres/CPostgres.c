#include "include/CPostgres.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

// The functions of libpq that are used, under their own names: each asks the library, which is loaded at
// the first connection, for the one it stands for.

static _Atomic(void *) library;

int cpostgres_load(void) {
    if (atomic_load(&library)) return 1;
    // Opening it twice gives the same handle.
    atomic_store(&library, dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL));
    return atomic_load(&library) != NULL;
}

#define FORWARD(result, name, parameters, arguments)                         \
    result name parameters {                                                 \
        static _Atomic(void *) found;                                        \
        void *function = atomic_load(&found);                                \
        if (!function) {                                                     \
            function = dlsym(atomic_load(&library), #name);                  \
            atomic_store(&found, function);                                  \
        }                                                                    \
        return((result(*) parameters)function) arguments;                    \
    }

FORWARD(PGconn *, PQconnectStartParams, (const char *const *keywords, const char *const *values, int expand),
        (keywords, values, expand))
FORWARD(PostgresPollingStatusType, PQconnectPoll, (PGconn * connection), (connection))
FORWARD(PQconninfoOption *, PQconninfoParse, (const char *text, char **message), (text, message))
FORWARD(void, PQconninfoFree, (PQconninfoOption * options), (options))
FORWARD(int, PQconsumeInput, (PGconn * connection), (connection))
FORWARD(char *, PQencryptPasswordConn,
        (PGconn * connection, const char *password, const char *user, const char *algorithm),
        (connection, password, user, algorithm))
FORWARD(char *, PQerrorMessage, (const PGconn *connection), (connection))
FORWARD(void, PQfinish, (PGconn * connection), (connection))
FORWARD(void, PQfreemem, (void *memory), (memory))
FORWARD(PGresult *, PQgetResult, (PGconn * connection), (connection))
FORWARD(void, PQclear, (PGresult * answer), (answer))
FORWARD(int, PQenterPipelineMode, (PGconn * connection), (connection))
FORWARD(int, PQexitPipelineMode, (PGconn * connection), (connection))
FORWARD(int, PQflush, (PGconn * connection), (connection))
FORWARD(int, PQgetlength, (const PGresult *answer, int row, int column), (answer, row, column))
FORWARD(int, PQpipelineSync, (PGconn * connection), (connection))
FORWARD(int, PQsetnonblocking, (PGconn * connection, int on), (connection, on))
FORWARD(int, PQgetisnull, (const PGresult *answer, int row, int column), (answer, row, column))
FORWARD(char *, PQgetvalue, (const PGresult *answer, int row, int column), (answer, row, column))
FORWARD(int, PQisBusy, (PGconn * connection), (connection))
FORWARD(int, PQnfields, (const PGresult *answer), (answer))
FORWARD(int, PQntuples, (const PGresult *answer), (answer))
FORWARD(char *, PQresultErrorField, (const PGresult *answer, int field), (answer, field))
FORWARD(ExecStatusType, PQresultStatus, (const PGresult *answer), (answer))
FORWARD(int, PQsendQueryParams,
        (PGconn * connection, const char *command, int count, const Oid *types, const char *const *values,
         const int *lengths, const int *formats, int answerFormat),
        (connection, command, count, types, values, lengths, formats, answerFormat))
FORWARD(PQnoticeReceiver, PQsetNoticeReceiver, (PGconn * connection, PQnoticeReceiver receiver, void *context),
        (connection, receiver, context))
FORWARD(int, PQsocket, (const PGconn *connection), (connection))
FORWARD(ConnStatusType, PQstatus, (const PGconn *connection), (connection))
