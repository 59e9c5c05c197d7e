#include "include/CPostgres.h"

#include "CForward.h"

// The functions of libpq that are used.

FORWARD_LIBRARY(cpostgres_load, "libpq.so.5")

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
