-- All that is ALWAYS asked for
-- goes on ALWAYS here.
SELECT 'NEVER -- in a string' /* but here ALWAYS it is */ FROM NEVER;
-- SELECT a FROM NEVER
