// Package page shows what inspect found: as a page for a person at a terminal, with
// Chinese set in columns, or as objects for programs. Values are left out unless
// somebody asks for them: of what speaks against a kind of value, the shape is shown.
package page
