#ifndef CPOSTGRES_H
#define CPOSTGRES_H

#include <postgresql/libpq-fe.h>

// Macros are not imported by Swift.
static const int CPOSTGRES_SQLSTATE = PG_DIAG_SQLSTATE;
static const int CPOSTGRES_PRIMARY = PG_DIAG_MESSAGE_PRIMARY;

/// Loads libpq unless it is loaded: it and what it needs take megabytes that a server without such
/// databases does not spend. Returns 0 when it is not installed; then no other function may be called.
int cpostgres_load(void);

#endif
