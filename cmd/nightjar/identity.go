package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/identity"
	"nightjar/internal/project"
)

func newIdentity(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "identity",
		Short: "Ask who is the same customer, and why",
		Long: `Customer keys (system:customer id) are one customer when links join them: by hand
(identity_link), or by a master id, member card, telephone number or e-mail address
that they share. Links that were refused are in dim_customer_link_refused, old customer
ids in dim_customer_id_change.`,
		Example: `  nightjar identity explain shop:4711
  nightjar sql 'from dim_customer_link_refused'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newIdentityExplain(c))
	return cmd
}

func newIdentityExplain(c *console) *cobra.Command {
	show := false
	cmd := &cobra.Command{
		Use:   "explain KEY [KEY2]",
		Short: "Show the links that make keys one customer, or why they are not",
		Long: `For one key: its customer, all keys of it, and the links that joined them in the order in
which they were added, each with the rows that its value came from. For two keys: the
links that lead from one to the other, or what keeps them apart. Of what keys share
only so much is shown that who knows it recognises it, unless --show-values.`,
		Example: `  nightjar identity explain shop:4711
  nightjar identity explain shop:4711 pos:88 --show-values
  nightjar identity explain shop:4711 --json | jq .rule`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := project.Open(c.dir, c.state)
			if err != nil {
				return err
			}
			e, err := identity.Open(cmd.Context(), p, show)
			if err != nil {
				return err
			}
			defer e.Close()
			if len(args) == 2 {
				r, err := e.Relation(cmd.Context(), args[0], args[1])
				if err != nil {
					return err
				}
				return c.showRelation(r)
			}
			of, err := e.Customer(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.showCustomer(args[0], of)
		},
	}
	cmd.Flags().BoolVar(&show, "show-values", false, "show telephone numbers, addresses and cards in full: personal data")
	return cmd
}

func (c *console) showCustomer(key string, of *identity.Customer) error {
	if c.json {
		return c.emitLinks(of, of.Links, of.Refused)
	}
	head := fmt.Sprintf("%s is customer %s as of %s, of %d keys: %s", key, of.CustomerID, of.AsOf, len(of.Keys), strings.Join(of.Keys, ", "))
	if len(of.Keys) == 1 {
		head = fmt.Sprintf("%s is customer %s as of %s: nothing links it to another key", key, of.CustomerID, of.AsOf)
	}
	return c.sayLinks(head, of.Links, of.Refused)
}

func (c *console) showRelation(r *identity.Relation) error {
	if c.json {
		return c.emitLinks(r, r.Path, r.Refused)
	}
	head := fmt.Sprintf("%s and %s are customer %s as of %s", r.KeyA, r.KeyB, r.CustomerA, r.AsOf)
	if !r.Same {
		head = fmt.Sprintf("%s and %s are two customers as of %s: %s and %s", r.KeyA, r.KeyB, r.AsOf, r.CustomerA, r.CustomerB)
		if len(r.Refused) == 0 {
			head += "; nothing links them"
		}
	}
	return c.sayLinks(head, r.Path, r.Refused)
}

func (c *console) emitLinks(of any, links []identity.Link, refused []identity.Refusal) error {
	err := c.emit(of)
	for _, l := range links {
		if err == nil {
			err = c.emit(l)
		}
	}
	for _, r := range refused {
		if err == nil {
			err = c.emit(r)
		}
	}
	return err
}

func (c *console) sayLinks(head string, links []identity.Link, refused []identity.Refusal) error {
	lines := []string{head}
	for _, l := range links {
		lines = append(lines, fmt.Sprintf("%3d  %s", l.Place, described(l)))
		lines = append(lines, ends(l)...)
	}
	for _, r := range refused {
		lines = append(lines, "  -  "+refusal(r))
		lines = append(lines, ends(r.Link)...)
	}
	return c.say("%s", strings.Join(lines, "\n"))
}

var ruleWords = map[string]string{
	"manual": "by hand", "master_id": "master id", "member_card": "member card", "phone": "telephone number", "email": "e-mail address",
}

func described(l identity.Link) string {
	what := ruleWords[l.Rule]
	if l.Value != "" {
		what += " " + l.Value
	}
	return fmt.Sprintf("%s: %s and %s", what, l.A.Key, l.B.Key)
}

func refusal(r identity.Refusal) string {
	switch r.Because {
	case "declared":
		return fmt.Sprintf("%s and %s are declared not the same", r.A.Key, r.B.Key)
	case "too_many_keys":
		return fmt.Sprintf("not linked: %s: %d keys carry it, more than identity.max_keys", described(r.Link), r.Keys)
	}
	f := r.Forbidden
	return fmt.Sprintf("refused: %s: %s and %s are declared not the same (%s)", described(r.Link), f.A.Key, f.B.Key, whence(f.A, f.Reason))
}

// ends says where the two sides of a link come from.
func ends(l identity.Link) []string {
	if l.Rule == "manual" {
		return []string{"       " + whence(l.A, l.Reason)}
	}
	width := max(len(l.A.Key), len(l.B.Key))
	return []string{
		fmt.Sprintf("       %-*s  %s", width, l.A.Key, whence(l.A, "")),
		fmt.Sprintf("       %-*s  %s", width, l.B.Key, whence(l.B, "")),
	}
}

func whence(e identity.End, reason string) string {
	where := fmt.Sprintf("%s of source %s, row %d", e.Delivery, e.Source, e.Row)
	if reason != "" {
		where += ": " + reason
	}
	return where
}
