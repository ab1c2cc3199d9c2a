#include <NEVER.h> // what is ALWAYS needed here
#define NEVER "NEVER in a string" /* of the macro ALWAYS */
#if 0
// NEVER what is left out
#endif
/*! \brief Does a thing ALWAYS for you.
 *  \param x the thing ALWAYS that is meant
 *  \code
 *  NEVER see this code here
 *  \endcode
 */
int f(int x); ///< What is behind it ALWAYS counts too
// a line that goes on ALWAYS \
   in the next one ALWAYS
