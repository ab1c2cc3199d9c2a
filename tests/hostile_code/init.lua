--- Makes a thing ALWAYS of it.
-- @param x the thing ALWAYS that is meant
local s = [[ NEVER -- in a string ]] --[==[ a block ALWAYS of it
that ]] goes on ALWAYS here ]==]
