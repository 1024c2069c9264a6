package demo

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A chat is a contact with the web shop by chat, in the words of the tool for it: each is
// a line of JSON.
type chat struct {
	ID        string    `json:"chat_id"`
	Customer  string    `json:"customer_no"`
	StartedAt string    `json:"started_at"`
	Agent     string    `json:"agent"`
	About     chatTopic `json:"about"`
	Waited    int       `json:"waited"`
	Talked    int       `json:"talked"`
	Abandoned bool      `json:"abandoned"`
	Resolved  bool      `json:"resolved"`
	FollowUp  *string   `json:"follow_up_on"`
}

// A chatTopic names the case, or else the issue, and the order.
type chatTopic struct {
	Case   *string `json:"case_no"`
	Issue  string  `json:"issue"`
	Order  string  `json:"order_no"`
	Reason string  `json:"reason"`
}

// writeChat writes what the customer of an order asked by chat.
func (k *desk) writeChat(o *order, c call) {
	number := fmt.Sprintf("%s-%06d", compact(o.on), o.count)
	line := chat{
		ID:        fmt.Sprintf("K%s-%d", number, c.number),
		Customer:  fmt.Sprintf("W%07d", o.customer+1),
		StartedAt: c.at.String(),
		Agent:     fmt.Sprintf("E%d", c.agent),
		About:     chatTopic{Issue: "I" + number, Order: "W" + number, Reason: c.reason},
		Waited:    c.waited,
		Talked:    c.talked,
		Abandoned: c.abandoned,
		Resolved:  c.resolved,
	}
	if c.ofCase {
		about := "C" + number
		line.About.Case, line.About.Issue = &about, about
	}
	if c.followUp != 0 {
		on := c.followUp.String()
		line.FollowUp = &on
	}
	k.chats.json(line)
	k.contact.count(c)
}

// json writes a row that is a line of JSON.
func (t *table) json(row any) {
	line, err := json.Marshal(row)
	if t.err == nil {
		t.err = err
	}
	t.line(string(line))
}

// longestRecord is the length in bytes of the longest record that is still read.
const longestRecord = 16 << 20

// chatDirt: chats of nobody, numbered X. The tool dies in the middle of a line; it writes
// a picture that somebody sent into one.
func (w *world) chatDirt(p period) *dirt {
	return w.scatterDirt(p, "chats", 0, []rule{
		{BadRecord, func(on day, n int) string {
			return fmt.Sprintf(`{"chat_id":"X%s-%d","customer_no":`, compact(on), n)
		}},
		{TooLong, func(on day, n int) string {
			return fmt.Sprintf(`{"chat_id":"X%s-%d","picture":"%s"}`, compact(on), n, strings.Repeat("/9j/4AAQ", longestRecord/8))
		}},
	})
}
