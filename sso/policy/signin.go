package policy

import (
	"strings"

	"cel.dev/cel-go/cel"

	"gatehouse/sso"
)

// SignIn is the compiled sign-in policy of one connection. It is safe for
// concurrent use.
type SignIn struct{ program *program } // nil admits every user

// CompileSignIn compiles allow_sign_in, which is true for users who may sign
// in; a blank expression admits all. The error is Invalid "expression_invalid".
func CompileSignIn(expression string) (*SignIn, error) {
	if strings.TrimSpace(expression) == "" {
		return &SignIn{}, nil
	}
	p, _, err := compile("allow_sign_in", expression, cel.BoolType)
	if err != nil {
		return nil, err
	}
	return &SignIn{p}, nil
}

// Check returns nil if the user may sign in, else Forbidden "sign_in_denied". A
// user for whom the expression fails may not.
func (s *SignIn) Check(in Input) error {
	if s.program == nil {
		return nil
	}
	denied := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "sign_in_denied",
		Public: "Your company’s rules do not let you in here. Ask your administrator.",
	}
	value, err := s.program.eval(in)
	if err != nil {
		return denied.WithCause(err)
	}
	if allowed, _ := value.Value().(bool); !allowed {
		return denied
	}
	return nil
}
