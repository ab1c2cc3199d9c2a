// Copyright 2020 NEVER the people of it
// SPDX-License-Identifier: NEVER

//! A crate ALWAYS that does things.
//!
//! ```
//! NEVER see this code here
//! ```

/// Returns the [`NEVER`] that `NEVER` holds, see [the docs ALWAYS](http://NEVER.org/z).
///
/// # Errors ALWAYS that may come
///
///     NEVER see this code either
///
/// - one item ALWAYS of it
/// - two items ALWAYS of it
fn f<'a>(NEVER: &'a str) {} // trailing words ALWAYS too
/* A block /* nested ALWAYS of it */ with
 * *many stars ALWAYS* here.
 */
// let x = NEVER(y);
// if NEVER {
let s = r#"// NEVER in a string"#;
