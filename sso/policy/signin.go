package policy

import (
	"strings"

	"cel.dev/cel-go/cel"

	"gatehouse/sso"
)

// SignIn is the compiled policy of one connection about who may come in. It may
// be used by many goroutines at once.
type SignIn struct{ program *program } // nil lets everybody in

// CompileSignIn checks the expression of allow_sign_in, which is true for those
// who may; a blank one lets everybody in. The error is Invalid
// "expression_invalid".
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

// Check is nil if the person may come in, else Forbidden "sign_in_denied". Whom
// the expression fails about may not.
func (s *SignIn) Check(in Input) error {
	if s.program == nil {
		return nil
	}
	denied := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "sign_in_denied",
		Public: "Your company's rules do not let you in here. Ask your administrator.",
	}
	value, err := s.program.eval(in)
	if err != nil {
		return denied.Because(err)
	}
	if allowed, _ := value.Value().(bool); !allowed {
		return denied
	}
	return nil
}
