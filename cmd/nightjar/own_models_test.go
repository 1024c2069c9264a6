package main

import (
	"os"
	"testing"
)

// Every file and every command of the tutorial is tried, and prints what it says.
func TestTheTutorialOnOwnModelsDoesWhatItSays(t *testing.T) {
	text, err := os.ReadFile("../../docs/own-models.md")
	if err != nil {
		t.Fatal(err)
	}
	document{t, t.TempDir()}.try(string(text))
}
