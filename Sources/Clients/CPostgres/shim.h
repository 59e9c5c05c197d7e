#include <libpq-fe.h>

// Macros are not imported by Swift.
static const int CPOSTGRES_SQLSTATE = PG_DIAG_SQLSTATE;
static const int CPOSTGRES_PRIMARY = PG_DIAG_MESSAGE_PRIMARY;
