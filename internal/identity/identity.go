// Package identity explains, from what the current night left behind, why
// customer keys are one customer, or why they are not.
package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/internal/project"
	"nightjar/models"
)

// A Customer is all keys that are one customer, and why.
type Customer struct {
	CustomerID string `json:"customer_id"`
	AsOf       string `json:"as_of"`
	// Keys are in order. Some that only pairs by hand name may be among them.
	Keys []string `json:"keys"`
	// Links are those that joined the keys, one fewer than keys, as they were added.
	Links []Link `json:"-"`
	// Refused are links from one of the keys to another customer.
	Refused []Refusal `json:"-"`
}

// A Link is a reason to hold two keys for one customer.
type Link struct {
	// Place among the links that joined the customer, from 1.
	Place int    `json:"place,omitempty"`
	Rule  string `json:"rule"`
	// Value is what both keys carry, masked unless asked otherwise; empty by hand.
	Value string `json:"value,omitempty"`
	// Reason is what whoever linked them by hand wrote beside it.
	Reason string `json:"reason,omitempty"`
	A      End    `json:"a"`
	B      End    `json:"b"`
}

// An End is one side of a link: the key, and the row that its value came from.
// By hand, both sides came in one row.
type End struct {
	Key      string `json:"key"`
	Source   string `json:"source,omitempty"`
	Delivery string `json:"delivery,omitempty"`
	// Row is the record's number in the delivery, from 1, header not counted.
	Row int64 `json:"row,omitempty"`
}

// A Refusal is a link that was not made.
type Refusal struct {
	// Because is declared (the two are declared not the same), not_same (it would
	// have brought two that are under one customer) or too_many_keys.
	Because string `json:"refused_because"`
	Link
	// Forbidden is the declaration that forbids the link, for not_same.
	Forbidden *Link `json:"forbidden,omitempty"`
	// Keys is how many keys carry the value, for too_many_keys.
	Keys int64 `json:"keys,omitempty"`
}

// A Relation is how two keys stand to each other.
type Relation struct {
	KeyA      string `json:"key_a"`
	KeyB      string `json:"key_b"`
	CustomerA string `json:"customer_a"`
	CustomerB string `json:"customer_b"`
	AsOf      string `json:"as_of"`
	Same      bool   `json:"same"`
	// Path leads from one key to the other, where they are the same.
	Path []Link `json:"-"`
	// Refused are the links for want of which they are not. Without any, nothing
	// links the two.
	Refused []Refusal `json:"-"`
}

// An Explainer answers from one night.
type Explainer struct {
	catalog  *models.Catalog
	lake     *lake.Lake
	manifest *lake.Manifest
	country  string
	show     bool
	db       *sql.DB
	conn     *sql.Conn
}

// Open reads the project's current night. Values that keys share are masked
// unless show is true. Without a night, the error's code is NoWarehouse.
func Open(ctx context.Context, p *project.Project, show bool) (_ *Explainer, err error) {
	e := &Explainer{catalog: p.Catalog, lake: p.Lake, country: p.Config.Country, show: show}
	if e.manifest, err = p.Lake.Current(); err != nil {
		return nil, err
	}
	if e.manifest == nil {
		return nil, exitcode.With(exitcode.NoWarehouse, errors.New("explaining a customer: no night has been published yet: run `nightjar run`"))
	}
	for _, model := range []string{"dim_customer_match", "dim_customer_link", "dim_customer_link_refused", "dim_customer_identity"} {
		if e.manifest.Models[model] == nil {
			return nil, exitcode.With(exitcode.NoWarehouse, fmt.Errorf("explaining a customer: the current night has no %s: run `nightjar run` with this version", model))
		}
	}
	if e.db, err = duck.Open(ctx, duck.Options{MemoryLimit: "512MB", Temp: p.Lake.TempDir()}); err != nil {
		return nil, err
	}
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return nil, errors.Join(duck.Scrub(err), e.db.Close())
	}
	return e, nil
}

// Close ends what Open began.
func (e *Explainer) Close() error { return errors.Join(e.conn.Close(), e.db.Close()) }

// Customer explains the customer of a key. A key that nobody has is an error
// with code Usage that names the nearest.
func (e *Explainer) Customer(ctx context.Context, key string) (*Customer, error) {
	found, err := e.component(ctx, key)
	if err != nil {
		return nil, err
	}
	c := &Customer{CustomerID: found.customerID, AsOf: e.manifest.AsOf, Keys: found.keys}
	if c.Links, err = e.joined(ctx, found); err != nil {
		return nil, err
	}
	all, err := e.refusals(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.rootA == found.root || r.rootB == found.root {
			c.Refused = append(c.Refused, r.Refusal)
		}
	}
	return c, e.fill(ctx, c.Links, c.Refused)
}

// Relation explains how two keys stand to each other.
func (e *Explainer) Relation(ctx context.Context, a, b string) (*Relation, error) {
	ofA, err := e.component(ctx, a)
	if err != nil {
		return nil, err
	}
	ofB, err := e.component(ctx, b)
	if err != nil {
		return nil, err
	}
	r := &Relation{KeyA: a, KeyB: b, CustomerA: ofA.customerID, CustomerB: ofB.customerID, AsOf: e.manifest.AsOf, Same: ofA.root == ofB.root}
	if r.Same {
		joined, err := e.joined(ctx, ofA)
		if err != nil {
			return nil, err
		}
		r.Path = path(joined, a, b)
	} else if r.Refused, err = e.apart(ctx, a, b, ofA, ofB); err != nil {
		return nil, err
	}
	return r, e.fill(ctx, r.Path, r.Refused)
}

// apart lists what keeps two customers apart: a declaration about the very
// keys, the refused links on the shortest way between them, and the values
// that too many keys share.
func (e *Explainer) apart(ctx context.Context, a, b string, ofA, ofB component) ([]Refusal, error) {
	refused, err := e.declared(ctx, a, b)
	if err != nil {
		return nil, err
	}
	all, err := e.refusals(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range between(all, ofA.root, ofB.root) {
		refused = append(refused, r.Refusal)
	}
	crowded, err := e.crowded(ctx, ofA, ofB)
	return append(refused, crowded...), err
}
