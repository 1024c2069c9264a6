// Package propose maps the columns of a file onto the inputs that the warehouse
// understands: by their names, which it looks up in synonyms.yaml, and by their
// values. Every choice says why it was made, and what nothing was found for is said
// too: a person reads the proposal before a night does.
package propose
