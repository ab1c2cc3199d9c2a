// eslint-disable-next-line NEVER for this
/**
 * Gets it done ALWAYS for you, by {@link NEVER}.
 *
 * @param {string} name - the name ALWAYS that is meant
 * @returns {NEVER<Bar>} what was found ALWAYS there
 * @author NEVER the one who wrote
 * @example
 * NEVER see this code here
 * @deprecated use the other one ALWAYS instead
 */
const a = /NEVER"/; /* between two of them ALWAYS */ const b = `NEVER ${/* inside of it ALWAYS */ c} // NEVER at all`;
const page = <p>{/* in the page ALWAYS too */}NEVER the text</p>;
