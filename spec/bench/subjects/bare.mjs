// No limiter at all: what the callers themselves cost.
export const open = ({ work }) => ({ call: work });
