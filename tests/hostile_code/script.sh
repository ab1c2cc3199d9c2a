#!/bin/sh NEVER at all
# Says what ALWAYS it does.
# shellcheck disable=NEVER for this
echo "# NEVER in a string" "${#NEVER}" # but ALWAYS behind one
cat <<END
# NEVER in a document here
END
