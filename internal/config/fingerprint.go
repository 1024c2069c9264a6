package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Fingerprint identifies how the source's rows become rows of the mapping's
// input: dialect, formats, time zone, mode, key, status words, expressions,
// rules, and the input's contract. It stays the same when files are added,
// comments change or the mapping moves within the file. It is "" for an input
// that the source has no mapping for.
func (s *Source) Fingerprint(mapping string) string {
	m := s.Maps.For(mapping)
	if m == nil {
		return ""
	}
	read := *s
	read.Files, read.Optional, read.SameContent = nil, false, ""
	read.Settle, read.Done, read.Parts, read.RenamedFrom = "", "", "", ""
	read.Maps = Maps{m}
	contract := ""
	if m.Contract != nil {
		contract = m.Contract.Text
	}
	return fingerprint(read, s.dayStartsAt, contract)
}

// RowsFingerprint identifies the rows of an input given in place, and the
// input's contract. It is "" for an input without such rows.
func (c *Config) RowsFingerprint(input string) string {
	rows, given := c.Rows[input]
	if !given {
		return ""
	}
	return fingerprint(rows, c.contracts[input])
}

// Fingerprint identifies everything of the project that can change what is
// built or whether it is published; not where it lies, what it may use of the
// machine, or as_of, which a manifest records as a clock of its own.
func (c *Config) Fingerprint() string {
	built := *c
	built.Project, built.AsOf, built.State, built.Models = "", "", "", ""
	built.Landing = Landing{}
	built.Keep, built.Threads, built.MemoryLimit, built.TempLimit = 0, 0, "", ""
	var mappings []string
	for _, s := range c.Sources {
		for _, m := range s.Maps {
			mappings = append(mappings, s.Fingerprint(m.Input))
		}
	}
	return fingerprint(built, mappings, c.contracts)
}

// fingerprint hashes the parts as JSON, in which map keys are sorted.
func fingerprint(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // the types hold nothing that JSON cannot
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
