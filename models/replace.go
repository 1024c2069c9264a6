package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// replacesModel checks that a user's model keeps the grain and columns of the one
// that it replaces, and names the fingerprint that it overrides.
func (c *Catalog) replacesModel(m *Model) error {
	old, exists := c.Models[m.Name]
	if !exists {
		return nil
	}
	if err := c.overrides(m.Path, "model", m.Name, m.Overrides, old.Fingerprint); err != nil {
		return err
	}
	if !slices.Equal(m.Grain, old.Grain) {
		return fmt.Errorf("%s: the grain must stay %v, as in the model that it replaces", m.Path, old.Grain)
	}
	return keeps(m.Path, "model", m.Columns, old.Columns)
}

// replacesInput does the same for a contract, of which models also ask that its rows
// live by month as before.
func (c *Catalog) replacesInput(path string, in *Input) error {
	old, exists := c.Inputs[in.Name]
	if !exists {
		return nil
	}
	if err := c.overrides(path, "contract", in.Name, in.Overrides, old.Fingerprint()); err != nil {
		return err
	}
	switch {
	case !slices.Equal(in.Key, old.Key):
		return fmt.Errorf("%s: the key must stay %v, as in the contract that it replaces", path, old.Key)
	case in.Dated() && !old.Dated():
		return fmt.Errorf("%s: its rows must have no month, as in the contract that it replaces: leave out `dated_by` and `owner`", path)
	case !in.Dated() && old.Dated():
		return fmt.Errorf("%s: its rows must live in a month, as in the contract that it replaces: give `dated_by` or `owner`", path)
	}
	return keeps(path, "contract", in.Columns, old.Columns)
}

// overrides wants the fingerprint of what a file of the project's replaces, so that nothing
// of ours is replaced by accident, and writes down where ours has changed since.
func (c *Catalog) overrides(path, kind, name, says, fingerprint string) error {
	if says == "" {
		return fmt.Errorf("%s: a %s %s ships with Nightjar: to replace it, add `overrides: %s` to the header; `nightjar model %[3]s --own` prints ours so", path, kind, name, fingerprint)
	}
	if says != fingerprint {
		c.Moved = append(c.Moved, fmt.Sprintf("%s overrides version %s of %s, which now is %s: see with `nightjar model %[3]s` what changed in it, then say `overrides: %[4]s`", path, says, name, fingerprint))
	}
	return nil
}

// keeps wants all the columns of what is replaced.
func keeps(path, kind string, columns, old Columns) error {
	for _, column := range old {
		if !slices.Contains(Names(columns), column.Name) {
			return fmt.Errorf("%s: column %s of the %s that it replaces is missing", path, column.Name, kind)
		}
	}
	return nil
}

// Fingerprint is the hash of the contract as written.
func (in *Input) Fingerprint() string { return hashed([]byte(in.Text)) }

// hashed is the fingerprint of a text.
func hashed(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
