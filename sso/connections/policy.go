package connections

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"gatehouse/sso"
	"gatehouse/sso/policy"
)

// checkPolicies compiles the expressions, so that a mistake fails the edit and
// not the next sign-in.
func (w *editing) checkPolicies() {
	_, err := policy.CompileSignIn(w.cfg.AllowSignIn)
	w.expression("allow_sign_in", err)
	v := w.cfg.EmailVerification
	oneOf(
		&w.problems, "email_verification.mode", v.Mode, policy.ModeAlways,
		policy.ModeUnverifiedDomain, policy.ModeNever, policy.ModeExpression,
	)
	if v.Mode != policy.ModeExpression {
		if len(v.Expression) > policy.MaxExpression ||
			!utf8.ValidString(v.Expression) ||
			strings.ContainsRune(v.Expression, 0) {
			w.add(
				invalid,
				"email_verification.expression",
				fmt.Sprintf("Use at most %d bytes of text.", policy.MaxExpression),
			)
		}
	} else {
		_, err := policy.CompileVerification(v)
		w.expression("email_verification.expression", err)
	}
	w.checkWithoutAddress()
	if !w.NoMail {
		return
	}
	switch v.Mode {
	case policy.ModeUnverifiedDomain:
		w.warn(
			"email_verification.mode",
			"No mail server is set up, so no codes are sent or asked for, and addresses stay unverified.",
		)
	case policy.ModeAlways, policy.ModeExpression:
		w.warn(
			"email_verification.mode",
			"No mail server is set up, so no codes are sent: people who would have to enter one are refused.",
		)
	}
}

// checkWithoutAddress warns of expressions that may fail for users without an
// address.
func (w *editing) checkWithoutAddress() {
	if !w.cfg.EmailOptional {
		return
	}
	v := w.cfg.EmailVerification
	rules := []struct{ field, text string }{{"allow_sign_in", w.cfg.AllowSignIn}}
	if v.Mode == policy.ModeExpression {
		rules = append(rules, struct{ field, text string }{"email_verification.expression", v.Expression})
	}
	for _, rule := range rules {
		foreseen := strings.Contains(rule.text, `""`) || strings.Contains(rule.text, `''`)
		if strings.Contains(rule.text, "identity.email") && !foreseen {
			w.warn(rule.field, "People without an address have an empty identity.email and identity.email_domain, "+
				"and domain_verified is false for them. Say in the rule what becomes of them.")
		}
	}
	if v.Mode == policy.ModeAlways {
		w.warn(
			"email_optional",
			"Everyone has to verify an address, so people without one wait until an admin vouches for them.",
		)
	}
}

// expression reports the error of an expression.
func (w *editing) expression(field string, err error) {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		w.addAll(e.Fields)
	} else if err != nil {
		w.add(invalid, field, "This expression cannot be checked.")
	}
}
