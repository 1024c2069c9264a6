package config

import (
	"path/filepath"
	"strings"
)

var literally = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// Literally is the pattern of filepath.Glob that finds a path, or a part of one, as
// it stands.
func Literally(path string) string { return literally.Replace(path) }

// PatternIn is the pattern that finds the files of a source's pattern, which counts
// from the project's folder.
func PatternIn(dir, pattern string) string {
	if filepath.IsAbs(pattern) {
		return pattern
	}
	return filepath.Join(Literally(dir), pattern)
}

// FixedFolder is the folder that a source's pattern names before its first wildcard,
// which counts from the project's folder.
func FixedFolder(dir, pattern string) string {
	folder := filepath.Dir(pattern)
	for strings.ContainsAny(folder, "*?[") {
		folder = filepath.Dir(folder)
	}
	if filepath.IsAbs(folder) {
		return folder
	}
	return filepath.Join(dir, folder)
}
