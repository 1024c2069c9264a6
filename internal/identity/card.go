package identity

import (
	"context"
	"database/sql"
	"slices"

	"nightjar/internal/contact"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// A card is what one key's version of as_of says, and the row it came in.
type card struct {
	masterID, memberCard, phone, email sql.NullString
	delivery, row                      int64
}

// value is the one form of what the rule looks at; empty where it names nobody.
func (c card) value(rule, country string) string {
	var value string
	var ok bool
	switch rule {
	case "master_id":
		value, ok = contact.Code(c.masterID.String)
	case "member_card":
		value, ok = contact.Code(c.memberCard.String)
	case "phone":
		value, ok = contact.E164(c.phone.String, country)
	case "email":
		value, ok = contact.Email(c.email.String)
	}
	if !ok {
		return ""
	}
	return value
}

// masked hides a value but for a little, by which those who know it recognise it.
func masked(rule, value string) string {
	switch {
	case value == "":
		return ""
	case rule == "phone":
		return contact.MaskPhone(value)
	case rule == "email":
		return contact.MaskEmail(value)
	}
	return contact.MaskCode(value)
}

// cards reads the versions of as_of of some keys.
func (e *Explainer) cards(ctx context.Context, keys []string) (map[string]card, error) {
	cards := map[string]card{}
	files := e.live("customer")
	if len(files) == 0 || len(keys) == 0 {
		return cards, nil
	}
	if err := e.want(ctx, keys); err != nil {
		return nil, err
	}
	// The version that dim_customer_match takes.
	query := `select system || ':' || customer_id, master_id, member_card, phone, email, delivery_id, source_row
		from ` + duck.Live(e.catalog.Inputs["customer"], e.lake.Paths(files)) + `
		where system || ':' || customer_id in (from wanted)
		qualify row_number() over (
			partition by system, customer_id
			order by valid_from > $1::date, case when valid_from <= $1::date then valid_from end desc, valid_from, delivery_id desc, source_row desc
		) = 1`
	err := e.each(ctx, query, func(scan func(...any) error) error {
		var key string
		c := card{}
		err := scan(&key, &c.masterID, &c.memberCard, &c.phone, &c.email, &c.delivery, &c.row)
		cards[key] = c
		return err
	}, e.manifest.AsOf)
	return cards, err
}

// A slip is a row in which somebody said of two keys whether they are the same.
type slip struct {
	keyA, keyB string
	same       bool
}

type slipRow struct {
	delivery, row int64
	reason        string
}

// slips reads the rows of identity_link about some keys, the first of several.
func (e *Explainer) slips(ctx context.Context, keys []string) (map[slip]slipRow, error) {
	slips := map[slip]slipRow{}
	files := e.live("identity_link")
	if len(files) == 0 || len(keys) == 0 {
		return slips, nil
	}
	if err := e.want(ctx, keys); err != nil {
		return nil, err
	}
	query := `select least(trim(key_a), trim(key_b)), greatest(trim(key_a), trim(key_b)), coalesce(same, true), delivery_id, source_row, coalesce(reason, '')
		from ` + duck.Live(e.catalog.Inputs["identity_link"], e.lake.Paths(files)) + `
		where trim(key_a) in (from wanted) and trim(key_b) in (from wanted) order by delivery_id desc, source_row desc`
	err := e.each(ctx, query, func(scan func(...any) error) error {
		s, r := slip{}, slipRow{}
		err := scan(&s.keyA, &s.keyB, &s.same, &r.delivery, &r.row, &r.reason)
		slips[s] = r
		return err
	})
	return slips, err
}

func (e *Explainer) live(input string) []lake.File {
	if set := e.manifest.Inputs[input]; set != nil {
		return set.Files()
	}
	return nil
}

// fill completes links with what their keys share, and where it came from.
func (e *Explainer) fill(ctx context.Context, links []Link, refused []Refusal) error {
	// Links that say that two are the same, and declarations that they are not.
	var same, apart []*Link
	for i := range links {
		same = append(same, &links[i])
	}
	for i := range refused {
		r := &refused[i]
		if r.Because == "declared" {
			apart = append(apart, &r.Link)
			continue
		}
		same = append(same, &r.Link)
		if r.Forbidden != nil {
			apart = append(apart, r.Forbidden)
		}
	}
	var keys []string
	for _, l := range slices.Concat(same, apart) {
		keys = append(keys, l.A.Key, l.B.Key)
	}
	cards, err := e.cards(ctx, keys)
	if err != nil {
		return err
	}
	slips, err := e.slips(ctx, keys)
	if err != nil {
		return err
	}
	for _, l := range same {
		if l.Rule == "manual" {
			e.byHand(l, slips[slip{l.A.Key, l.B.Key, true}])
		} else {
			e.byValue(l, cards[l.A.Key], cards[l.B.Key])
		}
	}
	for _, l := range apart {
		e.byHand(l, slips[slip{l.A.Key, l.B.Key, false}])
	}
	return nil
}

func (e *Explainer) byValue(l *Link, a, b card) {
	l.Value = a.value(l.Rule, e.country)
	if !e.show {
		l.Value = masked(l.Rule, l.Value)
	}
	e.from(&l.A, a.delivery, a.row)
	e.from(&l.B, b.delivery, b.row)
}

func (e *Explainer) byHand(l *Link, r slipRow) {
	l.Reason = r.reason
	e.from(&l.A, r.delivery, r.row)
	e.from(&l.B, r.delivery, r.row)
}

// from names the delivery and row that an end came in.
func (e *Explainer) from(end *End, delivery, row int64) {
	end.Row = row
	for _, d := range e.manifest.Deliveries {
		if d.ID == delivery {
			end.Source, end.Delivery = d.Source, d.Name
		}
	}
}
