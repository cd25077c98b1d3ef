package policy

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"gatehouse/sso"
)

// defaultResult is the result of an expression that leaves the decision to mode
// unverified-domain.
const defaultResult = "default"

// The modes of sso.EmailVerification.
const (
	ModeAlways           = "always"
	ModeUnverifiedDomain = "unverified-domain"
	ModeNever            = "never"
	ModeExpression       = "expression"
)

// Verification is the compiled e-mail policy of one connection. It is safe for
// concurrent use.
type Verification struct {
	mode    string
	program *program // of ModeExpression
}

const verificationField = "email_verification.expression"

// CompileVerification compiles what an admin configured. The error is Invalid
// "expression_invalid", with the line and column of every problem.
func CompileVerification(v sso.EmailVerification) (*Verification, error) {
	switch v.Mode {
	case ModeAlways, ModeUnverifiedDomain, ModeNever, "": // "" is unverified-domain
		return &Verification{mode: v.Mode}, nil
	case ModeExpression:
	default:
		return nil, errExpression("email_verification.mode", "Choose always, unverified-domain, never or expression.")
	}
	p, tree, err := compile(verificationField, v.Expression, cel.BoolType, cel.StringType)
	if err != nil {
		return nil, err
	}
	if tree.GetType(tree.Expr().ID()).IsExactType(cel.StringType) {
		if err := checkResults(tree); err != nil {
			return nil, err
		}
	}
	return &Verification{mode: v.Mode, program: p}, nil
}

// checkResults requires every result to be a literal, so that a misspelt one is
// found when it is saved.
func checkResults(tree *ast.AST) error {
	words := []string{
		string(sso.RequireCode), string(sso.SkipCode), string(sso.VouchFirst),
		string(sso.DenyEntry), defaultResult,
	}
	var problems []string
	for _, leaf := range resultExpressions(tree.Expr()) {
		if leaf.Kind() == ast.LiteralKind {
			if word, ok := leaf.AsLiteral().(types.String); ok && slices.Contains(words, string(word)) {
				continue
			}
		}
		at := tree.SourceInfo().GetStartLocation(leaf.ID())
		problems = append(
			problems,
			position(at.Line(), at.Column())+`a result is one of "`+strings.Join(words, `", "`)+
				`", written out.`,
		)
	}
	if len(problems) > 0 {
		return errExpression(verificationField, problems[:min(len(problems), maxProblems)]...)
	}
	return nil
}

// Decide returns the action for a first sign-in. An expression that fails asks
// for a code, as without a policy. Without an address no code can be sent, so
// an admin must vouch, except where only the domain is in question.
func (v *Verification) Decide(in Input) sso.EmailDecision {
	d := v.decide(in)
	if d.Action == sso.RequireCode && !sso.ValidEmail(in.Identity.Email) {
		return decision(sso.VouchFirst, d.Reason+" There is no address to send a code to.")
	}
	return d
}

func (v *Verification) decide(in Input) sso.EmailDecision {
	switch {
	case v.mode == ModeExpression: // it reads user.provisioned
	case in.Provisioned && in.DomainVerified:
		return decision(
			sso.SkipCode,
			"The identity provider provisioned this person, and the company has verified the domain of the address.",
		)
	}
	switch v.mode {
	case ModeNever:
		return decision(sso.SkipCode, "This connection never asks for a code.")
	case ModeAlways:
		return decision(sso.RequireCode, "This connection asks everyone to verify their address.")
	case ModeExpression:
		return v.decideByExpression(in)
	}
	d := decideByDomain(in)
	if d.Action == sso.RequireCode && in.NoMail {
		// This is the default mode, so it must not lock out all users of an
		// installation that cannot send codes.
		return decision(sso.SkipCode, d.Reason+" There is no mail server to send a code through, so none is asked for.")
	}
	return d
}

func (v *Verification) decideByExpression(in Input) sso.EmailDecision {
	value, err := v.program.eval(in)
	if err != nil {
		return decision(
			sso.RequireCode,
			"The expression failed, so a code is asked for: "+cleanMessage(err.Error())+".",
		)
	}
	word, _ := value.Value().(string)
	if skip, ok := value.Value().(bool); ok {
		word = defaultResult
		if skip {
			word = string(sso.SkipCode)
		}
	}
	if word != defaultResult {
		return decision(
			sso.EmailAction(word), fmt.Sprintf("The connection’s expression says %q.", word),
		)
	}
	d := decideByDomain(in)
	d.Reason = "No rule on this connection applied, so the default was used. " + d.Reason
	return d
}

func decideByDomain(in Input) sso.EmailDecision {
	domain := sso.EmailDomain(in.Identity.Email)
	switch {
	case in.Identity.Email == "":
		return decision(sso.SkipCode, "The identity provider gave no address, so there is none to prove.")
	case domain != "" && in.DomainVerified:
		return decision(
			sso.SkipCode, fmt.Sprintf("The company has verified the domain %s.", domain),
		)
	case domain != "" && in.Identity.EmailVerified && in.Trusted:
		return decision(sso.SkipCode, "The identity provider says the address is verified, and is trusted for that.")
	}
	return decision(
		sso.RequireCode, fmt.Sprintf("The company has not verified the domain %q.", domain),
	)
}

func decision(action sso.EmailAction, reason string) sso.EmailDecision {
	return sso.EmailDecision{Action: action, Reason: reason}
}
