package sso_test

import (
	"errors"
	"testing"

	"gatehouse/sso"
)

// TestTextPutsValuesIn: a value is data, also if it looks like the name of another.
func TestTextPutsValuesIn(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		text sso.Text
		want string
	}{
		{sso.Text{Pattern: "Please sign in."}, "Please sign in."},
		{sso.Text{Pattern: "Ask {who} of {company}.", Values: sso.Values{"who": "Ada", "company": "Acme"}}, "Ask Ada of Acme."},
		{sso.Text{Pattern: "{a}{b}{a}", Values: sso.Values{"a": "{b}", "b": "{a}"}}, "{b}{a}{b}"},
		{sso.Text{Pattern: "Send {it}.", Values: sso.Values{"other": "x"}}, "Send {it}."},
		{sso.Text{Pattern: "Use {tenant}."}, "Use {tenant}."},
		{sso.Text{}, ""},
	} {
		if got := x.text.String(); got != x.want {
			t.Errorf("%+v: want %q, got %q", x.text, x.want, got)
		}
	}
}

func TestErrorSaysItsValues(t *testing.T) {
	t.Parallel()
	e := &sso.Error{
		Kind:   sso.Invalid,
		Code:   "cookies_blocked",
		Public: "Allow cookies for {host}.",
		Values: sso.Values{"host": "sso.example"},
	}
	e = e.WithCause(errors.New("no cookie"))
	if got, want := e.Error(), "cookies_blocked: Allow cookies for sso.example.: no cookie"; got != want {
		t.Errorf("want %q, got %q", want, got)
	}
	if got := e.Text(); got.Pattern != e.Public || got.Values["host"] != "sso.example" {
		t.Errorf("text: %+v", got)
	}
}
