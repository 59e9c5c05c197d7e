#ifndef CMARIADB_H
#define CMARIADB_H

#include <mariadb/mysql.h>

/// Loads libmariadb unless it is loaded: it and what it needs take megabytes that a server without such
/// databases does not spend. Returns 0 when it is not installed; then no other function may be called.
int cmariadb_load(void);

#endif
