package doubt_test

import (
	"errors"
	"testing"

	"nightjar/extract/inspect/doubt"
)

var date = doubt.Question{Key: "Ordered", Text: "Which is it?", Choices: []doubt.Choice{{Answer: "%d/%m/%Y"}, {Answer: "%m/%d/%Y"}}}

func TestAnAnswerGivenIsNotAskedFor(t *testing.T) {
	d := doubt.NewDesk(map[string]string{"ordered": "%d/%m/%Y"}, func(doubt.Question) (string, error) {
		t.Error("somebody was asked")
		return "", nil
	})
	if answer, err := d.Decide(date); err != nil || answer != "%d/%m/%Y" || len(d.Unused()) > 0 {
		t.Errorf("%q, %v", answer, err)
	}
}

func TestAPersonAnswersOnceByNumberOrWord(t *testing.T) {
	times := 0
	d := doubt.NewDesk(nil, func(doubt.Question) (string, error) { times++; return "2", nil })
	for range 2 {
		if answer, err := d.Decide(date); err != nil || answer != "%m/%d/%Y" {
			t.Errorf("%q, %v", answer, err)
		}
	}
	if times != 1 {
		t.Errorf("the person was asked %d times", times)
	}
}

func TestWhatNobodyAnswersStaysOpen(t *testing.T) {
	d := doubt.NewDesk(map[string]string{"other": "x"}, nil)
	if answer, err := d.Decide(date); err != nil || answer != "" {
		t.Errorf("%q, %v", answer, err)
	}
	if len(d.Open()) != 1 || len(d.Unused()) != 1 {
		t.Errorf("open %v, unused %v", d.Open(), d.Unused())
	}
}

func TestAnAnswerThatIsNoneIsRefused(t *testing.T) {
	d := doubt.NewDesk(map[string]string{"ordered": "yesterday"}, nil)
	_, err := d.Decide(date)
	var wrong *doubt.AnswerError
	if !errors.As(err, &wrong) || err.Error() != `"yesterday" is no answer to Ordered: use %d/%m/%Y, or %m/%d/%Y` {
		t.Error(err)
	}
}

func TestEachKindOfFilesIsAskedForItself(t *testing.T) {
	d := doubt.NewDesk(nil, nil)
	for _, about := range []string{"orders.csv", "items.csv"} {
		if _, err := d.At(about).Decide(date); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.Open()) != 2 || d.Open()[1].About != "items.csv" {
		t.Error(d.Open())
	}
}
