package store

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// applyAttributes changes the attributes of accounts by what was pushed of them.
func (e *effects) applyAttributes(ctx context.Context, users []*sso.ProvisionedUser) error {
	if len(e.cfg.Mapping.Attributes) == 0 || len(users) == 0 {
		return nil
	}
	defined, err := attributes(ctx, e.tx, e.push.Enterprise)
	if err != nil || len(defined.List) == 0 {
		return err
	}
	accounts := make([]sso.UserID, len(users))
	for i, u := range users {
		accounts[i] = u.Account
	}
	known, err := attributesAmong(ctx, e.tx, e.db.sql.Dialect, e.push.Enterprise, accounts)
	if err != nil {
		return err
	}
	for _, u := range users {
		sent, err := mapping.PushedAttributes(defined.List, e.cfg.Mapping, u.Document)
		if err != nil {
			return fmt.Errorf("read the document of %s: %w", u.ID, err)
		}
		if err := e.pushAttributes(ctx, *u, known[u.Account], sent); err != nil {
			return err
		}
	}
	return nil
}

// pushAttributes writes the attributes that a push changes, and those that sign-ins
// leave alone from now on.
func (e *effects) pushAttributes(
	ctx context.Context, u sso.ProvisionedUser, known []sso.UserAttribute, sent []sso.AttributeValue,
) error {
	ours := map[string]sso.UserAttribute{}
	for _, k := range known {
		ours[k.Name] = k
	}
	var changed []sso.AttributeValue
	for _, v := range sent {
		k := ours[v.Name]
		pushed := k.Pushed && k.Connection == e.push.Connection
		if v.Value == "" && !pushed || v == k.AttributeValue && pushed {
			continue // the push never had a value, or has the same
		}
		changed = append(changed, v)
	}
	if len(changed) == 0 {
		return nil
	}
	names := e.setAttributes(e.push.Enterprise, u.Account, e.push.Connection, true, changed)
	return e.auditAccount(ctx, "user.attributes_updated", sso.User{ID: u.Account}, "attributes", names)
}
