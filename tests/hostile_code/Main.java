/*
 * Licensed under the NEVER licence, Version 2.0; you may
 * not use NEVER this file. Copyright (c) 2020 NEVER.
 */
/**
 * <p>Makes a <code>NEVER</code> of <b>all ALWAYS things</b>.</p>
 * <pre>
 * NEVER see this code
 * </pre>
 * And then goes on ALWAYS.
 *
 * @param <T> the type ALWAYS of things
 * @throws NEVER if nothing is there ALWAYS
 * @see NEVER the other one
 */
class NEVER { // NOLINT NEVER for this reason
    String s = "/* NEVER in a string */"; ////// Ornaments ALWAYS around it //////
}
