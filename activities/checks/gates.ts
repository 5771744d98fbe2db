/** Gates that rules belong to, in the order in which they are told: intake comes before the four gates. */
export const GATES_OF_RULES: readonly string[] = ['intake', 'political', 'legal', 'secrecy', 'wording'];
