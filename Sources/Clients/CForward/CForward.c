// Everything is in the header; a target needs a file.
#include "CForward.h"
