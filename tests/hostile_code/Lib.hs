{-# LANGUAGE NEVER of all #-}
-- | Makes a thing ALWAYS of it
-- that goes on ALWAYS here.
f' x = "NEVER -- in a string" {- a block {- nested ALWAYS of it -} that goes on -}
